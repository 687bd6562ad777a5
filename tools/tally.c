#include "tally.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "say.h"

void
tally_count(struct tally *t, struct system_time time, const struct correction *c)
{
	struct span moved = utc_minus_system(c->utc, time);

	t->inside += c->kind == CORRECTION_INSIDE;
	t->outside += c->kind != CORRECTION_INSIDE;
	t->guessed += c->passed != STOP_NONE;
	t->common += c->common;
	t->least = t->any ? span_min(t->least, moved) : moved;
	t->most = t->any ? span_max(t->most, moved) : moved;
	t->uncertainty = span_max(t->uncertainty, c->uncertainty);
	t->any = true;
}

void
tally_say_json(const struct tally *t, const struct tally_setting *s, const char *log)
{
	struct json *j = json_begin();

	json_text(j, "log", log);
	json_text(j, "host", s->host);
	json_text(j, "method", s->method);
	json_text(j, "timezone", s->zone);
	json_number(j, "lines", (int64_t)t->lines);
	json_number(j, "stamps", (int64_t)t->stamps);
	json_number(j, "inside", (int64_t)t->inside);
	json_number(j, "extrapolated", (int64_t)t->outside);
	json_number(j, "guessed", (int64_t)t->guessed);
	json_number(j, "ambiguous", (int64_t)t->ambiguous);
	json_number(j, "never_shown", (int64_t)t->never_shown);
	json_number(j, "not_covered", (int64_t)t->not_covered);
	json_number(j, "unprintable", (int64_t)t->unprintable);
	json_number(j, "least_correction_ns", t->least.ns);
	json_number(j, "greatest_correction_ns", t->most.ns);
	json_number(j, "greatest_uncertainty_ns", t->uncertainty.ns);
	json_number(j, "guessed_year", s->guessed_year);
	json_text(j, "timescale", t->common > 0 ? "common time" : "UTC");
	json_flag(j, "verified", !s->unverified);
	json_end(j, stderr);
}

void
tally_say(const struct tally *t, const struct tally_setting *s, const char *log)
{
	say("%s: %" PRIu64 " lines, %" PRIu64 " stamps: %" PRIu64
	    " inside the evidence, %" PRIu64 " extrapolated, %" PRIu64
	    " never shown by the clock%s",
	    log, t->lines, t->stamps, t->inside, t->outside, t->never_shown,
	    t->never_shown > 0 ? " (left unchanged)" : "");
	if (t->not_covered > 0)
		say("%s: %" PRIu64
		    " stamps that nothing in the evidence can have shown (a boot or a "
		    "suspend lies between), left unchanged",
		    log, t->not_covered);
	if (t->guessed > 0)
		say("%s: %" PRIu64
		    " stamps corrected over a boot or a suspend that the evidence did "
		    "not see: guesses, nothing about them is guaranteed",
		    log, t->guessed);
	if (t->any)
		say("%s: corrected by %+.6f s to %+.6f s, +-%.6f s (95 %%) at most, to %s",
		    log, span_seconds(t->least), span_seconds(t->most),
		    span_seconds(t->uncertainty),
		    t->common > 0 ? "common time, not UTC" : "UTC");
	if (t->ambiguous > 0)
		say("%s: %" PRIu64
		    " stamps that the clock or the zone shows twice; decided by "
		    "the order of lines",
		    log, t->ambiguous);
	if (t->unprintable > 0)
		say("%s: %" PRIu64
		    " stamps whose year does not fit their form, left unchanged",
		    log, t->unprintable);
	if (s->guessed_year != 0)
		say("%s: year %" PRIi64 " assumed for the first stamp (--year)", log,
		    s->guessed_year);
	if (s->unverified)
		say("%s: corrected by evidence that did NOT verify", log);
}
