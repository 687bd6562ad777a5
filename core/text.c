#include "text.h"

#include <string.h>

static const char hex_digit[] = "0123456789abcdef";

void
print_bytes(struct text *t, const char *s, size_t n)
{
	if ((size_t)(t->end - t->at) < n) {
		t->failed = true;
		return;
	}
	memcpy(t->at, s, n);
	t->at += n;
}

void
print_literal(struct text *t, const char *s)
{
	print_bytes(t, s, strlen(s));
}

static void
print_char(struct text *t, char c)
{
	print_bytes(t, &c, 1);
}

void
print_uint(struct text *t, uint64_t v)
{
	char b[20];
	size_t n = sizeof(b);

	do
		b[--n] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	print_bytes(t, b + n, sizeof(b) - n);
}

static uint64_t
magnitude(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void
print_int(struct text *t, int64_t v)
{
	if (v < 0)
		print_char(t, '-');
	print_uint(t, magnitude(v));
}

void
print_digits(struct text *t, uint64_t v, int width)
{
	char b[20];

	for (int i = width; i-- > 0; v /= 10)
		b[i] = (char)('0' + v % 10);
	print_bytes(t, b, (size_t)width);
}

void
print_hex(struct text *t, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		print_char(t, hex_digit[b[i] >> 4]);
		print_char(t, hex_digit[b[i] & 15]);
	}
}

void
print_millionths(struct text *t, int64_t v)
{
	if (v < 0)
		print_char(t, '-');
	print_uint(t, magnitude(v) / 1000000);
	print_char(t, '.');
	print_digits(t, magnitude(v) % 1000000, 6);
}

static void
print_string_byte(struct text *t, char c)
{
	uint8_t u = (uint8_t)c;

	if (c == '"' || c == '\\')
		print_char(t, '\\');
	if (u >= 0x20 && u != 0x7f) {
		print_char(t, c);
		return;
	}
	print_literal(t, "\\u00");
	print_hex(t, &u, 1);
}

void
print_string(struct text *t, const char *s)
{
	if (!text_is_utf8(s, strlen(s)))
		t->failed = true;
	print_char(t, '"');
	for (; *s != '\0'; s++)
		print_string_byte(t, *s);
	print_char(t, '"');
}

bool
scan_peek(const struct scan *s, const char *literal)
{
	size_t n = strlen(literal);

	return !s->failed && (size_t)(s->end - s->at) >= n &&
	       memcmp(s->at, literal, n) == 0;
}

void
scan_literal(struct scan *s, const char *literal)
{
	if (scan_peek(s, literal))
		s->at += strlen(literal);
	else
		s->failed = true;
}

static char
scan_char(struct scan *s)
{
	if (s->failed || s->at == s->end) {
		s->failed = true;
		return '\0';
	}
	return *s->at++;
}

static bool
next_is_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

uint64_t
scan_uint(struct scan *s)
{
	const char *from = s->at;
	uint64_t v = 0;

	while (!s->failed && next_is_digit(s)) {
		uint64_t digit = (uint64_t)(*s->at++ - '0');

		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			s->failed = true;
	}
	if (s->at == from || (*from == '0' && s->at - from > 1))
		s->failed = true;
	return s->failed ? 0 : v;
}

static int64_t
with_sign(struct scan *s, bool negative, uint64_t v)
{
	if (v > (uint64_t)INT64_MAX + (negative ? 1 : 0) || (negative && v == 0))
		s->failed = true;
	if (s->failed)
		return 0;
	return negative ? (int64_t)(0 - v) : (int64_t)v;
}

int64_t
scan_int(struct scan *s)
{
	bool negative = scan_peek(s, "-");

	if (negative)
		s->at++;
	return with_sign(s, negative, scan_uint(s));
}

uint64_t
scan_digits(struct scan *s, int width)
{
	uint64_t v = 0;

	for (int i = 0; i < width; i++) {
		if (s->failed || !next_is_digit(s)) {
			s->failed = true;
			return 0;
		}
		v = v * 10 + (uint64_t)(*s->at++ - '0');
	}
	return v;
}

int64_t
scan_millionths(struct scan *s)
{
	bool negative = scan_peek(s, "-");
	uint64_t v;

	if (negative)
		s->at++;
	v = scan_uint(s);
	if (__builtin_mul_overflow(v, 1000000, &v))
		s->failed = true;
	scan_literal(s, ".");
	if (__builtin_add_overflow(v, scan_digits(s, 6), &v))
		s->failed = true;
	return with_sign(s, negative, v);
}

/* 16: it is none. */
static unsigned
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

void
scan_hex(struct scan *s, uint8_t *out, size_t n)
{
	unsigned wrong = 0;

	if (s->failed || (size_t)(s->end - s->at) / 2 < n) {
		s->failed = true;
		memset(out, 0, n);
		return;
	}
	for (size_t i = 0; i < n; i++, s->at += 2) {
		unsigned high = hex_value(s->at[0]);
		unsigned low = hex_value(s->at[1]);

		wrong |= high | low;
		out[i] = (uint8_t)(high << 4 | low);
	}
	s->failed = wrong > 15;
}

static char
scan_escape(struct scan *s)
{
	char c = scan_char(s);
	uint8_t u;

	if (c == '"' || c == '\\')
		return c;
	if (c != 'u')
		s->failed = true;
	scan_literal(s, "00");
	scan_hex(s, &u, 1);
	if (u == 0 || (u >= 0x20 && u != 0x7f))
		s->failed = true;
	return (char)u;
}

void
scan_string(struct scan *s, char *out, size_t size)
{
	const char *from = out;
	char c;

	scan_literal(s, "\"");
	while ((c = scan_char(s)) != '"' && !s->failed) {
		if ((uint8_t)c < 0x20 || c == 0x7f)
			s->failed = true;
		if (c == '\\')
			c = scan_escape(s);
		if (size <= 1)
			s->failed = true;
		if (s->failed)
			break;
		*out++ = c;
		size--;
	}
	*out = '\0';
	if (!text_is_utf8(from, (size_t)(out - from)))
		s->failed = true;
}

/* Octets in the sequence that this lead octet begins; 0: it begins none. */
static size_t
utf8_length(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* The second octet has a narrower range after four of the leads (RFC 3629 section 4). */
static bool
utf8_second_fits(uint8_t lead, uint8_t second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

bool
text_is_utf8(const char *s, size_t n)
{
	const uint8_t *u = (const uint8_t *)s;

	while (n > 0) {
		size_t len = utf8_length(*u);

		if (len == 0 || len > n || (len > 1 && !utf8_second_fits(u[0], u[1])))
			return false;
		for (size_t i = 1; i < len; i++)
			if ((u[i] & 0xc0) != 0x80)
				return false;
		u += len;
		n -= len;
	}
	return true;
}
