/*
 * The proof over the lines of the evidence: each line carries the SHA-256 of the whole
 * line before it, numbers run on, seals are signed by the key that was announced before.
 *
 * The checker is fed one line at a time. A line holds when the one after it was made from
 * it, or there is none: a line that is not what was written shows at the next.
 * chain_break.h tells what became of a line that is not in its place.
 */
#ifndef CLOCKWITNESS_CHAIN_H
#define CLOCKWITNESS_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "record.h"
#include "seal.h"

/* What a writer knows: the head so far. All zero: nothing written yet. */
struct chain {
	uint64_t seq;       /* of the next line */
	struct digest head; /* of the last line */
};

/* The line of n octets (newline included) becomes the chain's head. */
void chain_advance(struct chain *c, const char *line, size_t n);

enum chain_finding {
	CHAIN_OK,
	CHAIN_MALFORMED,       /* not a canonical record */
	CHAIN_NEW_VERSION,     /* a record of a version this program does not know */
	CHAIN_NO_START,        /* a file that begins with neither start nor continue */
	CHAIN_ALTERED,         /* this line is not what was written */
	CHAIN_ALTERED_OR_NEXT, /* this line, or the one after it, the last of all */
	CHAIN_MISSING,         /* lines before this one are gone */
	CHAIN_INSERTED,        /* this line stood nowhere in this chain */
	CHAIN_SWAPPED,      /* this line and the next one stand in each other's place */
	CHAIN_MOVED,        /* this line stood elsewhere in this chain */
	CHAIN_REPEATED,     /* this line stands in the file twice */
	CHAIN_SPLICED,      /* this line and what follows is another chain's */
	CHAIN_RAW_BACKWARD, /* the raw clock runs backwards */
	CHAIN_BAD_FINGERPRINT, /* a start whose fingerprint is not that of its key */
	CHAIN_BAD_SEAL,        /* signature wrong, or by a key that was not announced */
	CHAIN_AFTER_END,       /* a record after the last seal */
	CHAIN_NOT_CONTINUED,   /* a file that does not go on where the one before ended */
	CHAIN_FINDINGS
};

/* A word for machines, and the rest of a sentence that begins with "this line". */
extern const char *const chain_finding_names[CHAIN_FINDINGS];
extern const char *const chain_finding_words[CHAIN_FINDINGS];

struct chain_checker {
	struct chain chain;
	bool begun;
	bool ended;   /* the last seal has been met */
	bool stopped; /* a stop record has been met */
	bool keyed;   /* `key` must sign the next seal */
	bool repeats; /* the file began with lines of the one before, its continue is to
			 come */
	bool alone;   /* such lines are believed: that file is not here */
	struct chain again; /* where the next of these lines stands, below chain.seq */
	struct seal_public key;
	struct raw_time raw; /* of the last line; so is the next */
	struct span mono_minus_raw;
	bool has_mono;
	uint64_t lines;  /* checked and good */
	uint64_t sealed; /* so many of the first lines are covered by a seal */
	uint64_t seals;
};

struct chain_result {
	enum chain_finding finding;
	bool broken;   /* prev or number is not that of the line before: chain_break.h
			  tells more */
	bool again;    /* CHAIN_OK: a line of the file before, which counts once */
	size_t column; /* CHAIN_MALFORMED: where */
};

/* A line with its newline, and its SHA-256. */
struct chain_line {
	const char *text;
	size_t n;
	struct digest digest;
};

/*
 * Checks the next line. *out: the record, decoded, unless CHAIN_MALFORMED or
 * CHAIN_NEW_VERSION. After any finding but CHAIN_OK the checker stays as it was before
 * the line, and is good for nothing more.
 */
struct chain_result chain_check(
    struct chain_checker *c, const struct chain_line *line, struct record *out);

/* Is the line a seal that the announced key made? */
bool chain_signed(const struct chain_checker *c, const struct chain_line *line,
    const struct seal_signature *signature);

/*
 * The next line given begins another file of the same process. It is a continue record;
 * or, where the file before may not have reached the disk, the last lines of that file
 * again, as many of them as there are, and then the continue record.
 */
void chain_check_next_file(struct chain_checker *c);

/*
 * The file begins with lines of one that is not here, and its continue record comes: they
 * are believed as a first line is, since that record was made from them. Seals among them
 * cover nothing, for nobody knows whose key they must have.
 */
void chain_check_alone(struct chain_checker *c);

#endif
