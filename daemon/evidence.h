/*
 * The evidence while it is written: one process's files in a directory, or a stream.
 * Append-only: a record is one write, never repaired, and a file is never opened again.
 *
 * A failed or short write, or a failed sync, ends the file. What is not known to be on
 * disk is kept and written again, byte for byte, into a new file as soon as one can be
 * made (tried once a second); then `continue` and a `gap` say what happened, and how many
 * records were lost because too many waited. A full disk is noticed while there is still
 * room to say so; then records are lost, and the file goes on when there is room again.
 *
 * Where the directory fails and another stands under its name, it is that one from then
 * on. A process that is confined to the one that it had can never write again then.
 */
#ifndef CLOCKWITNESSD_EVIDENCE_H
#define CLOCKWITNESSD_EVIDENCE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "disk.h"
#include "keyring.h"
#include "loop.h"
#include "pending.h"
#include "record.h"
#include "stream.h"

enum evidence_kind { EVIDENCE_NONE, EVIDENCE_FILE, EVIDENCE_STREAM };

enum evidence_state {
	EVIDENCE_OK,
	EVIDENCE_FULL,   /* no room: on the disk, or with the reader of a stream */
	EVIDENCE_FAILED, /* no file can be written at present */
	EVIDENCE_STATES
};

extern const char *const evidence_state_names[EVIDENCE_STATES];

struct evidence {
	enum evidence_kind kind;
	enum evidence_state state;
	char trouble[RECORD_TEXT_SIZE];  /* why it is not OK: what came first */
	char obstacle[RECORD_TEXT_SIZE]; /* why no new file can be made; empty: it can */
	int directory; /* held, and locked, as long as it is the one of that name */
	char path[PATH_MAX];
	char file[RECORD_TEXT_SIZE];
	unsigned rotation;         /* NNN of the file's name */
	struct raw_time file_from; /* when it was begun */
	struct disk disk;
	struct pending pending;
	struct stream stream;
	struct chain chain;
	struct keyring *keyring; /* not its own */
	struct seal_public first_key;
	struct record_continue identity; /* what a further file begins with */
	bool continued;      /* a continue record is pending: no other is needed */
	bool unsealed;       /* something was written since the last seal */
	bool last_words;     /* the reserve may be used */
	uint64_t synced_seq; /* records below this number are on disk */
	struct clock_reading sealed; /* of the last seal that is on disk */
	bool seal_failed;            /* said once, until there is a seal again */
	bool rotation_failed;        /* likewise */
	bool confined;               /* to the directory that it had at the start */
	loop_callback *hopeless;     /* it can never be written to again; called once */
	void *arg;
	bool gap_due;
	uint64_t lost, lost_ever; /* records: since the last gap, since the start */
	uint64_t octets;          /* written by this process */
	struct raw_time retry;    /* not before this is mending tried */
};

/* Evidence that keeps nothing, for `--once` without -o. */
void evidence_open_none(struct evidence *e);

/*
 * Locks the directory (-EWOULDBLOCK: another daemon writes there) and looks at the newest
 * older file in it; the file itself is made by evidence_begin(). 0 or -errno, said on
 * standard error.
 */
int evidence_open_directory(struct evidence *e, const char *path,
    struct record_previous *previous, bool *has_previous);

/* Writes to standard output; on_closed is called when its reader is gone. 0 or -errno. */
int evidence_open_stream(
    struct evidence *e, struct loop *l, loop_callback *on_closed, void *arg);

/* With e->keyring set: makes the file, writes the start record r, waits for the disk. 0 or
 * -errno, said. */
int evidence_begin(struct evidence *e, struct record *r);

/*
 * Numbers, chains and writes a record (r->seq and r->prev are filled in). false: it is
 * lost, and a gap will say so.
 */
bool evidence_append(struct evidence *e, struct record *r);

/* A seal over all so far, and fdatasync; last: nothing will follow. */
bool evidence_seal(struct evidence *e, const struct clock_reading *now, bool last);

/* All that was appended is on disk, or false. */
bool evidence_sync(struct evidence *e);

/* Tries, once a second, what did not go before. */
void evidence_mend(struct evidence *e, const struct clock_reading *now);

/* Seals, and goes on in a new file. false: in the old one, since none can be made. */
bool evidence_rotate(
    struct evidence *e, const struct clock_reading *now, const char *reason);

/* The end: waits for a slow reader of a stream, and opens the reserve on a full disk. */
void evidence_drain(struct evidence *e);

/* Writes what a stream still holds, until nothing is taken for five seconds; closes;
 */
void evidence_close(struct evidence *e);

#endif
