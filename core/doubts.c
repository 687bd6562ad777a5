#include <math.h>

#include "smoothing.h"

#define SETTLED 1000 /* one observation of so many may still change its weight */
#define SURPRISE 6.0 /* squared residual over variance; uniform noise stays below 3 */
#define WINDOW_SURPRISE 9.0
#define WINDOW_COUNT 16
#define WINDOW_NS (1800 * NS_PER_SECOND)

/*
 * How an excess of squared residual over its limit weakens an observation. First as Huber
 * does, which has one minimum only, so that a majority wins whatever the first path was;
 * in the last rounds so strongly that what lies far off has no say at all.
 */
static double
inflation(const struct smoothing *s, double surprise)
{
	if (surprise <= 1)
		return 1;
	return s->redescending ? surprise * surprise : sqrt(surprise);
}

/* The weighted mean of consecutive residuals of one level. */
struct window {
	struct raw_time start;
	double w, wr;
	size_t last;
	size_t count;
};

/* The window's mean stands where chance does not put it: its observations have moved
 * together, by a lie or on a path that has changed, and are not independent witnesses. */
static void
doubt(struct smoothing *s, const struct window *v)
{
	double surprise = v->wr * v->wr / v->w / WINDOW_SURPRISE;
	size_t i = v->last;

	for (size_t k = 0; k < v->count && surprise > 1; k++) {
		s->work[i].variance *= inflation(s, surprise);
		i = s->work[i].previous;
	}
}

static void
doubt_windows(struct smoothing *s)
{
	struct window windows[LEVELS_MAX] = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		struct window *v = &windows[s->standing[i].level];
		double residual = smoothing_unbiased(s, i) - s->work[i].state.theta;
		double scale = s->report->of[s->standing[i].level].scale;
		double weight = 1 / (smoothing_variance(s, i) * scale);

		if (!s->standing[i].trusted)
			continue;
		if (v->count >= WINDOW_COUNT &&
		    raw_since(s->o[i].at, v->start).ns >= WINDOW_NS) {
			doubt(s, v);
			v->count = 0;
		}
		if (v->count == 0)
			*v = (struct window){ .start = s->o[i].at };
		v->count++;
		v->w += weight;
		v->wr += weight * residual;
		v->last = i;
	}
	for (size_t p = 0; p < s->report->levels.used; p++)
		if (windows[p].count > 0)
			doubt(s, &windows[p]);
}

void
doubts_apply(struct smoothing *s)
{
	for (size_t i = 0; i < s->n; i++) {
		double variance =
		    smoothing_variance(s, i) * s->report->of[s->standing[i].level].scale;
		double residual = smoothing_unbiased(s, i) - s->work[i].state.theta;
		double surprise =
		    residual * residual / (variance + s->work[i].state.tt) / SURPRISE;

		s->work[i].before = s->work[i].variance;
		s->work[i].variance = variance * inflation(s, surprise);
	}
	doubt_windows(s);
}

bool
doubts_settled(const struct smoothing *s)
{
	size_t changed = 0;

	for (size_t i = 0; i < s->n; i++) {
		double ratio = s->work[i].variance / s->work[i].before;

		changed += ratio > 1.2 || ratio < 1 / 1.2;
	}
	return changed * SETTLED <= s->n;
}
