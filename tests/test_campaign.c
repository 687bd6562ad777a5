/*
 * Evidence that was tampered with, whole files through the product's own reading of them:
 * each flipped bit, each line dropped, swapped, doubled or moved, each cut, each seam of
 * two files is found, and the first line that does not hold is named. Clean evidence is
 * good.
 *
 * CAMPAIGN=N tries N times as much, of longer files; `make campaign` does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tools/verification.h"
#include "law.h"
#include "pen.h"

#define FILE_MAX ((size_t)256 * 1024)
#define LINES_MAX 256

/* A file in memory, and where its lines begin. */
struct paper {
	char text[FILE_MAX];
	size_t used, lines;
	size_t line[LINES_MAX + 1];
};

static struct paper good, other, changed;
static struct pen pen;
static int file;
static char path[64];
static uint64_t effort = 1;

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
write_paper(struct paper *to, size_t rounds)
{
	to->used = to->lines = to->line[0] = 0;
	pen = (struct pen){
		.seed = law_u64(),
		.servers = 3,
		.poll_ns = 64 * NS_PER_SECOND,
		.put = put,
		.arg = to,
	};
	pen_begin(&pen);
	for (size_t i = 0; i < rounds; i++)
		pen_round(&pen);
	pen_end(&pen);
}

static void
take_line(const struct paper *from, size_t i)
{
	put(&changed, from->text + from->line[i], from->line[i + 1] - from->line[i]);
}

static void
take_lines(const struct paper *from, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		take_line(from, i);
}

struct judgement {
	bool damaged, ended, torn;
	uint64_t line;
	const char *kind;
};

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct judgement *v = arg;

	v->damaged = true;
	v->line = d->line;
	v->kind = d->kind;
}

/* As `verify --closed` would. Lines count from 1; an open end is its last line's. */
static struct judgement
judge(const char *text, size_t n)
{
	struct judgement v = { .damaged = false };
	struct records_visitor visitor = { .damage = on_damage, .arg = &v };
	struct records r;
	char *paths[] = { path };

	ck_assert_int_eq(ftruncate(file, 0), 0);
	ck_assert_int_eq(pwrite(file, text, n, 0), (ssize_t)n);
	ck_assert(records_open(&r, paths, 1));
	records_walk(&r, &visitor);
	v.ended = r.file[0].ended;
	v.torn = r.file[0].torn > 0;
	if (!v.damaged) {
		v.line = r.file[0].lines;
		v.kind = v.ended ? "good" : "open-end";
	}
	records_close(&r);
	return v;
}

static bool
is_found(const struct judgement *v)
{
	return v->damaged || !v->ended || v->torn;
}

static void
expect(size_t line, const char *kind, const char *what, size_t where)
{
	struct judgement v = judge(changed.text, changed.used);

	if (!is_found(&v) || v.line != line + 1 ||
	    (kind != NULL && strcmp(v.kind, kind) != 0))
		ck_abort_msg("%s %zu: found %d, line %llu not %zu, %s not %s", what,
		    where, is_found(&v), (unsigned long long)v.line, line + 1, v.kind,
		    kind != NULL ? kind : "any");
}

static void
begin(void)
{
	const char *asked = getenv("CAMPAIGN");

	effort = asked != NULL ? strtoull(asked, NULL, 10) : 1;
	ck_assert(seal_begin());
	file = memfd_create("campaign", MFD_CLOEXEC);
	ck_assert_int_ge(file, 0);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	write_paper(&good, effort > 1 ? 12 : 3);
	changed.used = changed.lines = 0;
}

static void
end(void)
{
	close(file);
}

START_TEST(clean_evidence_is_good)
{
	for (uint64_t i = 0; i < (effort > 1 ? 1000 : 100); i++) {
		struct judgement v;

		write_paper(&good, law_below(6));
		v = judge(good.text, good.used);
		if (v.damaged || !v.ended || v.torn || v.line != good.lines)
			ck_abort_msg("%s at line %llu of clean evidence", v.kind,
			    (unsigned long long)v.line);
	}
}
END_TEST

/* Each bit, or in the small campaign one of forty. */
START_TEST(flipped_bit_is_found_and_its_line_named)
{
	size_t step = effort > 1 ? 1 : 40;
	size_t line = 0;
	uint64_t bits = 0;

	for (size_t bit = law_below(step); bit < 8 * good.used; bit += step, bits++) {
		char *at = &good.text[bit / 8];
		struct judgement v;

		while (good.line[line + 1] <= bit / 8)
			line++;
		*at ^= (char)(1 << bit % 8);
		v = judge(good.text, good.used);
		*at ^= (char)(1 << bit % 8);
		/* without its newline the last line is a torn one */
		if (!is_found(&v) || (v.line != line + 1 && bit / 8 + 1 != good.used))
			ck_abort_msg("bit %zu of line %zu: found %d, %s at line %llu",
			    bit, line + 1, is_found(&v), v.kind,
			    (unsigned long long)v.line);
	}
	(void)fprintf(stderr, "# %llu bits flipped\n", (unsigned long long)bits);
}
END_TEST

