#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tools/lines.h"
#include "../tools/rewriting.h"
#include "law.h"

#define CONTENT_MAX (1 << 20)

static char content[CONTENT_MAX + 16], filtered[2 * CONTENT_MAX];
static char path[] = "/tmp/clockwitness-lines-XXXXXX";
static struct lines_sink sink;

static void
set_up(void)
{
	int fd;

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
tear_down(void)
{
	(void)unlink(path);
}

static void
write_content(size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

/* All blocks, one after the other; each but the last ends with a newline or is full. */
static size_t
read_back(void)
{
	struct lines l;
	struct lines_block b;
	size_t n = 0;
	bool inside = false;

	ck_assert_int_eq(lines_open(&l, path), 0);
	while (lines_next(&l, &b) > 0) {
		law_holds(b.n > 0 && b.n <= LINES_BUFFER);
		law_holds(b.inside == inside);
		law_holds(n + b.n <= sizeof(filtered));
		memcpy(filtered + n, b.octets, b.n);
		n += b.n;
		inside = b.octets[b.n - 1] != '\n';
		law_holds(!inside || b.n == LINES_BUFFER || l.ended);
	}
	ck_assert_str_eq(l.source.damage, "");
	lines_close(&l);
	return n;
}

static void
check_identity(size_t n)
{
	write_content(n);
	law_equal(read_back(), n);
	law_holds(memcmp(content, filtered, n) == 0);
}

/* Lines of random octets without newlines, as long as `mean` in the mean. */
static void
fill(size_t n, double mean)
{
	law_bytes(content, n);
	content[0] = 'x'; /* no mark of anything else */
	for (size_t i = 0; i < n; i++)
		if (content[i] == '\n')
			content[i] = '\0';
	for (size_t i = 1 + (size_t)law_exponential(mean); i < n;
	     i += 1 + (size_t)law_exponential(mean))
		content[i] = '\n';
}

START_TEST(empty_input_gives_no_block)
{
	write_content(0);
	ck_assert_uint_eq(read_back(), 0);
}
END_TEST

START_TEST(random_lines_come_whole)
{
	static const double means[] = { 1, 40, 64, 100, 3000, 100000, 1e9 };

	for (size_t i = 0; i < sizeof(means) / sizeof(*means); i++) {
		size_t n = 1 + law_below(CONTENT_MAX / 2);

		fill(n, means[i]);
		check_identity(n);
	}
}
END_TEST

START_TEST(short_inputs_come_whole)
{
	for (size_t n = 1; n < 200; n++) {
		fill(n, 20);
		check_identity(n);
	}
}
END_TEST

START_TEST(line_ends_around_the_buffer_come_whole)
{
	for (int apart = -70; apart <= 70; apart += 7) {
		size_t end = (size_t)((int)LINES_BUFFER + apart);

		fill(end + 300, 1e9);
		content[end] = '\n';
		content[end + 10] = '\n';
		check_identity(end + 300);
	}
}
END_TEST

START_TEST(line_longer_than_the_buffer_comes_in_parts)
{
	size_t n = 3 * LINES_BUFFER + 17;

	memset(content, 'x', n);
	memcpy(content + n - 4, "\nend", 4);
	check_identity(n);
}
END_TEST

/* Whatever UTF-16 there is: through UTF-8 and back again it is the same. */
static void
check_utf16(enum encoding e, size_t n)
{
	size_t made;
	size_t back;

	content[0] = e == ENCODING_UTF16LE ? '\xff' : '\xfe';
	content[1] = e == ENCODING_UTF16LE ? '\xfe' : '\xff';
	write_content(n + 2);
	made = read_back();
	back = utf16_from_utf8(e, filtered, made, filtered + CONTENT_MAX);
	law_equal(back, n);
	law_holds(memcmp(content + 2, filtered + CONTENT_MAX, n) == 0);
}

START_TEST(utf16_comes_back_octet_for_octet)
{
	for (int i = 0; i < 300; i++) {
		size_t n = law_below(i < 290 ? 50 : 200000);

		law_bytes(content + 2, n);
		for (size_t k = 2; law_chance(0.7) && k + 1 < n; k += 2)
			content[k + 1] =
			    (char)(law_chance(0.2) ? 0xd8 + (int)law_below(8) : 0);
		check_utf16(law_chance(0.5) ? ENCODING_UTF16LE : ENCODING_UTF16BE, n);
	}
}
END_TEST

START_TEST(utf16_becomes_utf8)
{
	static const char text[] = "a\0\xe9\0\x3d\xd8\x00\xde\n\0";

	memcpy(content + 2, text, sizeof(text) - 1);
	check_utf16(ENCODING_UTF16LE, sizeof(text) - 1);
	ck_assert_mem_eq(filtered, "a\xc3\xa9\xf0\x9f\x98\x80\n", 8);
}
END_TEST

/* Replaces at random, in place and not; says what must come out. */
static size_t
replace_at_random(struct rewriting *w, struct lines_block *b, char *wanted)
{
	static const char text[] = "<corrected>";
	size_t n = 0;
	size_t at = 0;

	while (at < b->n) {
		size_t length = law_below(20);
		size_t put = law_chance(0.3) ? length % sizeof(text) : law_below(11);

		if (at + length > b->n)
			break;
		if (length < sizeof(text) && law_chance(0.3))
			put = length;
		rewriting_replace(w, b->octets + at, length, text, put);
		memcpy(wanted + n, text, put);
		n += put;
		at += length;
		length = law_below(50);
		if (at + length > b->n)
			length = b->n - at;
		memcpy(wanted + n, content + at, length);
		n += length;
		at += length;
	}
	memcpy(wanted + n, content + at, b->n - at);
	return n + b->n - at;
}

START_TEST(what_is_replaced_is_replaced_and_nothing_else)
{
	static char octets[CONTENT_MAX], wanted[2 * CONTENT_MAX];

	for (int i = 0; i < 200; i++) {
		FILE *out = tmpfile();
		struct lines_block b = { octets, 1 + law_below(i < 190 ? 500 : 300000),
			false };
		struct rewriting w = { .sink = &sink };
		size_t n;

		ck_assert_ptr_nonnull(out);
		law_bytes(content, b.n);
		memcpy(octets, content, b.n);
		sink.used = 0;
		sink.failed = false;
		sink.fd = fileno(out);
		rewriting_begin(&w, &b);
		n = replace_at_random(&w, &b, wanted);
		rewriting_end(&w, &b);
		ck_assert(lines_flush(&sink));
		rewind(out);
		law_equal(fread(filtered, 1, sizeof(filtered), out), n);
		law_holds(memcmp(filtered, wanted, n) == 0);
		(void)fclose(out);
	}
}
END_TEST

START_TEST(failing_sink_says_so)
{
	sink.fd = open("/dev/full", O_WRONLY);
	sink.used = 0;
	sink.failed = false;
	ck_assert_int_ge(sink.fd, 0);
	lines_write(&sink, "x", 1);
	ck_assert(!lines_flush(&sink));
	ck_assert_int_eq(errno, ENOSPC);
	close(sink.fd);
}
END_TEST

START_TEST(what_cannot_be_read_says_so)
{
	struct lines l;

	ck_assert_int_eq(lines_open(&l, "/tmp"), -EISDIR);
	ck_assert_int_eq(lines_open(&l, "/tmp/there/is/none"), -ENOENT);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lines");
	TCase *t = law_case(s);

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, empty_input_gives_no_block);
	tcase_add_test(t, random_lines_come_whole);
	tcase_add_test(t, short_inputs_come_whole);
	tcase_add_test(t, line_ends_around_the_buffer_come_whole);
	tcase_add_test(t, line_longer_than_the_buffer_comes_in_parts);
	tcase_add_test(t, utf16_comes_back_octet_for_octet);
	tcase_add_test(t, utf16_becomes_utf8);
	tcase_add_test(t, what_is_replaced_is_replaced_and_nothing_else);
	tcase_add_test(t, failing_sink_says_so);
	tcase_add_test(t, what_cannot_be_read_says_so);
	return law_run(s);
}
