#include "crossing.h"

#include <math.h>

#define SPLINTER_NS 2000 /* by so much three readings may miss one line */

struct clock_knot
knot_of(const struct clock_reading *r)
{
	return (struct clock_knot){ r->raw, r->real, r->read };
}

double
line_slope(const struct clock_knot *a, const struct clock_reading *b)
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

struct span
line_missed_by(const struct clock_knot *from, double rate, const struct clock_reading *r)
{
	return system_since(r->real, line_at(from, rate, r->raw));
}

double
trio_slope(const struct trio *t)
{
	struct clock_knot first = knot_of(t->first);

	return line_slope(&first, t->last);
}

double
trio_slope_error(const struct trio *t)
{
	struct span errors = span_add(t->first->read, t->last->read);

	return span_seconds(errors) /
	       span_seconds(raw_since(t->last->raw, t->first->raw));
}

/* Two of the readings' errors together, on one line. */
static struct span
play(const struct clock_reading *a, const struct clock_reading *b)
{
	struct span errors = span_add(a->read, b->read);

	return span_add(span_add(errors, errors), (struct span){ SPLINTER_NS });
}

bool
trio_is_line(const struct trio *t, struct span *missed)
{
	struct clock_knot first = knot_of(t->first);

	*missed = span_abs(line_missed_by(&first, trio_slope(t), t->middle));
	return missed->ns <= play(t->middle, t->last).ns;
}

/*
 * old(c) = new(c): from the first new reading the new line must be followed back by what
 * that reading misses the old line by, over the change of rate. A change that is lost in
 * the readings' errors may seem to lie anywhere: it is put where it can have been.
 */
static struct raw_time
meeting(const struct trio *older, const struct trio *newer, double before, double after)
{
	struct clock_knot edge = knot_of(older->last);
	double apart = span_seconds(line_missed_by(&edge, before, newer->first));
	double longest = span_seconds(raw_since(newer->first->raw, older->last->raw));
	double change = after - before;
	double back = fabs(change) > 1e-12 ? apart / change : 0;

	back = back < 0 ? 0 : back > longest ? longest : back;
	return raw_after(newer->first->raw, span_from_seconds(-back));
}

bool
crossing_find(const struct trio *older, const struct trio *newer, struct crossing *out)
{
	struct clock_knot old_edge = knot_of(older->last);
	struct clock_knot new_edge = knot_of(newer->first);
	double before = trio_slope(older);
	double after = trio_slope(newer);
	struct raw_time c;
	struct system_time old_value;
	struct system_time new_value;
	struct span missed[3];

	if (!trio_is_line(older, &missed[0]) || !trio_is_line(newer, &missed[1]))
		return false;
	c = meeting(older, newer, before, after);
	old_value = line_at(&old_edge, before, c);
	new_value = line_at(&new_edge, after, c);
	missed[2] = span_abs(system_since(new_value, old_value));
	if (missed[2].ns > play(older->last, newer->first).ns)
		return false;
	*out = (struct crossing){
		.knot = { c, old_value, span_max(older->last->read, newer->first->read) },
		.before = before,
		.after = after,
		.missed = span_add(span_add(missed[0], missed[1]), missed[2]),
	};
	return true;
}
