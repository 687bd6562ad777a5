/* Lines of the host's clock over the raw clock, and where two of them meet. */
#ifndef CLOCKWITNESS_CROSSING_H
#define CLOCKWITNESS_CROSSING_H

#include <stdbool.h>

#include "clock_watch.h"

struct clock_knot knot_of(const struct clock_reading *r);

/* Of the line from a to b, d(host - raw)/d(raw), s/s. */
double line_slope(const struct clock_knot *a, const struct clock_reading *b);

/* By how much the reading is ahead of the line through `from`. */
struct span line_missed_by(
    const struct clock_knot *from, double rate, const struct clock_reading *r);

/* Three readings, oldest first. */
struct trio {
	const struct clock_reading *first, *middle, *last;
};

double trio_slope(const struct trio *t);

/* Of the slope, as far as the readings are: s/s. */
double trio_slope_error(const struct trio *t);

/* They lie on one line, but for their errors and what one small change of rate does;
 * by so much they miss it. */
bool trio_is_line(const struct trio *t, struct span *missed);

struct crossing {
	struct clock_knot knot;
	double before, after; /* slopes */
	struct span missed;   /* by so much six readings miss these two lines */
};

/*
 * Where the line of the old three meets that of the new three. False: either three are no
 * line, or the lines do not meet between the last old one and the first new one.
 */
bool crossing_find(
    const struct trio *older, const struct trio *newer, struct crossing *out);

#endif
