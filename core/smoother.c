#include "smoother.h"

#include <math.h>

#include "selection.h"
#include "wander.h"

#define FREQUENCY_VARIANCE 1e-6 /* (1e-3)^2: nothing is known before */
#define FLOOR_SHARE 0.01
#define FLOOR_LEAST 0.7
#define FLOOR 50e-9 /* s: reading of two clocks through a vDSO */
#define HELD_BACK 16
#define HUBER_ROUNDS 20 /* at most */
#define FINAL_ROUNDS 3
#define SETTLED 1000 /* one observation of so many may still change its weight */
#define WINDOW_COUNT 16
#define WINDOW_NS (1800 * NS_PER_SECOND)
#define OUTLIER 9.0 /* in median deviations; 6 standard deviations of a normal */
#define SCALE_MAX 4.0
#define SURPRISE 6.0 /* squared residual over variance; uniform noise stays below 3 */
#define INNOVATION_MAX 9.0 /* in the likelihood: no outlier decides over A */

struct smoothing {
	const struct observation *o;
	size_t n;
	const struct standing *standing;
	struct smoother_work *work;
	struct smoother_report *report;
	double wander;
	bool redescending;
	size_t origin; /* the first trusted observation */
};

static double
measured(const struct smoothing *s, size_t i)
{
	return span_seconds(
	    span_sub(s->o[i].utc_minus_raw, s->o[s->origin].utc_minus_raw));
}

static double
unbiased(const struct smoothing *s, size_t i)
{
	return measured(s, i) - s->report->of[s->standing[i].level].bias;
}

static double
elapsed(const struct smoothing *s, size_t from)
{
	return span_seconds(raw_since(s->o[from + 1].at, s->o[from].at));
}

static double
modelled_variance(const struct smoothing *s, size_t i)
{
	const struct level *l = &s->report->levels.level[s->standing[i].level];
	double share = FLOOR_SHARE + FLOOR_LEAST / sqrt((double)l->count);
	double h = level_excess(l, &s->o[i]) + share * l->excess + FLOOR;

	return h * h / 3;
}

static struct kalman
beginning(const struct smoothing *s)
{
	/* any value the first measurement can have: wide, but not beyond double's digits
	 */
	return (struct kalman){
		.tt = 1, .yy = FREQUENCY_VARIANCE, .theta = unbiased(s, s->origin)
	};
}

static void
filter(struct smoothing *s)
{
	struct kalman k = beginning(s);

	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			k = kalman_predict(&k, elapsed(s, i - 1), s->wander);
		if (s->standing[i].trusted)
			kalman_update(&k, unbiased(s, i), s->work[i].variance);
		s->work[i].state = k;
	}
}

static void
smooth(struct smoothing *s)
{
	for (size_t i = s->n - 1; i-- > 0;)
		kalman_smooth(
		    &s->work[i].state, elapsed(s, i), s->wander, &s->work[i + 1].state);
}

static double
deviance(const void *subject, double wander)
{
	const struct smoothing *s = subject;
	struct kalman k = beginning(s);
	struct log_product product = { 0 };
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		double total;
		double innovation;
		double surprise;

		if (i > 0)
			k = kalman_predict(&k, elapsed(s, i - 1), wander);
		if (!s->standing[i].trusted)
			continue;
		innovation = unbiased(s, i) - k.theta;
		total = k.tt + s->work[i].variance;
		surprise = innovation * innovation / total;
		sum += surprise < INNOVATION_MAX ? surprise : INNOVATION_MAX;
		log_product_times(&product, total);
		kalman_update(&k, unbiased(s, i), s->work[i].variance);
	}
	return sum + log_product_ln(&product);
}

/* delta_min / 2 + E: the limit of a bias by the server's word and causality */
static double
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

/*
 * First pass: a level that begins after others shows its bias against the path predicted
 * without it; so a change of route is not taken for a change of the clock.
 */
