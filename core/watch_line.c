#include "watch_line.h"

#include <math.h>

#include "crossing.h"

#define LINE_MIN_NS 400000000 /* from shorter stretches no slope is read */
#define SLOPE_ANY 1e9
/* The knot at the end need not lie on the line that passes all readings: a part for each. */
#define PLAY_NS (WATCH_TOLERANCE_NS * 0.4)
#define CROSS_BACK 3
#define BEND_SOON_S 64 /* a bend that shows within this is told with what made it */

static bool
long_enough(struct raw_time from, struct raw_time to)
{
	return raw_since(to, from).ns >= LINE_MIN_NS;
}

static struct watch_entry *
report_bend(struct watch_report *out, const struct clock_bend *b)
{
	struct watch_entry *e = &out->entry[out->entries];

	if (out->entries == WATCH_ENTRIES_MAX)
		return &out->entry[WATCH_ENTRIES_MAX - 1];
	*e = (struct watch_entry){ .change = { .bent = true, .bend = *b } };
	out->entries++;
	return e;
}

/*
 * How fast the clock may have run between two readings: what was measured at the least,
 * and what a length of the tick that is not known to be the usual one allows.
 */
static double
slew_limit(const struct watch_look *a, const struct watch_look *b)
{
	struct clock_knot from = knot_of(&a->at);
	double length = span_seconds(raw_since(b->at.raw, a->at.raw));
	double error = span_seconds(span_add(a->at.read, b->at.read)) / length;
	double mean = fabs(line_slope(&from, &b->at)) + error;

	/* who slews at the limit all the way must not seem to be beyond it */
	if (a->plain && b->plain && mean - 2 * error <= WATCH_SLEW_LIMIT)
		return mean > WATCH_SLEW_LIMIT ? mean : WATCH_SLEW_LIMIT;
	return mean > WATCH_TICK_LIMIT ? mean : WATCH_TICK_LIMIT;
}

static struct clock_bend *
report_loose(const struct watch_look *before, const struct watch_look *look,
    struct watch_report *out)
{
	struct clock_bend b = {
		.knot = knot_of(&look->at),
		.loose = true,
		.slew_limit = slew_limit(before, look),
	};

	return &report_bend(out, &b)->change.bend;
}

/*
 * The line as it was ends at its newest reading. Of two readings nobody knows whether the
 * rate was the same all the way.
 */
static void
report_edge(const struct clock_watch *w, struct watch_report *out)
{
	struct clock_bend b = { .knot = knot_of(&w->on[0].at) };

	if (w->known >= 3)
		(void)report_bend(out, &b);
	else if (w->known == 2)
		(void)report_loose(&w->on[1], &w->on[0], out);
}

static void
remember(struct clock_watch *w, const struct watch_look *look)
{
	bool dense = w->known > 1 && !long_enough(w->on[1].at.raw, w->on[0].at.raw);

	if (!dense) {
		for (size_t i = WATCH_WINDOW - 1; i > 0; i--)
			w->on[i] = w->on[i - 1];
		w->known += w->known < WATCH_WINDOW;
	}
	w->on[0] = *look;
}

/*
 * A line through `from` that passes all readings within the tolerance: each reading
 * allows a range of slopes, and those that all allow are left ("swinging door"). False:
 * none is, or the rate was changed so much that a straight line would be chance.
 */
static bool
on_line(struct clock_watch *w, const struct watch_look *look)
{
	double length = span_seconds(raw_since(look->at.raw, w->from.raw));
	double play = (PLAY_NS / 1e9 + span_seconds(look->at.read)) / length;
	double own = line_slope(&w->from, &look->at);
	double least = own - play > w->least ? own - play : w->least;
	double most = own + play < w->most ? own + play : w->most;

	if (least > most || look->turned)
		return false;
	w->least = least;
	w->most = most;
	remember(w, look);
	return true;
}

