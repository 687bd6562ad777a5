#include "utf16.h"

#define ODD_MARK 0xff /* no octet of UTF-8 */

const char *const encoding_names[ENCODINGS] = {
	[ENCODING_OCTETS] = "octets",
	[ENCODING_UTF16LE] = "utf-16le",
	[ENCODING_UTF16BE] = "utf-16be",
};

static size_t
put_utf8(uint32_t c, char *to)
{
	uint8_t *o = (uint8_t *)to;

	if (c < 0x80) {
		o[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		o[0] = (uint8_t)(0xc0 | c >> 6);
		o[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		o[0] = (uint8_t)(0xe0 | c >> 12);
		o[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		o[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	o[0] = (uint8_t)(0xf0 | c >> 18);
	o[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	o[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	o[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static bool
is_high(uint32_t c)
{
	return c >= 0xd800 && c < 0xdc00;
}

static bool
is_low(uint32_t c)
{
	return c >= 0xdc00 && c < 0xe000;
}

static size_t
take_unit(struct utf16 *u, uint16_t unit, char *to)
{
	size_t n = 0;

	if (u->high != 0 && is_low(unit)) {
		uint32_t c = 0x10000 + ((uint32_t)(u->high - 0xd800) << 10) +
			     (uint32_t)(unit - 0xdc00);

		u->high = 0;
		return put_utf8(c, to);
	}
	if (u->high != 0)
		n = put_utf8(u->high, to);
	u->high = is_high(unit) ? unit : 0;
	return u->high != 0 ? n : n + put_utf8(unit, to + n);
}

size_t
utf16_to_utf8(struct utf16 *u, const char *from, size_t n, char *to)
{
	size_t made = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned octet = (uint8_t)from[i];
		unsigned first = u->odd;

		if (!u->has_odd) {
			u->odd = (uint8_t)octet;
			u->has_odd = true;
			continue;
		}
		u->has_odd = false;
		made += take_unit(u,
		    (uint16_t)(u->encoding == ENCODING_UTF16LE ? first | octet << 8
							       : first << 8 | octet),
		    to + made);
	}
	return made;
}

size_t
utf16_end(struct utf16 *u, char *to)
{
	size_t n = u->high != 0 ? put_utf8(u->high, to) : 0;

	if (u->has_odd) {
		to[n++] = (char)(uint8_t)ODD_MARK;
		to[n++] = (char)u->odd;
	}
	u->high = 0;
	u->has_odd = false;
	return n;
}

/* One character of what put_utf8() wrote; how many octets it has. */
static size_t
get_utf8(const uint8_t *o, size_t n, uint32_t *c)
{
	size_t length = o[0] < 0x80 ? 1 : o[0] < 0xe0 ? 2 : o[0] < 0xf0 ? 3 : 4;
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };

	if (length > n)
		length = 1;
	*c = o[0] & mask[length];
	for (size_t i = 1; i < length; i++)
		*c = *c << 6 | (o[i] & 0x3f);
	return length;
}

static size_t
put_unit(enum encoding e, uint32_t unit, char *to)
{
	to[e == ENCODING_UTF16LE ? 0 : 1] = (char)(uint8_t)(unit & 0xff);
	to[e == ENCODING_UTF16LE ? 1 : 0] = (char)(uint8_t)(unit >> 8);
	return 2;
}

size_t
utf16_from_utf8(enum encoding e, const char *from, size_t n, char *to)
{
	const uint8_t *o = (const uint8_t *)from;
	size_t made = 0;

	for (size_t i = 0; i < n;) {
		uint32_t c;

		if (o[i] == ODD_MARK && i + 1 < n) {
			to[made++] = from[i + 1];
			i += 2;
			continue;
		}
		i += get_utf8(o + i, n - i, &c);
		if (c >= 0x10000) {
			made += put_unit(e, 0xd800 + ((c - 0x10000) >> 10), to + made);
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		made += put_unit(e, c, to + made);
	}
	return made;
}
