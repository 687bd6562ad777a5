/*
 * The guarantee: an interval that contains UTC - raw clock whenever a majority of the
 * servers keep within their own declared errors and the oscillator's rate stays within
 * rho of the smoothed path's.
 *
 * A request cannot arrive before it was sent, nor a reply before it left: with E =
 * observation_error, UTC(c1) <= T2 + E and UTC(c4) >= T3 - E. On residues to the path p,
 *   high(c) = min over k of [T2_k + E_k - UTC_p(c1_k) + rho |c - c1_k|]
 *   low(c)  = max over k of [T3_k - E_k - UTC_p(c4_k) - rho |c - c4_k|]
 * in two sweeps, one forward, one backward (Duda et al. 1987 give the affine case), for
 * each server; over the servers Marzullo's intersection with at most f < n/2 liars.
 */
#ifndef CLOCKWITNESS_BOUNDS_H
#define CLOCKWITNESS_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock_path.h"
#include "observation.h"

#define BOUNDS_RHO_INSIDE 1e-6   /* s/s (chrony's maxclockerror) */
#define BOUNDS_RHO_OUTSIDE 15e-6 /* s/s, before the first and after the last exchange */

/*
 * rho also grows by how far the path's frequency stands from its mean over six hours
 * either way, so that it suffices that one of the two is right: liars bend the path for
 * an hour or two, and hardly its mean; and by 2 B / T, what biases B at the ends of a
 * span T may do to that mean, which with fewer than four exchanges a server is taken for
 * 1000 ppm.
 */

/* rho grows by so many standard deviations of the path's own frequency:
 * where the path is hardly known, its rate promises little. */
#define BOUNDS_SIGMAS 4.0

struct bounds_options {
	double rho_inside, rho_outside; /* s/s */
	size_t servers;                 /* all o[].server < servers <= MAX_SERVERS */
};

/* Residues to the path of one server at one instant, ns; the caller's memory. */
struct bounds_work {
	double low, high;
};

struct bound {
	struct raw_time at; /* asked for */
	struct span low,
	    high; /* UTC - raw clock; not feasible: of all servers, no claim */
	double
	    rho; /* s/s: how fast it may be left behind to either side, inside the span */
	bool feasible;          /* false, a finding: no majority can be true */
	size_t servers;         /* n, those with any observation */
	size_t falsetickers;    /* f, tolerated: the most with f < n/2 */
	uint64_t contradicting; /* bit s: server s contradicts itself or the majority */
};

/*
 * o[0..n), n >= 1, and b[0..m) by `at`, each in order of time, of one boot segment; all
 * observations, also those of falsetickers, belong here. work: m * options->servers
 * elements. Fills b[]. O(n + m * servers).
 */
struct bounds_request {
	const struct observation *o;
	size_t n;
	const struct clock_path *path;
	struct bounds_options options;
};

void bounds_find(const struct bounds_request *r, struct bound b[], size_t m,
    struct bounds_work work[]);

#endif
