#include <stdio.h>
#include <string.h>

#include "law.h"
#include "log_format.h"

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
	"Aug", "Sep", "Oct", "Nov", "Dec" };

static char stamp[128], line[256], printed[LOG_TIME_MAX + 1];

static const struct log_pattern *
pattern(const char *name)
{
	static struct log_pattern compiled;
	size_t column;

	ck_assert(log_pattern_compile(
	    log_formats[log_format_find(name)].pattern, &compiled, &column));
	return &compiled;
}

/* By the one of two formats that a line can be of. */
static bool
find_in(const char *s, size_t n, struct log_time *out)
{
	bool digit = n > 0 && *s >= '0' && *s <= '9';

	return log_time_find(pattern(digit ? "iso8601" : "rfc3164"), s, n, out);
}

static bool
find(const char *s, struct log_time *out)
{
	return find_in(s, strlen(s), out);
}

static int64_t
local_seconds(const struct log_time *t, int64_t year)
{
	const struct civil missing = { .year = year, .month = 1, .day = 1 };

	return log_time_local_seconds(t, &missing);
}

static int64_t
local_ns(const struct log_time *t, int64_t year)
{
	return local_seconds(t, year) * NS_PER_SECOND + t->fraction_ns;
}

static const char *
print_same(const struct log_time *t, int64_t ns)
{
	printed[log_time_print_same(t, ns, printed)] = '\0';
	return printed;
}

/* ---- generated stamps */

static void
append_fraction(int digits)
{
	size_t n = strlen(stamp);

	if (digits > 0)
		stamp[n++] = law_chance(0.5) ? '.' : ',';
	for (int i = 0; i < digits; i++)
		stamp[n++] = (char)('0' + law_below(10));
	stamp[n] = '\0';
}

static void
append_clock(void)
{
	size_t n = strlen(stamp);

	(void)snprintf(stamp + n, sizeof(stamp) - n, "%02zu:%02zu:%02zu", law_below(24),
	    law_below(60), law_below(60));
}

static void
append_zone(void)
{
	size_t n = strlen(stamp);
	size_t room = sizeof(stamp) - n;
	char sign = law_chance(0.5) ? '+' : '-';
	size_t hours = law_below(15);
	size_t minutes = law_below(4) * 15;

	switch (law_below(8)) {
	case 0:
		(void)snprintf(stamp + n, room, "Z");
		break;
	case 1:
		(void)snprintf(stamp + n, room, "%c%02zu:%02zu", sign, hours, minutes);
		break;
	case 2:
		(void)snprintf(stamp + n, room, "%c%02zu%02zu", sign, hours, minutes);
		break;
	case 3:
		(void)snprintf(stamp + n, room, "%c%02zu", sign, hours);
		break;
	case 4:
		(void)snprintf(stamp + n, room, "-00:00");
		break;
	case 5:
		(void)snprintf(stamp + n, room, " %c%02zu%02zu", sign, hours, minutes);
		break;
	case 6:
		(void)snprintf(stamp + n, room, " %c%02zu:%02zu", sign, hours, minutes);
		break;
	default:
		break;
	}
}

static void
any_iso8601(void)
{
	int64_t year = law_between(1678, 2261); /* which int64_t ns can count */
	int month = (int)law_between(1, 12);
	int64_t day = law_between(1, days_in_month(year, month));

	(void)snprintf(stamp, sizeof(stamp), "%04d-%02d-%02d%c", (int)year, month,
	    (int)day, law_chance(0.5) ? 'T' : ' ');
	append_clock();
	append_fraction((int)law_below(10));
	append_zone();
}

