#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "law.h"

#define MS 1e-3
#define US 1e-6
#define SOURCES 4
#define BEGIN (INT64_C(1795312800) * NS_PER_SECOND)

static struct drift_history history[SOURCES];
static struct fit_source source[SOURCES];
static struct fit fit;

/* UTC - raw = BEGIN + frequency * raw + what the sample errs by, s. */
static void
put(size_t i, double t, double frequency, double error, double delay)
{
	struct sample s = {
		.at = { span_from_seconds(t).ns },
		.utc_minus_raw = { BEGIN + span_from_seconds(frequency * t + error).ns },
		.delay = span_from_seconds(delay),
	};

	drift_add(&history[i], &s);
}

static void
begin(void)
{
	memset(history, 0, sizeof(history));
	for (size_t i = 0; i < SOURCES; i++)
		source[i] = (struct fit_source){ &history[i], 1 * MS };
}

static bool
run(size_t n, double t)
{
	return fit_sources(source, n, (struct raw_time){ span_from_seconds(t).ns }, &fit);
}

/* s */
static double
missed(double t, double frequency)
{
	return span_seconds((struct span){ fit.utc_minus_raw.ns - BEGIN }) -
	       frequency * t;
}

/* Symmetric paths of 2 * `way`, with exponential jitter each way. */
static void
measure(size_t i, double t, double frequency, double way, double jitter)
{
	double there = law_exponential(jitter);
	double back = law_exponential(jitter);

	put(i, t, frequency, (there - back) / 2, 2 * way + there + back);
}

START_TEST(without_samples_there_is_no_fit)
{
	begin();
	ck_assert(!run(0, 10));
	ck_assert(!run(SOURCES, 10));
}
END_TEST

START_TEST(one_sample_is_an_offset_and_no_frequency)
{
	begin();
	put(0, 10, 40e-6, 0, 10 * MS);
	ck_assert(run(SOURCES, 10));
	ck_assert_double_eq_tol(missed(10, 40e-6), 0, 1e-9);
	ck_assert_double_eq_tol(fit.frequency_error, 1.2e-4, 1e-9);
	ck_assert_uint_eq(fit.points, 1);
	ck_assert_double_eq_tol(fit.systematic, 6 * MS / sqrt(3), 1e-7);
}
END_TEST

START_TEST(samples_on_a_line_are_that_line)
{
	for (int round = 0; round < 50; round++) {
		double frequency = law_gaussian() * 50e-6;
		double poll = (double)law_between(1, 1024);
		double t = 0;

		begin();
		for (int k = 0; k < 40; k++, t += poll)
			for (size_t i = 0; i < SOURCES; i++)
				put(i, t + (double)i, frequency, 0, 10 * MS);
		law_holds(run(SOURCES, t));
		law_holds(fabs(missed(t, frequency)) < 1e-8 + 1e-9 * poll);
		law_holds(fabs(fit.frequency - frequency) < 1e-9);
		law_equal((int64_t)fit.points, 160);
	}
}
END_TEST

START_TEST(constant_added_to_all_samples_is_added_to_the_fit)
{
	for (int round = 0; round < 50; round++) {
		struct span before;
		int64_t more = law_between(-NS_PER_SECOND, NS_PER_SECOND);

		begin();
		for (int k = 0; k < 50; k++)
			for (size_t i = 0; i < SOURCES; i++)
				measure(i, 16.0 * k + (double)i, 1e-5, 5 * MS, 0.2 * MS);
		law_holds(run(SOURCES, 800));
		before = fit.utc_minus_raw;
		for (size_t i = 0; i < SOURCES; i++)
			for (size_t k = 0; k < history[i].used; k++)
				history[i].point[k].utc_minus_raw.ns += more;
		law_holds(run(SOURCES, 800));
		law_equal(fit.utc_minus_raw.ns - before.ns, more);
	}
}
END_TEST

/* How often the truth lies within 95 %, over many worlds; RMS error of time, s. */
struct coverage {
	double noise, frequency, rms;
};

static struct coverage
cover(size_t servers, double poll, double way, double jitter)
{
	const int rounds = 1000;
	struct coverage c = { 0 };

	for (int round = 0; round < rounds; round++) {
		double frequency = law_gaussian() * 20e-6;
		double t = 0;

		begin();
		for (int k = 0; k < 64; k++, t += poll)
			for (size_t i = 0; i < servers; i++)
				measure(
				    i, t + poll * (double)i / 4, frequency, way, jitter);
		law_holds(run(servers, t));
		c.noise += fabs(missed(t, frequency)) <= 1.96 * fit.noise;
		c.frequency +=
		    fabs(fit.frequency - frequency) <= 1.96 * fit.frequency_error;
		c.rms += missed(t, frequency) * missed(t, frequency);
	}
	c.noise /= rounds;
	c.frequency /= rounds;
	c.rms = sqrt(c.rms / rounds);
	return c;
}

