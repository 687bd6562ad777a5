#include <math.h>
#include <stdlib.h>

#include "drift.h"
#include "law.h"

#define MS INT64_C(1000000)
#define SIGMA0 20e-6
#define BASE (INT64_C(1795000000) * NS_PER_SECOND) /* a UTC - raw of 2026 */

static void
add_point(struct drift_history *h, double second, int64_t utc_minus_raw, int64_t delay)
{
	struct sample s = {
		.at = { span_from_seconds(second).ns },
		.utc_minus_raw = { utc_minus_raw },
		.delay = { delay },
	};

	drift_add(h, &s);
}

/* n points every `apart` seconds on the line BASE + frequency * second */
static void
add_line(struct drift_history *h, int n, double apart, double frequency)
{
	for (int i = 0; i < n; i++)
		add_point(h, i * apart,
		    BASE + span_from_seconds(frequency * i * apart).ns, 10 * MS);
}

static struct drift
fit_at(const struct drift_history *h, double second)
{
	struct raw_time epoch = { span_from_seconds(second).ns };
	struct drift d = { 0 };

	ck_assert(drift_fit(h, epoch, &d));
	return d;
}

START_TEST(second_sample_of_a_round_trip_replaces_the_first)
{
	struct drift_history once = { 0 };
	struct drift_history twice = { 0 };
	struct drift a;
	struct drift b;

	for (int i = 0; i < 3 * DRIFT_POINTS; i++) {
		add_point(&once, i, BASE + i, 9 * MS);
		add_point(&twice, i, BASE + i + 5 * MS, 10 * MS);
		add_point(&twice, i, BASE + i, 9 * MS);
		ck_assert_uint_eq(twice.used, once.used);
	}
	a = fit_at(&once, 1000);
	b = fit_at(&twice, 1000);
	ck_assert_int_eq(a.utc_minus_raw.ns, b.utc_minus_raw.ns);
	ck_assert_int_eq(a.delay_min.ns, b.delay_min.ns);
}
END_TEST

START_TEST(empty_history_has_no_line)
{
	struct drift_history h = { 0 };
	struct drift d;

	ck_assert(!drift_fit(&h, (struct raw_time){ 0 }, &d));
}
END_TEST

START_TEST(straight_line_is_recovered_for_both_signs)
{
	static const double ppm[] = { -500, -40, -0.01, 0, 0.01, 40, 500 };

	for (size_t i = 0; i < sizeof(ppm) / sizeof(*ppm); i++) {
		struct drift_history h = { 0 };
		double f = ppm[i] * 1e-6;
		struct drift d;

		add_line(&h, DRIFT_POINTS, 64, f);
		d = fit_at(&h, 63 * 64);
		/* the prior of 100 ppm draws it to zero by less than 1e-7 of it */
		ck_assert_double_eq_tol(d.frequency, f, 1e-7 * fabs(f) + 1e-13);
		ck_assert_int_le(
		    llabs(d.utc_minus_raw.ns - BASE - span_from_seconds(f * 63 * 64).ns),
		    100);
	}
}
END_TEST

START_TEST(burst_of_eight_tells_the_frequency_as_well_as_it_says)
{
	struct drift_history h = { 0 };
	struct drift d;

	add_line(&h, 8, 2, 40e-6);
	d = fit_at(&h, 14);
	ck_assert_double_eq_tol(d.frequency, 40e-6, 0.02e-6);
	/* sigma0 / sqrt(Sxx), Sxx = 168 s^2 */
	ck_assert_double_eq_tol(d.frequency_error, SIGMA0 / sqrt(168), 1e-9);
	ck_assert_uint_eq(d.points, 8);
	ck_assert_int_eq(d.length.ns, 14 * NS_PER_SECOND);
	ck_assert_int_eq(d.delay_min.ns, 10 * MS);
}
END_TEST

