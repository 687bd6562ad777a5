#include "framing.h"

#include <stdbool.h>
#include <string.h>

#define LOOK 8192
#define COUNT_DIGITS 7

static size_t
digits(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && at[n] >= '0' && at[n] <= '9')
		n++;
	return n;
}

/* <34> */
static bool
is_priority(const char *at, const char *end)
{
	size_t n = at < end && *at == '<' ? digits(at + 1, end) : 0;

	return n >= 1 && n <= 3 && at + 1 + n < end && at[1 + n] == '>';
}

static bool
is_counted(const char *at, const char *end)
{
	size_t n = digits(at, end);

	return n >= 1 && n <= COUNT_DIGITS && at + n < end && at[n] == ' ' &&
	       is_priority(at + n + 1, end);
}

static bool
ends_with_nul(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	const char *nul = memchr(at, '\0', (size_t)(end - at));

	return nul != NULL && (newline == NULL || nul < newline) &&
	       is_priority(at, end) && is_priority(nul + 1, end);
}

const char *
framing_of(const char *octets, size_t n)
{
	const char *end = octets + (n < LOOK ? n : LOOK);

	if (is_counted(octets, end))
		return "octet counts";
	return ends_with_nul(octets, end) ? "NUL" : NULL;
}
