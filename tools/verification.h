/* What `verify` knows: findings, statements, and what the analyst brought along. */
#ifndef CLOCKWITNESS_VERIFICATION_H
#define CLOCKWITNESS_VERIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records.h"
#include "replay.h"

#define FINDINGS_KEPT 1000 /* more are counted only */

/* A sentence about a line (0: the whole file) of a file (NULL: all of the evidence). */
struct verify_note {
	const struct records_file *file;
	uint64_t line;
	const char *kind; /* a word for machines */
	char words[1024];
	bool has_at;
	struct system_time at; /* host's clock there */
};

struct verify_notes {
	struct verify_note *note;
	size_t kept, room;
	uint64_t count;
};

/* A head that was kept elsewhere, and where it is found. */
struct verify_mark {
	struct digest head;
	const char *tsr; /* the time-stamp that has it; NULL: --head */
	char when[64];   /* of a time-stamp: when the head existed */
	char by[256];    /* of a time-stamp: who says so */
	bool trusted;    /* false: of a time-stamp whose signature nobody checked */
	const struct records_file *file; /* NULL: not found */
	uint64_t line;
	struct system_time at;
};

/* A chain's conclusions, as far as they have been recomputed. */
struct verify_replay {
	const struct records_file *file; /* whose records it was fed with last */
	struct replay *replay;
};

struct verify_replays {
	struct verify_replay *chain;
	size_t count, room;
	struct replay *now; /* of the file at hand */
	const struct records_file *file;
};

struct verification {
	struct records records;
	bool closed, json, no_replay;
	bool has_fingerprint, fingerprint_found;
	struct digest fingerprint;
	struct verify_mark *mark;
	size_t marks, mark_room;
	const char *authority; /* --tsa-ca; NULL: none */
	struct verify_notes findings, statements;
	struct verify_notes deleted; /* files that a record says were deleted */
	struct verify_replays replays;
	uint64_t follow, differ, not_yet, foreign;
	int foreign_method;
};

void verify_note(struct verify_notes *to, struct verify_note n);

/* Conclusions against what they rest on. */
void verify_replay(
    struct verification *v, const struct records_line *l, const struct record *r);
void verify_replay_free(struct verification *v);

/* What is to be said of files when all have been read. */
void verify_files(struct verification *v);

/* What start records say of the files before them. */
void verify_previous(struct verification *v, const struct records_file *f);

/* What the brought along proves, and what nothing here proves. */
void verify_gaps(struct verification *v);

/* "closed by stop and last seal"... */
const char *verify_state(const struct records_file *f);
bool verify_goes_on(const struct verification *v, const struct records_file *f);

void verify_print(const struct verification *v);
void verify_print_json(const struct verification *v);

#endif