START_TEST(line_goes_on_before_and_after_its_points)
{
	struct drift_history h = { 0 };

	add_line(&h, DRIFT_POINTS, 64, -25e-6);
	ck_assert_int_le(
	    llabs(fit_at(&h, 8064).utc_minus_raw.ns - BASE + 201600000), 500);
	ck_assert_int_le(
	    llabs(fit_at(&h, -4000).utc_minus_raw.ns - BASE - 100000000), 500);
}
END_TEST

START_TEST(constant_added_moves_only_the_value)
{
	for (int round = 0; round < 500; round++) {
		struct drift_history h = { 0 };
		struct drift_history g = { 0 };
		int64_t more = law_between(-BASE, BASE);
		int n = (int)law_between(1, 100);
		struct drift a;
		struct drift b;

		for (int i = 0; i < n; i++) {
			int64_t value = law_between(-MS, MS);
			int64_t delay = law_between(0, 20 * MS);

			add_point(&h, 64 * i, value, delay);
			add_point(&g, 64 * i, value + more, delay);
		}
		a = fit_at(&h, 64 * n);
		b = fit_at(&g, 64 * n);
		law_equal(b.utc_minus_raw.ns, a.utc_minus_raw.ns + more);
		law_equal(b.error.ns, a.error.ns);
		law_holds(fabs(b.frequency - a.frequency) <= 0);
		law_holds(fabs(b.frequency_error - a.frequency_error) <= 0);
	}
}
END_TEST

START_TEST(later_start_of_the_raw_clock_changes_nothing)
{
	struct drift_history h = { 0 };
	struct drift_history g = { 0 };

	for (int i = 0; i < 40; i++) {
		int64_t value = law_between(-MS, MS);

		add_point(&h, 64 * i, value, MS);
		add_point(&g, 64 * i + 1e6, value, MS);
	}
	ck_assert_int_eq(
	    fit_at(&h, 3000).utc_minus_raw.ns, fit_at(&g, 1e6 + 3000).utc_minus_raw.ns);
	ck_assert_double_eq_tol(
	    fit_at(&h, 3000).frequency, fit_at(&g, 1e6 + 3000).frequency, 1e-18);
}
END_TEST

START_TEST(error_falls_with_the_root_of_the_number)
{
	static const int counts[] = { 4, 16, 64 };

	for (size_t i = 0; i < 3; i++) {
		struct drift_history h = { 0 };
		int n = counts[i];
		double wanted = SIGMA0 / sqrt(n);
		struct drift d;

		add_line(&h, n, 2, 0);
		d = fit_at(&h, n - 1); /* the middle */
		ck_assert_double_eq_tol(span_seconds(d.error), wanted, wanted / 100);
	}
}
END_TEST

START_TEST(one_sample_leaves_the_prior)
{
	struct drift_history h = { 0 };
	struct drift d;

	add_point(&h, 0, BASE, MS);
	d = fit_at(&h, 0);
	ck_assert_double_eq_tol(d.frequency, 0, 1e-18);
	ck_assert_double_eq_tol(d.frequency_error, 100e-6, 1e-12);
	ck_assert_int_eq(d.utc_minus_raw.ns, BASE);
	ck_assert_int_eq(d.error.ns, 20000);
	ck_assert_int_eq(d.length.ns, 0);
	/* a hundred seconds later it is worth 100 ppm of them */
	ck_assert_int_eq(fit_at(&h, 100).utc_minus_raw.ns, BASE);
	ck_assert_double_eq_tol(span_seconds(fit_at(&h, 100).error), 10e-3, 1e-6);
}
END_TEST

START_TEST(sixty_fifth_point_evicts_the_first)
{
	struct drift_history h = { 0 };
	struct drift d;

	add_point(&h, -1e5, BASE + 500 * MS, MS); /* far off the line */
	for (int i = 0; i < DRIFT_POINTS; i++)
		add_point(&h, 16 * i, BASE, 2 * MS);
	d = fit_at(&h, 16 * 64);
	ck_assert_int_eq(d.utc_minus_raw.ns, BASE);
	ck_assert_uint_eq(d.points, DRIFT_POINTS);
	ck_assert_int_eq(d.delay_min.ns, 2 * MS);
	ck_assert_int_eq(d.length.ns, 63 * 16 * NS_PER_SECOND);
}
END_TEST

