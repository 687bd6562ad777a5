/* Laws of the estimate. Every test prints the seeds it used when it fails. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "selection.h"
#include "sim.h"
#include "sim_methods.h"
#include "sim_scenarios.h"
#include "wander.h"

#define HOUR 3600.0
#define SEED 20240

static const struct sim_scenario *
world(const char *name)
{
	for (size_t i = 0; i < sim_worlds_count; i++)
		if (strcmp(sim_worlds[i].scenario.name, name) == 0)
			return &sim_worlds[i].scenario;
	ck_abort_msg("no world %s", name);
}

static struct path_estimate
at(const struct sim *s, const struct sim_model *m, double t)
{
	return clock_path_at(&m->path, sim_raw(s, t));
}

static double
error_at(const struct sim *s, const struct sim_model *m, double t)
{
	return span_seconds(span_sub(at(s, m, t).utc_minus_raw, sim_utc_minus_raw(s, t)));
}

static double
rms(const struct sim *s, const struct sim_model *m, double from, double to)
{
	double sum = 0;
	int n = 0;

	for (double t = from; t < to; t += 61, n++)
		sum += error_at(s, m, t) * error_at(s, m, t);
	return sqrt(sum / n);
}

START_TEST(adding_a_constant_to_all_offsets_adds_it_to_the_path)
{
	const int64_t constant = INT64_C(123456789012);
	struct sim s;
	struct sim_model a;
	struct sim_model b;

	sim_run(&s, world("route-four"), SEED);
	sim_model_build(&a, s.o, s.n, (struct span){ 0 });
	for (size_t i = 0; i < s.n; i++) {
		s.o[i].utc_minus_raw.ns += constant;
		s.o[i].t2.ns += constant;
		s.o[i].t3.ns += constant;
	}
	sim_model_build(&b, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_eq(a.path.used, b.path.used);
	for (size_t i = 0; i < a.path.used; i++) {
		ck_assert_int_eq(
		    a.node[i].utc_minus_raw.ns + constant, b.node[i].utc_minus_raw.ns);
		ck_assert_double_eq_tol(a.node[i].frequency, b.node[i].frequency, 1e-15);
	}
	sim_model_free(&a);
	sim_model_free(&b);
	sim_free(&s);
}
END_TEST

static void
reverse(struct sim *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct observation *o = &s->o[i];

		o->at.ns = -o->at.ns;
		o->utc_minus_raw.ns = -o->utc_minus_raw.ns;
	}
	for (size_t i = 0; i < s->n / 2; i++) {
		struct observation o = s->o[i];

		s->o[i] = s->o[s->n - 1 - i];
		s->o[s->n - 1 - i] = o;
	}
}

START_TEST(reversing_time_mirrors_the_path)
{
	struct sim s;
	struct sim_model a;
	struct sim_model b;

	sim_run(&s, world("one-100us"), SEED);
	sim_model_build(&a, s.o, s.n, (struct span){ 0 });
	reverse(&s);
	sim_model_build(&b, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_eq(a.path.used, b.path.used);
	for (size_t i = 0; i < a.path.used; i++) {
		const struct path_node *x = &a.node[i];
		const struct path_node *y = &b.node[b.path.used - 1 - i];

		ck_assert_double_lt(
		    fabs((double)(x->utc_minus_raw.ns + y->utc_minus_raw.ns)),
		    0.1e9 * sqrt(x->variance) + 2);
		ck_assert_double_eq_tol(
		    x->frequency, y->frequency, 0.1 * sqrt(x->frequency_variance));
		ck_assert_double_eq_tol(x->variance / y->variance, 1, 0.05);
	}
	sim_model_free(&a);
	sim_model_free(&b);
	sim_free(&s);
}
END_TEST

/* The tolerance: half of a standard deviation on the mean, two at the worst. */
START_TEST(blocks_equal_the_whole_pass)
{
	struct sim s;
	struct sim_model whole;
	struct sim_model blocks;
	struct smoother_options options = { .block = 6000 };
	double sum = 0;

	sim_run(&s, world("daily-sine"), SEED);
	sim_model_build(&whole, s.o, s.n, (struct span){ 0 });
	sim_model_build(&blocks, s.o, s.n, (struct span){ 0 });
	blocks.path.used =
	    smoother_run_blocks(s.o, s.n, &options, &blocks.memory, &blocks.report);
	ck_assert_uint_eq(whole.path.used, blocks.path.used);
	for (size_t i = 0; i < whole.path.used; i++) {
		double apart = (double)(whole.node[i].utc_minus_raw.ns -
					blocks.node[i].utc_minus_raw.ns) /
			       1e9;
		double sigma = sqrt(whole.node[i].variance);

		ck_assert_int_eq(whole.node[i].at.ns, blocks.node[i].at.ns);
		ck_assert_double_lt(fabs(apart), 2 * sigma);
		sum += apart * apart / (sigma * sigma);
	}
	ck_assert_double_lt(sqrt(sum / (double)whole.path.used), 0.5);
	sim_model_free(&whole);
	sim_model_free(&blocks);
	sim_free(&s);
}
END_TEST

