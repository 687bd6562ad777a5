/*
 * What became of a line that is not in its place: a second look at the file, from its
 * first line to its last, for the line that should stand there, for copies of the one
 * that does, and for what was made from it.
 *
 * It tells one change from another as long as there was one. After several the finding is
 * still that of the first line which does not hold; its kind may be another.
 */
#ifndef CLOCKWITNESS_CHAIN_BREAK_H
#define CLOCKWITNESS_CHAIN_BREAK_H

#include <stdbool.h>
#include <stdint.h>

#include "chain.h"

struct chain_break {
	struct chain_checker before; /* the line, which it did not take */
	enum chain_finding finding;  /* of chain_check() */
	uint64_t number;             /* of the line in its file, 1.. */
	bool decoded;                /* so that the next four hold */
	struct digest own, prev;
	uint64_t seq;
	bool strange_clocks; /* by them it is of another boot or host */
	/* what the second look found; numbers of lines, 0: there is none */
	uint64_t copy; /* an equal line */
	uint64_t made; /* a line that was made from it */
	uint64_t due;  /* the line that should stand there */
	struct digest due_digest;
	struct chain link; /* of the lines from it on that follow each other */
	bool linked;
	enum { BREAK_NO_SEAL, BREAK_OWN_SEAL, BREAK_STRANGE_SEAL } seal; /* in them */
	uint64_t lines;
};

/* r: the record; NULL where there is none (malformed). */
void chain_break_begin(struct chain_break *b, const struct chain_checker *before,
    const struct chain_line *line, const struct record *r);

/* The next line of the file, from its first. */
void chain_break_line(struct chain_break *b, const struct chain_line *line);

struct chain_explanation {
	enum chain_finding finding;
	uint64_t line;  /* the first that does not hold */
	uint64_t other; /* the line of which it is a copy, or that should stand here; 0 */
	uint64_t gone;  /* CHAIN_MISSING: so many records */
};

struct chain_explanation chain_break_end(const struct chain_break *b);

#endif
