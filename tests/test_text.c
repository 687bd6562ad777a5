#include <string.h>

#include "law.h"
#include "text.h"

#define ROOM 4096

static char line[ROOM];

static struct scan
scan_of(const char *s)
{
	return (struct scan){ s, s + strlen(s), false };
}

static struct text
blank_page(void)
{
	return (struct text){ line, line + sizeof(line), false };
}

static struct scan
printed(const struct text *t)
{
	return (struct scan){ line, t->at, t->failed };
}

static bool
read_whole(const struct scan *s)
{
	return !s->failed && s->at == s->end;
}

static bool
int_is_refused(const char *s)
{
	struct scan in = scan_of(s);

	(void)scan_int(&in);
	return !read_whole(&in);
}

static bool
millionths_are_refused(const char *s)
{
	struct scan in = scan_of(s);

	(void)scan_millionths(&in);
	return !read_whole(&in);
}

static bool
string_is_refused(const char *s)
{
	struct scan in = scan_of(s);
	char out[64];

	scan_string(&in, out, sizeof(out));
	return !read_whole(&in);
}

START_TEST(scanned_int_is_the_printed_one)
{
	for (int i = 0; i < 100000; i++) {
		int64_t v = law_any_int64();
		struct text t = blank_page();
		struct scan s;

		print_int(&t, v);
		s = printed(&t);
		law_equal(scan_int(&s), v);
		law_holds(read_whole(&s));
	}
}
END_TEST

START_TEST(ends_of_int64_have_their_usual_spelling)
{
	struct text t = blank_page();

	print_int(&t, INT64_MIN);
	print_literal(&t, " ");
	print_int(&t, INT64_MAX);
	print_literal(&t, " ");
	print_uint(&t, UINT64_MAX);
	*t.at = '\0';
	ck_assert_str_eq(
	    line, "-9223372036854775808 9223372036854775807 18446744073709551615");
}
END_TEST

START_TEST(scanned_uint_is_the_printed_one)
{
	for (int i = 0; i < 100000; i++) {
		uint64_t v = (uint64_t)law_any_int64();
		struct text t = blank_page();
		struct scan s;

		print_uint(&t, v);
		s = printed(&t);
		law_holds(scan_uint(&s) == v);
		law_holds(read_whole(&s));
	}
}
END_TEST

