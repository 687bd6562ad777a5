/*
 * A process that ends at any moment leaves its last file cut at any octet, and that is no
 * tampering: `verify` has nothing to find there, and with --closed says what is missing.
 * Further files are tried in all forms in which they may begin.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tools/commands.h"
#include "law.h"
#include "pen.h"

#define FILE_MAX ((size_t)256 * 1024)
#define LINES_MAX 64

struct paper {
	char text[FILE_MAX];
	size_t used, lines;
	size_t line[LINES_MAX + 1];
};

static struct paper first, second, third, all;
static struct pen pen;
static char directory[64], name[3][96], said[65536];
static int output;

static void
put(void *arg, const char *line, size_t n)
{
	struct paper *to = arg;

	ck_assert(to->used + n <= sizeof(to->text) && to->lines < LINES_MAX);
	memcpy(to->text + to->used, line, n);
	to->used += n;
	to->line[++to->lines] = to->used;
}

static void
put_lines(struct paper *to, const struct paper *from, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++)
		put(to, from->text + from->line[i], from->line[i + 1] - from->line[i]);
}

static void
write_file(int which, const char *text, size_t n)
{
	FILE *f = fopen(name[which], "we");

	ck_assert_ptr_nonnull(f);
	ck_assert(n == 0 || fwrite(text, 1, n, f) == n);
	ck_assert_int_eq(fclose(f), 0);
}

/* The exit code of verify; what it says is in `said`. */
static int
verify(bool closed)
{
	static char command[] = "verify";
	static char json[] = "--json";
	static char option[] = "--closed";
	char *argv[] = { command, json, closed ? option : directory,
		closed ? directory : NULL, NULL };
	ssize_t n;
	int code;

	ck_assert_int_eq(ftruncate(output, 0), 0);
	optind = 0;
	rewind(stdout);
	code = verify_main(closed ? 4 : 3, argv);
	(void)fflush(stdout);
	n = pread(output, said, sizeof(said) - 1, 0);
	ck_assert_int_gt(n, 0);
	said[n] = '\0';
	return code;
}

static size_t
count_of(const char *word)
{
	size_t n = 0;

	for (const char *at = said; (at = strstr(at, word)) != NULL; at++)
		n++;
	return n;
}

