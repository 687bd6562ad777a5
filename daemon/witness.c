#include "witness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "context.h"
#include "log.h"
#include "notify.h"
#include "report.h"
#include "round.h"

#define ONCE_BURST 4
#define HURRY_NS (16 * NS_PER_SECOND)
#define PROGRESS_NS (10 * NS_PER_SECOND)

static void
stop(struct witness *w, enum exit_code code)
{
	if (!w->stopping)
		w->code = code;
	w->stopping = true;
	loop_stop(w->loop);
}

static void
list_servers(const struct witness *w, struct record_servers *out)
{
	out->count = w->config.servers;
	for (size_t i = 0; i < w->config.servers; i++) {
		const struct config_server *s = &w->config.server[i];
		struct record_server *r = &out->server[i];

		*r = (struct record_server){
			.port = s->port,
			.minpoll = s->minpoll,
			.maxpoll = s->maxpoll,
			.burst = s->burst,
			.pool = s->pool,
			.fixed_poll = w->options->poll,
			.common = s->common,
		};
		record_copy_text(r->name, sizeof(r->name), s->name);
		record_copy_text(r->address, sizeof(r->address), s->address);
	}
}

/* ---- conclusions */

static void
record_calibration(
    struct witness *w, const struct clock_reading *now, const struct calibration *c)
{
	static struct record r;

	r = (struct record){ .type = RECORD_CALIBRATION, .at = *now, .calibration = *c };
	ledger_append_sealed(&w->ledger, &r);
	w->calibrations++;
	w->calibrated = true;
	memset(w->answered, 0, sizeof(w->answered));
}

static void
check_until(struct witness *w, const struct calibration *c)
{
	if (w->options->until > 0 && c->selected && c->samples >= CLOCK_FILTER_STAGES &&
	    c->frequency_error <= w->options->until)
		stop(w, EXIT_AS_ASKED);
}

static void
conclude(struct witness *w, const struct clock_reading *now, bool must)
{
	static struct calibration c;
	bool over = round_is_over(&w->roster, w->answered);

	calibrator_conclude(&w->calibrator, now, &c);
	if (must || over || (w->calibrated && round_standing_changed(&w->last, &c))) {
		report_changes(&w->last, &c);
		record_calibration(w, now, &c);
		w->last = c;
	}
	check_until(w, &c);
}

/* ---- exchanges */

/* May this be recorded? Replies that did not end a request come at an attacker's rate. */
static bool
admit(struct refusals *f, enum fault fault, struct raw_time now)
{
	if (fault_ends_request(fault))
		return true;
	if (f->seen[fault] &&
	    raw_since(now, f->last[fault]).ns < REFUSALS_PER_SERVER_NS) {
		f->suppressed++;
		return false;
	}
	f->seen[fault] = true;
	f->last[fault] = now;
	return true;
}

static void
record_exchange(struct witness *w, size_t i, const struct exchange *x,
    const struct clock_reading *at, const struct sample *sample)
{
	static struct record r;
	const struct calibrated_server *s = &w->calibrator.server[i];
	struct refusals *refusals = &w->refusals[i];

	r = (struct record){ .type = RECORD_EXCHANGE,
		.at = *at,
		.exchange = { .exchange = *x,
		    .has_sample = sample != NULL,
		    .has_suppressed = refusals->suppressed > 0,
		    .suppressed = refusals->suppressed } };
	memcpy(r.exchange.server, s->name, sizeof(s->name));
	memcpy(r.exchange.address, s->address, sizeof(s->address));
	if (sample != NULL) {
		r.exchange.offset = sample->offset;
		r.exchange.delay = sample->delay;
		r.exchange.dispersion = sample->dispersion;
	}
	refusals->suppressed = 0;
	ledger_append(&w->ledger, &r);
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
	stop(w, EXIT_AS_ASKED);
}

/* ---- what the kernel did to the clock */

