/*
 * Who drifts slowly: over two hours, eight, and a day and a half, a server whose offset
 * moves steadily against the median of all is a falseticker, though it stays within the
 * others' intervals all the time. One that jitters little would otherwise lead the path
 * wherever it likes. Private to core/truechimers.c.
 */
#ifndef CLOCKWITNESS_TRENDS_H
#define CLOCKWITNESS_TRENDS_H

#include <stdbool.h>
#include <stddef.h>

#include "observation.h"
#include "selection.h"

/* A server's offset at the middle of a window, and its standard deviation, s. */
struct standpoint {
	bool present;
	double offset, sigma;
};

/* A weighted line through one server's deviations in a group of windows. */
struct trend {
	double w, wx, wy, wxx, wxy;
	size_t windows;
};

/* A group of consecutive windows under way. */
struct trend_group {
	size_t span;    /* whole with so many windows */
	size_t windows; /* so far */
	size_t first;   /* index of its first observation */
	struct raw_time begun;
	double length; /* s, to the middle of the last window */
	struct trend half[2][MAX_SERVERS];
};

#define TREND_SCALES 3

struct trends {
	struct trend_group group[TREND_SCALES];
};

void trends_begin(struct trends *t);

/* A window with its middle, its observations o[first..end) and what each server says in
 * it. Marks whom a group that is whole now shows drifting; how many
 * observations that were trusted until now. */
struct trend_window {
	struct raw_time middle;
	size_t first, end;
	const struct standpoint *at; /* MAX_SERVERS */
	double bend; /* s: what a window's line may miss of a bending path */
};

size_t trends_window(struct trends *t, const struct trend_window *w,
    const struct observation o[], struct standing of[]);

/* After the last window `w`: judges by the groups that are not whole. */
size_t trends_end(struct trends *t, const struct trend_window *w,
    const struct observation o[], struct standing of[]);

#endif
