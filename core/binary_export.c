/*
 * The journal's export: fields "NAME=text\n", or of any octets "NAME\n", their number in
 * 64 bits, the least octet first, the octets, "\n"; a blank line behind each entry.
 */
#include <string.h>

#include "binary_octets.h"
#include "binary_parts.h"

#define NAME_MOST 128  /* the journal allows 64 octets */
#define LINE_MOST 128  /* of those that are looked ahead at */
#define DIGITS_MOST 19 /* of what is less than 2^63 */

/*
 * The cursor has the time in it, too, but as a name of the entry, not as its time; what
 * the monotonic clock showed is no time of the host's clock.
 */
static const char *const stamped[] = { "__REALTIME_TIMESTAMP=",
	"_SOURCE_REALTIME_TIMESTAMP=" };

static bool
begins_with(const uint8_t *line, size_t n, const char *name)
{
	return n >= strlen(name) && memcmp(line, name, strlen(name)) == 0;
}

/* false: it is none, or one that is too long. */
static bool
number(const uint8_t *digits, size_t n, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		*out = *out * 10 + (digits[i] - '0');
	}
	return n > 0 && n < DIGITS_MOST;
}

/* true: more may come. */
static bool
take_line(const uint8_t *line, size_t n, bool *has_us, struct binary_uptime *out)
{
	static const char monotonic[] = "__MONOTONIC_TIMESTAMP=";
	static const char boot[] = "_BOOT_ID=";
	size_t length = sizeof(monotonic) - 1;

	if (begins_with(line, n, monotonic)) {
		if (n < length + DIGITS_MOST)
			*has_us = number(line + length, n - length, &out->us);
		return true;
	}
	length = sizeof(boot) - 1;
	if (begins_with(line, n, boot) && n == length + sizeof(out->boot)) {
		memcpy(out->boot, line + length, sizeof(out->boot));
		out->known = *has_us;
	}
	return begins_with(line, n, "__SEQNUM");
}

/* The lines behind the time of an entry say how long the host had been up. */
static enum binary_step
look_ahead(const uint8_t *at, size_t n, bool whole, struct binary_uptime *out)
{
	bool more = true;
	bool has_us = false;

	for (int i = 0; i < 4 && more; i++) {
		const uint8_t *newline = memchr(at, '\n', n < LINE_MOST ? n : LINE_MOST);
		size_t length;

		if (newline == NULL)
			return n < LINE_MOST && !whole ? BINARY_MORE : BINARY_ITEM;
		length = (size_t)(newline - at);
		more = take_line(at, length, &has_us, out);
		at = newline + 1;
		n -= length + 1;
	}
	return BINARY_ITEM;
}

static enum binary_step
take_octets(const uint8_t *octets, size_t n, size_t name, struct binary_item *out)
{
	uint64_t length;

	out->head = name + 1 + 8;
	if (n < out->head)
		return BINARY_MORE;
	length = octets_get(octets + name + 1, 8, false);
	if (length > INT64_MAX)
		return BINARY_LOST;
	out->rest = length + 1;
	return BINARY_ITEM;
}

/* A number that is too long for one is text like any other. */
static enum binary_step
take_stamp(const struct binary_log *b, const uint8_t *octets, size_t n, size_t at,
    struct binary_item *out)
{
	size_t end = at;

	while (end < n && end - at <= DIGITS_MOST && octets[end] >= '0' &&
	       octets[end] <= '9')
		end++;
	if (end == n)
		return BINARY_MORE;
	out->head = end;
	if (octets[end] != '\n' || end == at)
		return BINARY_ITEM;
	out->stamps = 1;
	out->stamp[0].at = at;
	out->stamp[0].form =
	    (struct binary_form){ .kind = BINARY_DIGITS, .digits = (uint8_t)(end - at) };
	if (octets[1] == '_')
		return look_ahead(octets + end + 1, n - end - 1, b->whole, &out->up);
	return BINARY_ITEM;
}

static enum binary_step
take_text(const struct binary_log *b, const uint8_t *octets, size_t n, size_t name,
    struct binary_item *out)
{
	out->head = name + 1;
	out->to_newline = true;
	for (size_t i = 0; i < sizeof(stamped) / sizeof(*stamped); i++)
		if (strlen(stamped[i]) == out->head &&
		    memcmp(octets, stamped[i], out->head) == 0)
			return take_stamp(b, octets, n, out->head, out);
	return BINARY_ITEM;
}

enum binary_step
export_next(
    const struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	size_t name = 0;

	while (
	    name < n && name < NAME_MOST && octets[name] != '=' && octets[name] != '\n')
		name++;
	if (name == NAME_MOST)
		return BINARY_LOST;
	if (name == n)
		return BINARY_MORE;
	if (octets[name] == '=')
		return take_text(b, octets, n, name, out);
	if (name > 0)
		return take_octets(octets, n, name, out);
	out->head = 1;
	out->is_record = true;
	return BINARY_ITEM;
}
