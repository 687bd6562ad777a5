#include "smoother.h"

#include <math.h>

#include "smoothing.h"
#include "wander.h"

#define FREQUENCY_VARIANCE 4e-8 /* (200 ppm)^2: crystals and calibrated counters */
#define FLOOR_SHARE 0.01
#define FLOOR_LEAST 0.6
#define FLOOR_FEW 4.0
#define FLOOR_DELAY 0.1
#define FLOOR 50e-9     /* s: reading of two clocks through a vDSO */
#define HUBER_ROUNDS 20 /* at most */
#define FINAL_ROUNDS 3
#define INNOVATION_MAX 9.0 /* in the likelihood: no outlier decides over A */

double
smoothing_measured(const struct smoothing *s, size_t i)
{
	return span_seconds(
	    span_sub(s->o[i].utc_minus_raw, s->o[s->origin].utc_minus_raw));
}

double
smoothing_unbiased(const struct smoothing *s, size_t i)
{
	return smoothing_measured(s, i) - s->report->of[s->standing[i].level].bias;
}

double
smoothing_elapsed(const struct smoothing *s, size_t from)
{
	return span_seconds(raw_since(s->o[from + 1].at, s->o[from].at));
}

double
smoothing_variance(const struct smoothing *s, size_t i)
{
	const struct level *l = &s->report->levels.level[s->standing[i].level];
	double count = (double)l->count;
	double share = FLOOR_SHARE + FLOOR_LEAST / sqrt(count) + FLOOR_FEW / count;
	double h = level_excess(l, &s->o[i]) + share * l->excess +
		   FLOOR_DELAY / count * span_seconds(l->delay_min) + FLOOR;

	return h * h / 3;
}

struct kalman
smoothing_beginning(const struct smoothing *s)
{
	/* any value the first measurement can have: wide, but not beyond double's digits
	 */
	return (struct kalman){ .tt = 1,
		.yy = FREQUENCY_VARIANCE,
		.theta = smoothing_unbiased(s, s->origin) };
}

static void
filter(struct smoothing *s)
{
	struct kalman k = smoothing_beginning(s);

	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			k = kalman_predict(&k, smoothing_elapsed(s, i - 1), s->wander);
		if (s->standing[i].trusted)
			kalman_update(&k, smoothing_unbiased(s, i), s->work[i].variance);
		s->work[i].state = k;
	}
}

static void
smooth(struct smoothing *s)
{
	for (size_t i = s->n - 1; i-- > 0;)
		kalman_smooth(&s->work[i].state, smoothing_elapsed(s, i), s->wander,
		    &s->work[i + 1].state);
}

static double
deviance(const void *subject, double wander)
{
	const struct smoothing *s = subject;
	struct kalman k = smoothing_beginning(s);
	struct log_product product = { 0 };
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		double total;
		double innovation;
		double surprise;

		if (i > 0)
			k = kalman_predict(&k, smoothing_elapsed(s, i - 1), wander);
		if (!s->standing[i].trusted)
			continue;
		innovation = smoothing_unbiased(s, i) - k.theta;
		total = k.tt + s->work[i].variance;
		surprise = innovation * innovation / total;
		sum += surprise < INNOVATION_MAX ? surprise : INNOVATION_MAX;
		log_product_times(&product, total);
		kalman_update(&k, smoothing_unbiased(s, i), s->work[i].variance);
	}
	return sum + log_product_ln(&product);
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
		s->work[i].variance = smoothing_variance(s, i);
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
	filter(s);
	smooth(s);
	biases_estimate(s);
	doubts_apply(s);
}

static void
fit_wander(struct smoothing *s, const struct smoother_options *options)
{
	s->wander = options->wander > 0 ? options->wander : wander_fit(deviance, s);
}

static void
iterate(struct smoothing *s, const struct smoother_options *options)
{
	biases_introduce(s);
	for (int i = 0; i < HUBER_ROUNDS; i++) {
		if (i == 1 || i == 3)
			fit_wander(s, options);
		round_once(s);
		if (i >= 1 && doubts_settled(s))
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
    struct smoother_report *report)
{
	struct truechimers sum = { 0 };
	size_t stride = options->block - options->block / 4;
	size_t used = 0;

	for (size_t from = 0;; from += stride) {
		bool last = n - from <= options->block;
		size_t length = last ? n - from : options->block;
		size_t nodes = smoother_run(&o[from], length, options, memory, report);

		nodes = clock_path_thin(memory->node, nodes, options->spacing);
		used = clock_path_join(memory->joined, used, memory->node, nodes);
		add_verdicts(&sum, &report->truechimers);
		if (last)
			break;
	}
	report->truechimers = sum;
	report->nodes = used;
	return used;
}
