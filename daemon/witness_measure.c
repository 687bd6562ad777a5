/* Exchanges in, records and conclusions out. */
#include <string.h>

#include "clock.h"
#include "log.h"
#include "report.h"
#include "round.h"
#include "witness_parts.h"

#define ONCE_BURST 4

void
witness_record(struct witness *w, struct record *r)
{
	ledger_append(&w->ledger, r);
	replay_take(&w->replay, r);
}

void
witness_record_sealed(struct witness *w, struct record *r)
{
	ledger_append_sealed(&w->ledger, r);
	replay_take(&w->replay, r);
}

static void
check_until(struct witness *w, const struct calibration *c)
{
	if (w->options->until > 0 && c->selected && c->samples >= CLOCK_FILTER_STAGES &&
	    c->frequency_error <= w->options->until)
		witness_stop(w, EXIT_AS_ASKED);
}

static void
record_calibration(struct witness *w, const struct clock_reading *now)
{
	struct record r;
	struct calibration *c = &r.calibration;

	r.type = RECORD_CALIBRATION;
	r.at = *now;
	calibrator_conclude(&w->replay.calibrator, now, c);
	report_changes(&w->last, c);
	witness_record_sealed(w, &r);
	w->calibrations++;
	w->calibrated = true;
	memset(w->answered, 0, sizeof(w->answered));
	calibration_copy(&w->last, c);
	check_until(w, c);
}

void
witness_conclude(struct witness *w, const struct clock_reading *now, bool must)
{
	struct selection judged;

	calibrator_judge(&w->replay.calibrator, now, &judged);
	if (must || round_is_over(&w->roster, w->answered) ||
	    (w->calibrated && round_standing_changed(&w->last, &judged)))
		record_calibration(w, now);
}

/* May this be recorded? Replies that did not end a request come at an attacker's rate. */
static bool
admit(struct refusals *f, const struct exchange *x, struct raw_time now)
{
	if (fault_ends_request(x->fault))
		return true;
	if (f->seen[x->fault] &&
	    raw_since(now, f->last[x->fault]).ns < REFUSALS_PER_SERVER_NS) {
		f->suppressed++;
		f->newest = *x;
		return false;
	}
	f->seen[x->fault] = true;
	f->last[x->fault] = now;
	return true;
}

static void
record_exchange(struct witness *w, size_t i, const struct exchange *x,
    const struct clock_reading *at, const struct sample *sample)
{
	const struct calibrated_server *s = &w->replay.calibrator.server[i];
	struct refusals *refusals = &w->refusals[i];
	struct record r;

	/* not all of it is cleared: it has room for a start record, 41 kB */
	r.type = RECORD_EXCHANGE;
	r.at = *at;
	r.exchange = (struct record_exchange){
		.exchange = *x,
		.has_sample = sample != NULL,
		.has_suppressed = refusals->suppressed > 0,
		.suppressed = refusals->suppressed,
	};
	memcpy(r.exchange.server, s->name, sizeof(s->name));
	memcpy(r.exchange.address, s->address, sizeof(s->address));
	if (sample != NULL) {
		r.exchange.offset = sample->offset;
		r.exchange.delay = sample->delay;
		r.exchange.dispersion = sample->dispersion;
	}
	refusals->suppressed = 0;
	w->exchanges++;
	w->samples += sample != NULL;
	w->faults += x->fault != FAULT_NONE;
	witness_record(w, &r);
}

void
witness_tell_suppressed(struct witness *w, const struct clock_reading *now)
{
	for (size_t i = 0; i < w->roster.peers; i++) {
		struct refusals *f = &w->refusals[i];

		if (f->suppressed == 0)
			continue;
		f->suppressed--;
		record_exchange(w, i, &f->newest, now, NULL);
	}
}

static void
end_if_measured(struct witness *w)
{
	for (size_t i = 0; i < w->roster.peers; i++) {
		struct peer *p = &w->roster.peer[i];

		if (roster_waiting(&w->roster, i) ||
		    (p->has_address && !p->paused && !p->association.denied))
			return;
	}
	witness_stop(w, EXIT_AS_ASKED);
}

void
witness_hurry(struct witness *w)
{
	for (size_t i = 0; i < w->roster.peers; i++)
		peer_hurry(&w->roster.peer[i]);
}

static void
on_exchanged(void *arg, struct peer *p, const struct exchange *x,
    const struct clock_reading *at, const struct sample *sample)
{
	struct witness *w = arg;
	size_t i = (size_t)(p - w->roster.peer);
	bool well;

	watch_feed(&w->watch, at);
	witness_look_at_device(w, at);
	if (!admit(&w->refusals[i], x, at->raw))
		return;
	well = sample != NULL && calibrator_predicts(&w->replay.calibrator, i, sample);
	record_exchange(w, i, x, at, sample);
	if (!fault_ends_request(x->fault))
		return;
	if (sample != NULL)
		association_predicted(&p->association, well);
	w->last_exchange[i] = *x;
	w->answered[i] = true;
	if (w->replay.calibrator.server[i].measured.reach == 0 &&
	    p->ended % CLOCK_FILTER_STAGES == 0)
		roster_silent(&w->roster, i);
	if (w->options->once && (p->ended >= ONCE_BURST || x->fault == FAULT_KISS_RATE))
		peer_pause(p);
	witness_conclude(w, at, false);
	if (w->options->once)
		end_if_measured(w);
}

static bool
nobody_to_ask(const struct witness *w)
{
	for (size_t i = 0; i < w->roster.peers; i++)
		if (w->roster.peer[i].has_address || roster_waiting(&w->roster, i))
			return false;
	return true;
}

static void
on_roster_changed(void *arg)
{
	struct witness *w = arg;
	struct clock_reading now;

	if (w->options->once) {
		end_if_measured(w);
		return;
	}
	if (!nobody_to_ask(w))
		return;
	clock_read(&now);
	witness_conclude(w, &now, false);
}

int
witness_open_roster(struct witness *w)
{
	struct roster_rules rules = {
		.fixed_poll = w->options->poll,
		.burst = w->options->once ? ONCE_BURST : -1,
		.phc = &w->phc,
	};

	w->roster.loop = w->loop;
	w->roster.calibrator = &w->replay.calibrator;
	w->roster.changed = on_roster_changed;
	return roster_open(&w->roster, &w->config, &rules, on_exchanged, w);
}
