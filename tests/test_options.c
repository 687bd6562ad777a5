#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../daemon/options.h"
#include "law.h"

START_TEST(durations_have_a_number_and_a_unit)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = { { "90s", 90000 }, { "15m", 900000 }, { "6h", 21600000 },
		{ "2d", 172800000 }, { "1.5s", 1500 }, { ".5m", 30000 }, { "0.001s", 1 },
		{ "3650d", INT64_C(315360000000) },
		{ "315360000s", INT64_C(315360000000) } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct span d;

		ck_assert_msg(options_duration(cases[i].text, &d), "%s", cases[i].text);
		ck_assert_int_eq(d.ns, cases[i].ms * 1000000);
	}
}
END_TEST

START_TEST(anything_else_is_no_duration)
{
	static const char *const others[] = { "", "s", "90", "90 s", " 90s", "90S",
		"90sec", "90s ", "-90s", "+90s", "0s", "0.0d", "1w", "1h30m", "nans",
		"infs", "inf", "nand", ".s", ".", "3651d", "315360001s", "1e99s", "1e9d",
		"s90" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct span d;

		ck_assert_msg(!options_duration(others[i], &d), "'%s'", others[i]);
	}
}
END_TEST

/* Words of a command line, NULL at the end. */
static enum options_result
parse(struct options *o, const char *const words[])
{
	static char text[16][128];
	static char *argv[17];
	int argc = 1;

	(void)snprintf(text[0], sizeof(text[0]), "clockwitnessd");
	argv[0] = text[0];
	for (; words[argc - 1] != NULL; argc++) {
		(void)snprintf(text[argc], sizeof(text[argc]), "%s", words[argc - 1]);
		argv[argc] = text[argc];
	}
	argv[argc] = NULL;
	optind = 0; /* glibc: begin anew */
	return options_parse(o, argc, argv);
}

START_TEST(nothing_given_is_nothing_set)
{
	static const char *const words[] = { NULL };
	struct options o;

	ck_assert_int_eq(parse(&o, words), OPTIONS_RUN);
	ck_assert_ptr_null(o.config);
	ck_assert_ptr_null(o.evidence);
	ck_assert(!o.once);
	ck_assert_int_eq(o.stop_after.ns, 0);
	ck_assert_int_eq(o.poll.ns, 0);
	ck_assert_double_eq_tol(o.until, 0, 1e-18);
	ck_assert_int_eq(o.first_server, 1);
}
END_TEST

START_TEST(all_options_are_read_and_servers_follow)
{
	static const char *const words[] = { "-c", "a.conf", "-o", "/srv/e", "--for",
		"15m", "--until", "0.5", "--poll", "0.25", "ntp1", "ntp2:123", NULL };
	struct options o;

	ck_assert_int_eq(parse(&o, words), OPTIONS_RUN);
	ck_assert_str_eq(o.config, "a.conf");
	ck_assert_str_eq(o.evidence, "/srv/e");
	ck_assert_int_eq(o.stop_after.ns, 900 * NS_PER_SECOND);
	ck_assert_double_eq_tol(o.until, 0.5e-6, 1e-15);
	ck_assert_int_eq(o.poll.ns, NS_PER_SECOND / 4);
	ck_assert_int_eq(o.first_server, 11);
}
END_TEST

START_TEST(servers_may_stand_before_options)
{
	static const char *const words[] = { "ntp1", "--once", "ntp2", NULL };
	struct options o;

	ck_assert_int_eq(parse(&o, words), OPTIONS_RUN);
	ck_assert(o.once);
	ck_assert_int_eq(o.first_server, 2);
}
END_TEST

START_TEST(settings_are_kept_in_their_order_and_no_more_than_there_is_room_for)
{
	static const char *const two[] = { "--set", "confine=no", "--set=common=yes", "a",
		NULL };
	static char text[] = "clockwitnessd", set[] = "--set=log=debug";
	static char *many[OPTIONS_SETTINGS + 3] = { text };
	struct options o;

	ck_assert_int_eq(parse(&o, two), OPTIONS_RUN);
	ck_assert_uint_eq(o.settings, 2);
	ck_assert_str_eq(o.setting[0], "confine=no");
	ck_assert_str_eq(o.setting[1], "common=yes");
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	for (int i = 1; i <= OPTIONS_SETTINGS + 1; i++)
		many[i] = set;
	optind = 0;
	ck_assert_int_eq(options_parse(&o, OPTIONS_SETTINGS + 2, many), OPTIONS_WRONG);
	many[OPTIONS_SETTINGS + 1] = NULL;
	optind = 0;
	ck_assert_int_eq(options_parse(&o, OPTIONS_SETTINGS + 1, many), OPTIONS_RUN);
}
END_TEST

START_TEST(wrong_options_are_refused)
{
	static const char *const lines[][3] = { { "--for", "soon", NULL },
		{ "--for", "0s", NULL }, { "--poll", "0", NULL },
		{ "--poll", "0.009", NULL }, { "--poll", "131073", NULL },
		{ "--poll", "1s", NULL }, { "--poll", "nan", NULL },
		{ "--until", "0", NULL }, { "--until", "-1", NULL },
		{ "--until", "1001", NULL }, { "--until", "1ppm", NULL },
		{ "-o", "", NULL }, { "--never-heard-of", NULL }, { "-x", NULL },
		{ "--for", NULL } };

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct options o;

		ck_assert_msg(parse(&o, lines[i]) == OPTIONS_WRONG, "%s", lines[i][0]);
	}
}
END_TEST

START_TEST(once_ends_by_itself)
{
	static const char *const timed[] = { "--once", "--for", "1m", NULL };
	static const char *const until[] = { "--until", "1", "--once", NULL };
	struct options o;

	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	ck_assert_int_eq(parse(&o, timed), OPTIONS_WRONG);
	ck_assert_int_eq(parse(&o, until), OPTIONS_WRONG);
}
END_TEST

START_TEST(exit_codes_are_those_of_the_manual)
{
	ck_assert_int_eq(EXIT_AS_ASKED, 0);
	ck_assert_int_eq(EXIT_NO_MAJORITY, 1);
	ck_assert_int_eq(EXIT_USAGE, 2);
	ck_assert_int_eq(EXIT_CANNOT, 3);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("options");
	TCase *t = law_case(s);

	tcase_add_test(t, durations_have_a_number_and_a_unit);
	tcase_add_test(t, anything_else_is_no_duration);
	tcase_add_test(t, nothing_given_is_nothing_set);
	tcase_add_test(t, all_options_are_read_and_servers_follow);
	tcase_add_test(t, servers_may_stand_before_options);
	tcase_add_test(
	    t, settings_are_kept_in_their_order_and_no_more_than_there_is_room_for);
	tcase_add_test(t, wrong_options_are_refused);
	tcase_add_test(t, once_ends_by_itself);
	tcase_add_test(t, exit_codes_are_those_of_the_manual);
	return law_run(s);
}
