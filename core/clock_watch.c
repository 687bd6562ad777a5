#include "clock_watch.h"

#include <math.h>

#define LINE_MIN_NS 400000000 /* from shorter stretches no slope is read */
#define SPLINTER_NS 2000      /* by so much three readings may miss one line */

static struct clock_knot
knot_of(const struct clock_reading *r)
{
	return (struct clock_knot){ r->raw, r->real, r->read };
}

/* By how much b - a of one pair of clocks moved between two readings. */
static struct span
moved(struct span before, struct span after)
{
	return span_sub(after, before);
}

static bool
beyond_reading(
    struct span by, const struct clock_reading *a, const struct clock_reading *b)
{
	return span_abs(by).ns > 2 * span_add(a->read, b->read).ns + 100;
}

static struct span
real_minus_boot(const struct clock_reading *r)
{
	return (struct span){ r->real.ns - r->boot.ns };
}

static struct span
boot_minus_mono(const struct clock_reading *r)
{
	return (struct span){ r->boot.ns - r->mono.ns };
}

static void
look_for_jumps(const struct clock_reading *a, const struct clock_reading *b,
    struct watch_report *out)
{
	if (!a->has_boot || !b->has_boot)
		return;
	out->step = moved(real_minus_boot(a), real_minus_boot(b));
	out->stepped = beyond_reading(out->step, a, b);
	if (!a->has_mono || !b->has_mono)
		return;
	out->suspend = moved(boot_minus_mono(a), boot_minus_mono(b));
	out->suspended = beyond_reading(out->suspend, a, b);
}

/* Of the line from a to b, d(host - raw)/d(raw). */
static double
slope(const struct clock_knot *a, const struct clock_reading *b)
{
	double raw = span_seconds(raw_since(b->raw, a->raw));
	double real = span_seconds(system_since(b->real, a->real));

	return (real - raw) / raw;
}

/* The line's value at raw time c. */
static struct system_time
line_at(const struct clock_knot *from, double rate, struct raw_time c)
{
	struct span run = raw_since(c, from->raw);
	struct span gained = span_from_seconds(rate * span_seconds(run));

	return system_after(system_after(from->real, run), gained);
}

static struct span
missed_by(const struct clock_knot *from, double rate, const struct clock_reading *r)
{
	return system_since(r->real, line_at(from, rate, r->raw));
}

static bool
long_enough(struct raw_time from, struct raw_time to)
{
	return raw_since(to, from).ns >= LINE_MIN_NS;
}

static void
report_bend(struct watch_report *out, const struct clock_bend *b)
{
	if (out->bends < WATCH_BENDS_MAX)
		out->bend[out->bends++] = *b;
}

/* A new line from this reading on, its slope not known yet. */
static void
begin_line(struct clock_watch *w, const struct clock_reading *r)
{
	w->from = knot_of(r);
	w->least = -1;
	w->most = 1;
	w->rate = 0;
	w->on = *r;
	w->settled = *r;
	w->settled_rate = 0;
	w->off = 0;
}

/* Readings that are no line of their own become knots as they are. */
static void
give_up_astray(struct clock_watch *w, struct watch_report *out)
{
	struct clock_bend b = { .knot = knot_of(&w->on) };

	report_bend(out, &b);
	for (size_t i = 0; i < w->off; i++) {
		b = (struct clock_bend){ .knot = knot_of(&w->astray[i]),
			.loose = true,
			.slew_limit = WATCH_SLEW_LIMIT };
		report_bend(out, &b);
	}
}

static void
on_jump(struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	out->before = w->last;
	if (w->off > 0)
		give_up_astray(w, out);
	begin_line(w, r);
}

/*
 * Old line and new line meet where old(c) = new(c): from the first reading astray the new
 * line must be followed back by what that reading misses the old line by, over the change
 * of rate. The old line is the one before the last reading on it: the rate may have
 * changed so shortly before that reading that it did not show yet.
 */
