/* Laws of the guarantee. Every test names the seed with which it fails. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "bounds.h"
#include "intersection.h"
#include "selection.h"
#include "sim.h"
#include "sim_methods.h"
#include "sim_scenarios.h"

#define SEED 4711
#define POINTS 400
#define SECOND NS_PER_SECOND

static struct interval
random_interval(struct sim_random *r)
{
	int64_t low = (int64_t)(sim_uniform(r) * 20);

	return (struct interval){ { low }, { low + (int64_t)(sim_uniform(r) * 8) - 1 } };
}

static size_t
depth_at(const struct interval v[], size_t n, int64_t x)
{
	size_t depth = 0;

	for (size_t i = 0; i < n; i++)
		depth += v[i].low.ns <= x && x <= v[i].high.ns;
	return depth;
}

START_TEST(the_intersection_is_what_counting_every_point_finds)
{
	struct sim_random r = { SEED };

	for (int round = 0; round < 20000; round++) {
		struct interval v[8];
		struct interval got;
		size_t n = (size_t)(sim_uniform(&r) * 8) + 1;
		size_t wanted = (size_t)(sim_uniform(&r) * (double)n) + 1;
		int64_t low = 100;
		int64_t high = -100;
		bool found;

		for (size_t i = 0; i < n; i++)
			v[i] = random_interval(&r);
		for (int64_t x = -2; x < 30; x++) {
			if (depth_at(v, n, x) < wanted)
				continue;
			low = x < low ? x : low;
			high = x;
		}
		found = intersection_find(v, n, wanted, &got);
		ck_assert_msg(found == (low <= high), "round %d", round);
		if (found)
			ck_assert_msg(
			    got.low.ns == low && got.high.ns == high, "round %d", round);
	}
}
END_TEST

/* A whole exchange with one server, raw clock = UTC - 1000 s, 10 ms each way. */
static struct observation
exchange(uint16_t server, int64_t t, int64_t lie)
{
	const int64_t way = 10000000;

	return (struct observation){ .at = { t + way },
		.utc_minus_raw = { 1000 * SECOND + lie },
		.delay = { 2 * way },
		.t1_raw = { t },
		.t4_raw = { t + 2 * way },
		.t2 = { t + way + 1000 * SECOND + lie },
		.t3 = { t + way + 1000 * SECOND + lie },
		.server = server };
}

static struct bound
bound_at(const struct observation o[], size_t n, int64_t at)
{
	struct path_node node = { .at = o[0].at, .utc_minus_raw = { 1000 * SECOND } };
	struct clock_path path = { &node, 1 };
	struct bounds_request r = { o, n, &path,
		{ BOUNDS_RHO_INSIDE, BOUNDS_RHO_OUTSIDE, 4 } };
	struct bounds_work work[4];
	struct bound b = { .at = { at } };

	bounds_find(&r, &b, 1, work);
	return b;
}

START_TEST(one_exchange_bounds_by_causality_and_declared_error)
{
	struct observation o = exchange(2, 0, 0);
	struct bound b = bound_at(&o, 1, o.at.ns);
	int64_t half = 10000000 + observation_error(&o).ns;

	ck_assert(b.feasible);
	ck_assert_uint_eq(b.servers, 1);
	ck_assert_int_ge(1000 * SECOND - b.low.ns, half);
	ck_assert_int_le(1000 * SECOND - b.low.ns, half + 11000);
	ck_assert_int_ge(b.high.ns - 1000 * SECOND, half);
	ck_assert_int_le(b.high.ns - 1000 * SECOND, half + 11000);
}
END_TEST

/* By 15 ppm, 4 sigma of the frequency, and 1000 ppm, for it is one exchange only. */
START_TEST(outside_the_evidence_they_widen_by_rho)
{
	struct observation o = exchange(0, 0, 0);
	struct bound here = bound_at(&o, 1, o.at.ns);
	struct bound before = bound_at(&o, 1, o.at.ns - 1000 * SECOND);
	struct bound after = bound_at(&o, 1, o.at.ns + 1000 * SECOND);

	ck_assert_int_ge(after.high.ns - here.high.ns, 1015000000);
	ck_assert_int_le(after.high.ns - here.high.ns, 1016300000);
	ck_assert_int_eq(before.high.ns, after.high.ns);
	ck_assert_int_eq(before.low.ns, after.low.ns);
}
END_TEST

START_TEST(two_servers_that_exclude_each_other_are_a_finding)
{
	struct observation o[] = { exchange(0, 0, 0), exchange(1, SECOND, 100000000) };
	struct bound b = bound_at(o, 2, SECOND);

	ck_assert(!b.feasible);
	ck_assert_uint_eq(b.servers, 2);
	ck_assert_int_lt(b.low.ns, 1000 * SECOND);
	ck_assert_int_gt(b.high.ns, 1000 * SECOND + 100000000);
}
END_TEST

START_TEST(a_server_that_contradicts_itself_is_a_finding)
{
	struct observation o[] = { exchange(3, 0, 0), exchange(3, SECOND, 100000000) };
	struct bound b = bound_at(o, 2, SECOND);

	ck_assert(!b.feasible);
	ck_assert_uint_eq(b.contradicting, 1U << 3);
}
END_TEST