static void
any_rfc3164(int64_t year)
{
	int month = (int)law_between(1, 12);
	int64_t day = law_between(1, days_in_month(year, month));

	switch (law_below(3)) {
	case 0:
		(void)snprintf(
		    stamp, sizeof(stamp), "%s %2d ", months[month - 1], (int)day);
		break;
	case 1:
		(void)snprintf(
		    stamp, sizeof(stamp), "%s %02d ", months[month - 1], (int)day);
		break;
	default:
		(void)snprintf(
		    stamp, sizeof(stamp), "%s %d ", months[month - 1], (int)day);
	}
	append_clock();
	append_fraction((int)law_below(10));
}

/* The stamp, in a line, is found, and printed again it is the same. */
static void
check_comes_back(const char *before, int64_t year)
{
	static const char *const after[] = { "", " host sshd[1]: x", "\n", "] ", ",",
		" [" };
	struct log_time t;

	(void)snprintf(line, sizeof(line), "%s%s%s", before, stamp,
	    after[law_below(sizeof(after) / sizeof(*after))]);
	if (!find(line, &t) || t.from != strlen(before) ||
	    t.to != strlen(before) + strlen(stamp) ||
	    strcmp(print_same(&t, local_ns(&t, year)), stamp) != 0)
		ck_abort_msg("'%s' gives '%s'", line, printed);
}

START_TEST(iso_8601_comes_back_byte_for_byte)
{
	for (int i = 0; i < 100000; i++) {
		any_iso8601();
		check_comes_back("", 0);
	}
}
END_TEST

START_TEST(rfc_3164_comes_back_byte_for_byte)
{
	for (int i = 0; i < 100000; i++) {
		int64_t year = law_between(1971, 2100);

		any_rfc3164(year);
		check_comes_back("", year);
	}
}
END_TEST

START_TEST(priority_before_rfc_3164_is_no_part_of_the_stamp)
{
	static const char *const priorities[] = { "<0>", "<13>", "<191>" };

	for (int i = 0; i < 10000; i++) {
		any_rfc3164(2024);
		check_comes_back(priorities[law_below(3)], 2024);
	}
}
END_TEST

START_TEST(stamp_is_read_at_its_worth)
{
	struct log_time t;

	ck_assert(find("2026-11-22T01:52:47.123456+01:00 x", &t));
	ck_assert_int_eq(local_seconds(&t, 0), 1795312367);
	ck_assert_int_eq(t.fraction_ns, 123456000);
	ck_assert_int_eq(t.digits, 6);
	ck_assert_int_eq(t.zone, LOG_ZONE_GIVEN);
	ck_assert_int_eq(t.zone_minutes, 60);
	ck_assert(find("2026-11-22 01:52:47,5-0330", &t));
	ck_assert_int_eq(t.fraction_ns, 500000000);
	ck_assert_int_eq(t.zone_minutes, -210);
	ck_assert(find("2026-11-22T01:52:47-00:00", &t));
	ck_assert_int_eq(t.zone_minutes, 0);
	ck_assert(find("2026-11-22 01:52:47 +0100 x", &t));
	ck_assert_int_eq(t.zone_minutes, 60);
	ck_assert_uint_eq(t.to, 25);
	ck_assert(find("2026-11-22 01:52:47 +01 x", &t)); /* a word of the message */
	ck_assert_int_eq(t.zone, LOG_ZONE_NONE);
	ck_assert_uint_eq(t.to, 19);
	ck_assert(find("2026-11-22 01:52:47 -9999 x", &t));
	ck_assert_int_eq(t.zone, LOG_ZONE_NONE);
	ck_assert(find("<34>Nov  2 01:52:47 host", &t));
	ck_assert_uint_eq(t.from, 4);
	ck_assert_uint_eq(t.to, 19);
	ck_assert_int_eq(t.zone, LOG_ZONE_NONE);
	ck_assert_int_eq(local_seconds(&t, 2026), INT64_C(1795312367) - 20 * 86400);
}
END_TEST

