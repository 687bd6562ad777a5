#include "law.h"
#include "sample.h"

#define MS INT64_C(1000000)

/* The host's clock reads `host`, the server's is ahead by `ahead`; one-way delays. */
static struct exchange
exchange_of(int64_t host, int64_t ahead, int64_t up, int64_t down)
{
	const int64_t served = MS;
	const int64_t raw = 5000 * NS_PER_SECOND;

	return (struct exchange){
		.t1 = { host },
		.t1_raw = { raw },
		.t1_read = { 50 },
		.t2 = { host + ahead + up },
		.t3 = { host + ahead + up + served },
		.t4 = { host + up + served + down },
		.t4_raw = { raw + up + served + down },
		.t4_read = { 50 },
		.replied = true,
		.decoded = true,
		.precision = -20,
		.stratum = 2,
	};
}

static struct sample
sample_of(const struct exchange *x)
{
	struct sample s = { 0 };

	ck_assert_int_eq(sample_from_exchange(x, &s), FAULT_NONE);
	return s;
}

START_TEST(numbers_of_rfc_5905_by_hand)
{
	/* T1 1000.000, T2 1003.210, T3 1003.211, T4 1000.021 */
	struct exchange x =
	    exchange_of(1000 * NS_PER_SECOND, 3200 * MS, 10 * MS, 10 * MS);
	struct sample s = sample_of(&x);

	ck_assert_int_eq(x.t4.ns, 1000 * NS_PER_SECOND + 21 * MS);
	ck_assert_int_eq(s.offset.ns, 3200 * MS);
	ck_assert_int_eq(s.delay.ns, 20 * MS);
	/* read 50, 2^-20 s is 953.7 rounded up, 15 ppm of 21 ms */
	ck_assert_int_eq(s.dispersion.ns, 50 + 954 + 315);
	ck_assert_int_eq(s.at.ns, 5000 * NS_PER_SECOND + 21 * MS / 2);
	/* the host is 4000 s behind the raw clock and 3.2 s behind UTC */
	ck_assert_int_eq(s.utc_minus_raw.ns, -4000 * NS_PER_SECOND + 3200 * MS);
}
END_TEST

START_TEST(host_ahead_of_the_server_is_a_negative_offset)
{
	struct exchange x =
	    exchange_of(1000 * NS_PER_SECOND, -3200 * MS, 10 * MS, 10 * MS);

	ck_assert_int_eq(sample_of(&x).offset.ns, -3200 * MS);
	ck_assert_int_eq(sample_of(&x).delay.ns, 20 * MS);
}
END_TEST

START_TEST(asymmetry_shifts_the_offset_by_half_of_it)
{
	for (int i = 0; i < 10000; i++) {
		int64_t up = 2 * law_between(0, 500 * MS);
		int64_t down = 2 * law_between(0, 500 * MS);
		int64_t ahead = law_between(-5000 * MS, 5000 * MS);
		struct exchange x = exchange_of(1000 * NS_PER_SECOND, ahead, up, down);
		struct sample s = sample_of(&x);

		law_equal(s.offset.ns, ahead + (up - down) / 2);
		law_equal(s.delay.ns, up + down);
	}
}
END_TEST

START_TEST(constant_added_to_the_server_is_added_to_theta_only)
{
	for (int i = 0; i < 10000; i++) {
		int64_t more = law_between(-NS_PER_SECOND, NS_PER_SECOND);
		struct exchange x = exchange_of(law_between(0, 1 << 30),
		    law_between(-MS, MS), law_between(0, MS), law_between(0, MS));
		struct sample before = sample_of(&x);
		struct sample after;
		bool halves = (x.t2.ns - x.t1.ns + x.t3.ns - x.t4.ns) % 2 != 0;

		x.t2.ns += more;
		x.t3.ns += more;
		after = sample_of(&x);
		/* a half nanosecond is rounded towards zero, on either side of it */
		law_holds(after.offset.ns - before.offset.ns - more <= halves);
		law_holds(after.offset.ns - before.offset.ns - more >= -halves);
		law_equal(after.delay.ns, before.delay.ns);
		law_equal(after.dispersion.ns, before.dispersion.ns);
	}
}
END_TEST

START_TEST(host_clock_that_is_wrong_leaves_utc_minus_raw)
{
	for (int i = 0; i < 10000; i++) {
		int64_t wrong = 2 * law_between(-NS_PER_SECOND, NS_PER_SECOND);
		struct exchange x = exchange_of(1000 * NS_PER_SECOND, 0, 7 * MS, 3 * MS);
		struct sample before = sample_of(&x);
		struct sample after;

		x.t1.ns += wrong;
		x.t4.ns += wrong;
		after = sample_of(&x);
		law_equal(after.utc_minus_raw.ns, before.utc_minus_raw.ns);
		law_equal(after.offset.ns, before.offset.ns - wrong);
	}
}
END_TEST

static enum fault
fault_of(const struct exchange *x)
{
	struct sample s;

	return sample_from_exchange(x, &s);
}

