#include "sequence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A name without what rotation and compression put behind it. */
struct piece {
	size_t base;  /* length of the name of the whole log */
	int64_t rank; /* greater: newer */
};

static const char *const wrappings[] = { ".gz", ".xz", ".zst", ".bz2", ".lz4" };

static size_t
unwrapped(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(*wrappings); i++) {
		size_t w = strlen(wrappings[i]);

		if (n > w && memcmp(name + n - w, wrappings[i], w) == 0)
			return n - w;
	}
	return n;
}

/* messages.2 is older than messages.1; messages-20260301 older than messages-20260308. */
static struct piece
piece_of(const char *name)
{
	size_t n = unwrapped(name, strlen(name));
	size_t digits = 0;
	int64_t number = 0;

	while (digits < n && digits < 16 && name[n - digits - 1] >= '0' &&
	       name[n - digits - 1] <= '9')
		digits++;
	for (size_t i = n - digits; i < n; i++)
		number = number * 10 + (name[i] - '0');
	if (digits > 0 && digits < 6 && n > digits + 1 && name[n - digits - 1] == '.')
		return (struct piece){ n - digits - 1, -number };
	if (digits >= 6 && n > digits + 1 &&
	    (name[n - digits - 1] == '-' || name[n - digits - 1] == '.'))
		return (struct piece){ n - digits - 1, INT64_MIN / 2 + number };
	return (struct piece){ n, 0 };
}

static bool
same_log(const char *a, const char *b)
{
	size_t n = piece_of(a).base;

	return n == piece_of(b).base && strncmp(a, b, n) == 0 && strcmp(a, "-") != 0;
}

bool
sequence_goes_on(const char *a, const char *b)
{
	return same_log(a, b) && piece_of(a).rank < piece_of(b).rank;
}

static void
move(char *logs[], size_t from, size_t to)
{
	char *one = logs[from];

	memmove(logs + to + 1, logs + to, (from - to) * sizeof(*logs));
	logs[to] = one;
}

/* Few names: each goes to its place among those before it. */
void
sequence_sort(char *logs[], size_t n)
{
	for (size_t i = 1; i < n; i++) {
		size_t to = i;

		for (size_t k = 0; k < i; k++) {
			if (!same_log(logs[k], logs[i]))
				continue;
			to = k + (piece_of(logs[k]).rank <= piece_of(logs[i]).rank);
			if (to == k)
				break;
		}
		move(logs, i, to);
	}
}
