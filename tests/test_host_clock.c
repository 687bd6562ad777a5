/*
 * UTC of a time that a host's clock showed: whoever steered, set or stopped that clock.
 * The oscillator, the clock, its watch and the model, against the truth.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "sim_host.h"
#include "sim_scenarios.h"

#define SEED 20261122
#define POINTS 500
#define ANSWERS 16

struct outcome {
	size_t asked, unanswered, answers, outside, beyond_uncertainty, beyond_noise;
	double worst; /* s */
};

static const struct sim_scenario *
world(const char *name)
{
	for (size_t i = 0; i < sim_worlds_count; i++)
		if (strcmp(sim_worlds[i].scenario.name, name) == 0)
			return &sim_worlds[i].scenario;
	abort();
}

static struct span
off(const struct correction *c, struct utc_time truth)
{
	return span_abs(utc_since(c->utc, truth));
}

static void
judge(const struct sim_host *h, double t, struct outcome *out)
{
	struct utc_time truth = { SIM_EPOCH_NS + llround(t * 1e9) };
	struct correction c[ANSWERS];
	size_t n = sim_host_ask(h, sim_host_time(h, t), c, ANSWERS);
	size_t best = 0;

	out->asked++;
	out->answers += n;
	out->unanswered += n == 0;
	if (n == 0)
		return;
	for (size_t i = 1; i < n; i++)
		if (off(&c[i], truth).ns < off(&c[best], truth).ns)
			best = i;
	out->outside += truth.ns < c[best].earliest.ns || truth.ns > c[best].latest.ns;
	out->beyond_uncertainty += off(&c[best], truth).ns > c[best].uncertainty.ns;
	out->beyond_noise += off(&c[best], truth).ns > c[best].noise.ns;
	if (span_seconds(off(&c[best], truth)) > out->worst)
		out->worst = span_seconds(off(&c[best], truth));
}

/* Evidence of [from, until], points of [first, last], s. */
static struct outcome
run(const struct sim_scenario *c, const double evidence[2], const double points[2])
{
	struct outcome out = { .asked = 0 };

	for (uint64_t seed = SEED; seed < SEED + 4; seed++) {
		struct sim s;
		struct sim_host h;

		sim_run(&s, c, seed);
		sim_host_run(&h, &s, c);
		sim_host_model(&h, evidence[0], evidence[1]);
		for (int i = 0; i < POINTS; i++) {
			double t = points[0] + (points[1] - points[0]) * law_uniform();

			if (t < c->sleep_from || t > c->sleep_until)
				judge(&h, t, &out);
		}
		sim_host_forget(&h);
		sim_host_free(&h);
		sim_free(&s);
	}
	return out;
}

static const char *const hosts[] = { "host-free", "host-steered", "host-unwatched",
	"host-intruder", "host-asleep" };

START_TEST(the_truth_lies_within_whatever_is_done_to_the_clock)
{
	static const double day[] = { 0, 86400 };
	static const double most[] = { 60, 86340 };
	struct outcome o = run(world(hosts[_i]), day, most);

	ck_assert_uint_gt(o.asked, POINTS);
	ck_assert_uint_eq(o.unanswered, 0);
	ck_assert_uint_eq(o.outside, 0);
	ck_assert_uint_le(o.beyond_uncertainty, o.asked / 20);
	ck_assert_uint_le(o.beyond_noise, o.asked / 5);
	ck_assert_double_lt(o.worst, 1e-3);
	ck_assert_uint_le(o.answers, o.asked * 11 / 10);
}
END_TEST

/* Nobody has seen it, and it comes right: the errors that are claimed have grown. */
START_TEST(the_truth_lies_within_hours_before_and_after_the_evidence)
{
	static const double evidence[] = { 28800, 57600 };
	static const double sides[2][2] = { { 7200, 28000 }, { 58000, 79200 } };

	for (int side = 0; side < 2; side++) {
		struct outcome o = run(world(hosts[_i]), evidence, sides[side]);

		ck_assert_uint_eq(o.unanswered, 0);
		ck_assert_uint_eq(o.outside, 0);
		ck_assert_uint_le(o.beyond_uncertainty, o.asked / 20);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("host_clock");
	TCase *t = law_case(s);

	tcase_add_loop_test(t, the_truth_lies_within_whatever_is_done_to_the_clock, 0, 5);
	tcase_add_loop_test(
	    t, the_truth_lies_within_hours_before_and_after_the_evidence, 0, 3);
	return law_run(s);
}