static void
record_bends(
    struct witness *w, const struct watch_report *report, const struct clock_reading *at)
{
	for (size_t i = 0; i < report->bends; i++) {
		struct record r = {
			.type = RECORD_CLOCK, .at = *at, .clock = report->bend[i]
		};

		ledger_append(&w->ledger, &r);
	}
}

static void
record_event(struct witness *w, enum event_kind kind, struct span size,
    const struct watch_report *report, const struct clock_reading *at)
{
	struct record r = {
		.type = RECORD_EVENT,
		.at = *at,
		.event = { .kind = kind,
		    .size = size,
		    .before = report->before.real,
		    .before_raw = report->before.raw },
	};

	ledger_append_sealed(&w->ledger, &r);
}

static void
hurry(struct witness *w)
{
	for (size_t i = 0; i < w->roster.peers; i++)
		peer_hurry(&w->roster.peer[i]);
}

/*
 * All servers are asked at once, and what is known at this moment is written down. Who
 * sets the clock a thousand times a second shall not make us ask the servers as often.
 */
static void
take_stock(struct witness *w, const struct clock_reading *at)
{
	if (!w->hurried || raw_since(at->raw, w->hurried_at).ns >= HURRY_NS)
		hurry(w);
	w->hurried = true;
	w->hurried_at = at->raw;
	conclude(w, at, true);
}

static void
on_watch(void *arg, const struct watch_report *report, const struct clock_reading *at)
{
	struct witness *w = arg;

	record_bends(w, report, at);
	if (report->suspended) {
		log_line(LOG_WARNING, "the host slept for %.3f s; measuring afresh",
		    span_seconds(report->suspend));
		record_event(w, EVENT_SUSPEND, report->suspend, report, at);
		calibrator_forget(&w->calibrator);
	}
	if (report->stepped) {
		log_line(LOG_WARNING, "somebody set the clock: %+.9f s",
		    span_seconds(report->step));
		record_event(w, EVENT_STEP, report->step, report, at);
	}
	if (report->stepped || report->suspended)
		take_stock(w, at);
}

/* Every reading of the clocks serves the watch and the host's rate. */
static void
take_reading(struct witness *w, const struct clock_reading *at)
{
	calibrator_read(&w->calibrator, at);
	watch_feed(&w->watch, at);
}

static void
on_exchanged(void *arg, struct peer *p, const struct exchange *x,
    const struct clock_reading *at, const struct sample *sample)
{
	struct witness *w = arg;
	size_t i = (size_t)(p - w->roster.peer);
	bool well;

	take_reading(w, at);
	if (!admit(&w->refusals[i], x->fault, at->raw))
		return;
	w->exchanges++;
	w->samples += sample != NULL;
	w->faults += x->fault != FAULT_NONE;
	well = calibrator_exchange(&w->calibrator, i, x, sample);
	record_exchange(w, i, x, at, sample);
	if (!fault_ends_request(x->fault))
		return;
	if (sample != NULL)
		association_predicted(&p->association, well);
	w->last_exchange[i] = *x;
	w->answered[i] = true;
	if (w->calibrator.server[i].reach == 0 && p->ended % CLOCK_FILTER_STAGES == 0)
		roster_silent(&w->roster, i);
	if (w->options->once && (p->ended >= ONCE_BURST || x->fault == FAULT_KISS_RATE))
		peer_pause(p);
	conclude(w, at, false);
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
	conclude(w, &now, false);
}

/* ---- beginning and end */

static void
on_stream_closed(void *arg)
{
	struct witness *w = arg;

	log_line(LOG_ERROR, "the reader of the evidence went away");
	stop(w, EXIT_CANNOT);
}

