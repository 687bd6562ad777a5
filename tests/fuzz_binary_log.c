/*
 * Any octets as a binary log of every kind. Laws: items stay within what was given; a stamp
 * moved there and back is what it was, with no other octet touched; a log whose stamps were
 * moved is taken apart as before.
 */
#include <stdlib.h>
#include <string.h>

#include "binary_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define SECONDS 3
#define GUARD 8

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct system_time
time_of(const struct binary_time *t)
{
	return (struct system_time){ t->seconds * NS_PER_SECOND + t->fraction_ns };
}

static bool
move(const struct binary_form *f, int64_t seconds, uint8_t *at)
{
	struct binary_time before;
	struct binary_time after;
	struct system_time was;

	if (!binary_stamp_read(f, at, &before) ||
	    llabs(before.seconds) > INT64_MAX / NS_PER_SECOND - 10)
		return false;
	must(before.fraction_ns >= 0 && before.fraction_ns < NS_PER_SECOND);
	must(before.resolution > 0);
	was = time_of(&before);
	if (!binary_stamp_write(
		f, was, (struct utc_time){ was.ns + seconds * NS_PER_SECOND }, at))
		return false;
	must(binary_stamp_read(f, at, &after));
	must(after.seconds == before.seconds + seconds);
	must(after.fraction_ns == before.fraction_ns);
	return true;
}

static void
on_stamp(const struct binary_stamp *s, uint8_t *head)
{
	uint8_t there[GUARD + 32 + GUARD];
	size_t n = binary_form_octets(&s->form);

	must(n <= 32);
	memset(there, 0x5a, sizeof(there));
	memcpy(there + GUARD, head + s->at, n);
	if (!move(&s->form, SECONDS, there + GUARD)) {
		must(memcmp(there + GUARD, head + s->at, n) == 0);
		return;
	}
	for (size_t i = 0; i < GUARD; i++)
		must(there[i] == 0x5a && there[GUARD + n + i] == 0x5a);
	if (move(&s->form, -SECONDS, there + GUARD))
		must(memcmp(there + GUARD, head + s->at, n) == 0);
	(void)move(&s->form, SECONDS, head + s->at);
}

/* Moves all stamps; a sum of where its items are. */
static uint64_t
walk(struct binary_log *b, uint8_t *octets, size_t n)
{
	uint64_t sum = 0;
	size_t at = 0;
	struct binary_item item;

	while (at < n && binary_log_next(b, octets + at, n - at, &item) == BINARY_ITEM) {
		must(item.head > 0 && item.head <= n - at && item.head <= BINARY_LOOK);
		must(item.stamps <= BINARY_STAMPS);
		for (size_t i = 0; i < item.stamps; i++) {
			must(item.stamp[i].at + binary_form_octets(&item.stamp[i].form) <=
			     item.head);
			on_stamp(&item.stamp[i], octets + at);
		}
		sum = sum * 31 + at + item.head;
		at += item.head;
		while (item.to_newline && at < n && octets[at] != '\n')
			at++;
		if (item.rest > n - at)
			break;
		at += (size_t)item.rest;
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct binary_log b;
	uint8_t *octets =
	    malloc(n > 0 ? n : 1); /* no more: what is read beyond is found */

	for (int wish = BINARY_NONE; octets != NULL && wish < BINARY_FORMATS; wish++) {
		uint64_t sum;

		memcpy(octets, data, n);
		if (binary_log_begin(&b, (enum binary_format)wish, octets, n, true) !=
		    BINARY_IS)
			continue;
		sum = walk(&b, octets, n);
		if (binary_log_begin(&b, b.format, octets, n, true) == BINARY_IS &&
		    b.record == 0)
			must(walk(&b, octets, n) == sum);
	}
	free(octets);
	return 0;
}
