/*
 * The model's answers as a table of straight stretches of the host's clock: between two
 * edges, where a piece or a point of the model begins or ends, each answer is a line to
 * 50 ns, and a time in it is corrected by a multiplication. An answer is the same
 * whatever was asked before.
 */
#ifndef CLOCKWITNESS_SEGMENTS_H
#define CLOCKWITNESS_SEGMENTS_H

#include "model.h"

#define SEGMENT_ANSWERS 8

struct segments {
	const struct model *model;
	bool linear;   /* by the paper's method */
	int64_t *edge; /* in order, ns of the host's clock */
	size_t edges;
};

struct segment_line {
	struct span delta; /* UTC - host's clock at `from` */
	double slope;      /* ns/ns */
	struct model_answer
	    widest; /* the one of greatest uncertainty that was looked at */
};

struct segment {
	struct system_time from, to; /* [from, to) */
	bool straight;               /* false: ask for each time anew */
	size_t answers;              /* 0: the clock never showed it, or nobody knows */
	struct segment_line line[SEGMENT_ANSWERS];
};

void segments_build(struct segments *s, const struct model *m, bool linear);
void segments_free(struct segments *s);

/* The stretch that a time lies in. */
void segments_find(const struct segments *s, struct system_time t, struct segment *out);

/* UTC by the line of one answer; t lies in the segment, which is straight. */
struct utc_time segment_utc(const struct segment *g, size_t answer, struct system_time t);

/* All answers for one time, earliest first. */
size_t segments_answers(const struct segments *s, struct system_time t,
    struct model_answer out[], size_t most);

#endif
