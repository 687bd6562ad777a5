#include "tally.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "say.h"

static void
count_correction(struct tally *t, const struct log_stamp *s)
{
	const struct correction *c = &s->answer.correction;
	struct span moved = utc_minus_system(c->utc, s->time);

	t->inside += c->kind == CORRECTION_INSIDE;
	t->told += c->kind == CORRECTION_TOLD;
	t->outside += c->kind != CORRECTION_INSIDE && c->kind != CORRECTION_TOLD;
	t->guessed += c->passed != STOP_NONE;
	t->common += c->common;
	t->ambiguous += s->of > 1;
	t->least = t->any ? span_min(t->least, moved) : moved;
	t->most = t->any ? span_max(t->most, moved) : moved;
	t->uncertainty = span_max(t->uncertainty, c->uncertainty);
	t->any = true;
}

void
tally_count(struct tally *t, const struct log_stamp *s)
{
	t->stamps++;
	t->fate[s->fate]++;
	if (s->fate == STAMP_CORRECTED)
		count_correction(t, s);
}

void
tally_count_more(struct tally *t, const struct log_stamp *s, uint64_t n,
    struct span least, struct span most)
{
	const struct correction *c = &s->answer.correction;

	t->stamps += n;
	t->fate[STAMP_CORRECTED] += n;
	t->inside += c->kind == CORRECTION_INSIDE ? n : 0;
	t->told += c->kind == CORRECTION_TOLD ? n : 0;
	t->outside += c->kind != CORRECTION_INSIDE && c->kind != CORRECTION_TOLD ? n : 0;
	t->guessed += c->passed != STOP_NONE ? n : 0;
	t->common += c->common ? n : 0;
	t->least = span_min(t->least, least); /* the first one was counted singly */
	t->most = span_max(t->most, most);
}

void
tally_add(struct tally *to, const struct tally *t)
{
	_Static_assert(sizeof(*to) <= (16 + STAMP_FATES) * sizeof(uint64_t),
	    "a count that comes must be added here");
	to->strange += t->strange;
	to->clock_sets += t->clock_sets;
	to->lines += t->lines;
	to->stamps += t->stamps;
	to->inside += t->inside;
	to->outside += t->outside;
	to->ambiguous += t->ambiguous;
	to->unprintable += t->unprintable;
	to->common += t->common;
	to->guessed += t->guessed;
	to->told += t->told;
	for (size_t i = 0; i < STAMP_FATES; i++)
		to->fate[i] += t->fate[i];
	if (!t->any)
		return;
	to->least = to->any ? span_min(to->least, t->least) : t->least;
	to->most = to->any ? span_max(to->most, t->most) : t->most;
	to->uncertainty = span_max(to->uncertainty, t->uncertainty);
	to->any = true;
}

bool
tally_has_findings(const struct tally *t)
{
	return t->unprintable > 0 || t->strange > 0 || t->fate[STAMP_NEVER_SHOWN] > 0 ||
	       t->fate[STAMP_NOT_COVERED] > 0 || t->fate[STAMP_FOREIGN] > 0 ||
	       t->fate[STAMP_NOT_SYNCHRONISED] > 0;
}

/* ---- for machines */

static struct json *
formats(const struct recognition *r)
{
	struct json *j = json_begin();

	for (size_t i = 0; i < FORMATS; i++)
		if (r->lines[i] > 0)
			json_number(j, format_name(i), (int64_t)r->lines[i]);
	return j;
}

static void
add_guesses(struct json *j, const struct tally_setting *s)
{
	const struct log_verdict *v = &s->recognition->verdict;

	json_number(j, "guessed_year", s->order->guessed_year);
	if (s->order->guessed_day != 0)
		json_time(j, "guessed_date", s->order->guessed_day * NS_PER_SECOND);
	json_text(j, "guessed_format", v->guessed ? format_name(v->format) : NULL);
	json_text(j, "rival_format", v->guessed ? format_name(v->rival) : NULL);
	json_text(j, "guessed_boot", s->boot);
}

struct json *
tally_json(const struct tally *t, const struct tally_setting *s)
{
	struct json *j = json_begin();

	json_text(j, "log", s->log);
	json_text(j, "host", s->host);
	json_text(j, "method", s->method);
	json_text(j, "timezone", s->zone);
	json_text(j, "encoding", s->encoding);
	json_text(j, "damage", s->damage);
	json_text(j, "framing", s->framing);
	json_number(j, "lines", (int64_t)t->lines);
	json_number(j, "stamps", (int64_t)t->stamps);
	json_object_in(j, "formats", formats(s->recognition));
	json_number(j, "inside", (int64_t)t->inside);
	json_number(j, "extrapolated", (int64_t)t->outside);
	json_number(j, "guessed", (int64_t)t->guessed);
	json_number(j, "told", (int64_t)t->told);
	json_number(j, "ambiguous", (int64_t)t->ambiguous);
	json_number(j, "never_shown", (int64_t)t->fate[STAMP_NEVER_SHOWN]);
	json_number(j, "not_covered", (int64_t)t->fate[STAMP_NOT_COVERED]);
	json_number(j, "foreign", (int64_t)t->fate[STAMP_FOREIGN]);
	json_number(j, "not_synchronised", (int64_t)t->fate[STAMP_NOT_SYNCHRONISED]);
	json_number(j, "empty", (int64_t)t->fate[STAMP_EMPTY]);
	json_number(j, "unprintable", (int64_t)t->unprintable);
	json_number(j, "strange", (int64_t)t->strange);
	json_number(j, "clock_sets", (int64_t)t->clock_sets);
	json_number(j, "least_correction_ns", t->least.ns);
	json_number(j, "greatest_correction_ns", t->most.ns);
	json_number(j, "greatest_uncertainty_ns", t->uncertainty.ns);
	add_guesses(j, s);
	json_text(j, "timescale", t->common > 0 ? "common time" : "UTC");
	json_flag(j, "verified", !s->unverified);
	return j;
}

