#include "association.h"

#include <string.h>

#define BURST_SPACING_NS (2 * NS_PER_SECOND)
#define REPLY_WAIT_NS (3 * NS_PER_SECOND) /* a delay over 3 s is over MAXDIST anyway */
#define ROOT_DISTANCE_REFUSED_NS (NS_PER_SECOND + NS_PER_SECOND / 2)
#define AGREEMENT_LIMIT 8

void
association_begin(
    struct association *a, const struct association_rules *rules, struct raw_time now)
{
	*a = (struct association){
		.rules = *rules,
		.wake = now,
		.poll = rules->minpoll,
		.burst_left = rules->burst > 0 ? rules->burst - 1 : 0,
	};
}

struct action
association_tick(const struct association *a, struct raw_time now)
{
	struct raw_time due = a->wake;

	if (a->denied && !a->outstanding)
		return (struct action){ .kind = ACTION_WAIT, .never = true };
	if (a->outstanding)
		due = raw_after(a->asked, (struct span){ REPLY_WAIT_NS });
	if (raw_since(due, now).ns > 0)
		return (struct action){ .kind = ACTION_WAIT, .wake = due };
	return (struct action){ .kind = a->outstanding ? ACTION_TIMEOUT : ACTION_SEND };
}

struct ntp_packet
association_request(struct association *a, const struct association_cookies *c,
    const struct clock_reading *now)
{
	struct round_trip *r = &a->round_trip;
	bool offers = a->rules.interleaved && c->receive != c->transmit &&
		      interleave_offers(r, now);

	a->outstanding = true;
	a->sent = (struct association_cookies){ c->transmit, offers ? c->receive : 0 };
	a->asked = now->raw;
	r->offers += offers;
	return (struct ntp_packet){
		.version = NTP_VERSION,
		.mode = NTP_MODE_CLIENT,
		.origin = offers ? r->receive : 0,
		.receive = a->sent.receive,
		.transmit = a->sent.transmit,
	};
}

static bool
is_interleaved(const struct association *a, const struct ntp_packet *reply)
{
	return a->sent.receive != 0 && reply->origin == a->sent.receive;
}

static bool
unsynchronised(const struct ntp_packet *p)
{
	return p->leap == NTP_LEAP_UNKNOWN || p->stratum == 0 ||
	       p->stratum > NTP_STRATUM_MAX;
}

static bool
root_too_far(const struct ntp_packet *p)
{
	struct span delay = ntp_short_to_span(p->root_delay);
	struct span dispersion = ntp_short_to_span(p->root_dispersion);

	return delay.ns / 2 + dispersion.ns >= ROOT_DISTANCE_REFUSED_NS;
}

/* An interleaved reply's transmit timestamp is of the one before; this one left after it
 * had received the request. */
static bool
set_after_reply(const struct association *a, const struct ntp_packet *p)
{
	uint64_t left = is_interleaved(a, p) ? p->receive : p->transmit;

	return p->reference != 0 &&
	       utc_since(ntp_time_to_utc(p->reference), ntp_time_to_utc(left)).ns > 0;
}

static bool
refers_to_us(const struct association *a, const struct ntp_packet *p)
{
	return a->has_address && p->stratum > 1 &&
	       memcmp(p->refid, a->own_address, sizeof(p->refid)) == 0;
}

/* Is the server fit to be asked for the time? (RFC 5905 A.5.3 and A.5.5.3) */
static enum fault
examine_server(const struct association *a, const struct ntp_packet *p)
{
	bool set = !unsynchronised(p);

	if (!set && !a->rules.common)
		return FAULT_UNSYNCHRONISED;
	if (set && set_after_reply(a, p))
		return FAULT_FUTURE_REFERENCE;
	if (set && root_too_far(p))
		return FAULT_ROOT_DISTANCE;
	if (refers_to_us(a, p))
		return FAULT_LOOP;
	return FAULT_NONE;
}

/* The first interleaved reply may bring the transmit timestamp of the basic one before. */
static bool
is_duplicate(const struct association *a, const struct ntp_packet *p)
{
	return p->transmit == a->last.transmit &&
	       (p->receive == a->last.receive || !is_interleaved(a, p));
}

static bool
sent_before_received(const struct association *a, const struct ntp_packet *p)
{
	uint64_t received = is_interleaved(a, p) ? a->round_trip.receive : p->receive;

	return utc_since(ntp_time_to_utc(p->transmit), ntp_time_to_utc(received)).ns < 0;
}

