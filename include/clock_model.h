/*
 * The clock of one boot as the evidence shows it: what the host's clock read at every raw
 * time (knots, from the bracketed reading in each record) and what UTC was then (points,
 * from the calibrations). Together they turn a time that the host's clock showed into
 * UTC:
 *
 *     UTC(c) = c + [UTC - raw](c)     for every raw time c with host clock(c) = the time
 *
 * A clock that was set forward never showed some times and one that was set back showed
 * some twice, so a correction is none, one or more intervals. Where the clock was set
 * between two knots, the moment is not known: either branch may have shown a time.
 */
#ifndef CLOCKWITNESS_CLOCK_MODEL_H
#define CLOCKWITNESS_CLOCK_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "bounds.h"
#include "calibration.h"
#include "clock_path.h"
#include "clock_watch.h"
#include "exchange.h"
#include "timescale.h"

/*
 * What UTC - raw clock was at one moment. `utc_minus_raw` may lie outside [low, high]:
 * then estimate and guarantee contradict each other, which is a finding.
 */
struct model_point {
	struct raw_time at;
	struct span utc_minus_raw; /* the estimate */
	struct span low, high;     /* the guaranteed interval */
	double rho;        /* s/s: how fast the guarantee is left behind to either side */
	double oscillator; /* d(UTC - raw)/d(raw), s/s */
	double frequency_error;         /* of that, one standard deviation */
	double lever_back, lever_on;    /* covariance of both, s; going back, going on */
	double wander;                  /* A, 1/s (smoother.h) */
	struct span noise, uncertainty; /* 95 % */
	bool common;
	bool conflict; /* no majority of the servers can be true here */
	bool smooth;   /* a smoother's: a cubic leads from it to the next such one */
};

/* What the host's clock read at a raw time. */
struct model_knot {
	struct raw_time raw;
	struct system_time real;
	struct span read;
	bool stepped; /* the clock was set between the knot before and this one */
	bool loose;   /* its rate may have changed unseen between the knot before and this
			 one, */
	double slew_limit; /* then within +- this, s/s; 0: nobody looked at all */
	bool bend; /* found by the watch; if loose, all since the bend before is */
};

/* The host's clock over a stretch of raw time; linear within. */
struct model_piece {
	struct raw_time raw;
	struct system_time real;
	struct span raw_length, real_length; /* > 0, >= 0 */
	struct span noise; /* by how much the path may leave the line, at 95 % */
	struct span bound; /* and at most, with rates within the slew limit */
	bool loose;        /* nobody looked in between */
};

/*
 * A leap second: UTC as the points have it goes on evenly, and from `at` on POSIX time,
 * which corrections are told in, is less by `size` (1 s inserted: 23:59:59 comes twice).
 */
struct model_leap {
	struct utc_time at;
	struct span size;
};

#define MODEL_LEAPS_MAX 8

/* Pieces in which the host's clock only ran forward: piece[first .. first + count). */
struct model_run {
	size_t first, count;
};

/* Why a stretch of raw time cannot have shown what lies before or after its readings. */
enum model_stop {
	STOP_NONE,
	STOP_BOOT,        /* it had not begun, or had ended */
	STOP_SUSPEND,     /* the host slept, and nobody saw when */
	STOP_CLOCKSOURCE, /* the raw clock is another one there */
	STOPS
};

/* "none", "boot", "suspend", "clocksource" */
extern const char *const model_stop_names[STOPS];

/* How the host's clock goes on where nobody looked: as it went last, if it does. */
struct model_edge {
	double rate;         /* d(host - raw)/d(raw), s/s */
	double error;        /* of that, by the readings, s/s */
	double spread, most; /* how far its rate was from that elsewhere: RMS, greatest */
};

/* The caller owns the arrays; a knot adds at most two pieces and one run. */
struct clock_model {
	struct model_piece *piece;
	size_t pieces;
	struct model_run *run;
	size_t runs;
	struct model_point *point; /* in order of raw time */
	size_t points;
	struct model_leap leap[MODEL_LEAPS_MAX]; /* in order of time */
	size_t leaps;
	struct model_knot last; /* the newest knot */
	bool begun;
	bool watched; /* the clock leaves the line between knots by 10 us at most, unless
			 loose */
	/* what is known of the time outside the knots */
	struct raw_time boot;  /* the raw clock at the boot */
	enum model_stop front; /* lies before the first knot, nobody knows how shortly */
	enum model_stop back;  /* after the last one */
	struct raw_time reach[2]; /* so far it goes all the same, before and after; 0: no
				     further than its knots */
	struct utc_time until;    /* when the host was certainly booted again */
	bool has_until;
	double slewed; /* mean of d(host - raw)/d(raw) from the boot to the first knot */
	bool has_slewed;
	struct model_edge edge[2]; /* before the first knot, after the last one */
};

