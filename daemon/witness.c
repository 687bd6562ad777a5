#include "witness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "context.h"
#include "footprint.h"
#include "log.h"
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

void
witness_list_servers(const struct witness *w, struct record_servers *out)
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
			.interleaved = s->interleaved,
		};
		record_copy_text(r->name, sizeof(r->name), s->name);
		record_copy_text(r->address, sizeof(r->address), s->address);
	}
}

static void
on_stream_closed(void *arg)
{
	struct witness *w = arg;

	log_line(LOG_ERROR, "the reader of the evidence went away");
	witness_stop(w, EXIT_CANNOT);
}

static void
describe_configuration(const struct witness *w, struct record_context *c)
{
	c->has_configuration = w->config.file[0] != '\0';
	record_copy_text(c->configuration, sizeof(c->configuration), w->config.file);
	c->configuration_digest = w->config.digest;
}

/* Without it the kernel's stamps serve. */
static void
open_phc(struct witness *w, char out[RECORD_TEXT_SIZE])
{
	const char *interface = w->config.hwtimestamp;
	char why[RECORD_TEXT_SIZE] = "";
	char text[RECORD_TEXT_SIZE];

	if (*interface == '\0')
		return;
	(void)snprintf(text, sizeof(text), "%s", interface);
	if (!phc_open(&w->phc, interface, why, sizeof(why))) {
		(void)snprintf(text, sizeof(text), "%.15s: %.200s", interface, why);
		log_line(
		    LOG_WARNING, "no hardware stamps of %s; the kernel's serve", text);
	}
	record_copy_text(out, RECORD_TEXT_SIZE, text);
}

/* Without it everything else goes on. */
static void
open_status(struct witness *w)
{
	int error;

	status_none(&w->status);
	if (w->config.status[0] == '\0' || w->options->once)
		return;
	error = status_open(&w->status, w->loop, w->config.status);
	if (error < 0)
		log_line(LOG_INFO, "no status socket at %s: %s", w->config.status,
		    strerror(-error));
	status_listen(&w->status, witness_answer, w);
}

static bool
is_stream(const struct witness *w)
{
	return w->options->evidence != NULL && strcmp(w->options->evidence, "-") == 0;
}

/* NULL: no directory is written to. */
static const char *
evidence_directory(const struct witness *w)
{
	if (is_stream(w) || (w->options->evidence == NULL && w->options->once))
		return NULL;
	return w->options->evidence != NULL ? w->options->evidence : w->config.evidence;
}

/* The context is read with all rights that there are, and then they are given away. */
static int
prepare_start(struct witness *w, struct record_start *start)
{
	struct confinement confinement = {
		.wanted = w->config.confine,
		.user = w->config.user,
		.directory = evidence_directory(w),
		.configuration = w->config.file,
	};

	context_read(start, w->argc, w->argv);
	witness_list_servers(w, &start->servers);
	describe_configuration(w, &start->context);
	start->watch_s = w->config.watch;
	watch_describe(&w->watch, start);
	open_phc(w, start->hwtimestamp);
	return confine(&confinement, start);
}

static int
open_evidence(struct witness *w, struct record_start *start)
{
	static struct record begun;
	struct clock_reading now;
	int error = 0;

	if (is_stream(w))
		error = evidence_open_stream(
		    &w->ledger.evidence, w->loop, on_stream_closed, w);
	else if (evidence_directory(w) == NULL)
		evidence_open_none(&w->ledger.evidence);
	else
		error = evidence_open_directory(&w->ledger.evidence,
		    evidence_directory(w), &start->previous, &start->has_previous);
	if (error < 0)
		return error;
	clock_read(&now);
	surroundings_open(&w->surroundings, start, &now);
	w->since = now;
	watch_feed(&w->watch, &now);
	error = ledger_begin(&w->ledger, start, &now);
	if (error < 0)
		return error;
	begun = (struct record){ .type = RECORD_START, .at = now, .start = *start };
	replay_take(&w->replay, &begun);
	return 0;
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
	static struct calibration c;
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
witness_open(struct witness *w, const struct options *o, const struct config *c, int argc,
    char *const argv[])
{
	static struct record_start start;
	int error;

	memset(w, 0, sizeof(*w));
	w->surroundings.clocksource_file = -1;
	status_none(&w->status);
	w->options = o;
	w->config = *c;
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
	open_status(w);
	error = prepare_start(w, &start);
	if (error != 0)
		return error;
	if (open_evidence(w, &start) < 0)
		return EXIT_CANNOT;
	return witness_open_roster(w) < 0 ? EXIT_CANNOT : 0;
}

static void
finish(struct witness *w)
{
	static struct record r;
	struct footprint footprint;
	struct clock_reading now;

	evidence_drain(&w->ledger.evidence);
	clock_read(&now);
	watch_feed(&w->watch, &now);
	watch_end(&w->watch, &now);
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
