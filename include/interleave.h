/*
 * Interleaved client/server mode (RFC 9769 section 2): the reply to the next request
 * brings the time at which the reply before it truly left the server, which no reply can
 * hold of itself. The client remembers its last round trip and what the server called it.
 */
#ifndef CLOCKWITNESS_INTERLEAVE_H
#define CLOCKWITNESS_INTERLEAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "exchange.h"
#include "ntp_packet.h"

/* So many requests in a row ask for it without a good reply, then one in basic mode. */
#define INTERLEAVE_OFFERS 4

/* A round trip that a good reply ended. All zero: none. */
struct round_trip {
	uint64_t receive;    /* the server's receive timestamp: T2, and its name there */
	struct exchange own; /* T1 and T4 of it */
	struct clock_reading ended;
	int offers;  /* requests since then, which asked for it */
	bool broken; /* since then a clock has changed its ways */
};

/*
 * May the request that goes out now ask for it? There is one, the clocks ran on through
 * the time since, and the server has not been silent too often.
 */
bool interleave_offers(const struct round_trip *r, const struct clock_reading *now);

/* T1..T4 of the round trip before the reply, instead of those of its own. */
void interleave_complete(
    const struct round_trip *r, const struct ntp_packet *reply, struct exchange *x);

#endif