START_TEST(clock_set_in_between_is_noticed_at_its_threshold)
{
	/* 21 ms by the raw clock: a tenth of it, two readings and 20 us are allowed */
	const int64_t allowed = 2100000 + 100 + 20000;
	struct exchange x = exchange_of(1000 * NS_PER_SECOND, 0, 10 * MS, 10 * MS);
	int64_t t4 = x.t4.ns;

	x.t4.ns = t4 + allowed;
	ck_assert_int_eq(fault_of(&x), FAULT_NONE);
	x.t4.ns = t4 + allowed + 1;
	ck_assert_int_eq(fault_of(&x), FAULT_CLOCK_STEPPED);
	x.t4.ns = t4 - allowed - 1;
	ck_assert_int_eq(fault_of(&x), FAULT_CLOCK_STEPPED);
	x.t4.ns = t4 - 3600 * NS_PER_SECOND;
	ck_assert_int_eq(fault_of(&x), FAULT_CLOCK_STEPPED);
}
END_TEST

START_TEST(delay_a_little_below_nothing_counts_as_nothing)
{
	struct exchange x = exchange_of(1000 * NS_PER_SECOND, 0, 0, 0);

	x.t3.ns += MS;
	ck_assert_int_eq(sample_of(&x).delay.ns, 0);
	x.t3.ns += 1;
	ck_assert_int_eq(fault_of(&x), FAULT_IMPLAUSIBLE);
}
END_TEST

START_TEST(delay_over_16_seconds_is_implausible)
{
	struct exchange x = exchange_of(
	    1000 * NS_PER_SECOND, 0, 8 * NS_PER_SECOND, 8 * NS_PER_SECOND - MS);

	ck_assert_int_eq(fault_of(&x), FAULT_NONE);
	x.t4.ns += 1;
	x.t4_raw.ns += 1;
	ck_assert_int_eq(fault_of(&x), FAULT_IMPLAUSIBLE);
}
END_TEST

START_TEST(raw_clock_that_runs_backwards_is_implausible)
{
	struct exchange x = exchange_of(1000 * NS_PER_SECOND, 0, MS, MS);

	x.t4_raw.ns = x.t1_raw.ns - 1;
	ck_assert_int_eq(fault_of(&x), FAULT_IMPLAUSIBLE);
}
END_TEST

START_TEST(times_beyond_64_bits_are_implausible)
{
	struct exchange x = exchange_of(-1000 * NS_PER_SECOND, 0, MS, MS);

	x.t2.ns = INT64_MAX;
	x.t3.ns = INT64_MAX;
	ck_assert_int_eq(fault_of(&x), FAULT_IMPLAUSIBLE);
}
END_TEST

static struct exchange
hostile_exchange(void)
{
	struct exchange x = exchange_of(law_any_int64() / 4, law_any_int64() / 4,
	    law_between(0, MS), law_between(0, MS));
	int64_t *stamps[] = { &x.t1.ns, &x.t2.ns, &x.t3.ns, &x.t4.ns, &x.t1_raw.ns,
		&x.t4_raw.ns };

	for (size_t i = 0; i < sizeof(stamps) / sizeof(*stamps); i++)
		if (law_chance(0.2))
			*stamps[i] = law_any_int64();
	if (law_chance(0.1))
		*(law_chance(0.5) ? &x.t1_read.ns : &x.t4_read.ns) = INT64_MAX;
	x.precision = (int8_t)law_u64();
	return x;
}

START_TEST(hostile_numbers_give_a_fault_or_a_true_sample)
{
	size_t good = 0;

	for (int i = 0; i < 300000; i++) {
		struct exchange x = hostile_exchange();
		struct sample s;
		__int128 sum = (__int128)x.t2.ns - x.t1.ns + x.t3.ns - x.t4.ns;

		if (sample_from_exchange(&x, &s) != FAULT_NONE)
			continue;
		good++;
		law_holds(s.delay.ns >= 0 && s.delay.ns <= 16 * NS_PER_SECOND);
		law_holds(2 * (__int128)s.offset.ns - sum <= 1);
		law_holds(2 * (__int128)s.offset.ns - sum >= -1);
		law_holds(s.dispersion.ns >= 51);
		law_holds(s.at.ns >= x.t1_raw.ns && s.at.ns <= x.t4_raw.ns);
	}
	ck_assert_uint_gt(good, 1000);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sample");
	TCase *t = law_case(s);

	tcase_add_test(t, numbers_of_rfc_5905_by_hand);
	tcase_add_test(t, host_ahead_of_the_server_is_a_negative_offset);
	tcase_add_test(t, asymmetry_shifts_the_offset_by_half_of_it);
	tcase_add_test(t, constant_added_to_the_server_is_added_to_theta_only);
	tcase_add_test(t, host_clock_that_is_wrong_leaves_utc_minus_raw);
	tcase_add_test(t, clock_set_in_between_is_noticed_at_its_threshold);
	tcase_add_test(t, delay_a_little_below_nothing_counts_as_nothing);
	tcase_add_test(t, delay_over_16_seconds_is_implausible);
	tcase_add_test(t, raw_clock_that_runs_backwards_is_implausible);
	tcase_add_test(t, times_beyond_64_bits_are_implausible);
	tcase_add_test(t, hostile_numbers_give_a_fault_or_a_true_sample);
	return law_run(s);
}
