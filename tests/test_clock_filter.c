#include "clock_filter.h"
#include "law.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)

static const struct aging still = { 0, 0 };

static struct sample
sample_at(int64_t second, int64_t utc_minus_raw, int64_t delay)
{
	return (struct sample){
		.at = { second * NS_PER_SECOND },
		.utc_minus_raw = { utc_minus_raw },
		.offset = { utc_minus_raw },
		.delay = { delay },
	};
}

static void
push(struct clock_filter *f, int64_t second, int64_t utc_minus_raw, int64_t delay)
{
	struct sample s = sample_at(second, utc_minus_raw, delay);

	clock_filter_push(f, &s);
}

static struct estimate
estimate_of(const struct clock_filter *f, struct aging aging)
{
	struct estimate e = { 0 };

	ck_assert(clock_filter_estimate(f, &aging, &e));
	return e;
}

START_TEST(empty_filter_estimates_nothing)
{
	struct clock_filter f = { 0 };
	struct estimate e;

	ck_assert(!clock_filter_estimate(&f, &still, &e));
}
END_TEST

START_TEST(second_sample_of_a_round_trip_replaces_the_first)
{
	struct clock_filter f = { 0 };

	for (int i = 0; i < 20; i++) {
		push(&f, i, 7, MS);
		push(&f, i, 9, MS / 2);
		ck_assert_uint_eq(f.used, i < 8 ? (size_t)i + 1 : 8);
		ck_assert_int_eq(clock_filter_newest(&f, 0)->utc_minus_raw.ns, 9);
		if (i > 0)
			ck_assert_int_eq(
			    clock_filter_newest(&f, 1)->at.ns, (i - 1) * NS_PER_SECOND);
	}
	for (size_t i = 0; i < f.used; i++)
		ck_assert_int_eq(f.stage[i].delay.ns, MS / 2);
}
END_TEST

START_TEST(ninth_sample_evicts_the_first)
{
	struct clock_filter f = { 0 };

	push(&f, 0, 7, MS); /* by far the best, until it is gone */
	for (int i = 1; i < 8; i++)
		push(&f, i, 100 + i, 10 * MS);
	ck_assert_int_eq(estimate_of(&f, still).best.utc_minus_raw.ns, 7);
	push(&f, 8, 108, 10 * MS);
	ck_assert_int_eq(estimate_of(&f, still).best.utc_minus_raw.ns, 108);
	ck_assert_uint_eq(f.used, CLOCK_FILTER_STAGES);
}
END_TEST

START_TEST(newest_are_counted_from_the_last_pushed)
{
	struct clock_filter f = { 0 };

	for (int n = 0; n < 30; n++) {
		push(&f, n, n, MS);
		for (size_t i = 0; i < f.used; i++)
			ck_assert_int_eq(
			    clock_filter_newest(&f, i)->utc_minus_raw.ns, n - (int64_t)i);
	}
}
END_TEST

START_TEST(least_delay_of_the_last_eight_wins)
{
	for (int round = 0; round < 2000; round++) {
		struct clock_filter f = { 0 };
		int64_t delay[20];
		int best = 0;
		int n = (int)law_between(1, 20);

		for (int i = 0; i < n; i++) {
			delay[i] = law_between(0, 6); /* many ties */
			push(&f, i, i, delay[i]);
		}
		best = n - 1;
		for (int i = n - 1; i >= 0 && i >= n - 8; i--)
			if (delay[i] < delay[best])
				best = i;
		/* the newest among equals */
		law_equal(estimate_of(&f, still).best.utc_minus_raw.ns, best);
	}
}
END_TEST

START_TEST(jitter_is_the_rms_distance_from_the_best)
{
	struct clock_filter f = { 0 };

	push(&f, 0, 1 * MS, 20 * MS);
	push(&f, 1, 0, 10 * MS); /* the best */
	push(&f, 2, -2 * MS, 30 * MS);
	/* sqrt((1 + 4) / 2) ms */
	ck_assert_int_eq(estimate_of(&f, still).jitter.ns, 1581139);
}
END_TEST

START_TEST(jitter_of_one_sample_is_its_dispersion)
{
	struct clock_filter f = { 0 };
	struct sample s = sample_at(0, 5, MS);

	s.dispersion.ns = 1234;
	clock_filter_push(&f, &s);
	ck_assert_int_eq(estimate_of(&f, still).jitter.ns, 1234);
}
END_TEST

