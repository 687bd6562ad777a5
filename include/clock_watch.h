/*
 * What the kernel did to the host's clock, told from readings of four clocks:
 *   host - boottime    moves only when somebody steps the clock (or by a leap second)
 *   boottime - mono    moves only in suspend
 *   host - raw         changes its rate only when somebody slews the clock
 * Fed with every reading, it says when the clock was stepped or the host slept, and where
 * the straight line that the host's clock draws over the raw clock broke: a knot. Between
 * knots the line predicts the clock to WATCH_TOLERANCE_NS; nothing else need be kept.
 *
 * A knot is the crossing of the lines before and after, each through readings of its own,
 * so that one change of rate between two readings is known to a microsecond. Where they
 * do not cross between the readings, the rate changed more than once: then the readings
 * themselves are the knots, and what lies between is not known.
 */
#ifndef CLOCKWITNESS_CLOCK_WATCH_H
#define CLOCKWITNESS_CLOCK_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "exchange.h"
#include "timescale.h"

#define WATCH_TOLERANCE_NS 10000

/*
 * The most that a clock is slewed by, s/s: adjtime(), a frequency or the kernel's
 * phase-locked loop do 500 ppm; by the length of the tick it is 1/12 (chrony's
 * maxslewrate).
 */
#define WATCH_SLEW_LIMIT 5e-4
#define WATCH_TICK_LIMIT (1.0 / 12)

/* A point of the host's clock over the raw clock. */
struct clock_knot {
	struct raw_time raw;
	struct system_time real;
	struct span read; /* half-width, as of a reading */
};

/*
 * A knot, and what is known of the path between the knot before and this one. Not loose:
 * it is straight to WATCH_TOLERANCE_NS. Loose: the rate changed more than once, or nobody
 * looked; it may have been anything within +- slew_limit at any time between.
 */
struct clock_bend {
	struct clock_knot knot;
	bool loose;
	double slew_limit; /* of |d(host - raw)/d(raw)|, s/s; if loose */
	bool has_rate;
	double rate; /* d(host - raw)/d(raw) from the knot on, s/s; positive: it gains */
};

#define WATCH_BENDS_MAX 4

/* What one reading revealed. */
struct watch_report {
	bool stepped;     /* between the reading before and this one */
	struct span step; /* by so much the host's clock was set forward */
	bool suspended;
	struct span suspend;         /* so long the host slept */
	struct clock_reading before; /* with either: the last reading before it */
	size_t bends;
	struct clock_bend bend[WATCH_BENDS_MAX]; /* in order of raw time */
};

/* All zero: nothing read yet, and any distance between readings will do. */
struct clock_watch {
	struct span patience; /* > 0: readings further apart than this leave a gap */
	bool begun;
	struct clock_knot from; /* the present line goes through here */
	double rate;            /* and has this slope, d(host - raw)/d(raw), s/s */
	double least, most;     /* slopes that pass all its readings within tolerance */
	struct clock_reading last;    /* the last reading */
	struct clock_reading on;      /* the last one on the line */
	struct clock_reading settled; /* the one before that, */
	double settled_rate;          /* and the slope as it was then */
	size_t off;                   /* readings off the line, waiting for company */
	struct clock_reading astray[2];
};

/* Takes a reading, of later raw time than the one before; says what it shows. */
void clock_watch_read(
    struct clock_watch *w, const struct clock_reading *r, struct watch_report *out);

#endif