START_TEST(a_liar_of_three_is_named_and_moves_nothing)
{
	struct observation honest[] = { exchange(0, 0, 0), exchange(1, SECOND, 0) };
	struct observation o[] = { exchange(0, 0, 0), exchange(1, SECOND, 0),
		exchange(2, SECOND, 900000000) };
	struct bound a = bound_at(honest, 2, SECOND);
	struct bound b = bound_at(o, 3, SECOND);

	ck_assert(b.feasible);
	ck_assert_uint_eq(b.falsetickers, 1);
	ck_assert_uint_eq(b.contradicting, 1U << 2);
	ck_assert_int_eq(a.low.ns, b.low.ns);
	ck_assert_int_eq(a.high.ns, b.high.ns);
}
END_TEST

START_TEST(the_truth_lies_within_whatever_the_world)
{
	const struct sim_scenario *c = &sim_worlds[_i].scenario;
	static struct bound b[POINTS];
	struct sim s;
	struct sim_model m;
	double t[POINTS];

	if (c->duration > 1e6 || c->host.simulated)
		return;
	for (uint64_t seed = SEED; seed < SEED + 5; seed++) {
		sim_run(&s, c, seed);
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		for (size_t i = 0; i < POINTS; i++) {
			t[i] = c->duration * (double)i / POINTS;
			b[i].at = sim_raw(&s, t[i]);
		}
		sim_bounds(&m, s.o, s.n, b, POINTS);
		for (size_t i = 0; i < POINTS; i++) {
			struct span truth = sim_utc_minus_raw(&s, t[i]);

			ck_assert_msg(b[i].feasible && truth.ns >= b[i].low.ns &&
					  truth.ns <= b[i].high.ns,
			    "%s, seed %d, %.0f s", c->name, (int)seed, t[i]);
		}
		sim_model_free(&m);
		sim_free(&s);
	}
}
END_TEST

/* The liars of sim_any_world are its first servers, and declare 10 us. */
static bool
liars_are_a_minority(const struct sim *s, const struct sim_scenario *c)
{
	bool heard[SIM_SERVERS] = { false };
	size_t servers = 0;
	size_t liars = 0;

	for (size_t i = 0; i < s->n; i++)
		heard[s->o[i].server] = true;
	for (size_t i = 0; i < c->servers; i++) {
		servers += heard[i];
		liars += heard[i] && c->server[i].root_dispersion <= 1e-5;
	}
	return 2 * liars < servers;
}

START_TEST(the_truth_lies_within_in_any_world_whose_liars_are_a_minority)
{
	static struct bound b[POINTS];
	double t[POINTS];

	for (uint64_t seed = SEED; seed < SEED + 200; seed++) {
		struct sim_random r = { seed };
		struct sim_scenario c = sim_any_world(&r);
		struct sim s;
		struct sim_model m;

		sim_run(&s, &c, seed);
		if (!liars_are_a_minority(&s, &c)) {
			sim_free(&s);
			continue;
		}
		sim_model_build(&m, s.o, s.n, (struct span){ 0 });
		for (size_t i = 0; i < POINTS; i++) {
			t[i] = c.duration * ((double)i + sim_uniform(&r)) / POINTS;
			b[i].at = sim_raw(&s, t[i]);
		}
		sim_bounds(&m, s.o, s.n, b, POINTS);
		for (size_t i = 0; i < POINTS; i++) {
			struct span truth = sim_utc_minus_raw(&s, t[i]);

			ck_assert_msg(b[i].feasible && truth.ns >= b[i].low.ns &&
					  truth.ns <= b[i].high.ns,
			    "seed %d, %.0f s", (int)seed, t[i]);
		}
		sim_model_free(&m);
		sim_free(&s);
	}
}
END_TEST

START_TEST(more_evidence_never_widens_them)
{
	struct sim s;
	struct sim_model m;
	struct bound all[50];
	struct bound half[50];
	size_t kept = 0;

	sim_run(&s, &sim_worlds[2].scenario, SEED);
	sim_model_build(&m, s.o, s.n, (struct span){ 0 });
	for (size_t i = 0; i < 50; i++)
		all[i].at = half[i].at = sim_raw(&s, 900 + 1700.0 * (double)i);
	sim_bounds(&m, s.o, s.n, all, 50);
	for (size_t i = 0; i < s.n; i++)
		if (i == 0 || i + 1 == s.n || i % 2 == 0)
			s.o[kept++] = s.o[i];
	sim_bounds(&m, s.o, kept, half, 50);
	for (size_t i = 0; i < 50; i++) {
		ck_assert_int_ge(all[i].low.ns + 10, half[i].low.ns);
		ck_assert_int_le(all[i].high.ns - 10, half[i].high.ns);
	}
	sim_model_free(&m);
	sim_free(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bounds");
	TCase *laws = tcase_create("laws");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, laws);
	tcase_set_timeout(laws, 30);
	tcase_add_test(laws, the_intersection_is_what_counting_every_point_finds);
	tcase_add_test(laws, one_exchange_bounds_by_causality_and_declared_error);
	tcase_add_test(laws, outside_the_evidence_they_widen_by_rho);
	tcase_add_test(laws, two_servers_that_exclude_each_other_are_a_finding);
	tcase_add_test(laws, a_server_that_contradicts_itself_is_a_finding);
	tcase_add_test(laws, a_liar_of_three_is_named_and_moves_nothing);
	tcase_add_test(laws, more_evidence_never_widens_them);
	tcase_add_test(
	    laws, the_truth_lies_within_in_any_world_whose_liars_are_a_minority);
	tcase_add_loop_test(
	    laws, the_truth_lies_within_whatever_the_world, 0, (int)sim_worlds_count);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
