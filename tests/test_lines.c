#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../tools/lines.h"
#include "law.h"

#define CONTENT_MAX (1 << 20)
#define CHUNK (1 << 18) /* of the source */

static char content[CONTENT_MAX], filtered[2 * CONTENT_MAX];
static struct lines_sink sink;

/* What the callback was shown. */
struct seen {
	size_t size; /* of the content */
	size_t lines;
	size_t cut; /* heads that were not whole lines */
	size_t at;  /* in content: where the next head should be */
};

static FILE *
file_of(size_t n)
{
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(content, 1, n, f), n);
	ck_assert_int_eq(fflush(f), 0);
	rewind(f);
	return f;
}

/* Filters content[0..n); how many octets came out. */
static size_t
filter(size_t n, lines_head *call, void *arg)
{
	FILE *in = file_of(n);
	FILE *out = tmpfile();
	size_t got;

	ck_assert_ptr_nonnull(out);
	sink.used = 0;
	sink.failed = false;
	sink.fd = fileno(out);
	ck_assert_int_eq(lines_filter(fileno(in), &sink, call, arg), 0);
	rewind(out);
	got = fread(filtered, 1, sizeof(filtered), out);
	(void)fclose(in);
	(void)fclose(out);
	return got;
}

static size_t
pass_nothing(void *arg, const char *head, size_t n, struct lines_sink *out)
{
	(void)arg;
	(void)head;
	(void)n;
	(void)out;
	return 0;
}

/* Writes the head itself, and checks that it is one. */
static size_t
copy_head(void *arg, const char *head, size_t n, struct lines_sink *out)
{
	struct seen *seen = arg;
	size_t left = seen->size - seen->at;
	const char *newline = memchr(content + seen->at, '\n', left);
	size_t line = newline != NULL ? (size_t)(newline - content) + 1 - seen->at : left;

	law_holds(n > 0);
	law_holds(memcmp(head, content + seen->at, n) == 0);
	law_equal(n, line < LINES_HEAD ? line : LINES_HEAD);
	seen->lines++;
	seen->cut += head[n - 1] != '\n';
	seen->at += line;
	lines_write(out, head, n);
	return n;
}

static void
check_identity(size_t n)
{
	struct seen seen = { .size = n };

	law_equal(filter(n, pass_nothing, NULL), n);
	law_holds(memcmp(content, filtered, n) == 0);
	law_equal(filter(n, copy_head, &seen), n);
	law_holds(memcmp(content, filtered, n) == 0);
}

/* Lines of random octets without newlines, as long as `mean` in the mean. */
static void
fill(size_t n, double mean)
{
	law_bytes(content, n);
	for (size_t i = 0; i < n; i++)
		if (content[i] == '\n')
			content[i] = '\0';
	for (size_t i = (size_t)law_exponential(mean); i < n;
	     i += 1 + (size_t)law_exponential(mean))
		content[i] = '\n';
}

START_TEST(empty_input_gives_empty_output)
{
	struct seen seen = { 0 };

	ck_assert_uint_eq(filter(0, copy_head, &seen), 0);
	ck_assert_uint_eq(seen.lines, 0);
}
END_TEST

START_TEST(random_lines_pass_unchanged)
{
	static const double means[] = { 1, 40, 64, 100, 3000, 100000, 1e9 };

	for (size_t i = 0; i < sizeof(means) / sizeof(*means); i++) {
		size_t n = law_below(CONTENT_MAX / 2);

		fill(n, means[i]);
		check_identity(n);
	}
}
END_TEST

START_TEST(short_inputs_pass_unchanged)
{
	for (size_t n = 1; n < 200; n++) {
		fill(n, 20);
		check_identity(n);
	}
}
END_TEST

START_TEST(line_ends_around_the_chunk_pass_unchanged)
{
	for (int apart = -70; apart <= 70; apart += 7) {
		size_t end = (size_t)(CHUNK + apart);

		fill(end + 300, 1e9);
		content[end] = '\n';
		content[end + 10] = '\n';
		check_identity(end + 300);
	}
}
END_TEST

START_TEST(line_longer_than_the_buffer_is_shown_once)
{
	size_t n = 3 * CHUNK + 17;
	struct seen seen = { .size = n };

	memset(content, 'x', n);
	memcpy(content + n - 4, "\nend", 4);
	ck_assert_uint_eq(filter(n, copy_head, &seen), n);
	ck_assert_uint_eq(seen.lines, 2);
	ck_assert_uint_eq(seen.cut, 2); /* of neither was the newline shown */
	ck_assert_mem_eq(content, filtered, n);
}
END_TEST