START_TEST(drift_of_40_ppm_is_no_jitter)
{
	struct clock_filter f = { 0 };
	struct aging aging = { 40e-6, 0 };
	struct estimate e;

	for (int i = 0; i < 8; i++)
		push(&f, 64 * i, i * 2560 * US, MS + (i == 3 ? -1 : 0));
	e = estimate_of(&f, aging);
	ck_assert_int_le(e.jitter.ns, 1);
	/* the best, of second 192, brought to second 448 */
	ck_assert_int_eq(e.best.utc_minus_raw.ns, 3 * 2560 * US);
	ck_assert_int_eq(e.utc_minus_raw.ns, 7 * 2560 * US);
	ck_assert_int_eq(e.newest.ns, 448 * NS_PER_SECOND);
	/* without the correction it would be taken for milliseconds */
	ck_assert_int_gt(estimate_of(&f, still).jitter.ns, 5 * MS);
}
END_TEST

START_TEST(dispersion_of_eight_samples_by_hand)
{
	struct clock_filter f = { 0 };
	struct aging aging = { 0, 15e-6 };

	/* by delay and by age alike: eps_i = (i + 1) us, age 16 i s, 240 us each */
	for (int i = 7; i >= 0; i--) {
		struct sample s = sample_at(16 * (7 - i), 0, (i + 1) * MS);

		s.dispersion.ns = (i + 1) * US;
		clock_filter_push(&f, &s);
	}
	/* sum (i+1)/2^(i+1) = 1.9609375, sum i/2^(i+1) = 0.96484375 */
	ck_assert_int_eq(estimate_of(&f, aging).dispersion.ns, 233523);
}
END_TEST

START_TEST(dispersion_of_one_sample_by_hand)
{
	struct clock_filter f = { 0 };
	struct aging aging = { 0, 15e-6 };
	struct sample s = sample_at(5, 0, MS);

	s.dispersion.ns = 256 * US;
	clock_filter_push(&f, &s);
	/* seven empty stages count as the worst there is: 256 (1 - 2^-8) */
	ck_assert_int_eq(estimate_of(&f, aging).dispersion.ns, 255 * US);
}
END_TEST

START_TEST(constant_added_to_all_is_added_to_the_estimate)
{
	for (int round = 0; round < 1000; round++) {
		struct clock_filter f = { 0 };
		struct clock_filter g = { 0 };
		struct aging aging = { law_gaussian() * 40e-6, 15e-6 };
		int64_t more = law_between(-MS * MS, MS * MS);
		size_t n = 1 + law_below(8);
		struct estimate a;
		struct estimate b;

		for (size_t i = 0; i < n; i++) {
			int64_t at = 64 * (int64_t)i;
			int64_t value = law_between(-MS, MS);
			int64_t delay = law_between(0, MS);

			push(&f, at, value, delay);
			push(&g, at, value + more, delay);
		}
		a = estimate_of(&f, aging);
		b = estimate_of(&g, aging);
		law_equal(b.utc_minus_raw.ns, a.utc_minus_raw.ns + more);
		law_equal(b.jitter.ns, a.jitter.ns);
		law_equal(b.dispersion.ns, a.dispersion.ns);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("clock_filter");
	TCase *t = law_case(s);

	tcase_add_test(t, empty_filter_estimates_nothing);
	tcase_add_test(t, second_sample_of_a_round_trip_replaces_the_first);
	tcase_add_test(t, ninth_sample_evicts_the_first);
	tcase_add_test(t, newest_are_counted_from_the_last_pushed);
	tcase_add_test(t, least_delay_of_the_last_eight_wins);
	tcase_add_test(t, jitter_is_the_rms_distance_from_the_best);
	tcase_add_test(t, jitter_of_one_sample_is_its_dispersion);
	tcase_add_test(t, drift_of_40_ppm_is_no_jitter);
	tcase_add_test(t, dispersion_of_eight_samples_by_hand);
	tcase_add_test(t, dispersion_of_one_sample_by_hand);
	tcase_add_test(t, constant_added_to_all_is_added_to_the_estimate);
	return law_run(s);
}