static void
introduce(struct smoothing *s, struct gathering g[])
{
	struct kalman k = beginning(s);
	bool begun = false;

	for (size_t i = 0; i < s->n; i++) {
		struct gathering *own = &g[s->standing[i].level];
		struct smoother_level *l = &s->report->of[s->standing[i].level];
		double limit = bias_limit(&s->report->levels.level[s->standing[i].level]);

		if (i > 0)
			k = kalman_predict(&k, elapsed(s, i - 1), s->wander);
		if (!s->standing[i].trusted)
			continue;
		own->known |= !begun;
		begun = true;
		if (own->known) {
			kalman_update(&k, unbiased(s, i), s->work[i].variance);
			continue;
		}
		own->w += 1 / s->work[i].variance;
		own->wr += (measured(s, i) - k.theta) / s->work[i].variance;
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
		double variance = modelled_variance(s, i);
		double scale = s->report->of[s->standing[i].level].scale;
		double residual = measured(s, i) - s->work[i].state.theta;
		double centred = residual - s->report->of[s->standing[i].level].bias;
		double chi = centred * centred / variance;
		double freedom = 1 - s->work[i].state.tt / variance;

		if (!s->standing[i].trusted)
			continue;
		own->w += 1 / s->work[i].variance;
		own->wr += residual / s->work[i].variance;
		own->chi += chi < SCALE_MAX ? chi : SCALE_MAX;
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

static double
median(double v[], size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && v[k - 1] > v[k]; k--) {
			double higher = v[k - 1];

			v[k - 1] = v[k];
			v[k] = higher;
		}
	return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* Within the intersection, yet far from servers that agree closely: no say in the zero.
 */
static void
silence_outliers(struct smoother_level of[], size_t n)
{
	double bias[LEVELS_MAX];
	double apart[LEVELS_MAX];
	size_t used = 0;
	double middle;
	double limit;

	for (size_t p = 0; p < n; p++)
		if (of[p].weight > 0)
			bias[used++] = of[p].bias;
	if (used < 3)
		return;
	middle = median(bias, used);
	for (size_t i = 0; i < used; i++)
		apart[i] = fabs(bias[i] - middle);
	limit = OUTLIER * median(apart, used) + 1e-6;
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
	double surprise = v->wr * v->wr / v->w / INNOVATION_MAX;
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
		double residual = unbiased(s, i) - s->work[i].state.theta;
		double scale = s->report->of[s->standing[i].level].scale;
		double weight = 1 / (modelled_variance(s, i) * scale);

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

static void
reweigh(struct smoothing *s)
{
	for (size_t i = 0; i < s->n; i++) {
		double variance =
		    modelled_variance(s, i) * s->report->of[s->standing[i].level].scale;
		double residual = unbiased(s, i) - s->work[i].state.theta;
		double surprise =
		    residual * residual / (variance + s->work[i].state.tt) / SURPRISE;

		s->work[i].before = s->work[i].variance;
		s->work[i].variance = variance * inflation(s, surprise);
	}
	doubt_windows(s);
}

/* Hardly any weight has changed by more than a fifth. */
static bool
settled(const struct smoothing *s)
{
	size_t changed = 0;

	for (size_t i = 0; i < s->n; i++) {
		double ratio = s->work[i].variance / s->work[i].before;

		changed += ratio > 1.2 || ratio < 1 / 1.2;
	}
	return changed * SETTLED <= s->n;
}

static void
prepare(struct smoothing *s)
{
	size_t last[LEVELS_MAX];

	for (size_t p = 0; p < s->report->levels.used; p++)
		s->report->of[p] = (struct smoother_level){ .scale = 1 };
	for (size_t p = 0; p < LEVELS_MAX; p++)
		last[p] = s->n;
	for (size_t i = 0; i < s->n; i++) {
		s->work[i].variance = modelled_variance(s, i);
		if (!s->standing[i].trusted)
			continue;
		s->work[i].previous = last[s->standing[i].level];
		last[s->standing[i].level] = i;
	}
	while (s->origin + 1 < s->n && !s->standing[s->origin].trusted)
		s->origin++;
}

static void
round_once(struct smoothing *s)
{
	struct gathering g[LEVELS_MAX] = { 0 };

	filter(s);
	smooth(s);
	gather(s, g);
	settle(s, g);
	weigh(s, g);
	centre(s);
	reweigh(s);
}

static void
fit_wander(struct smoothing *s, const struct smoother_options *options)
{
	s->wander = options->wander > 0 ? options->wander : wander_fit(deviance, s);
}

static void
iterate(struct smoothing *s, const struct smoother_options *options)
{
	struct gathering first[LEVELS_MAX] = { 0 };

	introduce(s, first);
	for (int i = 0; i < HUBER_ROUNDS; i++) {
		if (i == 1 || i == 3)
			fit_wander(s, options);
		round_once(s);
		if (i >= 1 && settled(s))
			break;
	}
	s->redescending = true;
	for (int i = 0; i < FINAL_ROUNDS; i++) {
		if (i == FINAL_ROUNDS - 1)
			fit_wander(s, options);
		round_once(s);
	}
	filter(s);
	smooth(s);
}

static double
systematic(const struct smoother_report *r)
{
	double sum = 0;

	for (size_t p = 0; p < r->levels.used; p++)
		sum += r->of[p].weight * bias_limit(&r->levels.level[p]);
	return sum / sqrt(3);
}

static double
zero_variance(const struct smoother_report *r)
{
	double sum = 0;

	for (size_t p = 0; p < r->levels.used; p++)
		if (r->of[p].precision > 0)
			sum += r->of[p].weight * r->of[p].weight / r->of[p].precision;
	return sum;
}

static size_t
emit(const struct smoothing *s, struct path_node node[])
{
	double u = systematic(s->report);
	double zero = zero_variance(s->report);
	size_t used = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct kalman *k = &s->work[i].state;

		if (i + 1 < s->n && s->o[i + 1].at.ns == s->o[i].at.ns)
			continue;
		node[used++] = (struct path_node){
			.at = s->o[i].at,
			.utc_minus_raw = span_add(
			    s->o[s->origin].utc_minus_raw, span_from_seconds(k->theta)),
			.frequency = k->frequency,
			.variance = k->tt + zero,
			.covariance = k->ty,
			.frequency_variance = k->yy,
			.systematic = u,
			.wander = s->wander,
		};
	}
	return used;
}

size_t
smoother_run(const struct observation o[], size_t n,
    const struct smoother_options *options, const struct smoother_memory *memory,
    struct smoother_report *report)
{
	struct smoothing s = { .o = o,
		.n = n,
		.standing = memory->standing,
		.work = memory->work,
		.report = report,
		.wander = WANDER_START };

	report->truechimers = truechimers_mark(o, n, memory->standing);
	levels_find(o, n, &report->levels, memory->standing);
	prepare(&s);
	iterate(&s, options);
	report->wander = s.wander;
	report->nodes = emit(&s, memory->node);
	return report->nodes;
}

static void
add_verdicts(struct truechimers *sum, const struct truechimers *t)
{
	sum->falsetickers += t->falsetickers;
	sum->windows += t->windows;
	sum->undecided += t->undecided;
}

size_t
smoother_run_blocks(const struct observation o[], size_t n,
    const struct smoother_options *options, const struct smoother_memory *memory,
    struct path_node out[], struct smoother_report *report)
{
	struct truechimers sum = { 0 };
	size_t stride = options->block - options->block / 4;
	size_t used = 0;

	for (size_t from = 0;; from += stride) {
		bool last = n - from <= options->block;
		size_t length = last ? n - from : options->block;
		size_t nodes = smoother_run(&o[from], length, options, memory, report);

		nodes = clock_path_thin(memory->node, nodes, options->spacing);
		used = clock_path_join(out, used, memory->node, nodes);
		add_verdicts(&sum, &report->truechimers);
		if (last)
			break;
	}
	report->truechimers = sum;
	report->nodes = used;
	return used;
}