START_TEST(int_has_one_spelling)
{
	static const char *const others[] = { "", "-", "+1", "-0", "00", "01", "-01",
		" 1", "1 ", "1.0", "1e3", "0x1", "9223372036854775808",
		"-9223372036854775809", "18446744073709551616",
		"99999999999999999999999999" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(int_is_refused(others[i]), "'%s'", others[i]);
	ck_assert(!int_is_refused("0"));
	ck_assert(!int_is_refused("-1"));
}
END_TEST

START_TEST(uint_over_64_bits_is_refused)
{
	struct scan greatest = scan_of("18446744073709551615");
	struct scan over = scan_of("18446744073709551616");

	ck_assert(scan_uint(&greatest) == UINT64_MAX);
	ck_assert(read_whole(&greatest));
	ck_assert(scan_uint(&over) == 0);
	ck_assert(over.failed);
}
END_TEST

START_TEST(scanned_millionths_are_the_printed_ones)
{
	for (int i = 0; i < 100000; i++) {
		int64_t v = law_any_int64();
		struct text t = blank_page();
		struct scan s;

		print_millionths(&t, v);
		s = printed(&t);
		law_equal(scan_millionths(&s), v);
		law_holds(read_whole(&s));
	}
}
END_TEST

START_TEST(millionths_have_six_decimals)
{
	struct text t = blank_page();

	print_millionths(&t, -1234567);
	print_literal(&t, " ");
	print_millionths(&t, -1);
	print_literal(&t, " ");
	print_millionths(&t, 40000000);
	print_literal(&t, " ");
	print_millionths(&t, INT64_MIN);
	*t.at = '\0';
	ck_assert_str_eq(line, "-1.234567 -0.000001 40.000000 -9223372036854.775808");
}
END_TEST

START_TEST(millionths_have_one_spelling)
{
	static const char *const others[] = { "", "1", "1.", "1.00000", "1.0000000",
		".000000", "01.000000", "-0.000000", "+1.000000", "1,000000", "1.00000a",
		"- 1.000000", "-.000001", "9223372036854.775808", "-9223372036854.775809",
		"18446744073709551615.000000" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(millionths_are_refused(others[i]), "'%s'", others[i]);
	ck_assert(!millionths_are_refused("0.000000"));
	ck_assert(!millionths_are_refused("-9223372036854.775808"));
}
END_TEST

START_TEST(scanned_digits_are_the_printed_ones)
{
	for (int width = 1; width <= 19; width++) {
		struct text t = blank_page();
		uint64_t limit = 1;
		uint64_t v;
		struct scan s;

		for (int i = 0; i < width; i++)
			limit *= 10;
		v = law_u64() % limit;
		print_digits(&t, v, width);
		ck_assert_int_eq(t.at - line, width);
		s = printed(&t);
		ck_assert(scan_digits(&s, width) == v);
		ck_assert(read_whole(&s));
	}
}
END_TEST

START_TEST(digits_are_exactly_as_many_as_asked)
{
	struct scan few = scan_of("12");
	struct scan sign = scan_of("-12");
	struct scan more = scan_of("1234");

	(void)scan_digits(&few, 3);
	ck_assert(few.failed);
	(void)scan_digits(&sign, 3);
	ck_assert(sign.failed);
	ck_assert_uint_eq(scan_digits(&more, 3), 123);
	ck_assert(!more.failed && *more.at == '4');
}
END_TEST

START_TEST(scanned_hex_is_the_printed_one)
{
	for (size_t n = 0; n <= 64; n++) {
		struct text t = blank_page();
		uint8_t in[64];
		uint8_t out[64];
		struct scan s;

		law_bytes(in, n);
		print_hex(&t, in, n);
		ck_assert_uint_eq((size_t)(t.at - line), 2 * n);
		s = printed(&t);
		scan_hex(&s, out, n);
		ck_assert(read_whole(&s));
		ck_assert_mem_eq(in, out, n);
	}
}
END_TEST

START_TEST(hex_is_lower_case)
{
	static const char *const others[] = { "AB", "aB", "a", "", "g0", "0x", "a " };
	uint8_t out[1];

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct scan s = scan_of(others[i]);

		scan_hex(&s, out, 1);
		ck_assert_msg(s.failed, "'%s'", others[i]);
	}
}
END_TEST

START_TEST(scanned_string_is_the_printed_one)
{
	for (int i = 0; i < 20000; i++) {
		char in[200];
		char out[200];
		struct text t = blank_page();
		struct scan s;

		law_text(in, sizeof(in));
		print_string(&t, in);
		s = printed(&t);
		scan_string(&s, out, sizeof(out));
		law_holds(read_whole(&s));
		law_holds(strcmp(in, out) == 0);
	}
}
END_TEST

START_TEST(only_quote_backslash_and_controls_are_escaped)
{
	struct text t = blank_page();

	print_string(&t, "a\"b\\c/\n\x01\x7f\xc3\xa9");
	*t.at = '\0';
	ck_assert_str_eq(line, "\"a\\\"b\\\\c/\\u000a\\u0001\\u007f\xc3\xa9\"");
}
END_TEST

START_TEST(string_has_one_spelling)
{
	static const char *const others[] = { "", "\"", "a\"", "\"a", "\"\n\"",
		"\"\x7f\"", "\"\\n\"", "\"\\/\"", "\"\\u0041\"", "\"\\u0022\"",
		"\"\\u005c\"", "\"\\u000A\"", "\"\\u00e9\"", "\"\\u20ac\"", "\"\\u0000\"",
		"\"\\ud83d\\ude00\"", "\"\\u00\"", "\"\\\"", "\"\\x0a\"" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ck_assert_msg(string_is_refused(others[i]), "'%s'", others[i]);
	ck_assert(!string_is_refused("\"\""));
	ck_assert(!string_is_refused("\"\\u000a\""));
	ck_assert(!string_is_refused("\"\\u007f\""));
}
END_TEST

START_TEST(string_that_is_no_utf8_fails_both_ways)
{
	static const char *const bad[] = { "\x80", "\xff", "\xc3", "\xc0\xaf", "\xc1\x81",
		"\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1",
		"\xf0\x9f\x95", "a\xc3(" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct text t = blank_page();
		char quoted[16] = "\"";

		print_string(&t, bad[i]);
		ck_assert_msg(t.failed, "print %zu", i);
		strcat(strcat(quoted, bad[i]), "\"");
		ck_assert_msg(string_is_refused(quoted), "scan %zu", i);
		ck_assert_msg(!text_is_utf8(bad[i], strlen(bad[i])), "%zu", i);
	}
}
END_TEST

/* RFC 3629 by its table of code points, as slowly as it can be said. */
static bool
encodes_a_code_point(const uint8_t *u, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint8_t mark[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t point = u[0] & mask[n];

	if ((u[0] & (uint8_t)~mask[n]) != mark[n])
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return false;
		point = point << 6 | (u[i] & 0x3f);
	}
	return point >= least[n] && point <= 0x10ffff &&
	       !(point >= 0xd800 && point <= 0xdfff);
}

static bool
is_utf8_by_code_points(const char *s, size_t n)
{
	const uint8_t *u = (const uint8_t *)s;

	while (n > 0) {
		size_t length = 1;

		while (length <= 4 && !(length <= n && encodes_a_code_point(u, length)))
			length++;
		if (length > 4)
			return false;
		u += length;
		n -= length;
	}
	return true;
}

START_TEST(utf8_is_what_the_table_of_code_points_says)
{
	size_t valid = 0;

	for (int i = 0; i < 300000; i++) {
		char s[4];
		size_t n = law_below(sizeof(s) + 1);
		bool is;

		law_bytes(s, n);
		for (size_t k = 1; k < n; k++)
			if (law_chance(0.8))
				s[k] = (char)(0x80 | (s[k] & 0x3f));
		is = text_is_utf8(s, n);
		valid += is;
		law_holds(is == is_utf8_by_code_points(s, n));
	}
	ck_assert_uint_gt(valid, 20000);
}
END_TEST

START_TEST(every_two_octets_are_judged_as_the_table_does)
{
	for (unsigned v = 0; v < 0x10000; v++) {
		char s[2] = { (char)(v >> 8), (char)(v & 0xff) };

		law_holds(text_is_utf8(s, 2) == is_utf8_by_code_points(s, 2));
	}
}
END_TEST

START_TEST(string_one_octet_too_long_fails)
{
	char out[4];
	struct scan fits = scan_of("\"abc\"");
	struct scan over = scan_of("\"abcd\"");

	scan_string(&fits, out, sizeof(out));
	ck_assert(read_whole(&fits));
	ck_assert_str_eq(out, "abc");
	scan_string(&over, out, sizeof(out));
	ck_assert(over.failed);
}
END_TEST

START_TEST(page_that_is_full_stays_failed)
{
	char page[4];
	struct text t = { page, page + sizeof(page), false };

	print_literal(&t, "abc");
	ck_assert(!t.failed);
	print_literal(&t, "de");
	ck_assert(t.failed);
	print_literal(&t, "f");
	ck_assert(t.failed);
}
END_TEST

START_TEST(scan_that_failed_stays_failed)
{
	struct scan s = scan_of("a12");

	(void)scan_int(&s);
	ck_assert(s.failed);
	scan_literal(&s, "a");
	ck_assert(s.failed);
	ck_assert_int_eq(scan_int(&s), 0);
	ck_assert(!scan_peek(&s, "a"));
}
END_TEST

START_TEST(peek_reads_nothing)
{
	struct scan s = scan_of("abc");

	ck_assert(scan_peek(&s, "ab"));
	ck_assert(!scan_peek(&s, "abcd"));
	ck_assert(!scan_peek(&s, "b"));
	scan_literal(&s, "abc");
	ck_assert(read_whole(&s));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("text");
	TCase *t = law_case(s);

	tcase_add_test(t, scanned_int_is_the_printed_one);
	tcase_add_test(t, ends_of_int64_have_their_usual_spelling);
	tcase_add_test(t, scanned_uint_is_the_printed_one);
	tcase_add_test(t, int_has_one_spelling);
	tcase_add_test(t, uint_over_64_bits_is_refused);
	tcase_add_test(t, scanned_millionths_are_the_printed_ones);
	tcase_add_test(t, millionths_have_six_decimals);
	tcase_add_test(t, millionths_have_one_spelling);
	tcase_add_test(t, scanned_digits_are_the_printed_ones);
	tcase_add_test(t, digits_are_exactly_as_many_as_asked);
	tcase_add_test(t, scanned_hex_is_the_printed_one);
	tcase_add_test(t, hex_is_lower_case);
	tcase_add_test(t, scanned_string_is_the_printed_one);
	tcase_add_test(t, only_quote_backslash_and_controls_are_escaped);
	tcase_add_test(t, string_has_one_spelling);
	tcase_add_test(t, string_that_is_no_utf8_fails_both_ways);
	tcase_add_test(t, utf8_is_what_the_table_of_code_points_says);
	tcase_add_test(t, every_two_octets_are_judged_as_the_table_does);
	tcase_add_test(t, string_one_octet_too_long_fails);
	tcase_add_test(t, page_that_is_full_stays_failed);
	tcase_add_test(t, scan_that_failed_stays_failed);
	tcase_add_test(t, peek_reads_nothing);
	return law_run(s);
}
