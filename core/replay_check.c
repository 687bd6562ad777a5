#include "fit.h"
#include "replay.h"

#define RATE_WHOLE_NS (128 * NS_PER_SECOND)
#define ROOT_DISTANCE_REFUSED_NS (NS_PER_SECOND + NS_PER_SECOND / 2)

/* All the samples that fit_sources() remembers of a server. */
static bool
remembers(const struct replay *p, size_t server)
{
	const struct drift_history *h = &p->calibrator.server[server].measured.history;
	const struct replay_seen *s = &p->seen[server];

	return s->samples >= DRIFT_POINTS &&
	       (s->samples >= DRIFT_MEMORY ||
		   raw_since(drift_newest(h, 0)->at, s->first).ns > FIT_MEMORY_NS);
}

static bool
whole(const struct replay *p, struct raw_time now)
{
	if (!p->whole && raw_since(now, p->from).ns < RATE_WHOLE_NS)
		return false;
	for (size_t i = 0; i < p->calibrator.servers; i++) {
		const struct replay_seen *s = &p->seen[i];

		if (!s->whole && (s->ended < CLOCK_FILTER_STAGES || !remembers(p, i)))
			return false;
	}
	return true;
}

static void
compare(const struct record *r, const struct record *follows, struct replay_finding *out)
{
	out->verdict = record_differs(r, follows, &out->difference) ? REPLAY_DIFFERS
								    : REPLAY_FOLLOWS;
}

static void
check_calibration(
    const struct replay *p, const struct record *r, struct replay_finding *out)
{
	struct record follows;

	if (!whole(p, r->at.raw)) {
		out->verdict = REPLAY_NOT_YET;
		return;
	}
	follows.type = RECORD_CALIBRATION;
	calibrator_conclude(&p->calibrator, &r->at, &follows.calibration);
	compare(r, &follows, out);
}

/* May the server be unsynchronised? If nothing says so, the record is believed. */
static bool
common_allowed(const struct replay *p, const struct record_exchange *said)
{
	int server = calibrator_find(&p->calibrator, said->server);

	if (!p->configured || server < 0)
		return said->exchange.fault != FAULT_UNSYNCHRONISED;
	return p->calibrator.server[server].common_allowed;
}

/*
 * The fault that the recorded fields of a reply show. Some faults rest on what is not
 * recorded (the cookies, the reply before, this host's address, the clocks before): those
 * are believed, where none that stands before them in association_examine() shows.
 */
static enum fault
shown_fault(const struct exchange *x, bool common, struct sample *sample)
{
	bool set = x->leap != NTP_LEAP_UNKNOWN && x->stratum != 0 &&
		   x->stratum <= NTP_STRATUM_MAX;
	enum fault kiss = ntp_kiss(x->stratum, x->refid);

	if (x->fault == FAULT_BOGUS_ORIGIN)
		return x->fault;
	if (kiss != FAULT_NONE)
		return kiss;
	if (x->fault == FAULT_ZERO_TIMESTAMP || x->fault == FAULT_DUPLICATE ||
	    x->fault == FAULT_CLOCK_STEPPED)
		return x->fault;
	if (utc_since(x->t3, x->t2).ns < 0)
		return FAULT_TRANSMIT_BEFORE_RECEIVE;
	if (!set && !common)
		return FAULT_UNSYNCHRONISED;
	if (x->fault == FAULT_FUTURE_REFERENCE)
		return x->fault;
	if (set &&
	    span_add((struct span){ x->root_delay.ns / 2 }, x->root_dispersion).ns >=
		ROOT_DISTANCE_REFUSED_NS)
		return FAULT_ROOT_DISTANCE;
	if (x->fault == FAULT_LOOP)
		return x->fault;
	return sample_from_exchange(x, sample);
}

static void
check_exchange(const struct replay *p, const struct record *r, struct replay_finding *out)
{
	const struct record_exchange *said = &r->exchange;
	struct record follows = { .type = RECORD_EXCHANGE, .exchange = *said };
	struct record_exchange *e = &follows.exchange;
	struct sample sample = { .delay = { 0 } };

	if (said->exchange.decoded)
		e->exchange.fault =
		    shown_fault(&said->exchange, common_allowed(p, said), &sample);
	else if (said->exchange.fault == FAULT_NONE)
		e->exchange.fault = FAULT_TIMEOUT;
	e->has_sample = e->exchange.fault == FAULT_NONE;
	e->offset = sample.offset;
	e->delay = sample.delay;
	e->dispersion = sample.dispersion;
	compare(r, &follows, out);
}

void
replay_check(struct replay *p, const struct record *r, struct replay_finding *out)
{
	out->verdict = REPLAY_NOTHING;
	if (r->type == RECORD_EXCHANGE)
		check_exchange(p, r, out);
	replay_take(p, r);
	if (r->type == RECORD_CALIBRATION)
		check_calibration(p, r, out);
	if (p->foreign && out->verdict != REPLAY_NOTHING)
		out->verdict = REPLAY_FOREIGN;
}
