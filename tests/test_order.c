/*
 * Evidence in one directory by several processes, boots and clocks: files are taken in the
 * order in which they were written, whatever their names and the host's clock say, and
 * what follows from exchanges follows in each chain.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tools/commands.h"
#include "../tools/records.h"
#include "calendar.h"
#include "law.h"
#include "pen.h"

#define FILES_MAX 16
#define PATH_SIZE 8192
#define DAY (86400 * NS_PER_SECOND)

static char directory[64], said[65536];
static char name[FILES_MAX][RECORD_TEXT_SIZE]; /* in the order of writing */
static struct record_previous ends[FILES_MAX];
static size_t files;
static FILE *out;
static int output;

static void
put(void *arg, const char *line, size_t n)
{
	struct record_previous *end = arg;

	ck_assert(fwrite(line, 1, n, out) == n);
	end->head = digest_bytes(line, n);
}

static void
begin(void)
{
	ck_assert(seal_begin());
	(void)snprintf(directory, sizeof(directory), "%s/order-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	files = 0;
	output = memfd_create("said", MFD_CLOEXEC);
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
	ck_assert_int_ge(dup2(output, STDOUT_FILENO), 0);
}

static void
path_of(size_t i, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/%s", directory, name[i]);
}

static void
end(void)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < files; i++) {
		path_of(i, path);
		(void)unlink(path);
	}
	(void)rmdir(directory);
	close(output);
}

