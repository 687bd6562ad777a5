/*
 * A year in blocks against the whole pass, and knots against those that imply them: what
 * is left out to save memory must not show in what is answered.
 */
#include <math.h>
#include <stdlib.h>

#include "../tools/estimate.h"
#include "../tools/model_build.h"
#include "law.h"
#include "sim_methods.h"
#include "sim_scenarios.h"

#define SEED 20261122
#define S NS_PER_SECOND
#define BEGIN (INT64_C(1795312800) * S)

/* Twenty days of four servers: some 27,000 exchanges. */
static struct sim_scenario
weeks(void)
{
	return (struct sim_scenario){
		.name = "weeks",
		.oscillator = { .frequency = 10e-6, .wander = 1e-9, .sine = 0.3e-6 },
		.server = { { .there = 5e-3, .back = 6e-3, .jitter = 1e-3 },
		    { .there = 9e-3, .back = 9e-3, .jitter = 1e-3 },
		    { .there = 15e-3, .back = 13e-3, .jitter = 2e-3 },
		    { .there = 11e-3,
			.back = 11e-3,
			.jitter = 1e-3,
			.lie = 0.3,
			.lie_from = 5 * 86400,
			.lie_until = 9 * 86400 } },
		.servers = 4,
		.duration = 20 * 86400,
		.poll = 256,
		.grid = 16,
	};
}

static struct model_point *
estimate(const struct sim *s, size_t block, size_t *count)
{
	struct estimating e = { .block = block };
	struct model_point *p;

	e.servers.count = 4;
	for (uint8_t i = 0; i < 4; i++)
		e.servers.server[i].name[0] = (char)('a' + i);
	for (size_t i = 0; i < s->n; i++)
		estimate_take(&e, &s->o[i]);
	p = estimate_finish(&e, count);
	estimate_free(&e);
	return p;
}

static struct clock_model
model_of(struct model_point *p, size_t n)
{
	return (struct clock_model){ .point = p, .points = n };
}

/* UTC at a raw time, by a host clock that is the raw clock. */
static struct correction
ask(struct clock_model *m, const struct sim *s, double t)
{
	static struct model_piece piece[8];
	static struct model_run run[4];
	struct model_knot first = { .raw = sim_raw(s, 0) };
	struct model_knot last = { .raw = sim_raw(s, 20 * 86400) };
	struct correction c[4];

	m->piece = piece;
	m->run = run;
	m->pieces = m->runs = 0;
	m->begun = false;
	m->watched = true;
	first.real.ns = first.raw.ns;
	last.real.ns = last.raw.ns;
	clock_model_add(m, &first);
	clock_model_add(m, &last);
	ck_assert_uint_eq(
	    clock_model_correct(m, (struct system_time){ sim_raw(s, t).ns }, c, 4), 1);
	return c[0];
}

START_TEST(blocks_say_what_the_whole_pass_says)
{
	struct sim_scenario c = weeks();
	struct sim s;
	size_t n[2];
	struct model_point *p[2];
	struct clock_model m[2];
	double apart = 0;
	double wider = 0;
	size_t asked = 0;

	sim_run(&s, &c, SEED);
	p[0] = estimate(&s, 4 * s.n, &n[0]);
	p[1] = estimate(&s, 4096, &n[1]);
	for (int i = 0; i < 2; i++)
		m[i] = model_of(p[i], n[i]);
	for (double t = 3600; t < 19.9 * 86400; t += 1801, asked++) {
		struct correction a = ask(&m[0], &s, t);
		struct correction b = ask(&m[1], &s, t);
		int64_t truth = SIM_EPOCH_NS + llround(t * 1e9);

		apart += fabs(span_seconds(utc_since(a.utc, b.utc)));
		wider += span_seconds(utc_since(b.latest, b.earliest)) /
			 span_seconds(utc_since(a.latest, a.earliest));
		law_holds(truth >= a.earliest.ns && truth <= a.latest.ns);
		law_holds(truth >= b.earliest.ns && truth <= b.latest.ns);
		law_holds(b.kind == CORRECTION_INSIDE && !b.conflict);
	}
	/* the estimate errs by 100 us, from asymmetry alone */
	ck_assert_double_lt(apart / (double)asked, 30e-6);
	ck_assert_double_lt(wider / (double)asked, 1.15);
	free(p[0]);
	free(p[1]);
	sim_free(&s);
}
END_TEST

START_TEST(points_of_blocks_are_in_order_and_a_minute_apart)
{
	struct sim_scenario c = weeks();
	struct sim s;
	size_t n;
	struct model_point *p;

	sim_run(&s, &c, SEED);
	p = estimate(&s, 4096, &n);
	for (size_t i = 1; i < n; i++)
		law_holds(raw_since(p[i].at, p[i - 1].at).ns > 0);
	ck_assert_uint_le(n, 20 * 86400 / 64 + 100);
	free(p);
	sim_free(&s);
}
END_TEST

START_TEST(calibrations_stand_where_exchanges_are_too_few)
{
	struct estimating e = { .count = 0 };
	struct model_point *p;
	size_t n;

	for (int64_t i = 10; i-- > 0;) {
		struct model_point c = { .at = { i * S }, .utc_minus_raw = { BEGIN } };

		estimate_calibration(&e, &c);
	}
	p = estimate_finish(&e, &n);
	ck_assert_uint_eq(n, 10);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(p[i].at.ns, (int64_t)i * S);
	free(p);
	estimate_free(&e);
}
END_TEST

/* ---- knots */

#define KNOTS 5000

static int64_t raw[KNOTS], real[KNOTS];

