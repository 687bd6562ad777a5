#include <math.h>

#include "host_rate.h"
#include "law.h"

#define BEGIN (INT64_C(1795312800) * NS_PER_SECOND)

static struct host_rate rate;

/* The host's clock at raw time c, ns, gaining at `ppm` since it was BEGIN + set. */
static struct clock_reading
reading(int64_t c, int64_t set, double ppm)
{
	return (struct clock_reading){
		.raw = { c },
		.real = { BEGIN + set + c + llround((double)c * ppm * 1e-6) },
		.read = { 20 },
	};
}

static void
feed(int64_t from_s, int64_t to_s, int64_t set, double ppm)
{
	for (int64_t s = from_s; s < to_s; s++) {
		struct clock_reading r = reading(s * NS_PER_SECOND, set, ppm);

		host_rate_read(&rate, &r);
	}
}

static struct rate
at(int64_t s, int64_t set, double ppm)
{
	struct clock_reading now = reading(s * NS_PER_SECOND, set, ppm);

	return host_rate_at(&rate, &now);
}

START_TEST(rate_is_unknown_before_it_is_read)
{
	rate = (struct host_rate){ 0 };
	ck_assert_double_eq(at(5, 0, 30).rate, 0);
	ck_assert_double_gt(at(5, 0, 30).error, 1e-4);
	feed(0, 1, 0, 30);
	ck_assert_double_gt(at(0, 0, 30).error, 1e-4);
}
END_TEST

START_TEST(rate_is_that_of_the_readings_within_their_brackets)
{
	for (int round = 0; round < 100; round++) {
		double ppm = law_gaussian() * 200;
		int64_t from = law_between(0, 1000000);
		int64_t to = from + law_between(1, 500);
		struct rate got;

		rate = (struct host_rate){ 0 };
		feed(from, to, 0, ppm);
		got = at(to, 0, ppm);
		law_holds(fabs(got.rate - ppm * 1e-6) <= 2e-9 + got.error);
		law_holds(got.error <= 41e-9);
	}
}
END_TEST

START_TEST(who_begins_to_read_later_comes_to_the_same)
{
	for (int round = 0; round < 200; round++) {
		int64_t from = law_between(0, 100000);
		int64_t late = from + law_between(0, 1000);
		int64_t to = late + law_between(129, 300);
		struct rate early;

		rate = (struct host_rate){ 0 };
		feed(from, to, 0, 17);
		early = at(to, 0, 17);
		rate = (struct host_rate){ 0 };
		feed(late, to, 0, 17);
		law_holds(fabs(early.rate - at(to, 0, 17).rate) <= 0);
		law_holds(fabs(early.error - at(to, 0, 17).error) <= 0);
	}
}
END_TEST

START_TEST(step_keeps_the_rate_it_had_until_a_new_one_is_read)
{
	struct clock_reading before = reading(200 * NS_PER_SECOND, 0, 40);
	struct clock_knot last = { before.raw, before.real, before.read };
	struct clock_reading after = reading(201 * NS_PER_SECOND, -3600, 40);

	rate = (struct host_rate){ 0 };
	feed(0, 200, 0, 40);
	host_rate_step(&rate, &last, &after);
	ck_assert_double_eq_tol(at(201, -3600, 40).rate, 40e-6, 1e-9);
	ck_assert_double_eq_tol(at(203, -3600, 40).rate, 40e-6, 1e-7);
}
END_TEST

START_TEST(step_that_no_event_tells_of_does_not_bend_the_rate)
{
	rate = (struct host_rate){ 0 };
	feed(0, 200, 0, 40);
	ck_assert_double_eq_tol(at(201, 3600 * NS_PER_SECOND, 40).rate, 40e-6, 1e-9);
	feed(201, 203, 3600 * NS_PER_SECOND, 40);
	ck_assert_double_eq_tol(at(205, 3600 * NS_PER_SECOND, 40).rate, 40e-6, 1e-7);
}
END_TEST

START_TEST(after_a_bend_the_rate_is_read_from_there_on)
{
	struct clock_reading bend = reading(150 * NS_PER_SECOND, 0, 0);
	struct clock_knot knot = { bend.raw, bend.real, bend.read };
	int64_t set = -150 * 500 * 1000; /* 500 ppm from second 150 on */

	rate = (struct host_rate){ 0 };
	feed(0, 150, 0, 0);
	feed(150, 153, set, 500);
	host_rate_bend(&rate, &knot);
	ck_assert_double_eq_tol(at(153, set, 500).rate, 500e-6, 1e-7);
	feed(153, 400, set, 500);
	ck_assert_double_eq_tol(at(400, set, 500).rate, 500e-6, 1e-8);
	/* a bend of long ago says nothing of now */
	host_rate_bend(&rate, &knot);
	ck_assert_double_eq_tol(at(400, set, 500).rate, 500e-6, 1e-8);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("host_rate");
	TCase *t = law_case(s);

	tcase_add_test(t, rate_is_unknown_before_it_is_read);
	tcase_add_test(t, rate_is_that_of_the_readings_within_their_brackets);
	tcase_add_test(t, who_begins_to_read_later_comes_to_the_same);
	tcase_add_test(t, step_keeps_the_rate_it_had_until_a_new_one_is_read);
	tcase_add_test(t, step_that_no_event_tells_of_does_not_bend_the_rate);
	tcase_add_test(t, after_a_bend_the_rate_is_read_from_there_on);
	return law_run(s);
}
