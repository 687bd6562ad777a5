/* The lines of a log, corrected block by block. */
#ifndef CLOCKWITNESS_CORRECT_LINES_H
#define CLOCKWITNESS_CORRECT_LINES_H

#include "correct_log.h"
#include "rewriting.h"
#include "stencil.h"

struct lines_pass {
	const struct log_job *job;
	const char *name;
	struct log_state *state;
	struct tally *tally;
	struct rewriting rewriting;
	struct stencil stencil;
	bool short_cut; /* the stencil may be used */
};

/* kept: where the corrected lines go; NULL: to the sink of the job. */
void lines_pass_begin(
    struct lines_pass *p, const struct log_job *job, const char *name, struct kept *kept);

/* Corrects a block, whose octets change, after those before it. */
void lines_pass_block(struct lines_pass *p, const struct lines_block *b);

/* All that was done is in state and tally; it may go on. */
void lines_pass_settle(struct lines_pass *p);

/* What the lines of a block make of the state, looked at in no more than its last lines:
 * a guess. */
void lines_pass_foresee(
    const struct corrector *c, struct log_state *s, const struct lines_block *b);

#endif
