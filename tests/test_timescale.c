#include <math.h>

#include "law.h"
#include "timescale.h"

#define MAXIMUM ((int64_t)INT64_MAX)

START_TEST(server_ahead_of_the_host_is_a_positive_offset)
{
	struct system_time host = { 1000 * NS_PER_SECOND };
	struct utc_time server = { 1000 * NS_PER_SECOND + 3200000000 };

	ck_assert_int_eq(utc_minus_system(server, host).ns, 3200000000);
	ck_assert_int_eq(system_to_utc(host, (struct span){ 3200000000 }).ns, server.ns);
}
END_TEST

START_TEST(system_to_utc_undoes_utc_minus_system)
{
	for (int i = 0; i < 10000; i++) {
		struct utc_time u = { law_any_int64() / 2 };
		struct system_time s = { law_any_int64() / 2 };

		law_equal(system_to_utc(s, utc_minus_system(u, s)).ns, u.ns);
	}
}
END_TEST

START_TEST(raw_to_utc_undoes_utc_minus_raw)
{
	for (int i = 0; i < 10000; i++) {
		struct utc_time u = { law_any_int64() / 2 };
		struct raw_time r = { law_any_int64() / 2 };

		law_equal(raw_to_utc(r, utc_minus_raw(u, r)).ns, u.ns);
	}
}
END_TEST

START_TEST(after_undoes_since_on_every_scale)
{
	for (int i = 0; i < 10000; i++) {
		int64_t a = law_any_int64() / 2;
		int64_t b = law_any_int64() / 2;
		struct span d = { a - b };

		law_equal(
		    utc_since((struct utc_time){ a }, (struct utc_time){ b }).ns, d.ns);
		law_equal(
		    raw_since((struct raw_time){ a }, (struct raw_time){ b }).ns, d.ns);
		law_equal(
		    system_since((struct system_time){ a }, (struct system_time){ b }).ns,
		    d.ns);
		law_equal(
		    system_minus_raw((struct system_time){ a }, (struct raw_time){ b })
			.ns,
		    d.ns);
		law_equal(utc_after((struct utc_time){ b }, d).ns, a);
		law_equal(raw_after((struct raw_time){ b }, d).ns, a);
		law_equal(system_after((struct system_time){ b }, d).ns, a);
	}
}
END_TEST

/* The sum in 128 bits, cut to the range of 64. */
static int64_t
saturated(__int128 v)
{
	if (v > INT64_MAX)
		return INT64_MAX;
	return v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

START_TEST(all_arithmetic_saturates_at_both_ends)
{
	for (int i = 0; i < 100000; i++) {
		int64_t a = law_any_int64();
		int64_t b = law_any_int64();
		int64_t sum = saturated((__int128)a + b);
		int64_t difference = saturated((__int128)a - b);
		struct span sa = { a };
		struct span sb = { b };

		law_equal(span_add(sa, sb).ns, sum);
		law_equal(span_sub(sa, sb).ns, difference);
		law_equal(system_to_utc((struct system_time){ a }, sb).ns, sum);
		law_equal(raw_to_utc((struct raw_time){ a }, sb).ns, sum);
		law_equal(
		    utc_minus_system((struct utc_time){ a }, (struct system_time){ b })
			.ns,
		    difference);
		law_equal(
		    utc_minus_raw((struct utc_time){ a }, (struct raw_time){ b }).ns,
		    difference);
	}
}
END_TEST

START_TEST(magnitude_of_the_least_span_is_the_greatest)
{
	ck_assert_int_eq(span_abs((struct span){ INT64_MIN }).ns, MAXIMUM);
	ck_assert_int_eq(span_abs((struct span){ -7 }).ns, 7);
	ck_assert_int_eq(span_abs((struct span){ 7 }).ns, 7);
}
END_TEST

START_TEST(max_and_min_are_one_of_the_two_and_in_order)
{
	for (int i = 0; i < 1000; i++) {
		struct span a = { law_any_int64() };
		struct span b = { law_any_int64() };
		struct span high = span_max(a, b);
		struct span low = span_min(a, b);

		law_holds(low.ns <= high.ns);
		law_holds((low.ns == a.ns && high.ns == b.ns) ||
			  (low.ns == b.ns && high.ns == a.ns));
	}
}
END_TEST

START_TEST(seconds_round_to_the_nearest_nanosecond)
{
	ck_assert_int_eq(span_from_seconds(1e-9).ns, 1);
	ck_assert_int_eq(span_from_seconds(-1e-9).ns, -1);
	ck_assert_int_eq(span_from_seconds(0.4e-9).ns, 0);
	ck_assert_int_eq(span_from_seconds(-0.4e-9).ns, 0);
	ck_assert_int_eq(span_from_seconds(0.6e-9).ns, 1);
	ck_assert_int_eq(span_from_seconds(-0.6e-9).ns, -1);
	ck_assert_int_eq(span_from_seconds(3.2).ns, 3200000000);
	ck_assert_int_eq(span_from_seconds(-3.2).ns, -3200000000);
	ck_assert_int_eq(span_from_seconds(0).ns, 0);
}
END_TEST

START_TEST(seconds_beyond_the_range_saturate)
{
	ck_assert_int_eq(span_from_seconds(1e10).ns, MAXIMUM);
	ck_assert_int_eq(span_from_seconds(-1e10).ns, INT64_MIN);
	ck_assert_int_eq(span_from_seconds((double)INFINITY).ns, MAXIMUM);
	ck_assert_int_eq(span_from_seconds((double)-INFINITY).ns, INT64_MIN);
	ck_assert_int_eq(span_from_seconds((double)NAN).ns, MAXIMUM);
	ck_assert_int_eq(span_from_seconds(9223372036.854775807).ns, MAXIMUM);
	ck_assert_int_eq(span_from_seconds(-9223372036.854775808).ns, INT64_MIN);
}
END_TEST

START_TEST(seconds_of_a_month_come_back_to_the_nanosecond)
{
	for (int i = 0; i < 10000; i++) {
		struct span d = { law_between(
		    -2592000 * NS_PER_SECOND, 2592000 * NS_PER_SECOND) };

		law_equal(span_from_seconds(span_seconds(d)).ns, d.ns);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("timescale");
	TCase *t = law_case(s);

	tcase_add_test(t, server_ahead_of_the_host_is_a_positive_offset);
	tcase_add_test(t, system_to_utc_undoes_utc_minus_system);
	tcase_add_test(t, raw_to_utc_undoes_utc_minus_raw);
	tcase_add_test(t, after_undoes_since_on_every_scale);
	tcase_add_test(t, all_arithmetic_saturates_at_both_ends);
	tcase_add_test(t, magnitude_of_the_least_span_is_the_greatest);
	tcase_add_test(t, max_and_min_are_one_of_the_two_and_in_order);
	tcase_add_test(t, seconds_round_to_the_nearest_nanosecond);
	tcase_add_test(t, seconds_beyond_the_range_saturate);
	tcase_add_test(t, seconds_of_a_month_come_back_to_the_nanosecond);
	return law_run(s);
}
