#include "correct_binary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "explain.h"
#include "json.h"
#include "progress.h"
#include "rewriting.h"
#include "say.h"

#define STAMP_MOST 32 /* octets */

struct binary_pass {
	const struct log_job *job;
	const char *name;
	struct log_result *result;
	struct rewriting rewriting;
	struct binary_log *log;
	uint64_t position; /* of the log, octets */
	/* of the item at hand, to be passed over */
	uint64_t rest;
	bool to_newline;
	bool lost;    /* from here on all of it */
	size_t noted; /* octets that wait for more, and are in the manifest's digest */
	struct system_time clock_was;
	bool clock_was_known;
};

/* ---- stamps */

static void
rewrite(struct binary_pass *p, char *at, const struct binary_form *f,
    const struct log_stamp *s)
{
	uint8_t text[STAMP_MOST];
	size_t n = binary_form_octets(f);

	memcpy(text, at, n);
	if (binary_stamp_write(f, s->time, s->answer.correction.utc, text))
		rewriting_replace(&p->rewriting, at, n, (const char *)text, n);
	else
		p->result->tally.unprintable++;
}

/* An entry of the export is counted where it ends. */
static uint64_t
record_at_hand(const struct binary_pass *p)
{
	return p->result->tally.lines + (p->log->format == BINARY_EXPORT);
}

static void
on_time(struct binary_pass *p, char *at, const struct binary_form *f,
    const struct binary_time *t, const struct log_uptime *up)
{
	struct log_state *state = &p->result->state;
	struct log_stamp s = { .t = { .scale = LOG_SINCE_1970,
				   .count_s = t->seconds,
				   .fraction_ns = t->fraction_ns,
				   .resolution = t->resolution },
		.format = FORMAT_BINARY + p->log->format };

	if (p->log->format == BINARY_LASTLOG)
		state->has_last = false; /* users come by number, not by time */
	corrector_time(p->job->corrector, state, up, &s);
	tally_count(&p->result->tally, &s);
	if (p->job->explain) {
		corrector_exact(p->job->corrector, &s);
		explain_stamp(&s, p->name, record_at_hand(p), p->job->json);
	}
	if (s.fate == STAMP_CORRECTED)
		rewrite(p, at, f, &s);
}

/* ---- the clock being set, as utmp records it */

static const char *
rfc3339(struct system_time t, char out[RFC3339_LENGTH + 1])
{
	struct text text = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&text, t.ns);
	*text.at = '\0';
	return out;
}

static void
tell_json(const struct binary_pass *p, struct system_time is)
{
	struct json *j = json_begin();

	json_text(j, "log", p->name);
	json_number(j, "record", (int64_t)p->result->tally.lines);
	if (p->clock_was_known)
		json_time(j, "clock_set_from", p->clock_was.ns);
	json_time(j, "clock_set_to", is.ns);
	json_end(j, stderr);
}

static void
tell_words(const struct binary_pass *p, struct system_time is)
{
	char from[RFC3339_LENGTH + 1] = "?";
	char to[RFC3339_LENGTH + 1];
	char size[48] = "how far is not recorded";

	if (p->clock_was_known) {
		(void)rfc3339(p->clock_was, from);
		(void)snprintf(size, sizeof(size), "by %+.6f s",
		    span_seconds(system_since(is, p->clock_was)));
	}
	say("%s: record %" PRIu64 ": the clock was set from %s to %s, %s (left as it is)",
	    p->name, p->result->tally.lines, from, rfc3339(is, to), size);
}

static void
on_clock(struct binary_pass *p, const struct binary_time *t, enum binary_note note)
{
	struct system_time shown = { INT64_MAX };

	if (!__builtin_mul_overflow(t->seconds, NS_PER_SECOND, &shown.ns))
		shown = system_after(shown, (struct span){ t->fraction_ns });
	if (note == BINARY_CLOCK_WAS) {
		p->clock_was = shown;
		p->clock_was_known = true;
		return;
	}
	p->result->tally.clock_sets++;
	if (p->clock_was_known)
		corrector_clock_set(
		    p->job->corrector, &p->result->state, p->clock_was, shown);
	if (p->job->json)
		tell_json(p, shown);
	else if (!p->job->quiet)
		tell_words(p, shown);
	p->clock_was_known = false;
}

/* ---- items */

/* NULL: nothing is told. */
static const struct log_uptime *
uptime(const struct binary_uptime *read, struct log_uptime *out)
{
	if (!read->known || __builtin_mul_overflow(read->us, INT64_C(1000), &out->up.ns))
		return NULL;
	memcpy(out->boot, read->boot, sizeof(read->boot));
	out->boot[sizeof(read->boot)] = '\0';
	return out;
}