/* How many of 2000 trials have the truth within 1.96 of the errors they state. */
static void
count_covered(int n, double sigma, int *value, int *frequency)
{
	*value = 0;
	*frequency = 0;
	for (int trial = 0; trial < 2000; trial++) {
		struct drift_history h = { 0 };
		double f = law_gaussian() * 30e-6;
		struct drift d;
		double missed;

		for (int i = 0; i < n; i++)
			add_point(&h, 16 * i,
			    BASE +
				span_from_seconds(f * 16 * i + sigma * law_gaussian()).ns,
			    10 * MS);
		d = fit_at(&h, 16 * n);
		missed =
		    span_seconds((struct span){ d.utc_minus_raw.ns - BASE }) - f * 16 * n;
		*value += fabs(missed) <= 1.96 * span_seconds(d.error);
		*frequency += fabs(d.frequency - f) <= 1.96 * d.frequency_error;
	}
}

START_TEST(stated_errors_cover_the_truth_in_nine_of_ten_trials)
{
	static const struct {
		int n;
		double sigma;
	} cases[] = { { 64, 200e-6 }, { 64, 5e-3 }, { 16, 1e-3 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int value;
		int frequency;

		count_covered(cases[i].n, cases[i].sigma, &value, &frequency);
		ck_assert_msg(value >= 1800 && value <= 1990, "%d of 2000", value);
		ck_assert_msg(
		    frequency >= 1800 && frequency <= 1990, "%d of 2000", frequency);
	}
}
END_TEST

START_TEST(delayed_outlier_counts_little)
{
	struct drift_history h = { 0 };
	struct drift_history g = { 0 };

	for (int i = 0; i < 20; i++) {
		bool late = i == 15;

		add_point(&h, 16 * i, BASE, 10 * MS);
		add_point(
		    &g, 16 * i, BASE + (late ? 50 * MS : 0), (late ? 110 : 10) * MS);
	}
	ck_assert_int_le(llabs(fit_at(&g, 304).utc_minus_raw.ns - BASE), 50);
	/* had it come in time it would count in full */
	add_point(&h, 16 * 20, BASE + 50 * MS, 10 * MS);
	ck_assert_int_ge(llabs(fit_at(&h, 320).utc_minus_raw.ns - BASE), 5 * MS);
}
END_TEST

START_TEST(wander_grows_with_the_cube_of_time)
{
	ck_assert_double_eq_tol(
	    drift_wander(86400), 1e-18 * 86400.0 * 86400 * 86400 / 3, 1e-12);
	ck_assert_double_eq_tol(drift_wander(2000) / drift_wander(1000), 8, 1e-9);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("drift");
	TCase *t = law_case(s);

	tcase_add_test(t, second_sample_of_a_round_trip_replaces_the_first);
	tcase_add_test(t, empty_history_has_no_line);
	tcase_add_test(t, straight_line_is_recovered_for_both_signs);
	tcase_add_test(t, burst_of_eight_tells_the_frequency_as_well_as_it_says);
	tcase_add_test(t, line_goes_on_before_and_after_its_points);
	tcase_add_test(t, constant_added_moves_only_the_value);
	tcase_add_test(t, later_start_of_the_raw_clock_changes_nothing);
	tcase_add_test(t, error_falls_with_the_root_of_the_number);
	tcase_add_test(t, one_sample_leaves_the_prior);
	tcase_add_test(t, sixty_fifth_point_evicts_the_first);
	tcase_add_test(t, stated_errors_cover_the_truth_in_nine_of_ten_trials);
	tcase_add_test(t, delayed_outlier_counts_little);
	tcase_add_test(t, wander_grows_with_the_cube_of_time);
	return law_run(s);
}
