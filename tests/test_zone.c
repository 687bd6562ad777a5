#include <string.h>

#include "../tools/zone.h"
#include "calendar.h"
#include "law.h"

static struct zone
zone_of(const char *text)
{
	struct zone z = { 0 };

	ck_assert_msg(zone_parse(text, &z), "'%s'", text);
	return z;
}

static int64_t
seconds_of(int64_t year, int month, int day, int hour, int minute)
{
	struct civil c = { year, month, day, hour, minute, 0 };

	return civil_to_seconds(&c);
}

START_TEST(utc_is_the_hosts_clock)
{
	struct zone z = zone_of("UTC");
	int64_t out[2];

	ck_assert_uint_eq(zone_to_clock(&z, 1795312367, out), 1);
	ck_assert_int_eq(out[0], 1795312367);
	ck_assert_int_eq(zone_offset_at(&z, 1795312367), 0);
}
END_TEST

START_TEST(fixed_distances_are_east_positive)
{
	static const struct {
		const char *text;
		int64_t offset_s;
		const char *name;
	} cases[] = { { "+01:00", 3600, "+01:00" }, { "-01:00", -3600, "-01:00" },
		{ "-0330", -12600, "-03:30" }, { "+05:45", 20700, "+05:45" },
		{ "+14", 50400, "+14:00" }, { "-00:30", -1800, "-00:30" },
		{ "+00:00", 0, "+00:00" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zone z = zone_of(cases[i].text);
		int64_t out[2];

		ck_assert(z.fixed);
		ck_assert_str_eq(z.name, cases[i].name);
		ck_assert_int_eq(zone_offset_at(&z, 0), cases[i].offset_s);
		ck_assert_uint_eq(zone_to_clock(&z, 1795312367, out), 1);
		ck_assert_int_eq(out[0], 1795312367 - cases[i].offset_s);
	}
}
END_TEST

START_TEST(words_that_are_no_zone_are_refused)
{
	static const char *const others[] = { "", "+1", "+1:00", "+25:00", "+01:60",
		"+01:0", "+010", "01:00", "+01:00 ", "+01:000", "Europe/Atlantis",
		"europe", "/etc/localtime", "../../../etc/passwd",
		"Europe/../Europe/Berlin", "CESTX", "Etc/Nowhere", "Europe", "Europe/",
		"zone.tab" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct zone z;

		ck_assert_msg(!zone_parse(others[i], &z), "'%s'", others[i]);
	}
}
END_TEST

START_TEST(berlin_is_an_hour_ahead_in_winter_and_two_in_summer)
{
	struct zone z = zone_of("Europe/Berlin");
	int64_t out[2];

	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 1, 15, 12, 0), out), 1);
	ck_assert_int_eq(out[0], seconds_of(2026, 1, 15, 11, 0));
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 7, 15, 12, 0), out), 1);
	ck_assert_int_eq(out[0], seconds_of(2026, 7, 15, 10, 0));
	ck_assert_int_eq(zone_offset_at(&z, seconds_of(2026, 7, 15, 10, 0)), 7200);
}
END_TEST

START_TEST(hour_that_spring_skips_was_never_shown)
{
	struct zone z = zone_of("Europe/Berlin");
	int64_t out[2];

	/* 2026-03-29: 02:00 is followed by 03:00 */
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 3, 29, 1, 59), out), 1);
	ck_assert_int_eq(out[0], seconds_of(2026, 3, 29, 0, 59));
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 3, 29, 2, 0), out), 0);
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 3, 29, 2, 59), out), 0);
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 3, 29, 3, 0), out), 1);
	ck_assert_int_eq(out[0], seconds_of(2026, 3, 29, 1, 0));
}
END_TEST

START_TEST(hour_that_autumn_repeats_was_shown_twice)
{
	struct zone z = zone_of("Europe/Berlin");
	int64_t out[2];

	/* 2026-10-25: 03:00 is followed by 02:00 */
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 10, 25, 1, 59), out), 1);
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 10, 25, 2, 30), out), 2);
	ck_assert_int_eq(out[0], seconds_of(2026, 10, 25, 0, 30));
	ck_assert_int_eq(out[1], seconds_of(2026, 10, 25, 1, 30));
	ck_assert_uint_eq(zone_to_clock(&z, seconds_of(2026, 10, 25, 3, 0), out), 1);
	ck_assert_int_eq(out[0], seconds_of(2026, 10, 25, 2, 0));
}
END_TEST

START_TEST(every_time_of_the_clock_is_among_the_answers_for_its_local_time)
{
	static const char *const names[] = { "Europe/Berlin", "America/St_Johns",
		"Australia/Lord_Howe", "Asia/Kathmandu", "UTC", "-03:30" };

	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
		struct zone z = zone_of(names[k]);

		for (int i = 0; i < 5000; i++) {
			int64_t clock = law_between(
			    seconds_of(2000, 1, 1, 0, 0), seconds_of(2036, 1, 1, 0, 0));
			int64_t out[2];
			size_t n =
			    zone_to_clock(&z, clock + zone_offset_at(&z, clock), out);

			law_holds(
			    (n > 0 && out[0] == clock) || (n > 1 && out[1] == clock));
			law_holds(n < 2 || out[0] < out[1]);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("zone");
	TCase *t = law_case(s);

	tcase_add_test(t, utc_is_the_hosts_clock);
	tcase_add_test(t, fixed_distances_are_east_positive);
	tcase_add_test(t, words_that_are_no_zone_are_refused);
	tcase_add_test(t, berlin_is_an_hour_ahead_in_winter_and_two_in_summer);
	tcase_add_test(t, hour_that_spring_skips_was_never_shown);
	tcase_add_test(t, hour_that_autumn_repeats_was_shown_twice);
	tcase_add_test(
	    t, every_time_of_the_clock_is_among_the_answers_for_its_local_time);
	return law_run(s);
}
