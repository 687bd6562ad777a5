#include <string.h>
#include <time.h>

#include "calendar.h"
#include "law.h"
#include "timescale.h"

#define SECONDS_MAX (INT64_MAX / NS_PER_SECOND)

static char line[RFC3339_LENGTH + 1];

static const char *
spelled(int64_t ns)
{
	struct text t = { line, line + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	*t.at = '\0';
	return t.failed ? "failed" : line;
}

static bool
is_refused(const char *s)
{
	struct scan in = { s, s + strlen(s), false };

	(void)scan_rfc3339(&in);
	return in.failed || in.at != in.end;
}

static bool
same_as_libc(int64_t seconds)
{
	struct civil c = civil_from_seconds(seconds);
	time_t t = seconds;
	struct tm tm;

	return gmtime_r(&t, &tm) != NULL && c.year == tm.tm_year + 1900 &&
	       c.month == tm.tm_mon + 1 && c.day == tm.tm_mday && c.hour == tm.tm_hour &&
	       c.minute == tm.tm_min && c.second == tm.tm_sec &&
	       weekday(seconds) == tm.tm_wday && civil_is_valid(&c) &&
	       civil_to_seconds(&c) == seconds;
}

START_TEST(calendar_agrees_with_libc_from_1677_to_2262)
{
	for (int i = 0; i < 300000; i++)
		law_holds(same_as_libc(law_between(-SECONDS_MAX, SECONDS_MAX)));
}
END_TEST

START_TEST(calendar_agrees_with_libc_far_outside)
{
	for (int i = 0; i < 100000; i++)
		law_holds(same_as_libc(
		    law_between(-INT64_C(60000000000000), INT64_C(60000000000000))));
}
END_TEST

START_TEST(calendar_agrees_with_libc_on_every_day_edge)
{
	for (int64_t day = -SECONDS_MAX / 86400; day <= SECONDS_MAX / 86400; day++) {
		law_holds(same_as_libc(day * 86400));
		law_holds(same_as_libc(day * 86400 - 1));
	}
}
END_TEST

START_TEST(leap_days_follow_the_gregorian_rule)
{
	ck_assert_int_eq(days_in_month(2000, 2), 29);
	ck_assert_int_eq(days_in_month(1900, 2), 28);
	ck_assert_int_eq(days_in_month(2100, 2), 28);
	ck_assert_int_eq(days_in_month(2024, 2), 29);
	ck_assert_int_eq(days_in_month(2026, 2), 28);
	ck_assert_int_eq(days_in_month(2026, 4), 30);
	ck_assert_int_eq(days_in_month(2026, 12), 31);
}
END_TEST

START_TEST(known_moments_have_known_spellings)
{
	ck_assert_str_eq(spelled(0), "1970-01-01T00:00:00.000000000Z");
	ck_assert_str_eq(spelled(-1), "1969-12-31T23:59:59.999999999Z");
	ck_assert_str_eq(spelled(INT64_C(1709251199) * NS_PER_SECOND),
	    "2024-02-29T23:59:59.000000000Z");
	ck_assert_str_eq(spelled(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
	ck_assert_str_eq(spelled(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}
END_TEST

START_TEST(scanned_time_is_the_printed_one)
{
	for (int i = 0; i < 200000; i++) {
		int64_t ns = law_any_int64();
		const char *s = spelled(ns);
		struct scan in = { s, s + strlen(s), false };

		law_equal(strlen(s), RFC3339_LENGTH);
		law_equal(scan_rfc3339(&in), ns);
		law_holds(!in.failed && in.at == in.end);
	}
}
END_TEST

START_TEST(year_ends_and_leap_days_come_back)
{
	for (int64_t year = 1678; year < 2262; year++) {
		struct civil edges[] = {
			{ year, 12, 31, 23, 59, 59 },
			{ year, 1, 1, 0, 0, 0 },
			{ year, 2, days_in_month(year, 2), 23, 59, 59 },
			{ year, 3, 1, 0, 0, 0 },
		};

		for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
			int64_t ns = civil_to_seconds(&edges[i]) * NS_PER_SECOND;
			const char *s = spelled(ns);
			struct scan in = { s, s + strlen(s), false };

			law_equal(scan_rfc3339(&in), ns);
			law_holds(!in.failed);
		}
	}
}
END_TEST

START_TEST(time_has_one_spelling)
{
	static const char *const others[] = { "", "2026-11-22T01:52:47Z",
		"2026-11-22T01:52:47.12345678Z", "2026-11-22T01:52:47.1234567890Z",
		"2026-11-22 01:52:47.123456789Z", "2026-11-22t01:52:47.123456789Z",
		"2026-11-22T01:52:47.123456789z", "2026-11-22T01:52:47.123456789",
		"2026-11-22T01:52:47.123456789+00:00", "2026-11-22T01:52:47,123456789Z",
		"2026-1-22T01:52:47.123456789Z", "+026-11-22T01:52:47.123456789Z",
		"-026-11-22T01:52:47.123456789Z", "2026-00-22T01:52:47.123456789Z",
		"2026-13-22T01:52:47.123456789Z", "2026-11-00T01:52:47.123456789Z",
		"2026-11-31T01:52:47.123456789Z", "2026-02-29T01:52:47.123456789Z",
		"1900-02-29T01:52:47.123456789Z", "2026-11-22T24:00:00.000000000Z",
		"2026-11-22T23:60:00.000000000Z", "2016-12-31T23:59:60.000000000Z",
		"2026-11-22T01:52:61.000000000Z", " 026-11-22T01:52:47.123456789Z" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(is_refused(others[i]), "'%s'", others[i]);
	ck_assert(!is_refused("2026-11-22T01:52:47.123456789Z"));
	ck_assert(!is_refused("2024-02-29T01:52:47.123456789Z"));
}
END_TEST

START_TEST(time_outside_64_bits_is_refused)
{
	ck_assert(!is_refused("2262-04-11T23:47:16.854775807Z"));
	ck_assert(is_refused("2262-04-11T23:47:16.854775808Z"));
	ck_assert(!is_refused("1677-09-21T00:12:43.145224192Z"));
	ck_assert(is_refused("1677-09-21T00:12:43.145224191Z"));
	ck_assert(is_refused("9999-12-31T23:59:59.999999999Z"));
	ck_assert(is_refused("0000-01-01T00:00:00.000000000Z"));
}
END_TEST

START_TEST(leap_second_is_a_civil_time_and_the_next_midnight)
{
	struct civil leap = { 2016, 12, 31, 23, 59, 60 };
	struct civil next = { 2017, 1, 1, 0, 0, 0 };

	ck_assert(civil_is_valid(&leap));
	ck_assert_int_eq(civil_to_seconds(&leap), civil_to_seconds(&next));
	leap.second = 61;
	ck_assert(!civil_is_valid(&leap));
}
END_TEST

START_TEST(full_page_fails)
{
	struct text t = { line, line + RFC3339_LENGTH - 1, false };

	print_rfc3339(&t, 0);
	ck_assert(t.failed);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("calendar");
	TCase *t = law_case(s);

	tcase_add_test(t, calendar_agrees_with_libc_from_1677_to_2262);
	tcase_add_test(t, calendar_agrees_with_libc_far_outside);
	tcase_add_test(t, calendar_agrees_with_libc_on_every_day_edge);
	tcase_add_test(t, leap_days_follow_the_gregorian_rule);
	tcase_add_test(t, known_moments_have_known_spellings);
	tcase_add_test(t, scanned_time_is_the_printed_one);
	tcase_add_test(t, year_ends_and_leap_days_come_back);
	tcase_add_test(t, time_has_one_spelling);
	tcase_add_test(t, time_outside_64_bits_is_refused);
	tcase_add_test(t, leap_second_is_a_civil_time_and_the_next_midnight);
	tcase_add_test(t, full_page_fails);
	return law_run(s);
}
