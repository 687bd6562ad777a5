#include <string.h>

#include "binary_log.h"
#include "law.h"

static struct binary_log b;
static uint8_t log_octets[1 << 16];

/* In parts of any size, items are what they are in one. */
static size_t
next(const uint8_t *at, size_t n, struct binary_item *out)
{
	for (size_t k = 0; k <= n; k += 1 + law_below(1 + n / 4)) {
		struct binary_log before = b;
		enum binary_step step = binary_log_next(&b, at, k, out);

		if (step == BINARY_ITEM) {
			law_holds(out->head > 0 && out->head <= k);
			law_holds(out->stamps <= BINARY_STAMPS);
			for (size_t i = 0; i < out->stamps; i++)
				law_holds(out->stamp[i].at +
					      binary_form_octets(&out->stamp[i].form) <=
					  out->head);
			return out->head;
		}
		if (step == BINARY_LOST)
			return 0;
		law_holds(k < BINARY_LOOK);
		law_holds(before.interfaces == b.interfaces);
	}
	return 0;
}

static void
walk(const uint8_t *octets, size_t n)
{
	size_t at = 0;

	while (at < n) {
		struct binary_item item;
		size_t head = next(octets + at, n - at, &item);

		if (head == 0)
			return;
		at += head;
		if (item.to_newline)
			while (at < n && octets[at] != '\n')
				at++;
		if (item.rest > n - at)
			return;
		at += (size_t)item.rest;
	}
}

static const struct {
	const char *magic;
	size_t n;
} beginnings[] = {
	{ "\xa1\xb2\xc3\xd4", 4 },
	{ "\xd4\xc3\xb2\xa1", 4 },
	{ "\x4d\x3c\xb2\xa1", 4 },
	{ "\xa1\xb2\xcd\x34", 4 },
	{ "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0",
	    28 },
	{ "\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\1\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c",
	    28 },
	{ "__CURSOR=x\n", 11 },
	{ "\7\0\0\0", 4 },
};

START_TEST(whatever_comes_items_stay_within_what_was_given)
{
	for (int i = 0; i < 3000; i++) {
		size_t n = 512 + law_below(2048);
		size_t k = law_below(sizeof(beginnings) / sizeof(*beginnings));

		law_bytes(log_octets, n);
		for (size_t m = 0; m < n;
		     m++) /* small numbers are likelier to mean something */
			if (law_chance(0.7))
				log_octets[m] = (uint8_t)law_below(8);
		memcpy(log_octets, beginnings[k].magic, beginnings[k].n);
		if (binary_log_begin(&b, BINARY_NONE, log_octets, n, true) == BINARY_IS)
			walk(log_octets, n);
	}
}
END_TEST

START_TEST(text_is_told_from_its_first_line)
{
	static const char *const lines[] = { "Mar 10 12:00:00 a b: c\n", "\n", "\t\n",
		"M<\n", "__CURSO\n", "LPK\n", "0123\n" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		size_t n = strlen(lines[i]);
		enum binary_guess want = n == 1 ? BINARY_MAY_BE : BINARY_IS_NOT;

		ck_assert_int_eq(binary_log_begin(&b, BINARY_NONE,
				     (const uint8_t *)lines[i], n, false),
		    want);
		ck_assert_int_eq(
		    binary_log_begin(&b, BINARY_NONE, (const uint8_t *)lines[i], n, true),
		    BINARY_IS_NOT);
	}
}
END_TEST

static size_t
add_block(size_t at, uint32_t type, const void *body, size_t n)
{
	uint32_t length = (uint32_t)(12 + n);

	for (size_t i = 0; i < 4; i++) {
		log_octets[at + i] = (uint8_t)(type >> 8 * i);
		log_octets[at + 4 + i] = (uint8_t)(length >> 8 * i);
		log_octets[at + 8 + n + i] = (uint8_t)(length >> 8 * i);
	}
	memcpy(log_octets + at + 8, body, n);
	return at + length;
}

START_TEST(an_interface_has_its_unit_and_its_offset)
{
	static const uint8_t interface[] = { 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 0x83, 0,
		0, 0, 14, 0, 8, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t packet[] = { 0, 0, 0, 0, 0, 0, 0, 0, 81, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0 };
	static const uint8_t statistics[] = { 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 2, 0, 8,
		0, 0, 0, 0, 0, 16, 0, 0, 0 };
	struct binary_item item;
	struct binary_time t;
	size_t end = beginnings[4].n;
	size_t at = end;

	memcpy(log_octets, beginnings[4].magic, at);
	end = add_block(end, 1, interface, sizeof(interface));
	end = add_block(end, 6, packet, sizeof(packet));
	end = add_block(end, 5, statistics, sizeof(statistics));
	ck_assert_int_eq(
	    binary_log_begin(&b, BINARY_NONE, log_octets, end, true), BINARY_IS);
	for (int i = 0; i < 2; i++) { /* section, interface */
		at = i == 0 ? 0 : at;
		ck_assert_int_eq(
		    binary_log_next(&b, log_octets + at, end - at, &item), BINARY_ITEM);
		ck_assert_uint_eq(item.stamps, 0);
		at += item.head + (size_t)item.rest;
	}
	ck_assert_int_eq(
	    binary_log_next(&b, log_octets + at, end - at, &item), BINARY_ITEM);
	ck_assert_uint_eq(item.stamps, 1);
	ck_assert(binary_stamp_read(
	    &item.stamp[0].form, log_octets + at + item.stamp[0].at, &t));
	ck_assert_int_eq(t.seconds, 70); /* 81 eighths of a second after the offset */
	ck_assert_int_eq(t.fraction_ns, 125000000);
	ck_assert_int_eq(t.resolution, 125000000);
	at += item.head + (size_t)item.rest;
	ck_assert_int_eq(
	    binary_log_next(&b, log_octets + at, end - at, &item), BINARY_ITEM);
	ck_assert_uint_eq(item.stamps, 2);
	ck_assert(binary_stamp_read(
	    &item.stamp[1].form, log_octets + at + item.stamp[1].at, &t));
	ck_assert_int_eq(t.seconds, 62);
	ck_assert_uint_eq(at + item.head + item.rest, end);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("binary_log");
	TCase *t = law_case(s);

	tcase_add_test(t, whatever_comes_items_stay_within_what_was_given);
	tcase_add_test(t, text_is_told_from_its_first_line);
	tcase_add_test(t, an_interface_has_its_unit_and_its_offset);
	return law_run(s);
}