static bool
cross(const struct clock_watch *w, double rate, struct clock_bend *out)
{
	bool known = raw_since(w->settled.raw, w->from.raw).ns > 0;
	double old = known ? w->settled_rate : w->rate;
	const struct clock_reading *first = &w->astray[0];
	double apart = span_seconds(missed_by(&w->from, old, first));
	double change = rate - old;
	struct raw_time c;

	if (fabs(change) < 1e-12)
		return false;
	c = raw_after(first->raw, span_from_seconds(-apart / change));
	if (raw_since(c, known ? w->settled.raw : w->on.raw).ns < 0 ||
	    raw_since(first->raw, c).ns < 0)
		return false;
	*out = (struct clock_bend){
		.knot = { c, line_at(&w->from, old, c),
		    span_max(w->on.read, first->read) },
		.has_rate = true,
		.rate = rate,
	};
	return true;
}

static bool
one_line(const struct clock_watch *w, const struct clock_reading *r, double rate)
{
	struct clock_knot first = knot_of(&w->astray[0]);

	return span_abs(missed_by(&first, rate, &w->astray[1])).ns <=
	       SPLINTER_NS + 2 * span_add(w->astray[1].read, r->read).ns;
}

/*
 * A line through `from` that passes all readings within the tolerance: each reading
 * allows a range of slopes, and those that all allow are left ("swinging door"). False:
 * none is.
 */
static bool
on_line(struct clock_watch *w, const struct clock_reading *r)
{
	double length = span_seconds(raw_since(r->raw, w->from.raw));
	double play = (WATCH_TOLERANCE_NS / 1e9 + span_seconds(r->read)) / length;
	double own = slope(&w->from, r);
	double least = own - play > w->least ? own - play : w->least;
	double most = own + play < w->most ? own + play : w->most;

	if (least > most)
		return false;
	w->least = least;
	w->most = most;
	w->settled = w->on;
	w->settled_rate = w->rate;
	w->rate = own < least ? least : own > most ? most : own;
	w->on = *r;
	return true;
}

/* Three readings off the old line: are they a new one that crosses the old? */
static void
settle_bend(
    struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	struct clock_knot first = knot_of(&w->astray[0]);
	double rate = slope(&first, r);
	struct clock_bend bend;

	if (one_line(w, r, rate) && cross(w, rate, &bend)) {
		report_bend(out, &bend);
		w->from = bend.knot;
	} else {
		give_up_astray(w, out);
		w->from = knot_of(&w->astray[1]);
		rate = slope(&w->from, r);
	}
	w->least = -1;
	w->most = 1;
	w->off = 0;
	w->rate = rate;
	(void)on_line(w, r);
}

/* Nobody looked for too long: the clock may have gone anywhere between. */
static bool
looked_away(const struct clock_watch *w, const struct clock_reading *r)
{
	return w->patience.ns > 0 && raw_since(r->raw, w->last.raw).ns > w->patience.ns;
}

static void
on_gap(struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	struct clock_bend before = { .knot = knot_of(&w->last) };
	struct clock_bend after = {
		.knot = knot_of(r), .loose = true, .slew_limit = WATCH_SLEW_LIMIT
	};

	report_bend(out, &before);
	report_bend(out, &after);
	begin_line(w, r);
}

static void
look_for_bends(
    struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	if (w->off == 0 && (!long_enough(w->from.raw, r->raw) || on_line(w, r)))
		return;
	if (w->off > 0 && !long_enough(w->astray[w->off - 1].raw, r->raw))
		return;
	if (w->off < 2)
		w->astray[w->off++] = *r;
	else
		settle_bend(w, r, out);
}

void
clock_watch_read(
    struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	*out = (struct watch_report){ .bends = 0 };
	if (!w->begun) {
		w->begun = true;
		begin_line(w, r);
	} else if (raw_since(r->raw, w->last.raw).ns <= 0) {
		return;
	} else {
		look_for_jumps(&w->last, r, out);
		if (out->stepped || out->suspended)
			on_jump(w, r, out);
		else if (looked_away(w, r))
			on_gap(w, r, out);
		else
			look_for_bends(w, r, out);
	}
	w->last = *r;
}