START_TEST(noise_and_frequency_error_hold_as_often_as_they_say)
{
	static const struct {
		double poll, way, jitter;
	} cases[] = { { 1, 100 * US, 20 * US }, { 16, 5 * MS, 1 * MS },
		{ 64, 100 * US, 10 * US }, { 64, 30 * MS, 10 * MS } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct coverage c =
		    cover(1 + i, cases[i].poll, cases[i].way, cases[i].jitter);

		law_holds(c.noise >= 0.93);
		law_holds(c.frequency >= 0.93);
		law_holds(c.rms <= cases[i].jitter / 4);
	}
}
END_TEST

START_TEST(four_servers_are_better_than_one)
{
	struct coverage one = cover(1, 16, 5 * MS, 1 * MS);
	struct coverage four = cover(4, 16, 5 * MS, 1 * MS);

	ck_assert_double_lt(four.rms, 0.7 * one.rms);
}
END_TEST

START_TEST(equal_paths_of_unequal_bias_have_their_mean)
{
	begin();
	for (int k = 0; k < 64; k++) {
		put(0, 16.0 * k, 1e-5, 2 * MS, 10 * MS);
		put(1, 16.0 * k + 8, 1e-5, -1 * MS, 10 * MS);
	}
	ck_assert(run(2, 1024));
	ck_assert_double_eq_tol(missed(1024, 1e-5), 0.5 * MS, 5 * US);
	ck_assert_double_eq_tol(fit.systematic, 6 * MS / sqrt(3), 20 * US);
	ck_assert_double_lt(fit.noise, 100 * US);
}
END_TEST

START_TEST(nearer_server_has_more_say)
{
	source[0].error = 1 * MS;
	begin();
	for (int k = 0; k < 64; k++) {
		put(0, 16.0 * k, 1e-5, 0.5 * MS, 2 * MS);
		put(1, 16.0 * k + 8, 1e-5, -4 * MS, 18 * MS);
	}
	ck_assert(run(2, 1024));
	/* weights 1 / 2^2 and 1 / 10^2 */
	ck_assert_double_eq_tol(missed(1024, 1e-5), (0.5 * 25 - 4.0) / 26 * MS, 20 * US);
}
END_TEST

START_TEST(what_a_server_said_before_it_came_to_agree_does_not_count)
{
	for (int round = 0; round < 50; round++) {
		double lie = law_gaussian();

		begin();
		for (int k = 0; k < 64; k++)
			for (size_t i = 0; i < 3; i++)
				put(i, 64.0 * k + (double)i, 1e-5,
				    i == 2 && k < 60 ? lie : 0, 10 * MS);
		law_holds(run(3, 4096));
		law_holds(fabs(missed(4096, 1e-5)) < 6 * MS);
		law_holds(fabs(lie) < 15 * MS || fabs(missed(4096, 1e-5)) < 50 * US);
	}
}
END_TEST

START_TEST(who_is_asked_often_is_remembered_for_longer_and_the_fit_is_no_dearer)
{
	static const double polls[] = { 1, 4, 8, 10, 16, 64 };

	for (size_t k = 0; k < sizeof(polls) / sizeof(*polls); k++) {
		double most = (DRIFT_MEMORY - 1) * polls[k];
		double least = (DRIFT_POINTS - 1) * polls[k];
		double memory = most < 900 ? most : least > 900 ? least : 900;

		begin();
		for (int i = 0; i < 3 * DRIFT_MEMORY; i++)
			measure(0, polls[k] * i, 1e-5, 5 * MS, 1 * MS);
		ck_assert(run(1, polls[k] * 3 * DRIFT_MEMORY));
		ck_assert_double_le(span_seconds(fit.length), memory + 1e-6);
		ck_assert_double_ge(span_seconds(fit.length), 0.9 * memory);
		ck_assert_uint_le(fit.points, DRIFT_POINTS);
	}
}
END_TEST

/* It lies within its interval, and nobody knows who is right: the offset follows by its
 * part, but no line through both tells of the oscillator. */
