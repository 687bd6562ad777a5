/* From the configuration to evidence that has begun. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "confine.h"
#include "context.h"
#include "log.h"
#include "witness_parts.h"

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
on_directory_lost(void *arg)
{
	witness_stop(arg, EXIT_CANNOT);
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
open_evidence(struct witness *w, struct record *begun)
{
	struct record_start *start = &begun->start;
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
	w->ledger.evidence.confined = start->context.landlock > 0;
	w->ledger.evidence.hopeless = on_directory_lost;
	w->ledger.evidence.arg = w;
	clock_read(&begun->at);
	surroundings_open(&w->surroundings, start, &begun->at);
	w->since = begun->at;
	watch_feed(&w->watch, &begun->at);
	error = ledger_begin(&w->ledger, begun);
	if (error < 0)
		return error;
	replay_take(&w->replay, begun);
	return 0;
}

int
witness_begin(struct witness *w)
{
	struct record begun = { .type = RECORD_START };
	int code;

	open_status(w);
	code = prepare_start(w, &begun.start);
	if (code != 0)
		return code;
	return open_evidence(w, &begun) < 0 ? EXIT_CANNOT : 0;
}
