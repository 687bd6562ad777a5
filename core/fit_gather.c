#include <math.h>

#include "fitting.h"

/* as in smoother.c */
#define FLOOR_SHARE 0.01
#define FLOOR_LEAST 0.6
#define FLOOR_FEW 4.0
#define FLOOR_DELAY 0.1
#define FLOOR 50e-9
/* as in levels.c, but for the window of time: a history is no longer than it is */
#define SHIFT_COUNT ((size_t)24)
#define SHIFT_FACTOR 1.3
#define SHIFT_FLOOR 10e-6
#define DENSE ((size_t)32) /* of more than DRIFT_POINTS so many count, each of them */

/* The newest points of one source, oldest first. */
struct run {
	const struct drift_history *history;
	size_t count, taken;
};

static const struct drift_point *
point_of(const struct run *r, size_t i)
{
	return drift_newest(r->history, r->count - 1 - i);
}

static double
delay_of(const struct run *r, size_t i)
{
	return span_seconds(point_of(r, i)->delay);
}

static double
least(const struct run *r, size_t from, size_t to)
{
	double d = delay_of(r, from);

	for (size_t i = from + 1; i < to; i++)
		if (delay_of(r, i) < d)
			d = delay_of(r, i);
	return d;
}

/* The square of the mean root of (delay - least): a few spikes move it little. */
static double
typical(const struct run *r, size_t from, size_t to, double delay_min)
{
	double sum = 0;

	for (size_t i = from; i < to; i++) {
		double excess = delay_of(r, i) - delay_min;

		sum += sqrt(excess > 0 ? excess : 0);
	}
	sum /= (double)(to - from);
	return sum * sum;
}

/*
 * Where a higher level of delay begins that has lasted for SHIFT_COUNT points: after the
 * last point near the old one. count: there is none. A lower one needs no telling: to it,
 * the old points are late, and have no say.
 */
static size_t
shift(const struct run *r)
{
	double after;
	double before;
	double limit;
	size_t k;

	if (r->count < 2 * SHIFT_COUNT)
		return r->count;
	after = least(r, r->count - SHIFT_COUNT, r->count);
	before = least(r, 0, r->count - SHIFT_COUNT);
	limit = before + SHIFT_FACTOR * typical(r, 0, r->count - SHIFT_COUNT, before) +
		SHIFT_FLOOR;
	if (after <= limit)
		return r->count;
	for (k = r->count - SHIFT_COUNT; k > 0 && delay_of(r, k - 1) > limit; k--)
		;
	return k;
}

/* What the points [from, to) of a source have in common. */
struct stretch {
	size_t from, to;
	double delay_min, floor_delay;
};

static struct stretch
stretch_of(const struct run *r, size_t from, size_t to)
{
	double count = (double)(to - from);
	double delay_min = least(r, from, to);
	double share = FLOOR_SHARE + FLOOR_LEAST / sqrt(count) + FLOOR_FEW / count;

	return (struct stretch){
		.from = from,
		.to = to,
		.delay_min = delay_min,
		.floor_delay = share * typical(r, from, to, delay_min) / 2 +
			       FLOOR_DELAY / count * delay_min + FLOOR,
	};
}

/* How many of the newest points are worth remembering. */
static size_t
remembered(const struct drift_history *h)
{
	size_t n = h->used < DRIFT_POINTS ? h->used : DRIFT_POINTS;

	while (
	    n < h->used &&
	    raw_since(drift_newest(h, 0)->at, drift_newest(h, n)->at).ns <= FIT_MEMORY_NS)
		n++;
	return n;
}

/*
 * Where there are many points, of the older ones he counts whose delay is the least among
 * his neighbours, of whom there are the more the older he is: little is lost, for a
 * sample tells the more the less it was delayed, and a fit takes no longer.
 */
static bool
counts(const struct run *r, const struct stretch *s, size_t i)
{
	size_t reach = r->count > DRIFT_POINTS ? (r->count - 1 - i) / DENSE : 0;
	size_t from = i < s->from + reach ? s->from : i - reach;
	size_t to = i + reach < s->to ? i + reach : s->to - 1;
	int64_t own = point_of(r, i)->delay.ns;

	for (size_t k = from; k < i; k++)
		if (point_of(r, k)->delay.ns < own)
			return false;
	for (size_t k = i + 1; k <= to; k++)
		if (point_of(r, k)->delay.ns <= own)
			return false;
	return true;
}

static size_t
begin_level(struct fitting *f, const struct stretch *s, double error)
{
	double limit = s->delay_min / 2 + error;

	if (limit > f->limit_max)
		f->limit_max = limit;
	f->level[f->levels] = (struct fit_level){
		.limit = limit,
		.scale = 1,
	};
	return f->levels++;
}

/* A source of many points has one level, or two if one of them may be a new one. */
struct source_view {
	struct run run;
	struct stretch stretch[2];
	size_t level[2];
};

static void
view_source(struct fitting *f, const struct fit_source *source, size_t most, bool split,
    struct source_view *v)
{
	size_t count = remembered(source->history);
	size_t at;

	*v = (struct source_view){
		.run = { source->history, count < most ? count : most, 0 },
	};
	if (v->run.count == 0)
		return;
	at = split ? shift(&v->run) : v->run.count;
	if (at == 0)
		at = v->run.count;
	v->stretch[0] = stretch_of(&v->run, 0, at);
	v->level[0] = begin_level(f, &v->stretch[0], source->error);
	if (at == v->run.count)
		return;
	v->stretch[1] = stretch_of(&v->run, at, v->run.count);
	v->level[1] = begin_level(f, &v->stretch[1], source->error);
}

static void
take_point(struct fitting *f, struct source_view *v, struct raw_time epoch)
{
	const struct drift_point *p = point_of(&v->run, v->run.taken);
	size_t which = v->run.taken >= v->stretch[0].to;
	const struct stretch *s = &v->stretch[which];
	double h;

	if (!counts(&v->run, s, v->run.taken++))
		return;
	h = (span_seconds(p->delay) - s->delay_min) / 2 + s->floor_delay;

	f->point[f->points++] = (struct fit_point){
		.x = span_seconds(raw_since(p->at, epoch)),
		.z = span_seconds(span_sub(p->utc_minus_raw, f->zero)),
		.variance = h * h / 3,
		.level = v->level[which],
	};
}

/* The source whose next point is the oldest; n: no more points. */
static size_t
oldest(const struct source_view v[], size_t n)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (v[i].run.taken == v[i].run.count)
			continue;
		if (best == n || raw_since(point_of(&v[i].run, v[i].run.taken)->at,
				     point_of(&v[best].run, v[best].run.taken)->at)
					 .ns < 0)
			best = i;
	}
	return best;
}

void
fit_gather(
    struct fitting *f, const struct fit_source source[], size_t n, struct raw_time epoch)
{
	struct source_view view[FIT_SOURCES];
	size_t most = n > 0 ? FIT_POINTS / n : 0;

	f->points = 0;
	f->levels = 0;
	f->limit_max = 0;
	f->zero = (struct span){ 0 };
	for (size_t i = 0; i < n; i++) {
		struct run *r = &view[i].run;

		view_source(f, &source[i], most, 2 * n <= FIT_LEVELS, &view[i]);
		if (r->count > 0)
			f->zero = point_of(r, r->count - 1)->utc_minus_raw;
	}
	for (size_t i; (i = oldest(view, n)) < n;)
		take_point(f, &view[i], epoch);
}