static int
open_evidence(struct witness *w)
{
	static struct record_start start;
	const char *where = w->options->evidence;
	struct clock_reading now;
	int error = 0;

	context_read(&start, w->argc, w->argv);
	list_servers(w, &start.servers);
	start.watch_s = w->config.watch;
	if (where == NULL && w->options->once)
		evidence_open_none(&w->ledger.evidence);
	else if (where != NULL && strcmp(where, "-") == 0)
		error = evidence_open_stream(
		    &w->ledger.evidence, w->loop, on_stream_closed, w);
	else
		error = evidence_open_directory(&w->ledger.evidence,
		    where != NULL ? where : w->config.evidence, &start.previous,
		    &start.has_previous);
	if (error < 0)
		return error;
	clock_read(&now);
	take_reading(w, &now);
	error = evidence_begin(&w->ledger.evidence, &start, &now);
	if (error == 0)
		ledger_say(&w->ledger, "begins");
	return error;
}

/* ---- signals and timers */

static void
on_terminate(void *arg)
{
	stop(arg, EXIT_AS_ASKED);
}

static void
on_measure(void *arg)
{
	struct witness *w = arg;

	log_line(LOG_INFO, "measuring now, as asked");
	hurry(w);
}

static int
open_roster(struct witness *w)
{
	struct roster_rules rules = {
		.fixed_poll = w->options->poll,
		.burst = w->options->once ? ONCE_BURST : -1,
	};

	w->roster.loop = w->loop;
	w->roster.calibrator = &w->calibrator;
	w->roster.changed = on_roster_changed;
	return roster_open(&w->roster, &w->config, &rules, on_exchanged, w);
}

static bool
measure_afresh(struct witness *w)
{
	struct calibrator empty = { .servers = 0 };

	roster_close(&w->roster);
	w->calibrator = empty;
	w->calibrated = false;
	w->last = (struct calibration){ .servers = 0 };
	memset(w->refusals, 0, sizeof(w->refusals));
	memset(w->answered, 0, sizeof(w->answered));
	return open_roster(w) == 0;
}

static void
apply_settings(struct witness *w)
{
	watch_set(&w->watch, (struct span){ w->config.watch * NS_PER_SECOND });
	w->ledger.seal_s = w->config.seal;
	w->ledger.sync_s = w->config.sync;
	log_set_level(w->config.log);
}

/* The samples are kept while the servers stay what they were. */
static void
apply(struct witness *w, const struct config *fresh)
{
	static struct record r;
	bool same_servers = config_servers_equal(fresh, &w->config);

	w->config = *fresh;
	apply_settings(w);
	r = (struct record){ .type = RECORD_RELOAD };
	clock_read(&r.at);
	take_reading(w, &r.at);
	r.reload.watch_s = w->config.watch;
	list_servers(w, &r.reload.servers);
	ledger_append_sealed(&w->ledger, &r);
	if (!same_servers && !measure_afresh(w))
		stop(w, EXIT_CANNOT);
	log_line(LOG_INFO, "reloaded: %zu servers%s", fresh->servers,
	    same_servers ? "" : ", measured afresh");
}

static const char *
config_path(const struct options *o)
{
	return o->config != NULL ? o->config
				 : CLOCKWITNESS_SYSCONFDIR "/clockwitness.conf";
}

static bool
servers_from_command_line(const struct witness *w)
{
	return w->options->first_server < w->argc;
}

static void
on_reload(void *arg)
{
	static struct config fresh;
	struct witness *w = arg;
	char message[CONFIG_MESSAGE_SIZE];

	notify_reloading();
	if (servers_from_command_line(w))
		log_line(
		    LOG_INFO, "the servers are the command line's: nothing to reload");
	else if (!config_load(config_path(w->options), &fresh, message))
		log_line(LOG_ERROR, "%s; going on as before", message);
	else if (fresh.servers == 0)
		log_line(LOG_ERROR, "%s names no server; going on as before",
		    config_path(w->options));
	else if (config_equal(&fresh, &w->config))
		log_line(LOG_INFO, "the configuration has not changed");
	else {
		if (strcmp(fresh.evidence, w->config.evidence) != 0)
			log_line(
			    LOG_WARNING, "another evidence directory needs a restart");
		apply(w, &fresh);
	}
	notify_ready();
}

