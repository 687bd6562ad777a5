/*
 * A short cut, never another answer: most lines have the stamp of the line before in all
 * but second and fraction. Such a line is compared with a stencil, its time is a sum, and
 * second and fraction are written into the text that was printed for the minute. What
 * does not fit, in any respect, goes the long way.
 */
#ifndef CLOCKWITNESS_STENCIL_H
#define CLOCKWITNESS_STENCIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corrector.h"

#define STENCIL_WORDS ((size_t)8) /* of 8 octets */
#define STENCIL_OCTETS (8 * STENCIL_WORDS)

/* Where second and fraction stand in a text of which nothing else changes. */
struct stencil_digits {
	size_t second, fraction; /* offsets */
	int digits;              /* of the fraction */
};

enum stencil_lead { LEAD_NONE, LEAD_PRIORITY, LEAD_ANYTHING };

struct stencil {
	bool set;
	enum stencil_lead lead;
	size_t before;           /* octets that are compared before the stamp */
	size_t compared, length; /* in all, and of the stamp */
	bool zone_may_follow;    /* behind a blank */
	uint64_t want[STENCIL_WORDS], mask[STENCIL_WORDS];
	size_t words;
	struct stencil_digits in, out;
	int64_t minute;       /* host's clock at second 0, ns */
	int64_t utc_minute;   /* UTC at second 0 of what is printed */
	int64_t local_minute; /* in the stamp's zone, seconds */
	struct segment segment;
	struct log_stamp stamp; /* that it was made of */
	char text[LOG_TIME_MAX];
	size_t text_length;
	/* what was done with it */
	uint64_t used;
	struct span least, most;
	struct utc_time last;
	int64_t last_into; /* the minute, ns */
};

/* What stands in place of a stamp. */
struct stencil_hit {
	size_t from, to;
};

/* Makes one of a stamp that was corrected the long way, if it can be. */
void stencil_make(struct stencil *k, const struct corrector *c, const struct log_state *s,
    const struct log_stamp *stamp, bool iso);

/*
 * Corrects the stamp of a line, behind whose n octets LINES_SLACK more may be read; then
 * k->text is what is to stand there. false: it does not fit.
 */
bool stencil_use(struct stencil *k, const char *line, size_t n, struct stencil_hit *out);

/* The same, and no text: the stamp said k->minute + k->last_into, UTC is k->last. */
bool stencil_read(struct stencil *k, const char *line, size_t n, struct stencil_hit *out);

/* The log is where it would be if its lines had gone the long way. */
void stencil_settle(struct stencil *k, struct log_state *s);

#endif
