/* What the watch of the clock saw, and what stands beside the clock: into records. */
#include "log.h"
#include "witness_parts.h"

#define HURRY_NS (16 * NS_PER_SECOND)

static void
record_event(struct witness *w, struct record *r, const struct watch_report *report)
{
	const struct clock_knot *knot = &r->event.clock.bend.knot;

	r->type = RECORD_EVENT;
	r->event.before = r->event.clock.bent ? knot->real : report->before.real;
	r->event.before_raw = r->event.clock.bent ? knot->raw : report->before.raw;
	witness_record_sealed(w, r);
}

static void
record_jump(struct witness *w, enum event_kind kind, struct span size,
    const struct watch_report *report, const struct clock_reading *at)
{
	struct record r = {
		.at = *at,
		.event = { .kind = kind, .sized = true, .size = size },
	};

	record_event(w, &r, report);
}

static void
record_slew(struct witness *w, const struct watch_entry *e,
    const struct watch_report *report, const struct clock_reading *at)
{
	struct record r = {
		.at = *at,
		.event = { .kind = EVENT_SLEW,
		    .slewed = true,
		    .slew = e->slew,
		    .clock = e->change },
	};
	char ppm[32];
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_SLEW_PPM", ppm, 0 },
		{ NULL, NULL, 0 },
	};

	(void)snprintf(ppm, sizeof(ppm), "%.6f", e->slew.size * 1e6);
	log_message(MESSAGE_SLEW, LOG_WARNING, fields,
	    "somebody slews the clock: %+.6f ppm, from %+.6f to %+.6f",
	    e->slew.size * 1e6, e->slew.before * 1e6, e->slew.after * 1e6);
	record_event(w, &r, report);
}

static void
record_entries(
    struct witness *w, const struct watch_report *report, const struct clock_reading *at)
{
	for (size_t i = 0; i < report->entries; i++) {
		const struct watch_entry *e = &report->entry[i];
		struct record r = { .type = RECORD_CLOCK, .at = *at, .clock = e->change };

		if (e->slewed)
			record_slew(w, e, report, at);
		else
			witness_record(w, &r);
	}
}

/*
 * What was measured before is no measure of what comes. All servers are asked at once,
 * and what is known at this moment is written down. Who sets the clock a thousand times a
 * second shall not make us ask the servers as often.
 */
static void
take_stock(struct witness *w, const struct clock_reading *at)
{
	for (size_t i = 0; i < w->roster.peers; i++)
		peer_forget(&w->roster.peer[i]);
	if (!w->hurried || raw_since(at->raw, w->hurried_at).ns >= HURRY_NS)
		witness_hurry(w);
	w->hurried = true;
	w->hurried_at = at->raw;
	witness_conclude(w, at, true);
}

static void
on_step(
    struct witness *w, const struct watch_report *report, const struct clock_reading *at)
{
	double size = span_seconds(report->step);
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_STEP_NS", NULL, report->step.ns },
		{ NULL, NULL, 0 },
	};

	if (report->leap)
		log_message(MESSAGE_LEAP, LOG_WARNING, fields,
		    "leap second: the clock was set by %+.9f s", size);
	else
		log_message(MESSAGE_STEP, LOG_WARNING, fields,
		    "somebody set the clock: %+.9f s", size);
	record_jump(w, report->leap ? EVENT_LEAP : EVENT_STEP, report->step, report, at);
}

static void
on_suspend(
    struct witness *w, const struct watch_report *report, const struct clock_reading *at)
{
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_SUSPEND_NS", NULL, report->suspend.ns },
		{ NULL, NULL, 0 },
	};

	log_message(MESSAGE_SUSPEND, LOG_WARNING, fields,
	    "the host slept for %.3f s; measuring afresh", span_seconds(report->suspend));
	record_jump(w, EVENT_SUSPEND, report->suspend, report, at);
}

void
witness_on_watch(
    void *arg, const struct watch_report *report, const struct clock_reading *at)
{
	struct witness *w = arg;

	surroundings_suspect(&w->surroundings);
	record_entries(w, report, at);
	if (report->suspended)
		on_suspend(w, report, at);
	if (report->stepped)
		on_step(w, report, at);
	if (report->stepped || report->suspended)
		take_stock(w, at);
}

static void
say_surroundings(const struct record_event *e)
{
	const char *was = e->words.was[0] != '\0' ? e->words.was : "none";
	const char *now = e->words.now[0] != '\0' ? e->words.now : "none";
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_CHANGE", event_names[e->kind], 0 },
		{ "CLOCKWITNESS_WAS", was, 0 },
		{ "CLOCKWITNESS_NOW", now, 0 },
		{ NULL, NULL, 0 },
	};

	if (e->kind == EVENT_CLOCKSOURCE)
		log_message(MESSAGE_SURROUNDINGS, LOG_WARNING, fields,
		    "the kernel counts by %s, before by %s; measuring "
		    "afresh",
		    now, was);
	else if (e->kind == EVENT_TIMEZONE)
		log_message(MESSAGE_SURROUNDINGS, LOG_WARNING, fields,
		    "the rules of local time were changed: %s, before %s; now %+lld s",
		    now, was, (long long)e->zone.utc_offset_s);
	else
		log_message(MESSAGE_SURROUNDINGS, LOG_WARNING, fields,
		    "other time daemons: %s, before %s", now, was);
}

static void
record_change(
    struct witness *w, const struct record_event *event, const struct clock_reading *at)
{
	struct record r;

	r.type = RECORD_EVENT;
	r.at = *at;
	r.event = *event;
	say_surroundings(event);
	witness_record_sealed(w, &r);
	if (event->kind == EVENT_CLOCKSOURCE)
		take_stock(w, at);
}

void
witness_on_looked(void *arg, const struct clock_reading *at)
{
	struct witness *w = arg;
	struct record_event event;

	while (surroundings_look(&w->surroundings, at, &event))
		record_change(w, &event, at);
}

void
witness_look_at_device(struct witness *w, const struct clock_reading *at)
{
	struct record_event event;

	if (w->watch.every.ns > 0 &&
	    surroundings_look_at_device(&w->surroundings, at, &event))
		record_change(w, &event, at);
}
