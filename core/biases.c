#include <math.h>

#include "median.h"
#include "selection.h"
#include "smoothing.h"

#define HELD_BACK 16
#define OUTLIER 9.0 /* in median deviations; 6 standard deviations of a normal */
#define CHI_MAX 4.0 /* squared residual over variance; uniform noise stays below 3 */

double
bias_limit(const struct level *l)
{
	return span_seconds(l->delay_min) / 2 + l->error;
}

/* What is gathered of one level in one pass. */
struct gathering {
	double w, wr;    /* weights, weighted residuals */
	double believed; /* sum of modelled over used variance, each <= 1 */
	double chi, freedom;
	size_t count;
	bool known;
};

void
biases_introduce(struct smoothing *s)
{
	struct gathering g[LEVELS_MAX] = { 0 };
	struct kalman k = smoothing_beginning(s);
	bool begun = false;

	for (size_t i = 0; i < s->n; i++) {
		struct gathering *own = &g[s->standing[i].level];
		struct smoother_level *l = &s->report->of[s->standing[i].level];
		double limit = bias_limit(&s->report->levels.level[s->standing[i].level]);

		if (i > 0)
			k = kalman_predict(&k, smoothing_elapsed(s, i - 1), s->wander);
		if (!s->standing[i].trusted)
			continue;
		own->known |= !begun;
		begun = true;
		if (own->known) {
			kalman_update(&k, smoothing_unbiased(s, i), s->work[i].variance);
			continue;
		}
		own->w += 1 / s->work[i].variance;
		own->wr += (smoothing_measured(s, i) - k.theta) / s->work[i].variance;
		l->bias = own->wr / own->w * limit * limit /
			  (limit * limit + k.tt + 1 / own->w);
		own->known = ++own->count >= HELD_BACK;
	}
}

static void
gather(const struct smoothing *s, struct gathering g[])
{
	for (size_t i = 0; i < s->n; i++) {
		struct gathering *own = &g[s->standing[i].level];
		double variance = smoothing_variance(s, i);
		double scale = s->report->of[s->standing[i].level].scale;
		double residual = smoothing_measured(s, i) - s->work[i].state.theta;
		double centred = residual - s->report->of[s->standing[i].level].bias;
		double chi = centred * centred / variance;
		double freedom = 1 - s->work[i].state.tt / variance;

		if (!s->standing[i].trusted)
			continue;
		own->w += 1 / s->work[i].variance;
		own->wr += residual / s->work[i].variance;
		own->chi += chi < CHI_MAX ? chi : CHI_MAX;
		own->freedom += freedom > 0.1 ? freedom : 0.1;
		own->believed += variance * scale < s->work[i].variance
				     ? variance * scale / s->work[i].variance
				     : 1;
		own->count++;
	}
}

static void
settle(struct smoothing *s, const struct gathering g[])
{
	for (size_t p = 0; p < s->report->levels.used; p++) {
		struct smoother_level *l = &s->report->of[p];
		double limit = bias_limit(&s->report->levels.level[p]);

		if (g[p].count == 0)
			continue;
		l->precision = g[p].w + 1 / (limit * limit);
		l->bias = g[p].wr / l->precision;
		l->scale = (g[p].chi + 10) / (g[p].freedom + 10);
		if (l->scale < 0.3)
			l->scale = 0.3;
	}
}

/* Within the intersection, yet far from servers that agree closely: no say in the zero.
 */
static void
silence_outliers(struct smoother_level of[], size_t n)
{
	double sorted[LEVELS_MAX];
	size_t used = 0;
	double middle;
	double limit;

	for (size_t p = 0; p < n; p++)
		if (of[p].weight > 0)
			sorted_insert(sorted, used++, of[p].bias);
	if (used < 3)
		return;
	middle = sorted_median(sorted, used);
	used = 0;
	for (size_t p = 0; p < n; p++)
		if (of[p].weight > 0)
			sorted_insert(sorted, used++, fabs(of[p].bias - middle));
	limit = OUTLIER * sorted_median(sorted, used) + 1e-6;
	for (size_t p = 0; p < n; p++)
		if (fabs(of[p].bias - middle) > limit)
			of[p].weight = 0;
}

/* Weights of the levels in the common zero: by the limit of the bias, and by the level's
 * share of its server's observations, as far as they are believed. */
static void
weigh(struct smoothing *s, const struct gathering g[])
{
	struct levels *all = &s->report->levels;
	double of_server[MAX_SERVERS] = { 0 };
	double sum = 0;

	for (size_t p = 0; p < all->used; p++)
		of_server[all->level[p].server] += (double)all->level[p].count;
	for (size_t p = 0; p < all->used; p++) {
		double limit = bias_limit(&all->level[p]);

		s->report->of[p].weight = 0;
		if (g[p].count == 0)
			continue;
		s->report->of[p].share = g[p].believed / (double)all->level[p].count;
		s->report->of[p].weight =
		    g[p].believed / of_server[all->level[p].server] / (limit * limit);
	}
	silence_outliers(s->report->of, all->used);
	for (size_t p = 0; p < all->used; p++)
		sum += s->report->of[p].weight;
	for (size_t p = 0; p < all->used && sum > 0; p++)
		s->report->of[p].weight /= sum;
}

static void
centre(struct smoothing *s)
{
	double mean = 0;

	for (size_t p = 0; p < s->report->levels.used; p++)
		mean += s->report->of[p].weight * s->report->of[p].bias;
	for (size_t p = 0; p < s->report->levels.used; p++)
		s->report->of[p].bias -= mean;
	for (size_t i = 0; i < s->n; i++)
		s->work[i].state.theta += mean;
}

void
biases_estimate(struct smoothing *s)
{
	struct gathering g[LEVELS_MAX] = { 0 };

	gather(s, g);
	settle(s, g);
	weigh(s, g);
	centre(s);
}
