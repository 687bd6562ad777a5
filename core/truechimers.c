#include "truechimers.h"

#include <math.h>

#include "intersection.h"
#include "median.h"
#include "selection.h"
#include "trends.h"

#define WINDOW_NS (1800 * NS_PER_SECOND)
#define WINDOW_COUNT 8
#define UNSTEADY 6.0       /* standard deviations */
#define BEND 1e-7          /* s/s: what a window's line may miss of a bending path */
#define FREQUENCY_ANY 1e-4 /* s/s: prior of a slope */

/* One server's weighted line in a window; x from the window's middle, s. */
struct line {
	size_t count;
	struct span delay_min;
	double excess; /* sum of (delay - delay_min) / 2, s */
	double error;  /* largest observation_error, s */
	double w, wx, wy, wxx, wxy;
};

struct window {
	const struct observation *o;
	size_t n;
	size_t first; /* index of o[0] among all */
	struct raw_time middle;
	struct line line[MAX_SERVERS];
	size_t servers;
};

static double
excess(const struct line *l, const struct observation *o)
{
	return span_seconds(span_sub(o->delay, l->delay_min)) / 2;
}

static void
gather_delays(struct window *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct observation *o = &w->o[i];
		struct line *l = &w->line[o->server];
		double error = span_seconds(observation_error(o));

		l->delay_min =
		    l->count == 0 ? o->delay : span_min(l->delay_min, o->delay);
		w->servers += l->count == 0;
		l->count++;
		l->error = error > l->error ? error : l->error;
	}
	for (size_t i = 0; i < w->n; i++)
		w->line[w->o[i].server].excess +=
		    excess(&w->line[w->o[i].server], &w->o[i]);
}

static void
gather_lines(struct window *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct observation *o = &w->o[i];
		struct line *l = &w->line[o->server];
		double e = excess(l, o) + l->excess / (double)l->count / 5 + 1e-6;
		double weight = 3 / (e * e);
		double x = span_seconds(raw_since(o->at, w->middle));
		double y =
		    span_seconds(span_sub(o->utc_minus_raw, w->o[0].utc_minus_raw));

		l->w += weight;
		l->wx += weight * x;
		l->wy += weight * y;
		l->wxx += weight * x * x;
		l->wxy += weight * x * y;
	}
}

static double
slope_precision(const struct line *l)
{
	return l->wxx - l->wx * l->wx / l->w + 1 / (FREQUENCY_ANY * FREQUENCY_ANY);
}

static double
slope(const struct line *l)
{
	return (l->wxy - l->wx * l->wy / l->w) / slope_precision(l);
}

static double
median_slope(const struct window *w)
{
	double sorted[MAX_SERVERS];
	size_t n = 0;

	for (size_t s = 0; s < MAX_SERVERS; s++)
		if (w->line[s].count > 0)
			sorted_insert(sorted, n++, slope(&w->line[s]));
	return sorted_median(sorted, n);
}

static struct standpoint
standpoint(const struct line *l, double frequency)
{
	double mean_x;

	if (l->count == 0)
		return (struct standpoint){ 0 };
	mean_x = l->wx / l->w;
	return (struct standpoint){ true, l->wy / l->w - frequency * mean_x,
		sqrt(1 / l->w + mean_x * mean_x / slope_precision(l)) };
}

static double
length(const struct window *w)
{
	return span_seconds(raw_since(w->o[w->n - 1].at, w->o[0].at));
}

static struct interval
correctness(const struct window *w, const struct line *l, const struct standpoint *p)
{
	double half =
	    span_seconds(l->delay_min) / 2 + l->error + 3 * p->sigma + BEND * length(w);

	if (!p->present)
		return (struct interval){ { 1 }, { 0 } };
	return (struct interval){ span_from_seconds(p->offset - half),
		span_from_seconds(p->offset + half) };
}

static bool
majority(const struct interval v[], size_t servers, struct interval *shared)
{
	for (size_t f = 0; 2 * f < servers; f++)
		if (intersection_find(v, MAX_SERVERS, servers - f, shared))
			return true;
	return false;
}

/* What the window before said. */
struct past {
	struct standpoint at[MAX_SERVERS];
	struct span base; /* utc_minus_raw from which its offsets count */
};

/*
 * With three servers or more: whose offset has moved since the window before by what the
 * median of the others' moves does not explain.
 */