/* A file that is named as the daemon names it. */
static void
open_file(struct pen *p)
{
	char path[PATH_SIZE];
	int64_t ns = INT64_C(1795312367123456789) + p->set_ns + p->elapsed_ns;
	struct civil c = civil_from_seconds(ns / NS_PER_SECOND);

	ck_assert_uint_lt(files, FILES_MAX);
	(void)snprintf(name[files], sizeof(name[files]),
	    "made-%04d%02d%02dT%02d%02d%02dZ-000.jsonl", (int)c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
	memcpy(ends[files].file, name[files], sizeof(ends[files].file));
	path_of(files, path);
	out = fopen(path, "wxe");
	ck_assert_ptr_nonnull(out);
	p->arg = &ends[files++];
}

static void
close_file(struct pen *p)
{
	ends[files - 1].seq = p->record.seq;
	ck_assert_int_eq(fclose(out), 0);
}

static struct pen
new_pen(int boot, int64_t set_ns, int64_t elapsed_ns)
{
	return (struct pen){
		.seed = law_u64(),
		.servers = 3,
		.poll_ns = 64 * NS_PER_SECOND,
		.boot = boot,
		.set_ns = set_ns,
		.elapsed_ns = elapsed_ns,
		.put = put,
	};
}

/* A process that finds the file of this number, or none (-1), and writes one. */
static void
write_process(struct pen *p, int found)
{
	open_file(p);
	p->has_previous = found >= 0;
	if (found >= 0)
		p->previous = ends[found];
	pen_begin(p);
	for (int i = 0; i < 3; i++)
		pen_round(p);
	pen_end(p);
	close_file(p);
}

static void
expect_order(void)
{
	char *paths[] = { directory };
	struct records r;

	ck_assert(records_open(&r, paths, 1));
	ck_assert_uint_eq(r.files, files);
	for (size_t i = 0; i < files; i++)
		if (!records_is_called(&r.file[i], name[i]))
			ck_abort_msg(
			    "file %zu is %s, not %s", i, r.file[i].path, name[i]);
	records_close(&r);
}

static int
verify(void)
{
	static char command[] = "verify";
	static char json[] = "--json";
	char *argv[] = { command, json, directory, NULL };
	ssize_t n;
	int code;

	ck_assert_int_eq(ftruncate(output, 0), 0);
	optind = 0;
	rewind(stdout);
	code = verify_main(3, argv);
	(void)fflush(stdout);
	n = pread(output, said, sizeof(said) - 1, 0);
	ck_assert_int_gt(n, 0);
	said[n] = '\0';
	return code;
}

static void
expect_good(const char *word)
{
	int code = verify();

	if (code != 0 || strstr(said, word) == NULL)
		ck_abort_msg("exit %d, no %s in %s", code, word, said);
}

/* The real-time clock has lost its battery: it begins anew at each boot. */
START_TEST(boots_stand_in_the_order_in_which_they_found_each_other)
{
	int64_t dead = -INT64_C(1795312367) * NS_PER_SECOND;
	struct pen p;

	for (int boot = 0; boot < 8; boot++) {
		int64_t set = boot % 2 == 0 ? boot * 30 * DAY
					    : dead + (8 - boot) * 100 * NS_PER_SECOND;

		p = new_pen(boot, set, 0);
		write_process(&p, boot - 1);
	}
	expect_order();
	expect_good("\"count\":0");
}
END_TEST

/* A daemon looks for the newest name, and that is not the file that was written last. */
START_TEST(clock_that_was_set_back_makes_no_finding)
{
	struct pen p = new_pen(0, 0, 0);

	write_process(&p, -1);
	p = new_pen(1, -INT64_C(1795312300) * NS_PER_SECOND, 0);
	write_process(&p, 0);
	p = new_pen(2, -30 * DAY, 0);
	write_process(&p, 0);
	p = new_pen(3, 30 * DAY, 0);
	write_process(&p, 0);
	expect_order();
	expect_good("\"statement\":\"same-previous\"");
}
END_TEST

START_TEST(directory_that_was_put_back_is_found)
{
	struct pen p = new_pen(0, 0, 0);

	write_process(&p, -1);
	p = new_pen(1, DAY, 0);
	write_process(&p, 0);
	p = new_pen(2, 2 * DAY, 0);
	write_process(&p, 0);
	ck_assert_int_eq(verify(), 1);
	ck_assert_ptr_nonnull(strstr(said, "\"finding\":\"same-previous\""));
}
END_TEST

/* Of one boot the raw clock decides. */
START_TEST(clock_that_is_set_under_processes_of_one_boot_changes_no_order)
{
	struct pen p = new_pen(0, 0, 0);
	static const int64_t set[] = { 0, -DAY, 3 * DAY, -9 * DAY, DAY };

	for (int i = 0; i < 5; i++) {
		p = new_pen(0, set[i], i * 3600 * NS_PER_SECOND);
		write_process(&p, i - 1);
	}
	expect_order();
	expect_good("\"count\":0");
}
END_TEST

/* Two processes of one boot, or of two, whose files of several come together. */
static void
interleave(int other_boot)
{
	struct pen p[2];

	p[0] = new_pen(0, 0, 0);
	p[1] = new_pen(other_boot, 5 * NS_PER_SECOND, NS_PER_SECOND);
	for (int round = 0; round < 4; round++) {
		for (int k = 0; k < 2; k++) {
			char before[RECORD_TEXT_SIZE];

			memcpy(before, name[round > 0 ? files - 2 : 0], sizeof(before));
			open_file(&p[k]);
			if (round == 0)
				pen_begin(&p[k]);
			else
				pen_continue(&p[k], before);
			for (int i = 0; i < 5; i++)
				pen_round(&p[k]);
			if (round == 3)
				pen_end(&p[k]);
			close_file(&p[k]);
		}
	}
	expect_good("\"differ\":0,\"not_yet\":0");
	ck_assert_ptr_nonnull(strstr(said, "\"follow\":160"));
}

START_TEST(chains_of_two_boots_in_one_directory_follow_each)
{
	interleave(1);
}
END_TEST

START_TEST(chains_of_one_boot_in_one_directory_follow_each)
{
	interleave(0);
	expect_order();
}
END_TEST

START_TEST(renamed_files_are_found_by_their_chain)
{
	struct pen p = new_pen(0, 0, 0);
	char from[PATH_SIZE];
	char to[PATH_SIZE];

	for (int i = 0; i < 3; i++) {
		open_file(&p);
		if (i == 0)
			pen_begin(&p);
		else
			pen_continue(&p, name[files - 2]);
		pen_round(&p);
		if (i == 2)
			pen_end(&p);
		close_file(&p);
	}
	for (size_t i = 0; i < 3; i++) {
		path_of(i, from);
		(void)snprintf(name[i], sizeof(name[i]), "%c.jsonl", (char)('c' - i));
		path_of(i, to);
		ck_assert_int_eq(rename(from, to), 0);
	}
	expect_order();
	expect_good("\"differ\":0,\"not_yet\":0");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("order");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, boots_stand_in_the_order_in_which_they_found_each_other);
	tcase_add_test(t, clock_that_was_set_back_makes_no_finding);
	tcase_add_test(t, directory_that_was_put_back_is_found);
	tcase_add_test(t, clock_that_is_set_under_processes_of_one_boot_changes_no_order);
	tcase_add_test(t, chains_of_two_boots_in_one_directory_follow_each);
	tcase_add_test(t, chains_of_one_boot_in_one_directory_follow_each);
	tcase_add_test(t, renamed_files_are_found_by_their_chain);
	return law_run(s);
}
