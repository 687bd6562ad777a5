/*
 * What the kernel did to the host's clock, told from readings of four clocks and of the
 * kernel's own state:
 *   host - boottime    moves only when somebody steps the clock (or by a leap second)
 *   boottime - mono    moves only in suspend
 *   host - raw         changes its rate only when somebody slews the clock
 * Fed with every reading, it says when the clock was stepped or the host slept, and where
 * the straight line that the host's clock draws over the raw clock broke: a knot. Between
 * knots the line predicts the clock to WATCH_TOLERANCE_NS; nothing else need be kept.
 *
 * A knot is the crossing of the lines before and after, each through three readings of
 * its own, so that one change of rate between two readings is known to a microsecond.
 * Where there is no such crossing between the readings the rate changed more than once:
 * then the readings themselves are the knots, and what lies between is not known.
 *
 * Without boottime a suspend cannot be told from a step and is called one; without the
 * monotonic clock, too, a step is what is faster than any slew.
 */
#ifndef CLOCKWITNESS_CLOCK_WATCH_H
#define CLOCKWITNESS_CLOCK_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "exchange.h"
#include "steering.h"
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

/* What a record says: a knot, or what of the kernel's state changed, or both. */
struct clock_change {
	bool bent;
	struct clock_bend bend;
	struct steering_change steering;
};

/* From one rate of the host's clock to another, d(host - raw)/d(raw), s/s. */
struct clock_slew {
	double size, before, after; /* positive: it gains */
};

struct watch_entry {
	struct clock_change change; /* may say nothing if slewed */
	bool
	    slewed; /* the rate is another than the one that was told last, worth an event */
	struct clock_slew slew;
};

#define WATCH_ENTRIES_MAX 4

/* What one reading revealed. */
struct watch_report {
	bool stepped;     /* between the reading before and this one */
	bool leap;        /* and it was a leap second that the kernel was told of */
	struct span step; /* by so much the host's clock was set forward */
	bool suspended;
	struct span suspend;         /* so long the host slept */
	struct clock_reading before; /* the last reading before this one */
	size_t entries;
	struct watch_entry entry[WATCH_ENTRIES_MAX]; /* in order of raw time */
};

struct watch_look {
	struct clock_reading at;
	bool plain;  /* the tick had its usual length then */
	bool turned; /* the kernel was told another rate since the look before */
};

#define WATCH_WINDOW 6

/* All zero: nothing read yet, and any distance between readings will do. */
struct clock_watch {
	struct span patience; /* > 0: readings further apart than this leave a gap */
	bool begun;
	struct watch_look last; /* the last reading */
	bool turned;            /* as of a look; of readings too dense to be looked at */
	struct clock_knot from; /* the present line goes through here */
	double least, most;     /* slopes that pass all its readings within tolerance */
	size_t known;           /* the newest readings on it, newest first, */
	struct watch_look on[WATCH_WINDOW]; /* on[1] and older not too dense */
	size_t off; /* readings off the line, waiting for company */
	struct watch_look astray[2];
	bool steered; /* the kernel's state was read */
	struct steering steering;
	struct steering_change pending; /* not told yet; */
	struct raw_time pending_at;     /* it was first seen then */
	bool retell; /* the line's rate was not told with its first knot */
	bool told;   /* a rate was */
	double told_rate;
	int tellings; /* slews that may be told now; more come with time */
	struct raw_time telling_at;
};

/*
 * Takes a reading, of later raw time than the one before, and the kernel's state then
 * (NULL: it cannot be read); says what they show.
 */
void clock_watch_read(struct clock_watch *w, const struct clock_reading *r,
    const struct steering *steering, struct watch_report *out);

/* There will be no more readings: what was still waiting for company. */
void clock_watch_end(struct clock_watch *w, struct watch_report *out);

#endif