START_TEST(one_exchange_gives_its_own_offset_and_no_frequency)
{
	struct sim s;
	struct sim_model m;

	sim_run(&s, world("lan"), SEED);
	sim_model_build(&m, s.o, 1, (struct span){ 0 });
	ck_assert_uint_eq(m.path.used, 1);
	ck_assert_int_eq(m.node[0].utc_minus_raw.ns, s.o[0].utc_minus_raw.ns);
	ck_assert_double_gt(sqrt(m.node[0].frequency_variance), 100e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(any_number_of_exchanges_gives_positive_variances)
{
	struct sim_scenario c = *world("congested-wan");
	struct sim s;
	struct sim_model m;

	c.poll = (double[]){ 0.1, 64, 16384 }[_i];
	c.duration = 60 * c.poll;
	c.no_burst = true;
	sim_run(&s, &c, SEED);
	for (size_t n = 1; n <= s.n; n++) {
		sim_model_build(&m, s.o, n, (struct span){ 0 });
		for (size_t i = 0; i < m.path.used; i++) {
			const struct path_node *k = &m.node[i];

			ck_assert_msg(k->variance > 0 && k->frequency_variance > 0 &&
					  k->covariance * k->covariance <=
					      k->variance * k->frequency_variance &&
					  fabs(k->frequency) < 1 && k->systematic > 0,
			    "seed %d, poll %g, %zu of %zu", SEED, c.poll, i, n);
		}
		sim_model_free(&m);
	}
	sim_free(&s);
}
END_TEST

START_TEST(noise_covers_the_truth_with_symmetric_paths)
{
	static const char *const names[] = { "one-100us", "one-1ms", "lan", "laptop" };
	struct sim s;
	struct sim_model m;
	int inside = 0;
	int points = 0;

	for (uint64_t seed = SEED; seed < SEED + 5; seed++) {
		sim_run(&s, world(names[_i]), seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		for (double t = 60; t < 24 * HOUR; t += 97, points++)
			inside += fabs(error_at(&s, &m, t)) < 1.96 * at(&s, &m, t).sigma;
		sim_model_free(&m);
		sim_free(&s);
	}
	ck_assert_msg(inside > 0.92 * points && inside < 0.995 * points,
	    "%s, seeds %d..%d: %d of %d", names[_i], SEED, SEED + 4, inside, points);
}
END_TEST

START_TEST(a_liar_of_four_leaves_no_trace)
{
	struct sim_scenario honest = *world("one-liar");
	struct sim s;
	struct sim_model m;
	double with;

	sim_run(&s, &honest, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_gt(m.report.truechimers.falsetickers, s.n / 5);
	with = rms(&s, &m, HOUR, 23 * HOUR);
	sim_model_free(&m);
	sim_free(&s);
	honest.server[2] = honest.server[3];
	honest.servers = 3;
	sim_run(&s, &honest, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_double_lt(with, 1.5 * rms(&s, &m, HOUR, 23 * HOUR));
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

/* It would lead the path by milliseconds: it jitters 200 times less than the others. */
START_TEST(a_quiet_server_that_drifts_slowly_leaves_no_trace)
{
	struct sim s;
	struct sim_model m;

	for (int seed = SEED; seed < SEED + 3; seed++) {
		sim_run(&s, world("quiet-liar"), (uint64_t)seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		ck_assert_double_lt(rms(&s, &m, HOUR, 23 * HOUR), 50e-6);
		sim_model_free(&m);
		sim_free(&s);
	}
}
END_TEST

START_TEST(a_change_of_route_is_no_drift)
{
	struct sim s;
	struct sim_model m;

	for (int seed = SEED; seed < SEED + 3; seed++) {
		sim_run(&s, world("route-four"), (uint64_t)seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		ck_assert_uint_lt(m.report.truechimers.falsetickers, s.n / 20);
		ck_assert_double_lt(rms(&s, &m, HOUR, 23 * HOUR), 50e-6);
		sim_model_free(&m);
		sim_free(&s);
	}
}
END_TEST

/* From 9 h to 15 h only the server that is 3 ms off is heard. */
START_TEST(servers_that_come_and_go_do_not_move_the_path)
{
	struct sim_scenario c = *world("wan-asymmetric");
	struct sim s;
	struct sim_model m;
	size_t kept = 0;
	double highest = -1;
	double lowest = 1;

	sim_run(&s, &c, SEED);
	for (size_t i = 0; i < s.n; i++) {
		double t = (double)(s.o[i].at.ns - SIM_RAW_NS) / 1e9;

		if (s.o[i].server == 3 || t < 9 * HOUR || t > 15 * HOUR)
			s.o[kept++] = s.o[i];
	}
	sim_model_build(&m, s.o, kept, (struct span){ 0 });
	for (double t = HOUR; t < 23 * HOUR; t += 60) {
		double error = error_at(&s, &m, t);

		highest = error > highest ? error : highest;
		lowest = error < lowest ? error : lowest;
	}
	ck_assert_double_lt(highest - lowest, 200e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

/* Whoever stands alone beside close others may as well be near the truth. */
START_TEST(asymmetric_paths_are_all_heard)
{
	static const double skews[4][4] = { { -0.13, -0.10, -0.17, 0.19 },
		{ 0.02, 0.03, 0.04, 0.3 }, { -0.3, -0.29, 0.28, 0.3 },
		{ 0.1, -0.1, 0.11, 0.12 } };
	struct sim_scenario c = *world("lan-brief");
	struct sim s;
	struct sim_model m;
	double mean = 0;
	double sum = 0;

	c.asymmetry = 0;
	for (size_t i = 0; i < 4; i++) {
		c.server[i].there *= 1 + skews[_i][i];
		c.server[i].back *= 1 - skews[_i][i];
		mean += 1e-4 * skews[_i][i] / 4;
	}
	sim_run(&s, &c, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	for (size_t p = 0; p < m.report.levels.used; p++)
		ck_assert_double_gt(m.report.of[p].weight, 0.2);
	for (int t = 0; t < 100; t++)
		sum += error_at(&s, &m, 20 + t) / 100;
	ck_assert_double_eq_tol(sum, mean, 1e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

/* Of asymmetries of which nothing is known the mean is all that can be had. */
START_TEST(the_error_of_asymmetric_paths_is_that_of_their_mean)
{
	struct sim s;
	struct sim_model m;
	double squares = 0;

	for (uint64_t seed = SEED; seed < SEED + 40; seed++) {
		double error;

		sim_run(&s, world("lan-brief"), seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		error = error_at(&s, &m, 75);
		squares += error * error / 40;
		sim_model_free(&m);
		sim_free(&s);
	}
	/* +-30 us, four of them: 30 / sqrt(3 * 4); its own chance over 40 seeds: 11 % */
	ck_assert_msg(squares < 10.5e-6 * 10.5e-6, "seeds %d..%d: %g s", SEED, SEED + 39,
	    sqrt(squares));
}
END_TEST

/* Two levels of one server agree; with the next server they are no majority of three. */
START_TEST(a_server_has_one_vote_however_many_routes)
{
	struct sim_scenario c = *world("wan-asymmetric");
	struct sim s;
	struct sim_model m;
	double say[3] = { 0 };

	c.servers = 3;
	c.server[0].change_from = 8 * HOUR;
	c.server[0].change_until = 16 * HOUR;
	c.server[0].change_there = c.server[0].change_back = 5e-3;
	c.server[1].there = c.server[1].back + 100e-6;
	sim_run(&s, &c, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_eq(m.report.levels.used, 4);
	for (size_t p = 0; p < m.report.levels.used; p++)
		say[m.report.levels.level[p].server] += m.report.of[p].weight;
	for (size_t i = 0; i < 3; i++)
		ck_assert_double_gt(say[i], 0.1);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

/* What a detour adds there and not back says nothing of the shortest route. */
START_TEST(a_detour_does_not_move_the_zero)
{
	struct sim_scenario c = *world("route-one");
	struct sim s;
	struct sim_model m;

	c.servers = 1 + (size_t)(_i % 2);
	c.server[1] = c.server[0];
	c.server[1].change_from = c.server[1].change_until = 0;
	sim_run(&s, &c, SEED + (uint64_t)_i);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_double_lt(rms(&s, &m, HOUR, 23 * HOUR), 150e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

/* Three that agree to 10 us are no chance where one stands 2 ms away. */
START_TEST(close_agreement_silences_who_stands_far_off)
{
	struct sim_scenario c = *world("one-liar");
	struct sim s;
	struct sim_model m;

	c.server[2].error = 2e-3;
	sim_run(&s, &c, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_eq(m.report.truechimers.falsetickers, 0);
	ck_assert_double_lt(rms(&s, &m, HOUR, 23 * HOUR), 50e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(a_change_of_route_is_no_change_of_the_clock)
{
	struct sim s;
	struct sim_model m;
	double before;
	double after;

	sim_run(&s, world("route-one"), SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ck_assert_uint_eq(m.report.levels.used, 2);
	before = error_at(&s, &m, 9 * HOUR);
	after = error_at(&s, &m, 10 * HOUR);
	ck_assert_double_lt(fabs(after - before), 300e-6);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(the_fit_finds_the_wander_of_the_oscillator)
{
	static const double wanders[] = { 1e-10, 1e-9, 1e-8 };
	struct sim_scenario c = *world("one-100us");
	struct sim s;
	struct sim_model m;
	double ratio;

	c.oscillator.wander = wanders[_i];
	sim_run(&s, &c, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	ratio = m.report.wander / (wanders[_i] * wanders[_i]);
	ck_assert_msg(ratio > 0.2 && ratio < 5, "seed %d: %g", SEED, ratio);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(a_product_s_logarithm_is_the_sum_of_logarithms)
{
	struct log_product p = { 0 };
	struct sim_random r = { SEED };
	double sum = 0;

	for (int i = 0; i < 100000; i++) {
		double factor = exp(20 * sim_normal(&r));

		sum += log(factor);
		log_product_times(&p, factor);
	}
	ck_assert_double_eq_tol(log_product_ln(&p), sum, 1e-6);
}
END_TEST

START_TEST(spikes_and_congestion_open_no_level)
{
	static const char *const names[] = { "laptop", "congested-wan", "one-10ms" };
	struct sim s;
	struct sim_model m;

	for (uint64_t seed = SEED; seed < SEED + 5; seed++) {
		sim_run(&s, world(names[_i]), seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		ck_assert_msg(m.report.levels.used == world(names[_i])->servers,
		    "%s, seed %d: %zu levels", names[_i], (int)seed,
		    m.report.levels.used);
		sim_model_free(&m);
		sim_free(&s);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("smoother");
	TCase *laws = tcase_create("laws");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, laws);
	tcase_set_timeout(laws, 30);
	tcase_add_test(laws, adding_a_constant_to_all_offsets_adds_it_to_the_path);
	tcase_add_test(laws, reversing_time_mirrors_the_path);
	tcase_add_test(laws, blocks_equal_the_whole_pass);
	tcase_add_test(laws, one_exchange_gives_its_own_offset_and_no_frequency);
	tcase_add_loop_test(laws, any_number_of_exchanges_gives_positive_variances, 0, 3);
	tcase_add_loop_test(laws, noise_covers_the_truth_with_symmetric_paths, 0, 4);
	tcase_add_test(laws, a_quiet_server_that_drifts_slowly_leaves_no_trace);
	tcase_add_test(laws, a_change_of_route_is_no_drift);
	tcase_add_test(laws, a_liar_of_four_leaves_no_trace);
	tcase_add_test(laws, servers_that_come_and_go_do_not_move_the_path);
	tcase_add_loop_test(laws, asymmetric_paths_are_all_heard, 0, 4);
	tcase_add_test(laws, the_error_of_asymmetric_paths_is_that_of_their_mean);
	tcase_add_test(laws, a_server_has_one_vote_however_many_routes);
	tcase_add_test(laws, close_agreement_silences_who_stands_far_off);
	tcase_add_loop_test(laws, a_detour_does_not_move_the_zero, 0, 6);
	tcase_add_test(laws, a_change_of_route_is_no_change_of_the_clock);
	tcase_add_loop_test(laws, the_fit_finds_the_wander_of_the_oscillator, 0, 3);
	tcase_add_test(laws, a_product_s_logarithm_is_the_sum_of_logarithms);
	tcase_add_loop_test(laws, spikes_and_congestion_open_no_level, 0, 3);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
