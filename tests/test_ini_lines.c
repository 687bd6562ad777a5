#include <stdio.h>
#include <string.h>

#include "ini_lines.h"
#include "law.h"

#define ROOM 200 /* as inih's */

static char met[256]; /* the sections, a bar after each */

static bool
note_section(void *arg, const char *name)
{
	size_t n = strlen(met);

	(void)snprintf(met + n, sizeof(met) - n, "%s|", name);
	return strcmp(name, arg) != 0;
}

/* All lines into `out`; ends at the section `last`. */
static struct ini_lines
read_all(const char *text, size_t n, const char *last, char *out)
{
	char until[16];
	struct ini_lines l = {
		.text = text, .left = n, .section = note_section, .arg = until
	};
	char line[ROOM];

	(void)snprintf(until, sizeof(until), "%s", last);
	met[0] = *out = '\0';
	while (ini_lines_next(line, sizeof(line), &l) != NULL)
		strcat(out, line);
	l.arg = NULL;
	return l;
}

static char out[8192];

static struct ini_lines
read_text(const char *text)
{
	return read_all(text, strlen(text), "\n", out);
}

START_TEST(good_lines_are_handed_over_as_they_stand)
{
	static const char *const good[] = { "a = 1\n", "\n", "  \n", "; comment\n",
		"   # one that is indented\n", "[x]\n", "[x y] ; said\n", "=\n",
		"odd\n" };
	char text[4096];

	for (int i = 0; i < 10000; i++) {
		int lines = (int)law_between(0, 20);
		size_t n = 0;
		struct ini_lines l;

		text[0] = '\0';
		for (int k = 0; k < lines; k++)
			n += (size_t)snprintf(
			    text + n, sizeof(text) - n, "%s", good[law_between(0, 8)]);
		l = read_text(text);
		law_holds(strcmp(text, out) == 0);
		law_equal(l.line, lines);
		law_equal(l.fault, INI_FINE);
	}
}
END_TEST

START_TEST(last_line_needs_no_newline)
{
	struct ini_lines l = read_text("a = 1\nb = 2");

	ck_assert_str_eq(out, "a = 1\nb = 2");
	ck_assert_int_eq(l.line, 2);
}
END_TEST

START_TEST(sections_are_met_in_order)
{
	struct ini_lines l = read_text("k\n[one]\nk\n[two words] # x\n[]\n");

	ck_assert_str_eq(met, "one|two words||");
	ck_assert(!l.ended);
	ck_assert(l.in_section);
	l = read_text("k = 1\n");
	ck_assert(!l.in_section);
}
END_TEST

START_TEST(section_that_is_refused_ends_it)
{
	const char *text = "[a]\nb = 1\n[stop]\nc = 2\n";
	struct ini_lines l = read_all(text, strlen(text), "stop", out);

	ck_assert_str_eq(out, "[a]\nb = 1\n");
	ck_assert(l.ended && l.fault == INI_FINE);
	ck_assert_int_eq(l.line, 3);
}
END_TEST

static void
check_fault(const char *text, enum ini_fault fault)
{
	struct ini_lines l = read_text(text);

	ck_assert_msg(l.fault == fault, "'%s': %s", text, ini_fault_words[l.fault]);
	ck_assert_int_eq(l.line, 2);
	ck_assert_str_eq(out, "k = 1\n");
	ck_assert(l.ended);
}

START_TEST(what_inih_would_misread_ends_it_at_its_line)
{
	check_fault("k = 1\n[open\nk = 2\n", INI_HEADER);
	check_fault("k = 1\n[x] y\n", INI_HEADER);
	check_fault("k = 1\n  k = 2\n", INI_INDENTED);
	check_fault("k = 1\n\tv\n", INI_INDENTED);
	check_fault("k = 1\n[abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij]\n",
	    INI_LONG_SECTION);
}
END_TEST

START_TEST(longest_line_has_197_octets)
{
	char text[256];

	for (size_t n = 190; n < 210; n++) {
		for (size_t newline = 0; newline < 2; newline++) {
			struct ini_lines l;

			memset(text, 'x', n);
			memcpy(text + n, newline ? "\n" : "", 1 + newline);
			l = read_text(text);
			law_equal(l.fault, n <= 197 ? INI_FINE : INI_LONG);
			law_equal(strlen(out), n <= 197 ? n + newline : 0);
		}
	}
}
END_TEST

START_TEST(nul_is_refused_wherever_it_stands)
{
	static const char text[] = "key = value\n";

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		char bad[sizeof(text)];
		struct ini_lines l;

		memcpy(bad, text, sizeof(text));
		bad[i] = '\0';
		l = read_all(bad, sizeof(text) - 1, "\n", out);
		law_equal(l.fault, INI_NUL);
	}
}
END_TEST

START_TEST(every_fault_has_words)
{
	for (int i = INI_FINE + 1; i < INI_FAULTS; i++)
		ck_assert_int_gt((int)strlen(ini_fault_words[i]), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ini_lines");
	TCase *t = law_case(s);

	tcase_add_test(t, good_lines_are_handed_over_as_they_stand);
	tcase_add_test(t, last_line_needs_no_newline);
	tcase_add_test(t, sections_are_met_in_order);
	tcase_add_test(t, section_that_is_refused_ends_it);
	tcase_add_test(t, what_inih_would_misread_ends_it_at_its_line);
	tcase_add_test(t, longest_line_has_197_octets);
	tcase_add_test(t, nul_is_refused_wherever_it_stands);
	tcase_add_test(t, every_fault_has_words);
	return law_run(s);
}
