/* Laws of the path between, before and after its nodes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "clock_path.h"
#include "sim.h"
#include "sim_methods.h"
#include "sim_scenarios.h"

#define HOUR 3600.0
#define SEED 31415

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

START_TEST(the_path_passes_through_its_nodes_and_bends_between)
{
	struct sim s;
	struct sim_model m;

	sim_run(&s, world("one-1ms"), SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	for (size_t i = 0; i + 1 < m.path.used; i++) {
		struct raw_time close = { m.node[i + 1].at.ns - 1 };
		struct path_estimate here = clock_path_at(&m.path, m.node[i].at);
		struct path_estimate there = clock_path_at(&m.path, close);

		ck_assert_int_eq(here.utc_minus_raw.ns, m.node[i].utc_minus_raw.ns);
		ck_assert_int_le(
		    llabs(there.utc_minus_raw.ns - m.node[i + 1].utc_minus_raw.ns), 1);
		ck_assert_double_eq_tol(there.frequency, m.node[i + 1].frequency, 1e-12);
	}
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(outside_the_sign_of_the_covariance_matters)
{
	struct path_node node = { .at = { 0 },
		.frequency = 1e-5,
		.variance = 1e-10,
		.covariance = 1e-15,
		.frequency_variance = 1e-16 };
	struct clock_path p = { &node, 1 };
	struct path_estimate before =
	    clock_path_at(&p, (struct raw_time){ -1000 * NS_PER_SECOND });
	struct path_estimate after =
	    clock_path_at(&p, (struct raw_time){ 1000 * NS_PER_SECOND });

	ck_assert_int_eq(before.utc_minus_raw.ns, -10000000);
	ck_assert_int_eq(after.utc_minus_raw.ns, 10000000);
	ck_assert_double_eq_tol(
	    after.sigma * after.sigma - before.sigma * before.sigma, 4e-12, 1e-18);
}
END_TEST

static void
forget(struct sim *s, double from, double to)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		double t = (double)(s->o[i].at.ns - SIM_RAW_NS) / 1e9;

		if (t < from || t > to)
			s->o[kept++] = s->o[i];
	}
	s->n = kept;
}

START_TEST(an_outage_widens_the_noise_and_keeps_it_true)
{
	struct sim s;
	struct sim_model m;
	int inside = 0;
	int points = 0;

	for (uint64_t seed = SEED; seed < SEED + 40; seed++) {
		sim_run(&s, world("one-100us"), seed);
		forget(&s, 9 * HOUR, 14 * HOUR);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		ck_assert_double_gt(
		    at(&s, &m, 11.5 * HOUR).sigma, 5 * at(&s, &m, 8 * HOUR).sigma);
		for (double t = 9.2 * HOUR; t < 13.8 * HOUR; t += 600, points++)
			inside += fabs(error_at(&s, &m, t)) < 1.96 * at(&s, &m, t).sigma;
		sim_model_free(&m);
		sim_free(&s);
	}
	ck_assert_msg(inside > 0.9 * points, "seeds %d..%d: %d of %d", SEED, SEED + 39,
	    inside, points);
}
END_TEST

START_TEST(before_the_evidence_the_noise_holds_for_hours)
{
	struct sim s;
	struct sim_model m;
	int inside = 0;
	int points = 0;

	for (uint64_t seed = SEED; seed < SEED + 40; seed++) {
		sim_run(&s, world("one-1ms"), seed);
		forget(&s, 0, 6 * HOUR);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		for (double t = 0; t < 6 * HOUR; t += 600, points++)
			inside += fabs(error_at(&s, &m, t)) < 1.96 * at(&s, &m, t).sigma;
		sim_model_free(&m);
		sim_free(&s);
	}
	ck_assert_msg(inside > 0.95 * points, "seeds %d..%d: %d of %d", SEED, SEED + 39,
	    inside, points);
}
END_TEST

START_TEST(joining_a_path_with_itself_changes_nothing)
{
	struct sim s;
	struct sim_model m;
	struct path_node *out;
	size_t used;
	size_t half;

	sim_run(&s, world("one-1ms"), SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	out = calloc(m.path.used, sizeof(*out));
	ck_assert_ptr_nonnull(out);
	half = m.path.used / 2;
	used = clock_path_join(out, 0, m.node, half);
	used = clock_path_join(out, used, m.node + half / 2, m.path.used - half / 2);
	ck_assert_uint_eq(used, m.path.used);
	for (size_t i = 0; i < used; i++) {
		ck_assert_int_eq(out[i].at.ns, m.node[i].at.ns);
		ck_assert_int_eq(out[i].utc_minus_raw.ns, m.node[i].utc_minus_raw.ns);
	}
	free(out);
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

START_TEST(thinned_nodes_give_nearly_the_same_path)
{
	struct sim s;
	struct sim_model all;
	struct sim_model thin;

	sim_run(&s, world("daily-sine"), SEED);
	sim_model_build(&all, s.o, s.n, (struct span){ 0 });
	sim_model_build(&thin, s.o, s.n, (struct span){ 64 * NS_PER_SECOND });
	ck_assert_uint_lt(thin.path.used, 1400);
	for (double t = 60; t < 23.9 * HOUR; t += 47) {
		struct path_estimate a = at(&s, &all, t);
		struct path_estimate b = at(&s, &thin, t);

		ck_assert_int_lt(llabs(a.utc_minus_raw.ns - b.utc_minus_raw.ns),
		    (long long)(0.2e9 * a.sigma) + 2);
		ck_assert_double_eq_tol(a.sigma / b.sigma, 1, 0.1);
	}
	sim_model_free(&all);
	sim_model_free(&thin);
	sim_free(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock_path");
	TCase *laws = tcase_create("laws");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, laws);
	tcase_set_timeout(laws, 30);
	tcase_add_test(laws, the_path_passes_through_its_nodes_and_bends_between);
	tcase_add_test(laws, outside_the_sign_of_the_covariance_matters);
	tcase_add_test(laws, an_outage_widens_the_noise_and_keeps_it_true);
	tcase_add_test(laws, before_the_evidence_the_noise_holds_for_hours);
	tcase_add_test(laws, joining_a_path_with_itself_changes_nothing);
	tcase_add_test(laws, thinned_nodes_give_nearly_the_same_path);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