START_TEST(dropped_line_is_found_where_it_stood)
{
	for (size_t gone = 0; gone < good.lines - 1; gone++) {
		changed.used = changed.lines = 0;
		take_lines(&good, 0, gone);
		take_lines(&good, gone + 1, good.lines);
		expect(gone, gone == 0 ? "no-start" : "missing", "dropped", gone);
	}
}
END_TEST

START_TEST(swapped_lines_are_found_at_the_first)
{
	for (size_t i = 0; i + 1 < good.lines; i++) {
		changed.used = changed.lines = 0;
		take_lines(&good, 0, i);
		take_line(&good, i + 1);
		take_line(&good, i);
		take_lines(&good, i + 2, good.lines);
		expect(i, "swapped", "swapped", i);
	}
}
END_TEST

START_TEST(doubled_line_is_found_at_its_copy)
{
	for (size_t i = 0; i < good.lines; i++) {
		for (size_t to = i + 1; to <= good.lines; to++) {
			changed.used = changed.lines = 0;
			take_lines(&good, 0, to);
			take_line(&good, i);
			take_lines(&good, to, good.lines);
			expect(to, "repeated", "doubled", i);
		}
	}
}
END_TEST

START_TEST(moved_line_is_found_where_the_order_breaks)
{
	for (size_t i = 0; i < good.lines; i++) {
		for (size_t to = 0; to < good.lines; to++) {
			bool neighbours = to == i || to + 1 == i || i + 1 == to;

			changed.used = changed.lines = 0;
			take_lines(&good, 0, to < i ? to : i);
			if (to < i)
				take_line(&good, i);
			take_lines(&good, to < i ? to : i + 1, to < i ? i : to + 1);
			if (to > i)
				take_line(&good, i);
			take_lines(&good, to < i ? i + 1 : to + 1, good.lines);
			if (!neighbours)
				expect(to < i ? to : i, NULL, "moved", i);
		}
	}
}
END_TEST

START_TEST(cut_is_found_wherever_it_is)
{
	size_t step = effort > 1 ? 1 : 7;
	size_t line = 0;

	for (size_t n = law_below(step); n < good.used; n += step) {
		struct judgement v = judge(good.text, n);

		while (good.line[line + 1] <= n)
			line++;
		if (v.ended || v.line != line)
			ck_abort_msg("cut after %zu octets: %s, line %llu not %zu", n,
			    v.kind, (unsigned long long)v.line, line);
	}
}
END_TEST

/* The other process ran on the same host, at the same time: its clocks are the same. */
START_TEST(seam_of_two_files_is_found_and_named)
{
	write_paper(&other, effort > 1 ? 12 : 3);
	for (size_t i = 1; i < good.lines; i++) {
		for (size_t from = 0; from < other.lines; from++) {
			changed.used = changed.lines = 0;
			take_lines(&good, 0, i);
			take_lines(&other, from, other.lines);
			expect(i, NULL, "seam", i * 1000 + from);
		}
	}
}
END_TEST

START_TEST(line_of_another_file_is_found_and_named)
{
	write_paper(&other, effort > 1 ? 12 : 3);
	for (size_t i = 1; i < good.lines; i++) {
		for (size_t from = 1; from < other.lines; from++) {
			changed.used = changed.lines = 0;
			take_lines(&good, 0, i);
			take_line(&other, from);
			take_lines(&good, i, good.lines);
			expect(i, "inserted", "inserted", i * 1000 + from);
			changed.used = changed.lines = 0;
			take_lines(&good, 0, i);
			take_line(&other, from);
			take_lines(&good, i + 1, good.lines);
			expect(i, NULL, "replaced", i * 1000 + from);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("campaign");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, clean_evidence_is_good);
	tcase_add_test(t, flipped_bit_is_found_and_its_line_named);
	tcase_add_test(t, dropped_line_is_found_where_it_stood);
	tcase_add_test(t, swapped_lines_are_found_at_the_first);
	tcase_add_test(t, doubled_line_is_found_at_its_copy);
	tcase_add_test(t, moved_line_is_found_where_the_order_breaks);
	tcase_add_test(t, cut_is_found_wherever_it_is);
	tcase_add_test(t, seam_of_two_files_is_found_and_named);
	tcase_add_test(t, line_of_another_file_is_found_and_named);
	return law_run(s);
}