/* A straight clock, with a change of rate, a step and a gap. */
static void
fill(struct boot_model *b)
{
	int64_t gained = 0;

	b->knot = calloc(KNOTS, sizeof(*b->knot));
	for (int64_t i = 0; i < KNOTS; i++) {
		gained += i < 2000 ? 20000 : i < 3500 ? -100000 : 0;
		gained += i == 3000 ? 5 * S : 0;
		raw[i] = i * S;
		real[i] = BEGIN + i * S + gained;
		b->knot[i] =
		    (struct model_knot){ { raw[i] }, { real[i] + law_between(-30, 30) },
			    { 30 }, .stepped = i == 3000, .loose = i == 4000 };
	}
	b->knots = KNOTS;
}

START_TEST(thinned_knots_show_the_same_clock)
{
	struct boot_model b = { .unwatched = false };
	struct clock_model m = { .watched = true };

	fill(&b);
	model_thin(&b);
	ck_assert_uint_le(b.knots, 20);
	m.piece = calloc(2 * b.knots, sizeof(*m.piece));
	m.run = calloc(b.knots + 1, sizeof(*m.run));
	for (size_t i = 0; i < b.knots; i++)
		clock_model_add(&m, &b.knot[i]);
	ck_assert_uint_eq(m.runs, 2);
	for (size_t i = 0; i < KNOTS; i++)
		if (i != 2999) /* from there on the step may have been */
			law_holds(
			    llabs(clock_model_host(&m, (struct raw_time){ raw[i] }).ns -
				  real[i]) <= 120);
	free(m.piece);
	free(m.run);
	free(b.knot);
}
END_TEST

START_TEST(where_nobody_watched_each_knot_counts)
{
	struct boot_model b = { .unwatched = true };

	fill(&b);
	model_thin(&b);
	ck_assert_uint_eq(b.knots, KNOTS);
	free(b.knot);
}
END_TEST

/* ---- a clock that was set while it was slewed */

#define TWINS 11
#define SET_AT 7
#define FORWARD (50 * S)

/* Readings each 10 s, the watch's line is straight until 60 s; at 70 s somebody has set the clock, and found to have bent is its
 * line there, too: within the gap before, its rate was anything within `limit`. */
static void
add_twins(struct boot_model *b, bool bend_first, double limit)
{
	struct model_knot k[2];

	*b = (struct boot_model){ .boot_id = "one" };
	b->knot = calloc(TWINS + 2, sizeof(*b->knot));
	for (int64_t i = 0; i < TWINS; i++) {
		int64_t set = i >= SET_AT ? FORWARD : 0;

		k[0] = (struct model_knot){ { i * 10 * S }, { BEGIN + i * 10 * S + set },
			{ 30 }, .stepped = i == SET_AT, .bend = i == SET_AT - 1 };
		k[1] = (struct model_knot){ k[0].raw, { BEGIN + i * 10 * S }, { 30 },
			.loose = true, .bend = true, .slew_limit = limit };
		if (i == SET_AT)
			b->knot[b->knots++] = k[bend_first];
		b->knot[b->knots++] = k[i == SET_AT && !bend_first];
	}
	for (int64_t i = 0; i < TWINS; i++) {
		struct model_point c = { .at = { i * 10 * S },
			.utc_minus_raw = { BEGIN },
			.low = { BEGIN },
			.high = { BEGIN } };

		estimate_calibration(&b->estimating, &c);
	}
}

/* Half of the guaranteed interval's width at a raw time, by the clock before the step. */
static double
half_width(const struct clock_model *m, int64_t c)
{
	struct correction out[4];

	ck_assert_uint_ge(
	    clock_model_correct(m, (struct system_time){ BEGIN + c }, out, 4), 1);
	return span_seconds(utc_since(out[0].latest, out[0].earliest)) / 2;
}

START_TEST(clock_set_and_slewed_in_one_moment_was_both)
{
	static const double limits[] = { WATCH_SLEW_LIMIT, WATCH_TICK_LIMIT };

	for (int k = 0; k < 4; k++) {
		double limit = limits[k / 2];
		struct boot_model b;
		struct model m = { .boot = &b, .boots = 1 };
		struct correction out[4];

		add_twins(&b, k % 2 == 1, limit);
		model_build(&m);
		ck_assert_uint_eq(b.model.runs, 2);
		/* it showed these, if at all, in the gap before it was set */
		ck_assert_double_ge(half_width(&b.model, 65 * S), limit * 10);
		ck_assert_double_lt(half_width(&b.model, 65 * S), limit * 10 + 0.001);
		ck_assert_double_lt(half_width(&b.model, 55 * S), 0.001);
		/* and never the times that the step left out */
		ck_assert_uint_eq(clock_model_correct(&b.model,
				      (struct system_time){ BEGIN + 90 * S }, out, 4),
		    0);
		ck_assert_int_eq(
		    clock_model_host(&b.model, (struct raw_time){ 80 * S }).ns,
		    BEGIN + 80 * S + FORWARD);
		free(b.knot);
		free(b.model.piece);
		free(b.model.run);
		free(b.model.point);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("estimate");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 60);
	tcase_add_test(t, blocks_say_what_the_whole_pass_says);
	tcase_add_test(t, points_of_blocks_are_in_order_and_a_minute_apart);
	tcase_add_test(t, calibrations_stand_where_exchanges_are_too_few);
	tcase_add_test(t, thinned_knots_show_the_same_clock);
	tcase_add_test(t, clock_set_and_slewed_in_one_moment_was_both);
	tcase_add_test(t, where_nobody_watched_each_knot_counts);
	return law_run(s);
}
