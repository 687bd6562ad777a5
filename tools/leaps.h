/*
 * Leap seconds in the exchanges: UTC jumps, the oscillator does not. The fit runs on UTC
 * with the leap seconds since its start added back; the clock model takes them out again.
 */
#ifndef CLOCKWITNESS_LEAPS_H
#define CLOCKWITNESS_LEAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "clock_model.h"
#include "exchange.h"
#include "selection.h"

/* The last good reply of each server, and what came of the announcements. */
struct leaps {
	struct {
		struct utc_time at;
		uint8_t leap; /* indicator */
		bool heard;
	} server[MAX_SERVERS];
	struct model_leap leap[MODEL_LEAPS_MAX]; /* at: by the fit's scale */
	size_t count;
	struct span added; /* since the start */
	int64_t midnight;  /* at which the latest one was, ns since 1970 */
};

/*
 * A good reply of a server: its T2 and T3 on the fit's scale. A leap second is counted
 * when the first server passes a midnight and more than half of all servers had announced
 * it for that one. false: within the leap second T2 or T3 has two meanings, and the
 * exchange says nothing.
 */
bool leaps_take(struct leaps *l, size_t server, struct exchange *x);

/* What to add to UTC to have the fit's scale. */
struct span leaps_until(const struct leaps *l, struct utc_time utc);

#endif
