#include "trends.h"

#include <math.h>

#include "median.h"

#define DRIFTING 6.0 /* standard deviations */
#define AGREEING 4.0 /* standard deviations: slopes of a half and of the whole */
#define FEWEST 4     /* windows: fewer show no trend */
#define THREE 3      /* servers: fewer have no median */

static const size_t spans[TREND_SCALES] = { 4, 16, 64 };

void
trends_begin(struct trends *t)
{
	for (size_t i = 0; i < TREND_SCALES; i++)
		t->group[i] = (struct trend_group){ .span = spans[i] };
}

static struct standpoint
middle_of(const struct trend_window *w)
{
	double offset[MAX_SERVERS];
	double sigma[MAX_SERVERS];
	size_t n = 0;

	for (size_t s = 0; s < MAX_SERVERS; s++) {
		if (!w->at[s].present)
			continue;
		sorted_insert(offset, n, w->at[s].offset);
		sorted_insert(sigma, n++, w->at[s].sigma);
	}
	if (n == 0)
		return (struct standpoint){ 0 };
	return (
	    struct standpoint){ true, sorted_median(offset, n), sorted_median(sigma, n) };
}

static void
add(struct trend *t, double x, double y, double sigma)
{
	double weight = 1 / (sigma * sigma);

	t->w += weight;
	t->wx += weight * x;
	t->wy += weight * y;
	t->wxx += weight * x * x;
	t->wxy += weight * x * y;
	t->windows++;
}

static double
precision(const struct trend *t)
{
	return t->wxx - t->wx * t->wx / t->w;
}

static double
slope(const struct trend *t)
{
	return (t->wxy - t->wx * t->wy / t->w) / precision(t);
}

/* It was there from the beginning to the end, or nearly so. */
static bool
counts(const struct trend_group *g, const struct trend *t)
{
	return t->windows >= FEWEST && 4 * t->windows >= 3 * g->windows &&
	       precision(t) > 0;
}

static struct trend
whole(const struct trend_group *g, size_t server)
{
	const struct trend *a = &g->half[0][server];
	const struct trend *b = &g->half[1][server];

	return (struct trend){
		.w = a->w + b->w,
		.wx = a->wx + b->wx,
		.wy = a->wy + b->wy,
		.wxx = a->wxx + b->wxx,
		.wxy = a->wxy + b->wxy,
		.windows = a->windows + b->windows,
	};
}

/* Either half of the time shows the same slope. Who moved at once, as on another route,
 * stood still in one of them: that is no trend, and none to judge others by. */
static bool
steady(const struct trend_group *g, size_t server, const struct trend *all)
{
	if (!counts(g, all))
		return false;
	for (size_t half = 0; half < 2; half++) {
		const struct trend *t = &g->half[half][server];

		if (t->windows < 2 || precision(t) <= 0 ||
		    fabs(slope(t) - slope(all)) > AGREEING / sqrt(precision(t)))
			return false;
	}
	return true;
}

static size_t
mark(const struct trend_group *g, const bool drifting[], size_t end,
    const struct observation o[], struct standing of[])
{
	size_t marked = 0;

	for (size_t i = g->first; i < end; i++) {
		if (!drifting[o[i].server] || !of[i].trusted)
			continue;
		of[i].trusted = false;
		marked++;
	}
	return marked;
}

/* A minority against whom the median of all slopes stands. */
static size_t
judge(const struct trend_group *g, size_t end, double bend, const struct observation o[],
    struct standing of[])
{
	double sorted[MAX_SERVERS];
	bool drifting[MAX_SERVERS] = { false };
	size_t n = 0;
	size_t found = 0;
	double middle;

	for (size_t s = 0; s < MAX_SERVERS; s++) {
		struct trend t = whole(g, s);

		if (steady(g, s, &t))
			sorted_insert(sorted, n++, slope(&t));
	}
	if (n < THREE)
		return 0;
	middle = sorted_median(sorted, n);
	for (size_t s = 0; s < MAX_SERVERS; s++) {
		struct trend t = whole(g, s);

		drifting[s] = steady(g, s, &t) &&
			      fabs(slope(&t) - middle) >
				  DRIFTING / sqrt(precision(&t)) + bend / g->length;
		found += drifting[s];
	}
	return 2 * found < n ? mark(g, drifting, end, o, of) : 0;
}

static void
take(struct trend_group *g, const struct trend_window *w)
{
	struct standpoint middle = middle_of(w);
	size_t half;

	if (g->windows == 0) {
		*g = (struct trend_group){
			.span = g->span, .first = w->first, .begun = w->middle
		};
	}
	half = 2 * g->windows >= g->span;
	g->windows++;
	g->length = span_seconds(raw_since(w->middle, g->begun));
	for (size_t s = 0; s < MAX_SERVERS; s++) {
		const struct standpoint *p = &w->at[s];
		double sigma = sqrt(p->sigma * p->sigma + middle.sigma * middle.sigma);

		if (p->present && sigma > 0)
			add(&g->half[half][s], g->length, p->offset - middle.offset,
			    sigma);
	}
}

size_t
trends_window(struct trends *t, const struct trend_window *w,
    const struct observation o[], struct standing of[])
{
	size_t marked = 0;

	for (size_t i = 0; i < TREND_SCALES; i++) {
		struct trend_group *g = &t->group[i];

		take(g, w);
		if (g->windows < g->span)
			continue;
		marked += judge(g, w->end, w->bend, o, of);
		g->windows = 0;
	}
	return marked;
}

size_t
trends_end(struct trends *t, const struct trend_window *w, const struct observation o[],
    struct standing of[])
{
	size_t marked = 0;

	for (size_t i = 0; i < TREND_SCALES; i++)
		if (t->group[i].windows >= FEWEST)
			marked += judge(&t->group[i], w->end, w->bend, o, of);
	return marked;
}
