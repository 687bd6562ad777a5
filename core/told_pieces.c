/* A stretch of a told clock cut up so that its error holds for each part. */
#include "told_clock.h"

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

static double
seconds_between(struct system_time a, struct system_time b)
{
	return span_seconds(system_since(b, a));
}

static double
error_at(const struct told_stretch *s, struct system_time t)
{
	double left = s->left + s->growth * seconds_between(s->from, t);
	double right = s->right + s->growth * seconds_between(t, s->to);

	if (!s->has_right)
		return left;
	return s->has_left && left < right ? left : right;
}

/* The error rises to where both ends are as far, and falls from there. */
static double
greatest(const struct told_stretch *s, struct system_time a, struct system_time b)
{
	double most = larger(error_at(s, a), error_at(s, b));
	double length = seconds_between(s->from, s->to);
	double top = (s->right - s->left) / 2;

	if (s->has_left && s->has_right && s->growth > 0) {
		struct system_time peak = system_after(
		    s->from, span_from_seconds(top / s->growth + length / 2));

		if (system_since(peak, a).ns > 0 && system_since(b, peak).ns > 0)
			most = larger(most, error_at(s, peak));
	}
	return most;
}

struct told_piece
told_piece(const struct told_stretch *s, struct system_time at)
{
	struct told_piece p = { .from = at, .to = s->to, .slope = s->slope };
	double begun = seconds_between(s->from, at);
	int64_t length = system_since(s->to, at).ns;

	while (
	    length > NS_PER_SECOND &&
	    greatest(s, at, p.to) > 1.5 * smaller(error_at(s, at), error_at(s, p.to))) {
		length /= 2;
		p.to = system_after(at, (struct span){ length });
	}
	p.offset = span_add(s->offset, span_from_seconds(s->slope * begun));
	p.error = span_from_seconds(greatest(s, at, p.to));
	return p;
}