static void
on_progress(void *arg)
{
	struct witness *w = arg;
	static struct calibration c;
	struct clock_reading now;

	clock_read(&now);
	calibrator_conclude(&w->calibrator, &now, &c);
	report_progress(&c);
	loop_timer_set(w->progress_timer, (struct span){ PROGRESS_NS });
}

static bool
make_timers(struct witness *w)
{
	w->end_timer = loop_timer_new(w->loop, on_terminate, w);
	w->progress_timer = loop_timer_new(w->loop, on_progress, w);
	return w->end_timer != NULL && w->progress_timer != NULL;
}

static bool
watch_signals(struct witness *w)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file at its limit is as a full disk */
	return loop_signal(w->loop, SIGTERM, on_terminate, w) == 0 &&
	       loop_signal(w->loop, SIGINT, on_terminate, w) == 0 &&
	       loop_signal(w->loop, SIGHUP, on_reload, w) == 0 &&
	       loop_signal(w->loop, SIGUSR1, on_measure, w) == 0;
}

int
witness_open(struct witness *w, const struct options *o, const struct config *c, int argc,
    char *const argv[])
{
	int error;

	memset(w, 0, sizeof(*w));
	w->options = o;
	w->config = *c;
	w->argc = argc;
	w->argv = argv;
	error = loop_open(&w->loop);
	if (error == 0)
		error = ledger_open(&w->ledger, w->loop);
	if (error == 0)
		error = watch_open(&w->watch, w->loop,
		    (struct span){ c->watch * NS_PER_SECOND }, on_watch, w);
	if (error == 0 && (!make_timers(w) || !watch_signals(w)))
		error = -ENOMEM;
	if (error < 0) {
		(void)log_fail(error, "the event loop");
		return EXIT_CANNOT;
	}
	apply_settings(w);
	if (open_evidence(w) < 0)
		return EXIT_CANNOT;
	return open_roster(w) < 0 ? EXIT_CANNOT : 0;
}

static void
finish(struct witness *w)
{
	static struct record r;
	struct clock_reading now;

	evidence_drain(&w->ledger.evidence);
	clock_read(&now);
	conclude(w, &now, true);
	r = (struct record){ .type = RECORD_STOP,
		.at = now,
		.stop = { .exchanges = w->exchanges,
		    .samples = w->samples,
		    .faults = w->faults,
		    .calibrations = w->calibrations } };
	record_copy_text(r.stop.reason, sizeof(r.stop.reason),
	    w->code == EXIT_AS_ASKED ? "as asked" : "cannot go on");
	(void)evidence_append(&w->ledger.evidence, &r);
	(void)evidence_seal(&w->ledger.evidence, &now, true);
	ledger_say(&w->ledger, "ends");
}

enum exit_code
witness_run(struct witness *w)
{
	const struct options *o = w->options;

	if (o->stop_after.ns > 0)
		loop_timer_set(w->end_timer, o->stop_after);
	if ((o->stop_after.ns > 0 || o->until > 0) && isatty(STDERR_FILENO))
		loop_timer_set(w->progress_timer, (struct span){ PROGRESS_NS });
	notify_ready();
	if (!w->stopping && loop_run(w->loop) < 0)
		w->code = EXIT_CANNOT;
	notify_stopping();
	finish(w);
	if (o->once)
		report_table(o->evidence != NULL && strcmp(o->evidence, "-") == 0
				 ? stderr
				 : stdout,
		    &w->last, w->last_exchange);
	if (o->once && w->code == EXIT_AS_ASKED && w->last.outcome != OUTCOME_MAJORITY)
		w->code = EXIT_NO_MAJORITY;
	if (o->once && (fflush(stdout) != 0 || ferror(stdout))) {
		(void)log_fail(-errno, "standard output");
		w->code = EXIT_CANNOT;
	}
	return w->code;
}

void
witness_close(struct witness *w)
{
	watch_close(&w->watch);
	ledger_close(&w->ledger);
	roster_close(&w->roster);
	loop_timer_free(w->end_timer);
	loop_timer_free(w->progress_timer);
	loop_close(w->loop);
}
