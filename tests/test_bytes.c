#include <string.h>

#include "bytes.h"
#include "law.h"

START_TEST(first_octet_is_the_most_significant)
{
	const uint8_t octets[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
		0x0a, 0x0b, 0x0c, 0xff };
	struct reader r = { octets, octets + sizeof(octets), false };

	ck_assert_uint_eq(read_be32(&r), 0x01020304);
	ck_assert_uint_eq(read_be64(&r), UINT64_C(0x05060708090a0b0c));
	ck_assert_uint_eq(read_u8(&r), 0xff);
	ck_assert(!r.overrun);
	ck_assert_ptr_eq(r.at, r.end);
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	for (int i = 0; i < 10000; i++) {
		uint8_t octets[32];
		struct writer w = { octets, octets + sizeof(octets), false };
		struct reader r = { octets, octets + sizeof(octets), false };
		uint64_t a = law_u64();
		uint32_t b = (uint32_t)law_u64();
		uint8_t c = (uint8_t)law_u64();
		uint8_t d[19];
		uint8_t e[19];

		law_bytes(d, sizeof(d));
		write_u8(&w, c);
		write_be64(&w, a);
		write_be32(&w, b);
		write_bytes(&w, d, sizeof(d));
		law_holds(!w.overrun && w.at == w.end);
		law_holds(read_u8(&r) == c);
		law_holds(read_be64(&r) == a);
		law_holds(read_be32(&r) == b);
		read_bytes(&r, e, sizeof(e));
		law_holds(!r.overrun && r.at == r.end);
		law_holds(memcmp(d, e, sizeof(d)) == 0);
	}
}
END_TEST

START_TEST(reading_past_the_end_gives_zeros_and_is_not_forgotten)
{
	const uint8_t octets[] = { 0xff, 0xff, 0xff };
	struct reader r = { octets, octets + sizeof(octets), false };
	uint8_t out[4] = { 1, 2, 3, 4 };

	ck_assert_uint_eq(read_be32(&r), 0);
	ck_assert(r.overrun);
	ck_assert_uint_eq(read_u8(&r), 0xff);
	ck_assert(r.overrun);
	read_bytes(&r, out, sizeof(out));
	ck_assert_mem_eq(out, "\0\0\0\0", 4);
	ck_assert_uint_eq(read_be64(&r), 0);
	ck_assert(r.overrun);
}
END_TEST

START_TEST(writing_past_the_end_writes_nothing_and_is_not_forgotten)
{
	uint8_t octets[4] = { 9, 9, 9, 9 };
	struct writer w = { octets, octets + 3, false };

	write_be32(&w, 0x01020304);
	ck_assert(w.overrun);
	ck_assert_mem_eq(octets, "\x09\x09\x09\x09", 4);
	write_u8(&w, 1);
	ck_assert(w.overrun);
	ck_assert_mem_eq(octets, "\x01\x09\x09\x09", 4);
	write_be64(&w, 0);
	ck_assert_mem_eq(octets, "\x01\x09\x09\x09", 4);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bytes");
	TCase *t = law_case(s);

	tcase_add_test(t, first_octet_is_the_most_significant);
	tcase_add_test(t, what_is_written_is_read_back);
	tcase_add_test(t, reading_past_the_end_gives_zeros_and_is_not_forgotten);
	tcase_add_test(t, writing_past_the_end_writes_nothing_and_is_not_forgotten);
	return law_run(s);
}