enum correction_kind {
	CORRECTION_INSIDE,  /* the clock was watched, with UTC known before and after */
	CORRECTION_BETWEEN, /* UTC is known before and after; nobody read the clock */
	CORRECTION_BEFORE,  /* the first point, or the first reading: extrapolated */
	CORRECTION_AFTER,   /* the last one: extrapolated */
	CORRECTION_TOLD, /* no evidence: so says the log of the host's own time daemon */
	CORRECTION_KINDS
};

/* "inside", "between", "before", "after", "told" */
extern const char *const correction_kind_names[CORRECTION_KINDS];

struct correction {
	enum correction_kind kind;
	struct utc_time utc;
	struct span noise;       /* 95 %, statistical only */
	struct span uncertainty; /* 95 %, systematic part included; within the interval */
	struct utc_time earliest, latest; /* if servers and assumptions are true */
	double frequency;                 /* d(UTC - host)/d(host) there, s/s */
	double rho;  /* s/s: how far the oscillator may stray, for earliest and latest */
	bool common; /* common time of an unsynchronised server, not UTC */
	bool conflict;          /* the calibrations on either side exclude each other */
	enum model_stop passed; /* over this, as asked: then nothing is guaranteed, and
				   earliest and latest are the ends of time; so where
				   it was only told */
	struct raw_time raw;
	size_t point; /* the point before it, or the first */
};

/* The order of knots, as of qsort: by raw time; at one, that of a step comes first, for
 * it is of the clock as it was set, and then one that is loose. */
int clock_model_knot_order(const struct model_knot *a, const struct model_knot *b);

/* Are earliest and latest guaranteed, as far as assumptions go? */
bool correction_is_bound(const struct correction *c);

/* Knots come in order of raw time (one that does not is ignored). */
void clock_model_add(struct clock_model *m, const struct model_knot *k);

/* The same for a reading of the clocks of which nothing else is known. */
void clock_model_knot(struct clock_model *m, const struct clock_reading *r);

/* A point that was found otherwise, in order of raw time; point[] must have room. */
void clock_model_point_add(struct clock_model *m, const struct model_point *p);

/* A calibration with a selected server, in order of raw time; point[] must have room. */
void clock_model_point(
    struct clock_model *m, const struct clock_reading *at, const struct calibration *c);

/* A node of the smoother's path and the bound there make a point. */
struct model_point clock_model_smoothed(const struct path_node *n, const struct bound *b);

/* When all knots and points are in: finds the edges. */
void clock_model_close(struct clock_model *m);

/*
 * All corrections of a time that the host's clock may have shown, earliest first, at most
 * `most`; their number. 0: it never showed it, or there is no calibration.
 *
 * Before the first knot and after the last one the clock goes on as it went there, unless
 * a stop lies between. Nobody has seen that: the noise grows as Zucca and Tavella (2005)
 * say, by 0.3 ppm for flicker and the day's temperature, and by what the host's rate was
 * seen to change by; the interval by rho_outside and the greatest change of rate seen.
 */
size_t clock_model_correct(const struct clock_model *m, struct system_time t,
    struct correction out[], size_t most);

/*
 * Where one piece of the host's clock lies between two points: for many times of one
 * neighbourhood, each told without a search.
 */
struct model_stretch {
	const struct clock_model *model;
	const struct model_piece *piece;
	size_t point; /* the one before it, or the first */
};

/* The stretch of a correction of t that came of a piece. false: it came of none. */
bool clock_model_stretch(const struct clock_model *m, struct system_time t,
    const struct correction *c, struct model_stretch *out);

/* The correction of another time in it, but for the frequency. false: it is not in it. */
bool clock_model_within(
    const struct model_stretch *s, struct system_time t, struct correction *out);

/*
 * The same over a stop, whatever lay between: a guess, with 100 ppm and two seconds added
 * to its errors (a raw clock is calibrated anew at boot, and the clock is set by an RTC
 * that counts seconds), and nothing guaranteed. 0: there is no stop, or no point.
 */
size_t clock_model_correct_beyond(
    const struct clock_model *m, struct system_time t, struct correction *out);

/* What the host's clock showed at this raw time; outside the knots, by the nearest. */
struct system_time clock_model_host(const struct clock_model *m, struct raw_time c);

/* Does t lie between the least and the greatest time that its readings show? */
bool clock_model_saw(const struct clock_model *m, struct system_time t);

/*
 * The paper's correction, by one offset and one frequency taken at host time `at`:
 * UTC = t + offset + frequency (t - at). In the paper's letters, o = -offset,
 * f = -frequency / (1 + frequency) and its t the reference time of the measurement:
 * (t_n + f t - o) / (1 + f), the same number.
 */
struct linear_correction {
	struct system_time at;
	struct span offset; /* UTC - host clock */
	double frequency;   /* d(UTC - host)/d(host) */
};

struct utc_time linear_correct(const struct linear_correction *l, struct system_time t);

#endif
