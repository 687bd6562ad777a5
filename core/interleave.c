#include "interleave.h"

#include "stamp.h"

bool
interleave_offers(const struct round_trip *r, const struct clock_reading *now)
{
	return r->receive != 0 && !r->broken && r->offers < INTERLEAVE_OFFERS &&
	       stamp_continuous(&r->ended, now);
}

void
interleave_complete(
    const struct round_trip *r, const struct ntp_packet *reply, struct exchange *x)
{
	x->interleaved = true;
	x->t1 = r->own.t1;
	x->t1_raw = r->own.t1_raw;
	x->t1_read = r->own.t1_read;
	x->sent_by = r->own.sent_by;
	x->t2 = ntp_time_to_utc(r->receive);
	x->t3 = ntp_time_to_utc(reply->transmit);
	x->t4 = r->own.t4;
	x->t4_raw = r->own.t4_raw;
	x->t4_read = r->own.t4_read;
	x->received_by = r->own.received_by;
}