START_TEST(lookalikes_are_refused)
{
	static const char *const others[] = { "", " ", "x", "2026", "2026-11-22",
		"2026-11-22T01:52", "2026-11-22T01:52:4", "2026-11-22x01:52:47",
		"2026-11-22  01:52:47", "2026-11-22t01:52:47", "2026/11/22 01:52:47",
		"2026-13-22T01:52:47", "2026-00-22T01:52:47", "2026-11-31T01:52:47",
		"2026-02-29T01:52:47", "2026-11-22T24:52:47", "2026-11-22T01:60:47",
		"2026-11-22T01:52:61", "2026-11-22T01:52:471", "2026-11-22T01:52:47:11",
		"2026-11-22T01:52:47abc", "2026-11-22T01:52:47.1234567890",
		"2026-11-22T01:52:47+25:00", "2026-11-22T01:52:47+01:60",
		"2026-11-22T01:52:47-0199", "2026-11-22T01:52:47ZZ",
		"2026-11-22T01:52:47+01:0", "2026-11-22T01:52:47+010",
		"12026-11-22T01:52:47", "Nov 22", "Nov 22 01:52", "Nov 22 1:52:47",
		"Nov22 01:52:47", "Nov  22 01:52:47", "Nov 32 01:52:47",
		"Nov 31 01:52:47", "Feb 30 01:52:47", "Nov 0 01:52:47", "Nov 00 01:52:47",
		"Nov 22 24:52:47", "Nov 22 01:52:471", "Nov 22 01:52:47x",
		"Nov 022 01:52:47", "Nov 22 2026 01:52:47", " Nov 22 01:52:47",
		"<>Nov 22 01:52:47", "<13Nov 22 01:52:47", "<a>Nov 22 01:52:47",
		"<13> Nov 22 01:52:47", "Novem 22 01:52:47", "1795312367.123" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct log_time t;

		ck_assert_msg(!find(others[i], &t), "'%s'", others[i]);
	}
}
END_TEST

START_TEST(february_29_needs_no_year_in_rfc_3164)
{
	struct log_time t;

	ck_assert(find("Feb 29 23:59:59", &t));
	ck_assert_int_eq(local_seconds(&t, 2024), 1709251199);
	ck_assert(find("2024-02-29T23:59:59", &t));
	ck_assert(!find("2023-02-29T23:59:59", &t));
	ck_assert(!find("1900-02-29T23:59:59", &t));
	ck_assert(find("2000-02-29T23:59:59", &t));
}
END_TEST

START_TEST(leap_second_is_read_as_the_second_after)
{
	struct log_time t;

	ck_assert(find("2016-12-31T23:59:60Z", &t));
	ck_assert_int_eq(local_seconds(&t, 0), 1483228800);
	ck_assert(find("Dec 31 23:59:60", &t));
}
END_TEST

START_TEST(digits_are_cut_not_rounded)
{
	struct log_time t;

	ck_assert(find("2026-11-22T01:52:47.123", &t));
	ck_assert_str_eq(
	    print_same(&t, INT64_C(1795312367999999999)), "2026-11-22T01:52:47.999");
	ck_assert(find("Nov 22 01:52:47", &t));
	ck_assert_str_eq(print_same(&t, INT64_C(1795312367999999999)), "Nov 22 01:52:47");
	/* before 1970 as well */
	ck_assert_str_eq(print_same(&t, -1), "Dec 31 23:59:59");
}
END_TEST

START_TEST(padding_follows_the_day)
{
	struct log_time t;
	int64_t ninth = INT64_C(1794189167) * NS_PER_SECOND; /* Nov 9 */

	ck_assert(find("Nov  1 01:52:47", &t));
	ck_assert_str_eq(print_same(&t, ninth), "Nov  9 01:52:47");
	ck_assert_str_eq(
	    print_same(&t, ninth + 86400 * NS_PER_SECOND), "Nov 10 01:52:47");
	ck_assert(find("Nov 01 01:52:47", &t));
	ck_assert_str_eq(print_same(&t, ninth), "Nov 09 01:52:47");
	ck_assert_str_eq(
	    print_same(&t, ninth + 86400 * NS_PER_SECOND), "Nov 10 01:52:47");
	ck_assert(find("Nov 1 01:52:47", &t));
	ck_assert_str_eq(print_same(&t, ninth), "Nov 9 01:52:47");
	/* a day of two digits does not tell; most programs pad with a blank */
	ck_assert(find("Nov 10 01:52:47", &t));
	ck_assert_str_eq(print_same(&t, ninth), "Nov  9 01:52:47");
}
END_TEST

