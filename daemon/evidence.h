/*
 * The evidence while it is written: one process's file in a directory, or a stream.
 * Append-only: a record is one write, never repaired, and the file is never opened again.
 *
 * A failed or short write ends the file. The chain stands at the last whole record; as
 * soon as a new file can be made (tried at most once a second, when there is something to
 * write), it begins with `continue`, and a `gap` says how many records were lost.
 */
#ifndef CLOCKWITNESSD_EVIDENCE_H
#define CLOCKWITNESSD_EVIDENCE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "loop.h"
#include "record.h"
#include "seal.h"
#include "stream.h"

enum evidence_kind { EVIDENCE_NONE, EVIDENCE_FILE, EVIDENCE_STREAM };

struct evidence {
	enum evidence_kind kind;
	int directory; /* held, and locked, for life */
	int fd;        /* -1: no file can be written at present */
	char path[PATH_MAX];
	char file[RECORD_TEXT_SIZE];
	char host[RECORD_TEXT_SIZE];
	char boot_id[64];
	unsigned rotation; /* NNN of the file's name */
	struct chain chain;
	struct seal_key key; /* will sign the next seal */
	struct seal_public first_key;
	bool unsealed; /* something was written since the last seal */
	bool unsynced;
	uint64_t synced_seq; /* records below this number are on disk */
	uint64_t lost;       /* records not written since the last gap record */
	char why_lost[RECORD_TEXT_SIZE]; /* of the first of them; empty: none */
	bool outage;                     /* said already that nothing can be written */
	struct raw_time retry;           /* not before this is a new file tried */
	struct stream stream;
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

/* Makes the first key, makes the file, writes the start record and waits for the disk. */
int evidence_begin(
    struct evidence *e, struct record_start *start, const struct clock_reading *now);

/*
 * Numbers, chains and writes a record (r->seq and r->prev are filled in). false: it was
 * not written, and a gap will say so.
 */
bool evidence_append(struct evidence *e, struct record *r);

/* A seal over all so far, and fdatasync; last: nothing will follow. */
bool evidence_seal(struct evidence *e, const struct clock_reading *now, bool last);

/* Waits for a slow reader of a stream, so that the last records find room. */
void evidence_drain(struct evidence *e);

/* What was written is on disk, or false. */
bool evidence_sync(struct evidence *e);

/* Writes what a stream still holds, until nothing is taken for five seconds; closes;
 * erases the key. */
void evidence_close(struct evidence *e);

#endif