static void
on_item(struct binary_pass *p, char *at, const struct binary_item *item)
{
	struct log_uptime space;
	const struct log_uptime *up = uptime(&item->up, &space);
	bool strange = item->note == BINARY_STRANGE;

	p->result->tally.lines += item->is_record;
	for (size_t i = 0; i < item->stamps; i++) {
		const struct binary_stamp *s = &item->stamp[i];
		struct binary_time t;

		if (!binary_stamp_read(&s->form, (const uint8_t *)at + s->at, &t))
			strange = true;
		else if (item->note == BINARY_CLOCK_WAS || item->note == BINARY_CLOCK_IS)
			on_clock(p, &t, item->note);
		else
			on_time(p, at + s->at, &s->form, &t, up);
	}
	p->result->tally.strange += strange;
	p->rest = item->rest;
	p->to_newline = item->to_newline;
}

static void
lose(struct binary_pass *p)
{
	p->lost = true;
	(void)snprintf(p->result->damage, sizeof(p->result->damage),
	    "at octet %" PRIu64 " there is no %s; from there on it is passed on as it is",
	    p->position, binary_formats[p->log->format].name);
}

static size_t
pass_over(struct binary_pass *p, const char *at, size_t n)
{
	const char *newline;

	if (p->lost)
		return n;
	if (p->rest > 0) {
		n = p->rest < n ? (size_t)p->rest : n;
		p->rest -= n;
		return n;
	}
	newline = memchr(at, '\n', n);
	p->to_newline = newline == NULL;
	return newline != NULL ? (size_t)(newline + 1 - at) : n;
}

/* How many octets are done with; 0: that takes more than these. */
static size_t
take(struct binary_pass *p, char *at, size_t n)
{
	struct binary_item item;

	if (p->lost || p->rest > 0 || p->to_newline)
		return pass_over(p, at, n);
	switch (binary_log_next(p->log, (const uint8_t *)at, n, &item)) {
	case BINARY_MORE:
		return 0;
	case BINARY_LOST:
		lose(p);
		return n;
	case BINARY_ITEM:
		break;
	}
	on_item(p, at, &item);
	return item.head;
}

static size_t
take_all(struct binary_pass *p, char *octets, size_t n)
{
	size_t used = 0;
	size_t done = 1;

	while (used < n && done > 0) {
		done = take(p, octets + used, n - used);
		used += done;
		p->position += done;
	}
	return used;
}

/* What is left at the end of the log is the beginning of a record. */
static size_t
take_torn(struct binary_pass *p, size_t n)
{
	if (n > 0 || p->rest > 0)
		(void)snprintf(p->result->damage, sizeof(p->result->damage),
		    "it ends within a record, at octet %" PRIu64, p->position + n);
	return n;
}

static void
on_octets(struct binary_pass *p, struct lines *l)
{
	char *octets = l->buffer + l->from;
	size_t n = l->to - l->from;
	struct lines_block b = { octets, 0, false };

	rewriting_begin(&p->rewriting, &b);
	if (p->job->manifest != NULL)
		manifest_original(p->job->manifest, octets + p->noted, n - p->noted);
	p->log->whole = l->ended;
	b.n = take_all(p, octets, n);
	if (l->ended)
		b.n += take_torn(p, n - b.n);
	rewriting_end(&p->rewriting, &b);
	p->noted = n - b.n;
	lines_skip(l, b.n);
}

/* Nothing but what the records hold tells how they are laid out. */
static void
say_layout(const struct binary_pass *p)
{
	if (p->log->record > 0 && !p->job->quiet && !p->job->json)
		say("%s: taken for %s: records of %zu octets, the %s octet of a number "
		    "first",
		    p->name, binary_formats[p->log->format].name, p->log->record,
		    p->log->big ? "most significant" : "least significant");
}

static int
all_octets(struct binary_pass *p, struct lines *l)
{
	struct progress progress = { .name = p->job->progress ? p->name : NULL };
	int more = 0;

	while (more >= 0) {
		on_octets(p, l);
		if (!lines_flush(p->job->sink))
			more = -errno;
		else if (l->ended)
			break;
		else
			more = lines_look(l);
		progress_show(&progress, &l->source);
	}
	progress_end(&progress);
	return more < 0 ? more : 0;
}

int
correct_binary(const struct log_job *job, const char *name, struct lines *l,
    struct binary_log *b, struct log_result *out)
{
	struct binary_pass p = { .job = job, .name = name, .result = out, .log = b };

	p.rewriting = (struct rewriting){ .sink = job->sink, .manifest = job->manifest };
	out->tally.binary = true;
	say_layout(&p);
	return all_octets(&p, l);
}