static void
find_unsteady(const struct window *w, const struct standpoint now[],
    const struct past *before, bool unsteady[])
{
	double sorted[MAX_SERVERS];
	double move[MAX_SERVERS];
	size_t n = 0;

	for (size_t s = 0; s < MAX_SERVERS; s++) {
		move[s] = now[s].offset - before->at[s].offset;
		if (now[s].present && before->at[s].present)
			sorted_insert(sorted, n++, move[s]);
	}
	for (size_t s = 0; s < MAX_SERVERS; s++) {
		double a = now[s].sigma;
		double b = before->at[s].sigma;

		unsteady[s] = n >= 3 && now[s].present && before->at[s].present &&
			      fabs(move[s] - sorted_median(sorted, n)) >
				  UNSTEADY * sqrt(a * a + b * b) + BEND * length(w);
	}
}

static void
remember(const struct window *w, const struct standpoint now[], struct past *past)
{
	for (size_t s = 0; s < MAX_SERVERS; s++)
		past->at[s] = now[s];
	past->base = w->o[0].utc_minus_raw;
}

/* What is carried from window to window. */
struct judging {
	struct past past;
	struct trends trends;
	struct standpoint now[MAX_SERVERS];
	bool unsteady[MAX_SERVERS];
	struct trend_window last;
	struct truechimers sum;
};

static void
mark(const struct window *w, const struct interval v[], const struct interval *shared,
    struct judging *j, struct standing of[])
{
	for (size_t i = 0; i < w->n; i++) {
		const struct interval *own = &v[w->o[i].server];

		of[i].trusted = own->low.ns <= shared->high.ns &&
				own->high.ns >= shared->low.ns &&
				!j->unsteady[w->o[i].server];
		j->sum.falsetickers += !of[i].trusted;
	}
}

static void
judge(struct window *w, struct judging *j, struct standing of[])
{
	struct interval v[MAX_SERVERS];
	struct interval shared;
	double frequency = median_slope(w);
	bool agreed;

	for (size_t s = 0; s < MAX_SERVERS; s++) {
		j->now[s] = standpoint(&w->line[s], frequency);
		v[s] = correctness(w, &w->line[s], &j->now[s]);
	}
	agreed = majority(v, w->servers, &shared);
	find_unsteady(w, j->now, &j->past, j->unsteady);
	remember(w, j->now, &j->past);
	j->sum.windows++;
	j->sum.undecided += !agreed;
	if (agreed)
		mark(w, v, &shared, j, of);
	j->last = (struct trend_window){ w->middle, w->first, w->first + w->n, j->now,
		BEND * length(w) };
}

/* How many of o[0..n) make a whole window; 0: they do not. */
static size_t
whole_window(const struct observation o[], size_t n)
{
	bool seen[MAX_SERVERS] = { false };
	size_t servers = 0;

	for (size_t i = 0; i < n; i++) {
		servers += !seen[o[i].server];
		seen[o[i].server] = true;
		if (i + 1 >= WINDOW_COUNT * servers &&
		    raw_since(o[i].at, o[0].at).ns >= WINDOW_NS)
			return i + 1;
	}
	return 0;
}

/* The window that begins at o[0]. A rest that makes no window belongs to the last one: a
 * liar must not be alone in it. */
static size_t
window_length(const struct observation o[], size_t n)
{
	size_t whole = whole_window(o, n);

	return whole > 0 && whole_window(&o[whole], n - whole) > 0 ? whole : n;
}

struct truechimers
truechimers_mark(const struct observation o[], size_t n, struct standing of[])
{
	struct judging j = { .past = { .base = { 0 } } };

	trends_begin(&j.trends);
	for (size_t i = 0; i < n; i++)
		of[i].trusted = true;
	for (size_t from = 0; from < n;) {
		struct window w = { .o = &o[from],
			.first = from,
			.n = window_length(&o[from], n - from) };

		w.middle = o[from + w.n / 2].at;
		gather_delays(&w);
		gather_lines(&w);
		judge(&w, &j, &of[from]);
		j.sum.falsetickers += trends_window(&j.trends, &j.last, o, of);
		from += w.n;
	}
	j.sum.falsetickers += trends_end(&j.trends, &j.last, o, of);
	return j.sum;
}
