/* Which of several answers for one time is meant. */
#ifndef CLOCKWITNESS_CORRECTOR_CHOICE_H
#define CLOCKWITNESS_CORRECTOR_CHOICE_H

#include "corrector.h"

struct choice {
	struct system_time time;
	struct utc_time utc;
	struct model_answer answer;
	size_t which; /* of its segment */
	bool straight;
};

struct choices {
	struct choice of[2 * SEGMENT_ANSWERS];
	size_t n;
};

/*
 * The one that is meant, and what is kept of it: by how long the host had been up, if that
 * is told, else by the order of lines, which where they are written when something ended
 * (at_end) is a loose one. There is one at least; they are put in order of UTC.
 */
const struct choice *choose(const struct segments *g, struct log_state *s,
    struct choices *all, bool at_end, const struct log_uptime *up);

/* The clock was set from a time that is one of `before` to one of `after`. */
void choose_set(
    struct log_state *s, const struct choices *before, const struct choices *after);

#endif