START_TEST(ends_of_int64_can_be_printed)
{
	struct log_time t;

	ck_assert(find("2026-11-22T01:52:47", &t));
	ck_assert_uint_gt(log_time_print_same(&t, INT64_MAX, printed), 0);
	ck_assert_uint_gt(log_time_print_same(&t, INT64_MIN, printed), 0);
}
END_TEST

START_TEST(iso_form_has_the_digits_asked_for)
{
	int64_t ns = INT64_C(1795312367123456789);

	printed[log_time_print_iso(ns, 9, printed)] = '\0';
	ck_assert_str_eq(printed, "2026-11-22T01:52:47.123456789Z");
	printed[log_time_print_iso(ns, 3, printed)] = '\0';
	ck_assert_str_eq(printed, "2026-11-22T01:52:47.123Z");
	printed[log_time_print_iso(ns, 0, printed)] = '\0';
	ck_assert_str_eq(printed, "2026-11-22T01:52:47Z");
}
END_TEST

/* What is found in any line, printed again, is what stands there. */
static void
check_any_line(size_t n)
{
	struct log_time t;
	size_t length;

	if (!find_in(line, n, &t))
		return;
	law_holds(t.from < t.to && t.to <= n);
	line[n] = '\0';
	if (t.has_year && (t.civil.year < 1678 || t.civil.year > 2261))
		return;
	length = log_time_print_same(&t, local_ns(&t, 2000), printed);
	if (length != t.to - t.from || memcmp(printed, line + t.from, length) != 0)
		ck_abort_msg("'%.*s' gives '%.*s'", (int)n, line, (int)length, printed);
}

START_TEST(altered_stamps_are_refused_or_come_back)
{
	for (int i = 0; i < 200000; i++) {
		size_t n;

		if (law_chance(0.5))
			any_iso8601();
		else
			any_rfc3164(2000);
		n = (size_t)snprintf(line, sizeof(line), "%s x", stamp);
		for (size_t k = law_below(3); k-- > 0;)
			line[law_below(n)] = "0123456789+-:., TZ<>NovJan"[law_below(26)];
		check_any_line(law_chance(0.3) ? law_below(n) : n);
	}
}
END_TEST

START_TEST(random_octets_are_looked_at_within_their_length)
{
	for (int i = 0; i < 100000; i++) {
		size_t n = law_below(64);

		law_bytes(line, n);
		check_any_line(n);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log_time");
	TCase *t = law_case(s);

	tcase_add_test(t, iso_8601_comes_back_byte_for_byte);
	tcase_add_test(t, rfc_3164_comes_back_byte_for_byte);
	tcase_add_test(t, priority_before_rfc_3164_is_no_part_of_the_stamp);
	tcase_add_test(t, stamp_is_read_at_its_worth);
	tcase_add_test(t, lookalikes_are_refused);
	tcase_add_test(t, february_29_needs_no_year_in_rfc_3164);
	tcase_add_test(t, leap_second_is_read_as_the_second_after);
	tcase_add_test(t, digits_are_cut_not_rounded);
	tcase_add_test(t, padding_follows_the_day);
	tcase_add_test(t, ends_of_int64_can_be_printed);
	tcase_add_test(t, iso_form_has_the_digits_asked_for);
	tcase_add_test(t, altered_stamps_are_refused_or_come_back);
	tcase_add_test(t, random_octets_are_looked_at_within_their_length);
	return law_run(s);
}