/* A new line through this bend, on which these readings lie, oldest first. */
static void
begin_line(struct clock_watch *w, const struct clock_bend *bend,
    const struct watch_look looks[], size_t n)
{
	w->from = bend->knot;
	w->least = -SLOPE_ANY;
	w->most = SLOPE_ANY;
	w->known = 0;
	w->off = 0;
	w->retell = !bend->has_rate;
	w->turned = false;
	for (size_t i = 0; i < n; i++)
		if (!long_enough(w->from.raw, looks[i].at.raw) || !on_line(w, &looks[i]))
			remember(w, &looks[i]);
}

void
watch_line_begin(struct clock_watch *w, const struct watch_look *look)
{
	struct clock_bend bend = { .knot = knot_of(&look->at) };

	begin_line(w, &bend, look, 1);
}

/*
 * The line ends here. Readings off it that are no line of their own become knots as they
 * are; the last of them.
 */
static const struct watch_look *
give_up_astray(struct clock_watch *w, struct watch_report *out)
{
	const struct watch_look *before = &w->on[0];

	report_edge(w, out);
	for (size_t i = 0; i < w->off; i++) {
		(void)report_loose(before, &w->astray[i], out);
		before = &w->astray[i];
	}
	return before;
}

static struct trio
trio_of(const struct watch_look *first, const struct watch_look *middle,
    const struct watch_look *last)
{
	return (struct trio){ &first->at, &middle->at, &last->at };
}

struct trio
watch_line_trio(const struct clock_watch *w, size_t newest)
{
	return trio_of(&w->on[newest + 2], &w->on[newest + 1], &w->on[newest]);
}

/*
 * The rate changed once before the first reading astray: after the last one on the line,
 * or shortly before that, when it did not show yet. The place that suits all best.
 */
static bool
cross(const struct clock_watch *w, const struct watch_look *third, struct crossing *out)
{
	size_t most = w->astray[0].turned ? 1 : CROSS_BACK; /* it was then, or before */
	bool found = false;

	for (size_t i = 0; i < most && i + 3 <= w->known; i++) {
		const struct watch_look *first = i > 0 ? &w->on[i - 1] : &w->astray[0];
		struct trio newer = trio_of(first, &w->astray[1], third);
		struct trio older = watch_line_trio(w, i);
		struct crossing c;

		if (!crossing_find(&older, &newer, &c) ||
		    (found && c.missed.ns >= out->missed.ns))
			continue;
		*out = c;
		found = true;
	}
	return found;
}

/* Puts the reading on the line, or with those astray while there is room. */
static void
place(struct clock_watch *w, const struct watch_look *look)
{
	if (w->off > 0 || !on_line(w, look))
		w->astray[w->off++] = *look;
}

/* The first of them begins a new line, and the others are looked at again. */
static void
begin_anew(
    struct clock_watch *w, const struct watch_look *third, struct watch_report *out)
{
	struct watch_look second = w->astray[1];

	report_edge(w, out);
	(void)report_loose(&w->on[0], &w->astray[0], out);
	watch_line_begin(w, &w->astray[0]);
	place(w, &second);
	place(w, third);
}

/* Three readings off the old line: are they a new one, and does it cross the old? */
static void
settle_bend(
    struct clock_watch *w, const struct watch_look *third, struct watch_report *out)
{
	struct watch_look looks[3] = { w->astray[0], w->astray[1], *third };
	struct trio newer = trio_of(&looks[0], &looks[1], &looks[2]);
	struct clock_bend *bend;
	struct clock_bend b;
	struct crossing crossing;
	struct span missed;

	if (looks[1].turned || looks[2].turned || !trio_is_line(&newer, &missed)) {
		begin_anew(w, third, out);
		return;
	}
	if (cross(w, third, &crossing)) {
		b = (struct clock_bend){ .knot = crossing.knot };
		bend = &report_bend(out, &b)->change.bend;
	} else {
		report_edge(w, out);
		bend = report_loose(&w->on[0], &looks[0], out);
	}
	bend->has_rate = true;
	bend->rate = trio_slope(&newer);
	b = *bend;
	begin_line(w, &b, looks, 3);
}