/* ---- for people */

static void
say_formats(const struct tally_setting *s, bool binary)
{
	char line[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < FORMATS && used < sizeof(line); i++) {
		uint64_t n = s->recognition->lines[i];

		if (n > 0)
			used += (size_t)snprintf(line + used, sizeof(line) - used,
			    "%s%s (%" PRIu64 ")", used > 0 ? ", " : "", format_name(i),
			    n);
	}
	if (used > 0)
		say("%s: read as %s%s%s", s->log, line,
		    binary ? "" : "; stamps without a zone as ", binary ? "" : s->zone);
}

static void
say_guesses(const struct tally_setting *s)
{
	const struct log_verdict *v = &s->recognition->verdict;

	if (s->order->guessed_year != 0)
		say("%s: year %" PRIi64 " assumed for the first stamp (--year)", s->log,
		    s->order->guessed_year);
	if (s->order->guessed_day != 0) {
		struct civil c = civil_from_seconds(s->order->guessed_day);

		say("%s: the stamps have no date; the first one is taken for that of "
		    "%04d-%02d-%02d",
		    s->log, (int)c.year, c.month, c.day);
	}
	if (v->guessed)
		say("%s: taken for %s, a guess: %s reads it as well (--format)", s->log,
		    format_name(v->format), format_name(v->rival));
	if (s->boot != NULL)
		say("%s: stamps count from boot; boot %s assumed (--boot)", s->log,
		    s->boot);
}

static void
say_left(const struct tally *t, const char *log)
{
	static const char *const left[STAMP_FATES] = {
		[STAMP_NOT_COVERED] = "that nothing in the evidence can have shown",
		[STAMP_FOREIGN] = "of another clock than this host's",
		[STAMP_NOT_SYNCHRONISED] = "marked as of an unsynchronised clock",
	};

	for (int i = 0; i < STAMP_FATES; i++)
		if (left[i] != NULL && t->fate[i] > 0)
			say("%s: %" PRIu64 " stamps %s, left unchanged", log, t->fate[i],
			    left[i]);
	if (t->unprintable > 0)
		say("%s: %" PRIu64
		    " stamps whose form cannot hold the corrected time: %s",
		    log, t->unprintable,
		    t->binary ? "left unchanged" : "UTC stands before the line");
	if (t->strange > 0)
		say("%s: %" PRIu64 " records whose stamps are no times, left unchanged",
		    log, t->strange);
}

void
tally_say(const struct tally *t, const struct tally_setting *s)
{
	say("%s: %" PRIu64 " %s, %" PRIu64 " stamps: %" PRIu64
	    " inside the evidence, %" PRIu64 " extrapolated, %" PRIu64
	    " never shown by the clock%s",
	    s->log, t->lines, t->binary ? "records" : "lines", t->stamps, t->inside,
	    t->outside, t->fate[STAMP_NEVER_SHOWN],
	    t->fate[STAMP_NEVER_SHOWN] > 0 ? " (left unchanged)" : "");
	say_formats(s, t->binary);
	say_left(t, s->log);
	if (t->told > 0)
		say("%s: %" PRIu64
		    " stamps corrected by what the host's own time daemon logged: NOT "
		    "EVIDENCE, nothing about them is guaranteed",
		    s->log, t->told);
	if (t->guessed > 0)
		say("%s: %" PRIu64
		    " stamps corrected over a boot or a suspend that the evidence did "
		    "not see: guesses, nothing about them is guaranteed",
		    s->log, t->guessed);
	if (t->any)
		say("%s: corrected by %+.6f s to %+.6f s, +-%.6f s (95 %%) at most, to %s",
		    s->log, span_seconds(t->least), span_seconds(t->most),
		    span_seconds(t->uncertainty),
		    t->common > 0 ? "common time, not UTC" : "UTC");
	if (t->ambiguous > 0)
		say("%s: %" PRIu64
		    " stamps that the clock or the zone shows twice; decided by "
		    "the order of lines",
		    s->log, t->ambiguous);
	say_guesses(s);
	if (s->framing != NULL)
		say("%s: its records are kept apart by %s, which is not read: make lines of "
		    "them, one a record",
		    s->log, s->framing);
	if (s->encoding != NULL)
		say("%s: it is in %s; the output is in UTF-8", s->log, s->encoding);
	if (s->unverified)
		say("%s: corrected by evidence that did NOT verify", s->log);
}
