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
outlet_fill(struct outlet *o, const char *s, size_t n)
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

#define MINUTE_NS (60 * NS_PER_SECOND)

static int64_t
into_minute(int64_t ns)
{
	int64_t into = ns % MINUTE_NS;

	return into < 0 ? into + MINUTE_NS : into;
}

/* Most times are in the minute of the one before. */
static const char *
minute_text(struct outlet *o, int64_t minute)
{
	struct civil c;
	int year;
	char *at = o->minute_text;

	if (*at != '\0' && minute == o->minute)
		return at;
	c = civil_from_seconds(minute / NS_PER_SECOND);
	year = (int)c.year; /* 1677..2262 */
	at = two_digits(at, year / 100);
	at = numbers(at, (const int[]){ year % 100, c.month, c.day }, '-');
	*at++ = 'T';
	at = two_digits(at, c.hour);
	*at++ = ':';
	at = two_digits(at, c.minute);
	*at = ':';
	o->minute = minute;
	return o->minute_text;
}

static size_t
print_time(struct outlet *o, char out[TIME_TEXT], int64_t ns, int digits)
{
	int64_t into = into_minute(ns);
	uint32_t rest = (uint32_t)(into % NS_PER_SECOND);
	char *at = out + OUTLET_MINUTE;

	memcpy(out, minute_text(o, ns - into), OUTLET_MINUTE);
	at = two_digits(at, (int)(into / NS_PER_SECOND));
	if (digits == 0)
		return (size_t)(at - out);
	*at++ = '.';
	for (int i = 9; i-- > 0; rest /= 10)
		at[i] = (char)('0' + rest % 10);
	return (size_t)(at - out) + (size_t)digits;
}

void
put_time(struct outlet *o, int64_t ns, int digits)
{
	char text[TIME_TEXT];
	size_t n = print_time(o, text, ns, digits);

	put_bytes(o, text, n);
}

void
put_time_of_day(struct outlet *o, int64_t ns, int digits)
{
	char text[TIME_TEXT];
	size_t n = print_time(o, text, ns, digits);
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

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Is there an octet among these eight that may be none of those? (Mycroft's test, on 7
 * bits; it may say so of 0x7f's neighbours, never overlook one.) */
static bool
has_other(uint64_t word)
{
	uint64_t quote = word ^ EACH('"');
	uint64_t backslash = word ^ EACH('\\');

	return ((word | (word - EACH(0x20)) | (word + EACH(1)) | (quote - EACH(1)) |
		    (backslash - EACH(1))) &
		   EACH(0x80)) != 0;
}

/* What may pass as it is, in one piece. */
static size_t
ordinary(const char *s, size_t n)
{
	size_t i = 0;

	for (; n - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, s + i, sizeof(word));
		if (has_other(word))
			break;
	}
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