enum fault
association_examine(
    const struct association *a, const uint8_t *octets, size_t n, struct ntp_packet *out)
{
	enum fault fault = ntp_packet_decode(octets, n, out);

	if (fault != FAULT_NONE)
		return fault;
	if (!a->outstanding ||
	    (out->origin != a->sent.transmit && !is_interleaved(a, out)))
		return FAULT_BOGUS_ORIGIN;
	fault = ntp_kiss(out->stratum, out->refid);
	if (fault != FAULT_NONE)
		return fault;
	if (out->receive == 0 || out->transmit == 0)
		return FAULT_ZERO_TIMESTAMP;
	if (is_duplicate(a, out))
		return FAULT_DUPLICATE;
	if (is_interleaved(a, out) && a->round_trip.broken)
		return FAULT_CLOCK_STEPPED;
	if (sent_before_received(a, out))
		return FAULT_TRANSMIT_BEFORE_RECEIVE;
	return examine_server(a, out);
}

void
association_take(
    const struct association *a, const struct ntp_packet *reply, struct exchange *x)
{
	exchange_take_packet(x, reply);
	if (a->outstanding && is_interleaved(a, reply))
		interleave_complete(&a->round_trip, reply, x);
}

void
association_answered(struct association *a, const struct ntp_packet *reply,
    const struct exchange *own, const struct clock_reading *at)
{
	a->last = (struct association_cookies){ reply->transmit, reply->receive };
	a->round_trip = (struct round_trip){
		.receive = reply->receive,
		.own = *own,
		.ended = *at,
	};
}

void
association_forget(struct association *a)
{
	a->round_trip.broken = true;
}

struct span
association_interval(const struct association *a)
{
	if (a->rules.fixed_poll.ns > 0)
		return a->rules.fixed_poll;
	return (struct span){ NS_PER_SECOND << a->poll };
}

/* Between 15/16 and 17/16 of the interval. */
static struct span
spread_out(struct span interval, uint32_t spread)
{
	int64_t share = (int64_t)(spread % 0x10000) - 0x8000;

	return (struct span){ interval.ns + interval.ns / 0x80000 * share };
}

bool
association_may_join(const struct association *a, struct raw_time now)
{
	struct span soonest = spread_out(association_interval(a), 0);

	return !a->outstanding && !a->denied && a->burst_left == 0 &&
	       raw_since(now, a->asked).ns >= soonest.ns;
}

static struct span
until_next(struct association *a, uint32_t spread)
{
	struct span interval = association_interval(a);

	if (a->burst_left > 0) {
		a->burst_left--;
		return span_min(interval, (struct span){ BURST_SPACING_NS });
	}
	return a->rules.fixed_poll.ns > 0 ? interval : spread_out(interval, spread);
}

static void
slow_down(struct association *a)
{
	a->burst_left = 0;
	if (a->rules.fixed_poll.ns > 0)
		a->rules.fixed_poll =
		    span_min((struct span){ a->rules.fixed_poll.ns * 2 },
			(struct span){ NS_PER_SECOND << POLL_EXPONENT_MAX });
	if (a->poll < POLL_EXPONENT_MAX)
		a->poll++;
	if (a->rules.minpoll < a->poll)
		a->rules.minpoll = a->poll;
	if (a->rules.maxpoll < a->poll)
		a->rules.maxpoll = a->poll;
}

void
association_end(struct association *a, enum fault fault, uint32_t spread)
{
	a->outstanding = false;
	if (fault == FAULT_KISS_DENY || fault == FAULT_KISS_RSTR)
		a->denied = true;
	if (fault == FAULT_KISS_RATE)
		slow_down(a);
	a->wake = raw_after(a->asked, until_next(a, spread));
}

void
association_predicted(struct association *a, bool well)
{
	a->agreement += well ? 1 : -2;
	if (a->agreement >= AGREEMENT_LIMIT) {
		a->agreement = 0;
		a->poll += a->poll < a->rules.maxpoll;
	}
	if (a->agreement <= -AGREEMENT_LIMIT) {
		a->agreement = 0;
		a->poll -= a->poll > a->rules.minpoll;
	}
}

void
association_hurry(struct association *a, struct raw_time now)
{
	if (!a->outstanding && !a->denied)
		a->wake = now;
}