START_TEST(lines_are_counted_right_at_every_chunk)
{
	size_t n = CONTENT_MAX;
	struct seen seen = { .size = n };

	for (size_t i = 0; i < n; i++)
		content[i] = i % 37 == 36 ? '\n' : 'a';
	ck_assert_uint_eq(filter(n, copy_head, &seen), n);
	ck_assert_uint_eq(seen.lines, (n + 36) / 37);
}
END_TEST

static size_t
replace_three(void *arg, const char *head, size_t n, struct lines_sink *out)
{
	(void)arg;
	if (n < 3 || memcmp(head, "abc", 3) != 0)
		return 0;
	lines_write(out, "<corrected>", 11);
	return 3;
}

START_TEST(what_is_replaced_is_followed_by_the_rest_of_the_line)
{
	static const char in[] = "abc one\nabd two\nabc\nabc";
	static const char wanted[] = "<corrected> one\nabd two\n<corrected>\n<corrected>";
	size_t n;

	memcpy(content, in, sizeof(in) - 1);
	n = filter(sizeof(in) - 1, replace_three, NULL);
	filtered[n] = '\0';
	ck_assert_str_eq(filtered, wanted);
}
END_TEST

START_TEST(writes_larger_than_the_sink_arrive_whole)
{
	FILE *out = tmpfile();
	size_t n = 3 * sizeof(sink.buffer) + 5;

	ck_assert_ptr_nonnull(out);
	law_bytes(content, n);
	sink.used = 0;
	sink.failed = false;
	sink.fd = fileno(out);
	lines_write(&sink, content, n);
	ck_assert(lines_flush(&sink));
	rewind(out);
	ck_assert_uint_eq(fread(filtered, 1, sizeof(filtered), out), n);
	ck_assert_mem_eq(content, filtered, n);
	(void)fclose(out);
}
END_TEST

START_TEST(input_that_cannot_be_read_is_an_error)
{
	int directory = open("/", O_RDONLY | O_DIRECTORY);

	ck_assert_int_ge(directory, 0);
	sink.fd = STDERR_FILENO;
	sink.used = 0;
	sink.failed = false;
	ck_assert_int_eq(lines_filter(directory, &sink, pass_nothing, NULL), -EISDIR);
	(void)close(directory);
}
END_TEST

START_TEST(output_that_is_full_is_an_error)
{
	FILE *in;
	int full = open("/dev/full", O_WRONLY);

	if (full < 0)
		return; /* a system without it */
	memset(content, 'x', 100);
	in = file_of(100);
	sink.fd = full;
	sink.used = 0;
	sink.failed = false;
	ck_assert_int_eq(lines_filter(fileno(in), &sink, pass_nothing, NULL), -ENOSPC);
	(void)fclose(in);
	(void)close(full);
}
END_TEST

/* A writer that dribbles: reads end anywhere. */
START_TEST(pipe_in_small_pieces_passes_unchanged)
{
	size_t n = 20000;
	int ends[2];
	FILE *out = tmpfile();
	pid_t writer;

	fill(n, 50);
	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(pipe(ends), 0);
	writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		for (size_t at = 0; at < n;) {
			size_t part = 1 + law_below(100);

			part = part < n - at ? part : n - at;
			if (write(ends[1], content + at, part) != (ssize_t)part)
				_exit(1);
			at += part;
		}
		_exit(0);
	}
	(void)close(ends[1]);
	sink.fd = fileno(out);
	sink.used = 0;
	sink.failed = false;
	ck_assert_int_eq(lines_filter(ends[0], &sink, pass_nothing, NULL), 0);
	rewind(out);
	ck_assert_uint_eq(fread(filtered, 1, sizeof(filtered), out), n);
	ck_assert_mem_eq(content, filtered, n);
	(void)fclose(out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lines");
	TCase *t = law_case(s);

	tcase_add_test(t, empty_input_gives_empty_output);
	tcase_add_test(t, random_lines_pass_unchanged);
	tcase_add_test(t, short_inputs_pass_unchanged);
	tcase_add_test(t, line_ends_around_the_chunk_pass_unchanged);
	tcase_add_test(t, line_longer_than_the_buffer_is_shown_once);
	tcase_add_test(t, lines_are_counted_right_at_every_chunk);
	tcase_add_test(t, what_is_replaced_is_followed_by_the_rest_of_the_line);
	tcase_add_test(t, writes_larger_than_the_sink_arrive_whole);
	tcase_add_test(t, input_that_cannot_be_read_is_an_error);
	tcase_add_test(t, output_that_is_full_is_an_error);
	tcase_add_test(t, pipe_in_small_pieces_passes_unchanged);
	return law_run(s);
}