static void
begin(void)
{
	ck_assert(seal_begin());
	(void)snprintf(directory, sizeof(directory), "%s/cuts-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	for (int i = 0; i < 3; i++)
		(void)snprintf(name[i], sizeof(name[i]),
		    "%s/made-20261122T01524%dZ-000.jsonl", directory, i);
	output = memfd_create("said", MFD_CLOEXEC);
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
	ck_assert_int_ge(dup2(output, STDOUT_FILENO), 0);
	(void)memset(&all, 0, sizeof(all));
	pen = (struct pen){
		.seed = law_u64(),
		.servers = 1,
		.poll_ns = 64 * NS_PER_SECOND,
		.put = put,
		.arg = &all,
	};
	pen_begin(&pen);
	pen_round(&pen);
	pen_round(&pen);
}

static void
end(void)
{
	for (int i = 0; i < 3; i++)
		(void)unlink(name[i]);
	(void)rmdir(directory);
	close(output);
}

/* Behind what `all` holds: continue, a round, stop, seal. */
static void
write_rest(void)
{
	pen_continue(&pen, strrchr(name[0], '/') + 1);
	pen_round(&pen);
	pen_end(&pen);
}

/* The first file ends after `here` lines of the chain, the second begins with those from
 * `again` on. */
static void
cut_chain(size_t here, size_t again)
{
	first.used = first.lines = second.used = second.lines = 0;
	put_lines(&first, &all, 0, here);
	put_lines(&second, &all, again, all.lines);
	write_file(0, first.text, first.used);
}

/* What the next process finds. */
static void
write_third(size_t n)
{
	struct record_previous *p = &pen.previous;
	size_t lines = 0;

	while (lines < second.lines && second.line[lines + 1] <= n)
		lines++;
	*p = (struct record_previous){ .torn = n - second.line[lines] };
	(void)snprintf(p->file, sizeof(p->file), "%s", strrchr(name[1], '/') + 1);
	if (lines > 0) {
		size_t at = second.line[lines - 1];

		p->head = digest_bytes(second.text + at, second.line[lines] - at);
		p->seq = all.lines - second.lines + lines - 1;
	}
	third.used = third.lines = 0;
	pen = (struct pen){
		.seed = law_u64(),
		.servers = 1,
		.poll_ns = 64 * NS_PER_SECOND,
		.elapsed_ns = 86400 * NS_PER_SECOND,
		.has_previous = true,
		.previous = *p,
		.put = put,
		.arg = &third,
	};
	pen_begin(&pen);
	pen_round(&pen);
	pen_end(&pen);
	write_file(2, third.text, third.used);
}

static void
expect_good(size_t n)
{
	int code = verify(false);

	if (code != 0 || count_of("\"finding\":\"") != 0)
		ck_abort_msg("cut at octet %zu: exit %d, %s", n, code, said);
}

static void
expect_closed(size_t n)
{
	int code = verify(true);
	size_t open = count_of("\"finding\":\"open-end\"");
	size_t empty = count_of("\"finding\":\"empty\"");
	bool whole = n == second.used;
	bool none = n < second.line[1];

	if (code != !whole ||
	    count_of("\"finding\":\"") != (whole     ? 0
					      : none ? 2
						     : 1) ||
	    open != !whole || empty != none)
		ck_abort_msg("cut at octet %zu, --closed: exit %d, %s", n, code, said);
}

static bool
is_seam(size_t n)
{
	for (size_t i = 0; i <= second.lines; i++)
		if (n + 1 >= second.line[i] && n <= second.line[i] + 1)
			return true;
	return false;
}

/* Every octet, then the same with a process that came after. */
static void
try_all_cuts(void)
{
	(void)unlink(name[2]);
	for (size_t n = 0; n <= second.used; n++) {
		write_file(1, second.text, n);
		expect_good(n);
		if (is_seam(n) || law_chance(0.2))
			expect_closed(n);
	}
	for (size_t n = 0; n <= second.used; n += 1 + law_below(50)) {
		write_file(1, second.text, n);
		write_third(n);
		expect_good(n);
	}
}

START_TEST(rotated_file_may_be_cut_anywhere)
{
	size_t lines = all.lines;

	write_rest();
	cut_chain(lines, lines);
	try_all_cuts();
}
END_TEST

START_TEST(file_that_repeats_lines_may_be_cut_anywhere)
{
	size_t lines = all.lines;

	write_rest();
	cut_chain(lines, lines - 3);
	try_all_cuts();
}
END_TEST

/* The disk took no more: what did not get into the first file stands in the second. */
START_TEST(file_that_repeats_what_is_lost_may_be_cut_anywhere)
{
	size_t lines = all.lines;

	write_rest();
	cut_chain(lines - 2, lines - 3);
	try_all_cuts();
	cut_chain(lines - 2, lines - 2);
	first.used += 100; /* a torn line */
	write_file(0, all.text, first.used);
	try_all_cuts();
}
END_TEST

/* Nothing that is cut may hide what else was done. */
START_TEST(cut_file_that_was_altered_is_found)
{
	size_t lines = all.lines;

	write_rest();
	cut_chain(lines, lines - 3);
	for (size_t i = 0; i + 1 < 5; i++) {
		size_t at =
		    second.line[i] + law_below(second.line[i + 1] - second.line[i]);

		second.text[at] ^= 1;
		write_file(1, second.text, second.line[5]);
		second.text[at] ^= 1;
		if (verify(false) != 1)
			ck_abort_msg("line %zu altered: %s", i + 1, said);
	}
	/* lines of nobody's file */
	write_file(1, third.text, 0);
	write_file(1, second.text + second.line[1], second.line[3] - second.line[1]);
	ck_assert_int_eq(verify(false), 0);
	write_file(0, first.text, first.line[2]);
	ck_assert_int_eq(verify(false), 1);
	ck_assert_uint_eq(count_of("\"finding\":\"no-start\""), 1);
}
END_TEST

START_TEST(files_without_any_record_are_no_evidence)
{
	write_file(0, all.text, 0);
	write_file(1, all.text, 100);
	ck_assert_int_eq(verify(false), 1);
	ck_assert_uint_eq(count_of("\"finding\":\"empty\""), 2);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cuts");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, rotated_file_may_be_cut_anywhere);
	tcase_add_test(t, file_that_repeats_lines_may_be_cut_anywhere);
	tcase_add_test(t, file_that_repeats_what_is_lost_may_be_cut_anywhere);
	tcase_add_test(t, cut_file_that_was_altered_is_found);
	tcase_add_test(t, files_without_any_record_are_no_evidence);
	return law_run(s);
}