START_TEST(server_that_moves_within_its_interval_does_not_turn_the_frequency)
{
	double squares = 0;

	for (int round = 0; round < 200; round++) {
		int moves = (int)law_between(10, 118);

		begin();
		for (int k = 0; k < DRIFT_MEMORY; k++)
			for (size_t i = 0; i < SOURCES; i++) {
				double t = k + 0.2 * (double)i;

				measure(i, t, 1e-5, (5 + 3 * (double)i) * MS, 1 * MS);
				if (i == 0 && k >= moves)
					put(i, t, 1e-5,
					    3 * MS + law_gaussian() * 0.3 * MS,
					    10.5 * MS + law_exponential(1 * MS));
			}
		law_holds(run(SOURCES, DRIFT_MEMORY));
		squares += (fit.frequency - 1e-5) * (fit.frequency - 1e-5) / 200;
		law_holds(fabs(missed(DRIFT_MEMORY, 1e-5)) < 3 * MS);
	}
	ck_assert_double_lt(sqrt(squares), 8e-6);
}
END_TEST

START_TEST(longer_route_is_a_path_of_its_own)
{
	begin();
	for (int k = 0; k < 64; k++)
		for (size_t i = 0; i < 3; i++)
			measure(i, 16.0 * k, 1e-5, 5 * MS, 0.1 * MS);
	/* the way there takes 8 ms more from now on */
	for (int k = 64; k < 94; k++) {
		measure(0, 16.0 * k, 1e-5, 5 * MS, 0.1 * MS);
		measure(1, 16.0 * k, 1e-5, 5 * MS, 0.1 * MS);
		put(2, 16.0 * k, 1e-5, 4 * MS, 18 * MS + law_exponential(0.1 * MS));
	}
	ck_assert(run(3, 1504));
	/* weights 1 / 6^2 of the three old paths, 1 / 10^2 of the new one, 4 ms off */
	ck_assert_double_eq_tol(
	    missed(1504, 1e-5), 4 * MS / 100 / (3 / 36.0 + 1 / 100.0), 30 * US);
}
END_TEST

START_TEST(spikes_of_delay_have_no_say)
{
	begin();
	for (int k = 0; k < 64; k++)
		for (size_t i = 0; i < 2; i++) {
			double late = k % 7 == 3 ? 80 * MS : 0;

			put(i, 16.0 * k, 1e-5, late / 2, 10 * MS + late);
		}
	ck_assert(run(2, 1024));
	ck_assert_double_lt(fabs(missed(1024, 1e-5)), 50 * US);
}
END_TEST

START_TEST(order_of_the_sources_is_of_no_account)
{
	for (int round = 0; round < 20; round++) {
		struct fit_source other;
		struct fit first;

		begin();
		for (int k = 0; k < 40; k++)
			for (size_t i = 0; i < SOURCES; i++)
				measure(i, 16.0 * k + (double)i, 1e-5,
				    (1 + (double)i) * MS, 0.2 * MS);
		law_holds(run(SOURCES, 640));
		first = fit;
		other = source[0];
		source[0] = source[3];
		source[3] = other;
		law_holds(run(SOURCES, 640));
		law_holds(llabs(fit.utc_minus_raw.ns - first.utc_minus_raw.ns) <= 2);
		law_holds(fabs(fit.noise - first.noise) < 1e-9);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fit");
	TCase *t = law_case(s);

	tcase_add_test(t, without_samples_there_is_no_fit);
	tcase_add_test(t, one_sample_is_an_offset_and_no_frequency);
	tcase_add_test(t, samples_on_a_line_are_that_line);
	tcase_add_test(t, constant_added_to_all_samples_is_added_to_the_fit);
	tcase_add_test(t, noise_and_frequency_error_hold_as_often_as_they_say);
	tcase_add_test(t, four_servers_are_better_than_one);
	tcase_add_test(t, equal_paths_of_unequal_bias_have_their_mean);
	tcase_add_test(t, nearer_server_has_more_say);
	tcase_add_test(t, what_a_server_said_before_it_came_to_agree_does_not_count);
	tcase_add_test(
	    t, who_is_asked_often_is_remembered_for_longer_and_the_fit_is_no_dearer);
	tcase_add_test(
	    t, server_that_moves_within_its_interval_does_not_turn_the_frequency);
	tcase_add_test(t, longer_route_is_a_path_of_its_own);
	tcase_add_test(t, spikes_of_delay_have_no_say);
	tcase_add_test(t, order_of_the_sources_is_of_no_account);
	return law_run(s);
}
