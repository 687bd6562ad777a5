/*
 * From what time daemons told of a host's clock (daemon_log.h) to its offset over
 * stretches of its own time. Nothing of this is evidence: such logs are not sealed, anyone
 * who may write them can write anything, and what a daemon said may have been wrong. So
 * there is an estimate and how far it may err, and no bound.
 *
 * Where the daemon named the amounts, the path between two of them is a line; where it
 * let adjtime(2) take one off, it is the ramp of the kernel's rate. Away from what was
 * said the error grows: by what the daemon said of the rate, by 15 ppm (RFC 5905's PHI)
 * where the rate had been set right, and by 100 ppm where it had not.
 */
#ifndef CLOCKWITNESS_TOLD_CLOCK_H
#define CLOCKWITNESS_TOLD_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon_log.h"
#include "timescale.h"

/* Half-width in s that a path is taken to have whose delay nobody told. */
#define TOLD_PATH 0.010

#define TOLD_GROWTH_STEERED 15e-6 /* s/s */
#define TOLD_GROWTH_FREE 100e-6

struct told_line {
	struct system_time at; /* its stamp, which stands for [at, at + resolution) */
	struct span resolution;
	struct daemon_line said;
	enum daemon_statistics of; /* STATISTICS_NONE: a message */
	size_t place;         /* where it stood: of equal times, the lesser is first */
	struct utc_time when; /* told_times() finds it */
};

/* A line over [from, to) of the host's clock. */
struct told_stretch {
	struct system_time from, to;
	struct span offset;       /* UTC - host's clock, at `from` */
	double slope;             /* d(UTC - host)/d(host), s/s */
	bool has_left, has_right; /* what was told stands before it, behind it */
	double left, right;       /* s, 95 %, at that end; from there it grows */
	double growth;            /* s/s */
	enum daemon_author author;
};

struct told_options {
	struct span hold; /* so far from what was told an estimate goes */
	double slew;      /* s/s, the kernel's rate for adjtime(2); 0: told_slew_rate() */
};

/* When the lines of one log, in their order, were written, by what they say themselves: a
 * line before a step is of the clock as it was. */
void told_times(struct told_line line[], size_t n);

/*
 * Of lines of all logs in order of `when` and `place`: which says more. loopstats take the
 * path from peerstats; what one server said counts only where the daemon did not say what
 * it made of all.
 */
void told_prefer(struct told_line line[], size_t n);

/* By how fast the amounts shrink: 0.005 (OpenBSD), 0.0005 (Linux, FreeBSD), or 0: by what
 * is here nobody can say. */
double told_slew_rate(const struct told_line line[], size_t n);

/* A line gives that many stretches at most. */
#define TOLD_STRETCHES 4

/* From lines in order; out has room for TOLD_STRETCHES * n. How many there are. */
size_t told_build(const struct told_line line[], size_t n, const struct told_options *o,
    struct told_stretch out[]);

/* A part of a stretch in which one error holds. */
struct told_piece {
	struct system_time from, to;
	struct span offset; /* at `from` */
	double slope;       /* s/s */
	struct span error;  /* 95 % */
};

/* The part that begins at `at`, which lies in the stretch. */
struct told_piece told_piece(const struct told_stretch *s, struct system_time at);

#endif
