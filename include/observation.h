/*
 * One good exchange as the two engines take it: what it says of UTC - raw clock, and the
 * timestamps behind it.
 */
#ifndef CLOCKWITNESS_OBSERVATION_H
#define CLOCKWITNESS_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange.h"
#include "sample.h"
#include "timescale.h"

struct observation {
	struct raw_time at;          /* the middle of T1 and T4 */
	struct span utc_minus_raw;   /* theta against the raw clock, at `at` */
	struct span delay;           /* delta, >= 0 */
	struct span dispersion;      /* epsilon: precisions of both clocks */
	struct span root_delay;      /* Delta, as the server says */
	struct span root_dispersion; /* E, as the server says */
	struct raw_time t1_raw, t4_raw;
	struct utc_time t2, t3;
	uint16_t server; /* < MAX_SERVERS (selection.h) */
};

/* What is found out about one observation before it is smoothed. */
struct standing {
	uint16_t level; /* levels.h */
	bool trusted;   /* truechimers.h */
};

/* From a good reply (FAULT_NONE) and what sample_from_exchange made of it. */
struct observation observation_of(
    const struct exchange *x, const struct sample *s, uint16_t server);

/* How far the server's clock may be from UTC by its own word: root_delay / 2 +
 * root_dispersion + dispersion + 1.5 * 2^-16 s, because servers may truncate the two
 * 16.16 fields (RFC 5905 section 6). */
struct span observation_error(const struct observation *o);

#endif
