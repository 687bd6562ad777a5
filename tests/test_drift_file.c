#include <string.h>

#include "drift_file.h"
#include "law.h"

static struct drift_file
reading(enum drift_author author, const char *text)
{
	struct drift_file d;

	drift_file_read(author, text, strlen(text), &d);
	return d;
}

static bool
is_near(double a, double b)
{
	return a - b < 1e-15 && b - a < 1e-15;
}

START_TEST(a_host_that_loses_17_ppm_has_one_sign_whoever_wrote_it)
{
	static const struct {
		enum drift_author author;
		const char *text;
	} files[] = {
		{ DRIFT_NTPD, "17.250\n" },
		{ DRIFT_NTPD, "17.250 0\n" }, /* ntp 4.1 wrote a second number */
		{ DRIFT_NTPSEC, "17.250000\n" },
		{ DRIFT_OPENNTPD, "17.250" },
		{ DRIFT_CHRONY, "          -17.250000             0.031000\n" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct drift_file d = reading(files[i].author, files[i].text);

		ck_assert_msg(d.has_frequency && is_near(d.frequency, 17.25e-6), "%s: %g",
		    files[i].text, d.frequency);
	}
}
END_TEST

START_TEST(chrony_tells_its_skew_and_the_others_have_none)
{
	struct drift_file d = reading(DRIFT_CHRONY, "1.5 0.031");

	ck_assert(d.has_skew && is_near(d.skew, 0.031e-6));
	ck_assert(is_near(d.frequency, -1.5e-6));
	ck_assert(!reading(DRIFT_NTPD, "1.5 0.031").has_skew);
	ck_assert(!reading(DRIFT_CHRONY, "1.5").has_skew);
	ck_assert(!reading(DRIFT_CHRONY, "1.5 -0.031").has_skew);
	ck_assert(!reading(DRIFT_TIMESYNCD, "1.5 2").has_frequency);
}
END_TEST

START_TEST(what_is_no_number_gives_no_frequency)
{
	static const char *const texts[] = { "", " ", "\n", "-", "+", ".5", "ppm", "1e3",
		"12x", "1..5", "nan", "inf", "1000001", "-99999999999999999999999999",
		"0x10", "\xff\xfe", "--1" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ck_assert_msg(
		    !reading(DRIFT_NTPD, texts[i]).has_frequency, "%s", texts[i]);
	ck_assert(is_near(reading(DRIFT_NTPD, "+0.0000019").frequency, 1e-12));
	ck_assert(is_near(reading(DRIFT_NTPD, "-1000000").frequency, -1.0));
}
END_TEST

START_TEST(any_octets_are_survived)
{
	char text[64];
	char path[32];
	struct drift_file d;

	for (int i = 0; i < 100000; i++) {
		size_t n = law_below(sizeof(text) + 1);

		law_bytes(text, n);
		for (size_t k = 0; k < n; k += 1 + law_below(3))
			text[k] = "0123456789-. \n/driftfile\""[law_below(25)];
		drift_file_read((enum drift_author)law_below(DRIFT_AUTHORS), text, n, &d);
		law_holds(d.frequency <= 1 && d.frequency >= -1);
		if (drift_file_directive(text, n, path, sizeof(path)))
			law_holds(path[0] == '/' && strlen(path) < sizeof(path));
	}
}
END_TEST

static const char *
configured(const char *text)
{
	static char path[32];

	return drift_file_directive(text, strlen(text), path, sizeof(path)) ? path : "";
}

START_TEST(a_configuration_names_the_drift_file)
{
	ck_assert_str_eq(
	    configured("driftfile /var/lib/ntp/drift\n"), "/var/lib/ntp/drift");
	ck_assert_str_eq(configured("pool x\n\tDriftFile  /a/b"), "/a/b");
	ck_assert_str_eq(configured("driftfile /a interval 3600\r\n"), "/a");
	ck_assert_str_eq(configured("driftfile \"/a b\"\n"), "/a b");
	ck_assert_str_eq(configured("driftfile /a\ndriftfile /b\n"), "/b");
	ck_assert_str_eq(configured("#driftfile /a\n"), "");
	ck_assert_str_eq(configured("! driftfile /a\n"), "");
	ck_assert_str_eq(configured("driftfiles /a\n"), "");
	ck_assert_str_eq(configured("driftfile a\n"), "");
	ck_assert_str_eq(configured("driftfile\n/a\n"), "");
	ck_assert_str_eq(configured("driftfile /a/path/that/is/longer/than/that\n"), "");
	ck_assert_str_eq(configured("driftfile"), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("drift_file");
	TCase *t = law_case(s);

	tcase_add_test(t, a_host_that_loses_17_ppm_has_one_sign_whoever_wrote_it);
	tcase_add_test(t, chrony_tells_its_skew_and_the_others_have_none);
	tcase_add_test(t, what_is_no_number_gives_no_frequency);
	tcase_add_test(t, any_octets_are_survived);
	tcase_add_test(t, a_configuration_names_the_drift_file);
	return law_run(s);
}
