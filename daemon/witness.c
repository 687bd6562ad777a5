#include "witness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "footprint.h"
#include "log.h"
#include "memory.h"
#include "notify.h"
#include "report.h"
#include "witness_parts.h"

#define PROGRESS_NS (10 * NS_PER_SECOND)

void
witness_stop(struct witness *w, enum exit_code code)
{
	if (!w->stopping)
		w->code = code;
	w->stopping = true;
	loop_stop(w->loop);
}

static void
on_terminate(void *arg)
{
	witness_stop(arg, EXIT_AS_ASKED);
}

static void
on_measure(void *arg)
{
	struct witness *w = arg;

	log_line(LOG_INFO, "measuring now, as asked");
	witness_hurry(w);
}

static void
on_progress(void *arg)
{
	struct witness *w = arg;
	struct calibration c;
	struct clock_reading now;

	clock_read(&now);
	calibrator_conclude(&w->replay.calibrator, &now, &c);
	report_progress(&c);
	loop_timer_set(w->progress_timer, (struct span){ PROGRESS_NS });
}

/* Is the clock still read? Where it is not to be, that this is called must do. */
static bool
goes_on(const struct witness *w)
{
	int64_t late = 3 * w->watch.every.ns + 5 * NS_PER_SECOND;

	return w->watch.every.ns == 0 || !w->watch.clock.begun ||
	       raw_since(clock_raw(), w->watch.clock.last.at.raw).ns <= late;
}

static void
on_alive(void *arg)
{
	struct witness *w = arg;
	struct span each = notify_alive_each();

	if (each.ns == 0)
		return;
	if (goes_on(w))
		notify_alive();
	loop_timer_set(w->alive_timer, each);
}

static bool
make_timers(struct witness *w)
{
	w->alive_timer = loop_timer_new(w->loop, on_alive, w);
	w->end_timer = loop_timer_new(w->loop, on_terminate, w);
	w->progress_timer = loop_timer_new(w->loop, on_progress, w);
	return w->end_timer != NULL && w->progress_timer != NULL &&
	       w->alive_timer != NULL;
}

static bool
watch_signals(struct witness *w)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file at its limit is as a full disk */
	return loop_signal(w->loop, SIGTERM, on_terminate, w) == 0 &&
	       loop_signal(w->loop, SIGINT, on_terminate, w) == 0 &&
	       loop_signal(w->loop, SIGHUP, witness_on_reload, w) == 0 &&
	       loop_signal(w->loop, SIGUSR1, on_measure, w) == 0;
}

int
witness_open(struct witness *w, const struct options *o, int argc, char *const argv[])
{
	int error;

	w->surroundings.clocksource_file = -1;
	status_none(&w->status);
	w->options = o;
	w->argc = argc;
	w->argv = argv;
	error = loop_open(&w->loop);
	if (error == 0)
		error = ledger_open(&w->ledger, w->loop);
	if (error == 0)
		error = archive_open(&w->archive, &w->ledger, w->loop);
	if (error == 0)
		error = watch_open(&w->watch, w->loop);
	if (error == 0 && (!make_timers(w) || !watch_signals(w)))
		error = -ENOMEM;
	if (error < 0) {
		(void)log_fail(error, "the event loop");
		return EXIT_CANNOT;
	}
	w->watch.saw = witness_on_watch;
	w->watch.looked = witness_on_looked;
	w->watch.arg = w;
	witness_apply_settings(w);
	error = witness_begin(w);
	if (error != 0)
		return error;
	return witness_open_roster(w) < 0 ? EXIT_CANNOT : 0;
}

static void
finish(struct witness *w)
{
	struct footprint footprint;
	struct clock_reading now;
	struct record r;

	evidence_drain(&w->ledger.evidence);
	clock_read(&now);
	watch_feed(&w->watch, &now);
	watch_end(&w->watch, &now);
	witness_tell_suppressed(w, &now);
	witness_conclude(w, &now, true);
	footprint = footprint_so_far();
	r = (struct record){ .type = RECORD_STOP,
		.at = now,
		.stop = { .exchanges = w->exchanges,
		    .samples = w->samples,
		    .faults = w->faults,
		    .calibrations = w->calibrations,
		    .files_read = footprint.files_read,
		    .octets_written = footprint.octets_written,
		    .packets_sent = footprint.packets_sent } };
	record_copy_text(r.stop.reason, sizeof(r.stop.reason),
	    w->code == EXIT_AS_ASKED ? "as asked" : "cannot go on");
	if (!ledger_end(&w->ledger, &r) && w->code == EXIT_AS_ASKED) {
		log_line(LOG_ERROR, "the end of the evidence could not be written");
		w->code = EXIT_CANNOT;
	}
}

static void
on_rotated(void *arg)
{
	struct witness *w = arg;

	archive_begin(&w->archive);
}

enum exit_code
witness_run(struct witness *w)
{
	const struct options *o = w->options;

	if (o->stop_after.ns > 0)
		loop_timer_set(w->end_timer, o->stop_after);
	if ((o->stop_after.ns > 0 || o->until > 0) && isatty(STDERR_FILENO))
		loop_timer_set(w->progress_timer, (struct span){ PROGRESS_NS });
	w->ledger.rotated = on_rotated;
	w->ledger.arg = w;
	archive_begin(&w->archive);
	notify_ready();
	on_alive(w);
	memory_settle();
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
	surroundings_close(&w->surroundings);
	status_close(&w->status);
	archive_close(&w->archive);
	ledger_close(&w->ledger);
	roster_close(&w->roster);
	phc_close(&w->phc);
	loop_timer_free(w->end_timer);
	loop_timer_free(w->progress_timer);
	loop_timer_free(w->alive_timer);
	loop_close(w->loop);
}
