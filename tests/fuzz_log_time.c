/*
 * Stamps in any line, by any format or pattern. Laws: what is found, printed again, is
 * what stands there; what is printed for another time is found again as that time.
 *
 * The first octet chooses a format of the table, or that the first line is a pattern.
 */
#include <stdlib.h>
#include <string.h>

#include "log_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct log_grammars grammars;
static const struct civil missing = { .year = 2024, .month = 3, .day = 6 };

static int64_t
local_ns(const struct log_time *t)
{
	int64_t ns;

	if (__builtin_mul_overflow(
		log_time_local_seconds(t, &missing), NS_PER_SECOND, &ns) ||
	    __builtin_add_overflow(ns, t->fraction_ns, &ns))
		return INT64_MIN;
	return ns;
}

static void
check(const struct log_pattern *p, const char *line, size_t n)
{
	char printed[LOG_TIME_MAX];
	struct log_time t;
	size_t length;
	int64_t ns;

	if (!log_time_find(p, line, n, &t))
		return;
	if (t.from > t.to || t.to > n || t.resolution <= 0)
		abort();
	ns = local_ns(&t);
	if (ns == INT64_MIN || t.to - t.from > sizeof(printed) || t.from == t.to)
		return;
	length = log_time_print_same(&t, ns, printed);
	if (length != t.to - t.from || memcmp(printed, line + t.from, length) != 0)
		abort();
	(void)log_time_print_same(&t, ns > 0 ? ns - 1 : ns + 1, printed);
	(void)log_time_print_same(&t, INT64_MIN, printed);
	(void)log_time_print_same(&t, INT64_MAX, printed);
}

static void
check_pattern(const char *octets, size_t n)
{
	static char text[256];
	const char *newline = memchr(octets, '\n', n);
	size_t length = newline != NULL ? (size_t)(newline - octets) : n;
	struct log_pattern p;
	size_t column;

	if (length >= sizeof(text))
		return;
	memcpy(text, octets, length);
	text[length] = '\0';
	if (log_pattern_compile(text, &p, &column))
		check(&p, octets + length, n - length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct log_vote vote;
	size_t which;
	char *line;

	if (grammars.pattern[0].steps == 0 && !log_grammars_compile(&grammars, &which))
		abort();
	if (n < 2)
		return 0;
	line = malloc(n - 1); /* so that a read beyond its end is seen */
	if (line == NULL)
		return 0;
	memcpy(line, data + 1, n - 1);
	which = data[0];
	if (which < log_format_count)
		check(&grammars.pattern[which], line, n - 1);
	else
		check_pattern(line, n - 1);
	vote = (struct log_vote){ .lines = 0 };
	log_vote_line(&vote, &grammars, line, n - 1);
	(void)log_vote_end(&vote);
	free(line);
	return 0;
}
