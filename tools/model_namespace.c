/*
 * A time namespace shows its processes CLOCK_MONOTONIC and CLOCK_MONOTONIC_RAW with one
 * offset, CLOCK_BOOTTIME with another (time_namespaces(7)). Records of one boot belong
 * together only with these taken off.
 */
#include "model_build.h"

static void
shift_raw(struct raw_time *t, struct span by)
{
	*t = raw_after(*t, by);
}

static void
shift_reading(struct clock_reading *at, const struct model_namespace *n)
{
	shift_raw(&at->raw, n->monotonic);
	at->mono.ns = raw_after((struct raw_time){ at->mono.ns }, n->monotonic).ns;
	at->boot.ns = raw_after((struct raw_time){ at->boot.ns }, n->boottime).ns;
}

void
model_leave_namespace(struct record *r, const struct model_namespace *n)
{
	shift_reading(&r->at, n);
	if (r->type == RECORD_EXCHANGE) {
		shift_raw(&r->exchange.exchange.t1_raw, n->monotonic);
		shift_raw(&r->exchange.exchange.t4_raw, n->monotonic);
	}
	if (r->type == RECORD_CLOCK)
		shift_raw(&r->clock.bend.knot.raw, n->monotonic);
	if (r->type == RECORD_EVENT) {
		shift_raw(&r->event.before_raw, n->monotonic);
		shift_raw(&r->event.clock.bend.knot.raw, n->monotonic);
	}
	if (r->type == RECORD_CALIBRATION)
		r->calibration.utc_minus_raw =
		    span_sub(r->calibration.utc_minus_raw, n->monotonic);
}
