#include <math.h>

#include "selection.h"
#include "smoothing.h"

#define HELD_BACK 16
#define AGREEING 1e-6 /* s: nobody is an outlier for less */
#define ROUNDING 1e-6 /* of sums of votes */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))
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

/* The levels' biases or deviations, in order, each with its part of its server's vote. */
struct votes {
	double value[LEVELS_MAX], part[LEVELS_MAX];
	size_t used;
};

static void
vote(struct votes *v, double value, double part)
{
	size_t i = v->used++;

	for (; i > 0 && v->value[i - 1] > value; i--) {
		v->value[i] = v->value[i - 1];
		v->part[i] = v->part[i - 1];
	}
	v->value[i] = value;
	v->part[i] = part;
}

/* The least value that has more than so many votes, it and those below it together. */
static double
outvoting(const struct votes *v, double count)
{
	double sum = 0;
	size_t i = 0;

	for (; i + 1 < v->used && (sum += v->part[i]) <= count; i++)
		;
	return v->value[i];
}

/* A server has one vote, however many levels it has; their parts of it. Returns how many
 * servers vote. */
static size_t
divide_votes(const struct smoothing *s, const struct gathering g[], double part[])
{
	const struct levels *all = &s->report->levels;
	double of_server[MAX_SERVERS] = { 0 };
	size_t servers = 0;

	for (size_t p = 0; p < all->used; p++) {
		servers += of_server[all->level[p].server] <= 0 && g[p].believed > 0;
		of_server[all->level[p].server] += g[p].believed;
	}
	for (size_t p = 0; p < all->used; p++)
		part[p] = g[p].believed > 0
			      ? g[p].believed / of_server[all->level[p].server]
			      : 0;
	return servers;
}

/*
 * How far from the middle a bias may stand. Of few servers some agree closely by chance,
 * where each path has an asymmetry of its own: that m of them stand k times nearer to
 * another than the farthest happens about once in k^m times. So the limit follows from
 * each majority of m + 1 servers, and is the least of them: 10000^(1/m) times the
 * majority's deviation, but 6 standard deviations of a normal at least.
 */
static double
outlying(const struct votes *deviations, size_t servers)
{
	static const double times[] = { 10000, 100, 21.5, 10 }; /* by m - 1 */
	double least = INFINITY;

	for (size_t m = servers / 2; m < servers; m++) {
		double k = times[m < COUNT(times) ? m - 1 : COUNT(times) - 1];
		double far = k * outvoting(deviations, (double)m + ROUNDING);

		least = far < least ? far : least;
	}
	return least + AGREEING;
}

/* Within the intersection, yet far from servers that agree closely: no say in the zero.
 */
static void
silence_outliers(struct smoothing *s, const struct gathering g[])
{
	struct smoother_report *r = s->report;
	struct votes biases = { .used = 0 };
	struct votes deviations = { .used = 0 };
	double part[LEVELS_MAX];
	size_t servers = divide_votes(s, g, part);
	double half = (double)servers / 2;
	double middle;
	double limit;

	if (servers < 2)
		return;
	for (size_t p = 0; p < r->levels.used; p++)
		if (part[p] > 0)
			vote(&biases, r->of[p].bias, part[p]);
	middle = outvoting(&biases, half - ROUNDING) / 2 +
		 outvoting(&biases, half + ROUNDING) / 2;
	for (size_t p = 0; p < r->levels.used; p++)
		if (part[p] > 0)
			vote(&deviations, fabs(r->of[p].bias - middle), part[p]);
	limit = outlying(&deviations, servers);
	for (size_t p = 0; p < r->levels.used; p++)
		if (fabs(r->of[p].bias - middle) > limit)
			r->of[p].weight = 0;
}

/* The levels of one server that have a say. */
struct say {
	struct span delay_min; /* the least of them */
	double limit;          /* of that level's bias, s */
	double share;          /* of the server's observations */
	double precision;
};

/* A longer route is the shortest and a way round, which may be all there or all back:
 * what the level says of the bias of the least one, s^2. */
static double
detour_variance(const struct level *l, const struct say *own, double noise)
{
	double detour = span_seconds(span_sub(l->delay_min, own->delay_min));

	return detour * detour / 12 + noise;
}

static void
find_least(const struct smoothing *s, struct say of_server[])
{
	for (size_t p = 0; p < s->report->levels.used; p++) {
		const struct level *l = &s->report->levels.level[p];
		struct say *own = &of_server[l->server];

		if (s->report->of[p].weight <= 0)
			continue;
		if (own->share <= 0 || l->delay_min.ns < own->delay_min.ns) {
			own->delay_min = l->delay_min;
			own->limit = bias_limit(l);
		}
		own->share += s->report->of[p].weight;
	}
}

/* From each level's share of its server's observations. */
static void
weigh_within(struct smoothing *s, const struct gathering g[], struct say of_server[])
{
	for (size_t p = 0; p < s->report->levels.used; p++) {
		const struct level *l = &s->report->levels.level[p];
		struct say *own = &of_server[l->server];

		if (s->report->of[p].weight <= 0)
			continue;
		s->report->of[p].weight /= detour_variance(l, own, 1 / g[p].w);
		own->precision += s->report->of[p].weight;
	}
}

/* Weights of the levels in the common zero: of the servers by the limit of the bias, and
 * by the share of their observations that is believed; of one server's levels by that
 * share, and by what they tell of the least one. */
static void
weigh(struct smoothing *s, const struct gathering g[])
{
	struct levels *all = &s->report->levels;
	struct smoother_level *of = s->report->of;
	struct say of_server[MAX_SERVERS] = { 0 };
	double count[MAX_SERVERS] = { 0 };
	double sum = 0;

	for (size_t p = 0; p < all->used; p++)
		count[all->level[p].server] += (double)all->level[p].count;
	for (size_t p = 0; p < all->used; p++) {
		of[p].weight = g[p].believed / count[all->level[p].server];
		if (g[p].count > 0)
			of[p].share = g[p].believed / (double)all->level[p].count;
	}
	silence_outliers(s, g);
	find_least(s, of_server);
	weigh_within(s, g, of_server);
	for (size_t p = 0; p < all->used; p++) {
		const struct say *own = &of_server[all->level[p].server];

		if (of[p].weight > 0)
			of[p].weight *=
			    own->share / own->precision / (own->limit * own->limit);
		sum += of[p].weight;
	}
	for (size_t p = 0; p < all->used && sum > 0; p++)
		of[p].weight /= sum;
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
