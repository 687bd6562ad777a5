#include <stdio.h>
#include <string.h>

#include "law.h"
#include "log_format.h"

static struct log_grammars grammars;
static char printed[LOG_TIME_MAX + 1];
static const struct civil missing = { .year = 2024, .month = 3, .day = 6 };

static void
set_up(void)
{
	size_t which;

	if (!log_grammars_compile(&grammars, &which))
		ck_abort_msg("%s cannot be compiled", log_formats[which].name);
}

static struct log_time
example(size_t i)
{
	const char *line = log_formats[i].example;
	struct log_time t;

	if (!log_grammars_find(&grammars, i, line, strlen(line), &t))
		ck_abort_msg("%s does not find its own '%s'", log_formats[i].name, line);
	return t;
}

static int64_t
local_ns(const struct log_time *t)
{
	return log_time_local_seconds(t, &missing) * NS_PER_SECOND + t->fraction_ns;
}

static size_t
print(const struct log_time *t, int64_t ns)
{
	size_t n = log_time_print_same(t, ns, printed);

	printed[n] = '\0';
	return n;
}

/* The line with another stamp. */
static const char *
replaced(const struct log_time *t)
{
	static char lines[2][1024];
	static size_t turn;
	char *line = lines[turn++ % 2];

	(void)snprintf(line, sizeof(lines[0]), "%.*s%s%s", (int)t->from, t->line, printed,
	    t->line + t->to);
	return line;
}

START_TEST(every_format_finds_the_stamp_of_its_example)
{
	for (size_t i = 0; i < log_format_count; i++)
		ck_assert_uint_lt(example(i).from, example(i).to);
}
END_TEST

START_TEST(the_time_that_was_read_gives_the_octets_that_were_read)
{
	for (size_t i = 0; i < log_format_count; i++) {
		struct log_time t = example(i);

		ck_assert_uint_eq(print(&t, local_ns(&t)), t.to - t.from);
		ck_assert_int_eq(memcmp(printed, t.line + t.from, t.to - t.from), 0);
	}
}
END_TEST

/* Forward by x and back again, in both directions, over every border there is. */
static void
check_there_and_back(size_t i, int64_t x)
{
	struct log_time t = example(i);
	struct log_time moved;
	const char *line;
	int64_t there = local_ns(&t) + x * t.resolution;

	if (t.scale == LOG_SINCE_BOOT)
		return;
	ck_assert_uint_gt(print(&t, there), 0);
	line = replaced(&t);
	if (!log_grammars_find(&grammars, i, line, strlen(line), &moved))
		ck_abort_msg("%s does not find '%s'", log_formats[i].name, line);
	if (t.has_year || t.scale != LOG_CIVIL)
		ck_assert_int_eq(local_ns(&moved), there);
	ck_assert_uint_gt(print(&moved, local_ns(&t)), 0);
	if (strcmp(replaced(&moved), t.line) != 0)
		ck_abort_msg("%s: '%s' -> '%s' -> '%s'", log_formats[i].name, t.line,
		    line, printed);
}

START_TEST(there_and_back_gives_the_same_octets)
{
	static const int64_t by[] = { 1, 2, 59, 60, 3599, 3600, 86399, 86400, 604800,
		2678400 };

	for (size_t i = 0; i < log_format_count; i++) {
		for (size_t k = 0; k < sizeof(by) / sizeof(*by); k++) {
			check_there_and_back(i, by[k]);
			check_there_and_back(i, -by[k]);
		}
	}
}
END_TEST

START_TEST(every_example_is_taken_for_its_own_format)
{
	for (size_t i = 0; i < log_format_count; i++) {
		struct log_vote v = { .lines = 0 };
		struct log_verdict verdict;
		const char *line = log_formats[i].example;

		for (int k = 0; k < 3; k++)
			log_vote_line(&v, &grammars, line, strlen(line));
		verdict = log_vote_end(&v);
		if (verdict.format != i && (log_formats[i].rules & LOG_GUESS) == 0)
			ck_abort_msg("%s is taken for %s", log_formats[i].name,
			    verdict.format < log_format_count
				? log_formats[verdict.format].name
				: "nothing");
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log_format");
	TCase *t = tcase_create("log_format");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, every_format_finds_the_stamp_of_its_example);
	tcase_add_test(t, the_time_that_was_read_gives_the_octets_that_were_read);
	tcase_add_test(t, there_and_back_gives_the_same_octets);
	tcase_add_test(t, every_example_is_taken_for_its_own_format);
	suite_add_tcase(s, t);
	return law_run(s);
}
