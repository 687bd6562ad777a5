/*
 * How fast the host's clock runs against the raw clock just now, from readings of both:
 * over the last minute or two, or since its rate last changed. What was read more than
 * two spans ago has no part in it.
 * All zero: nothing read yet.
 */
#ifndef CLOCKWITNESS_HOST_RATE_H
#define CLOCKWITNESS_HOST_RATE_H

#include <stdbool.h>

#include "clock_watch.h"
#include "exchange.h"

struct host_rate {
	bool begun;
	struct clock_knot older, newer; /* of two neighbouring spans of raw time */
	double before,
	    before_error; /* as of rate: what it was before the clock was set */
};

struct rate {
	double rate;  /* d(host - raw)/d(raw), s/s; positive: the host's clock is fast */
	double error; /* s/s, one standard deviation: the brackets of the readings */
};

/* A reading; one that lies beyond any slewing from the last begins anew. */
void host_rate_read(struct host_rate *h, const struct clock_reading *r);

/* The rate changed here. */
void host_rate_bend(struct host_rate *h, const struct clock_knot *knot);

/* Somebody set the clock between these two: its rate is taken for what it was. */
void host_rate_step(struct host_rate *h, const struct clock_knot *last_before,
    const struct clock_reading *r);

/* The rate at this reading. */
struct rate host_rate_at(const struct host_rate *h, const struct clock_reading *now);

#endif