void
watch_line_look(
    struct clock_watch *w, const struct watch_look *look, struct watch_report *out)
{
	const struct watch_look *before = w->off > 0 ? &w->astray[w->off - 1] : NULL;

	if (!long_enough(before != NULL ? before->at.raw : w->from.raw, look->at.raw))
		return;
	w->turned = false;
	if (w->off < 2)
		place(w, look);
	else
		settle_bend(w, look, out);
}

/* As the last readings foretold, over however long a gap. */
static bool
as_foretold(struct clock_watch *w, const struct watch_look *look)
{
	struct trio trio = watch_line_trio(w, 0);
	struct clock_knot edge;
	double far;
	double play;

	if (w->off > 0 || w->known < 3)
		return false;
	edge = knot_of(&w->on[0].at);
	far = span_seconds(raw_since(look->at.raw, edge.raw));
	play = WATCH_TOLERANCE_NS / 1e9 + 2 * trio_slope_error(&trio) * far;
	return fabs(span_seconds(line_missed_by(&edge, trio_slope(&trio), &look->at))) <=
		   play &&
	       on_line(w, look);
}

void
watch_line_gap(struct clock_watch *w, const struct watch_look *look, bool steady,
    struct watch_report *out)
{
	const struct watch_look *before;

	if (steady && as_foretold(w, look))
		return;
	before = give_up_astray(w, out);
	(void)report_loose(before, look, out);
	watch_line_begin(w, look);
}

/* The same reading, had nobody set the clock and had the host not slept. */
static struct watch_look
untouched(const struct watch_look *look, const struct watch_report *seen)
{
	struct watch_look u = *look;
	struct span jump = seen->stepped ? seen->step : (struct span){ 0 };

	if (seen->suspended)
		jump = span_add(jump, seen->suspend);
	u.at.real = system_after(u.at.real, span_sub((struct span){ 0 }, jump));
	return u;
}

void
watch_line_break(
    struct clock_watch *w, const struct watch_look *look, struct watch_report *out)
{
	struct watch_look without = untouched(look, out);
	struct watch_look before = w->off > 0 ? w->astray[w->off - 1] : w->on[0];
	bool straight = w->known >= 3 && w->off == 0 && on_line(w, &without);

	if (w->off > 0 || w->known < 3)
		(void)give_up_astray(w, out);
	if (!straight)
		report_loose(&before, &without, out)->knot = knot_of(&look->at);
	watch_line_begin(w, look);
}

void
watch_line_end(struct clock_watch *w, struct watch_report *out)
{
	if (w->off > 0)
		(void)give_up_astray(w, out);
	w->off = 0;
}

/*
 * The line still holds, but the change of the frequency bent it: soon it will not. Then
 * the knot is told together with what made it, not in a record of its own.
 */
bool
watch_line_bend_at(struct clock_watch *w, size_t first, struct watch_report *out)
{
	struct watch_look looks[3];
	struct trio older;
	struct trio newer;
	struct crossing c;
	struct clock_bend b;
	double errors;

	if (w->known < first + 4)
		return false;
	older = watch_line_trio(w, first + 1);
	newer = watch_line_trio(w, first - 2);
	errors = trio_slope_error(&older) + trio_slope_error(&newer);
	if (!crossing_find(&older, &newer, &c) ||
	    (fabs(c.after - c.before) - errors) * BEND_SOON_S < WATCH_TOLERANCE_NS / 1e9)
		return false;
	b = (struct clock_bend){ .knot = c.knot, .has_rate = true, .rate = c.after };
	(void)report_bend(out, &b);
	for (size_t i = 0; i < 3; i++)
		looks[i] = w->on[first - i];
	begin_line(w, &b, looks, 3);
	return true;
}
