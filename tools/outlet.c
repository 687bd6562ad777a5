#include "outlet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "text.h"
#include "timescale.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

bool
outlet_flush(struct outlet *o)
{
	size_t done = 0;

	while (done < o->used && !o->failed) {
		ssize_t n = write(o->fd, o->buffer + done, o->used - done);

		if (n < 0 && errno != EINTR)
			o->failed = true;
		else if (n > 0)
			done += (size_t)n;
	}
	o->used = 0;
	return !o->failed;
}

void
put_bytes(struct outlet *o, const char *s, size_t n)
{
	while (n > 0 && !o->failed) {
		size_t room = sizeof(o->buffer) - o->used;
		size_t part = n < room ? n : room;

		memcpy(o->buffer + o->used, s, part);
		o->used += part;
		s += part;
		n -= part;
		if (o->used == sizeof(o->buffer))
			(void)outlet_flush(o);
	}
}

void
put_text(struct outlet *o, const char *s)
{
	put_bytes(o, s, strlen(s));
}

void
put_unsigned(struct outlet *o, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do
		digits[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	put_bytes(o, digits + n, sizeof(digits) - n);
}

void
put_number(struct outlet *o, int64_t v)
{
	if (v < 0)
		put_bytes(o, "-", 1);
	put_unsigned(o, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

#define TIME_TEXT 40

static char *
two_digits(char *at, int v)
{
	at[0] = (char)('0' + v / 10);
	at[1] = (char)('0' + v % 10);
	return at + 2;
}

/* One after the other, separated so. */
static char *
numbers(char *at, const int v[3], char separator)
{
	at = two_digits(at, v[0]);
	*at++ = separator;
	at = two_digits(at, v[1]);
	*at++ = separator;
	return two_digits(at, v[2]);
}

static size_t
print_time(char out[TIME_TEXT], int64_t ns, int digits)
{
	int64_t rest = (ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND;
	struct civil c = civil_from_seconds((ns - rest) / NS_PER_SECOND);
	int year = (int)c.year; /* 1677..2262 */
	char *at = out;

	at = two_digits(at, year / 100);
	at = numbers(at, (const int[]){ year % 100, c.month, c.day }, '-');
	*at++ = 'T';
	at = numbers(at, (const int[]){ c.hour, c.minute, c.second }, ':');
	if (digits == 0)
		return (size_t)(at - out);
	*at++ = '.';
	for (int64_t unit = NS_PER_SECOND / 10; digits > 0; digits--, unit /= 10)
		*at++ = (char)('0' + rest / unit % 10);
	return (size_t)(at - out);
}

void
put_time(struct outlet *o, int64_t ns, int digits)
{
	char text[TIME_TEXT];

	put_bytes(o, text, print_time(text, ns, digits));
}

void
put_time_of_day(struct outlet *o, int64_t ns, int digits)
{
	char text[TIME_TEXT];
	size_t n = print_time(text, ns, digits);
	size_t day = sizeof("2026-11-22T") - 1;

	put_bytes(o, text + day, n - day);
}

/* Octets of the UTF-8 character at s; 0: there is none. */
static size_t
character(const char *s, size_t n)
{
	unsigned char first = (unsigned char)*s;
	size_t length = 1;

	if (first >= 0xc0)
		length += 1 + (size_t)(first >= 0xe0) + (size_t)(first >= 0xf0);
	return length <= n && text_is_utf8(s, length) ? length : 0;
}

static bool
is_ordinary(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* What may pass as it is, in one piece. */
static size_t
ordinary(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_ordinary((unsigned char)s[i]))
		i++;
	return i;
}

static void
put_escape(struct outlet *o, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char short_from[] = "\"\\\n\t\r";
	static const char short_to[] = "\"\\ntr";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	const char *known = c != '\0' ? strchr(short_from, c) : NULL;

	if (known != NULL)
		text[1] = short_to[known - short_from];
	put_bytes(o, text, known != NULL ? 2 : sizeof(text));
}

void
put_json(struct outlet *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t plain = ordinary(s + i, n - i);
		size_t length;

		put_bytes(o, s + i, plain);
		i += plain;
		if (i == n)
			break;
		length = character(s + i, n - i);
		if (length == 0)
			put_text(o, REPLACEMENT);
		else if (length == 1)
			put_escape(o, (unsigned char)s[i]);
		else
			put_bytes(o, s + i, length);
		i += length > 0 ? length : 1;
	}
}

void
put_csv(struct outlet *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t plain = ordinary(s + i, n - i);
		size_t length;

		put_bytes(o, s + i, plain);
		i += plain;
		if (i == n)
			break;
		length = s[i] == '\0' ? 0 : character(s + i, n - i);
		if (length == 0)
			put_text(o, REPLACEMENT);
		else if (s[i] == '"')
			put_text(o, "\"\"");
		else
			put_bytes(o, s + i, length);
		i += length > 0 ? length : 1;
	}
}

void
put_plain(struct outlet *o, const char *s, size_t n, char forbidden)
{
	for (size_t i = 0; i < n;) {
		size_t length = character(s + i, n - i);

		if (length == 0)
			put_text(o, REPLACEMENT);
		else if (length == 1 && ((unsigned char)s[i] < 0x20 || s[i] == 0x7f ||
					    s[i] == forbidden))
			put_bytes(o, " ", 1);
		else
			put_bytes(o, s + i, length);
		i += length > 0 ? length : 1;
	}
}

void
put_html(struct outlet *o, const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		size_t plain = strcspn(s, "<>&\"");

		put_plain(o, s, plain, '\0');
		if (plain == n)
			return;
		put_text(o, s[plain] == '<'   ? "&lt;"
			    : s[plain] == '>' ? "&gt;"
			    : s[plain] == '&' ? "&amp;"
					      : "&quot;");
		s += plain + 1;
		n -= plain + 1;
	}
}
