#include <string.h>

#include "law.h"
#include "ntp_packet.h"

static struct ntp_packet
any_reply(void)
{
	struct ntp_packet p = {
		.leap = (uint8_t)law_below(4),
		.version = (uint8_t)law_between(1, 4),
		.mode = NTP_MODE_SERVER,
		.stratum = (uint8_t)law_u64(),
		.poll = (int8_t)law_u64(),
		.precision = (int8_t)law_u64(),
		.root_delay = (uint32_t)law_u64(),
		.root_dispersion = (uint32_t)law_u64(),
		.reference = law_u64(),
		.origin = law_u64(),
		.receive = law_u64(),
		.transmit = law_u64(),
	};

	law_bytes(p.refid, sizeof(p.refid));
	return p;
}

static bool
same(const struct ntp_packet *a, const struct ntp_packet *b)
{
	return a->leap == b->leap && a->version == b->version && a->mode == b->mode &&
	       a->stratum == b->stratum && a->poll == b->poll &&
	       a->precision == b->precision && a->root_delay == b->root_delay &&
	       a->root_dispersion == b->root_dispersion &&
	       memcmp(a->refid, b->refid, sizeof(a->refid)) == 0 &&
	       a->reference == b->reference && a->origin == b->origin &&
	       a->receive == b->receive && a->transmit == b->transmit;
}

START_TEST(decoded_reply_is_the_encoded_one)
{
	for (int i = 0; i < 100000; i++) {
		struct ntp_packet in = any_reply();
		struct ntp_packet out;
		uint8_t octets[NTP_HEADER_BYTES];
		uint8_t again[NTP_HEADER_BYTES];

		ntp_packet_encode(&in, octets);
		law_holds(ntp_packet_decode(octets, sizeof(octets), &out) == FAULT_NONE);
		law_holds(same(&in, &out));
		ntp_packet_encode(&out, again);
		law_holds(memcmp(octets, again, sizeof(octets)) == 0);
	}
}
END_TEST

START_TEST(lengths_under_48_or_no_multiple_of_4_are_refused)
{
	struct ntp_packet p = any_reply();
	uint8_t octets[200];

	law_bytes(octets, sizeof(octets));
	ntp_packet_encode(&p, octets);
	for (size_t n = 0; n <= sizeof(octets); n++) {
		struct ntp_packet out;
		enum fault wanted = n < 48 || n % 4 != 0 ? FAULT_LENGTH : FAULT_NONE;

		ck_assert_int_eq(ntp_packet_decode(octets, n, &out), wanted);
	}
}
END_TEST

START_TEST(what_follows_the_header_changes_nothing)
{
	struct ntp_packet in = any_reply();
	struct ntp_packet out;
	uint8_t octets[68];

	law_bytes(octets, sizeof(octets));
	ntp_packet_encode(&in, octets);
	ck_assert_int_eq(ntp_packet_decode(octets, sizeof(octets), &out), FAULT_NONE);
	ck_assert(same(&in, &out));
}
END_TEST

START_TEST(every_first_octet_is_judged_by_version_then_mode)
{
	for (unsigned first = 0; first < 256; first++) {
		uint8_t octets[NTP_HEADER_BYTES] = { (uint8_t)first };
		struct ntp_packet out = { .stratum = 77 };
		unsigned version = first >> 3 & 7;
		enum fault wanted = version < 1 || version > 4 ? FAULT_VERSION
				    : (first & 7) != 4         ? FAULT_MODE
							       : FAULT_NONE;

		ck_assert_int_eq(ntp_packet_decode(octets, sizeof(octets), &out), wanted);
		ck_assert_uint_eq(out.stratum, wanted == FAULT_NONE ? 0 : 77);
	}
}
END_TEST

START_TEST(hand_made_packet_has_these_octets)
{
	static const uint8_t wanted[NTP_HEADER_BYTES] = { 0x64, 0x02, 0x06, 0xe9,  /**/
		0x00, 0x00, 0x10, 0x00, /**/ 0x00, 0x01, 0x80, 0x00,               /**/
		192, 0, 2, 1, /**/ 0xed, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, /**/
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,                    /**/
		0xed, 0x00, 0x00, 0x01, 0x40, 0x00, 0x00, 0x00,                    /**/
		0xed, 0x00, 0x00, 0x01, 0xc0, 0x00, 0x00, 0x00 };
	struct ntp_packet p = {
		.leap = 1,
		.version = 4,
		.mode = 4,
		.stratum = 2,
		.poll = 6,
		.precision = -23,
		.root_delay = 0x1000,
		.root_dispersion = 0x18000,
		.refid = { 192, 0, 2, 1 },
		.reference = UINT64_C(0xed00000080000000),
		.origin = UINT64_C(0x0102030405060708),
		.receive = UINT64_C(0xed00000140000000),
		.transmit = UINT64_C(0xed000001c0000000),
	};
	uint8_t octets[NTP_HEADER_BYTES];

	ntp_packet_encode(&p, octets);
	ck_assert_mem_eq(octets, wanted, sizeof(wanted));
	ck_assert_int_eq(ntp_short_to_span(p.root_delay).ns, 62500000);
	ck_assert_int_eq(ntp_short_to_span(p.root_dispersion).ns, 1500000000);
	ck_assert_int_eq(
	    utc_since(ntp_time_to_utc(p.transmit), ntp_time_to_utc(p.receive)).ns,
	    500000000);
}
END_TEST

START_TEST(era_begins_at_the_pivot)
{
	/* 2010-01-01 and the second before it, which is one of 2146 */
	uint64_t pivot = (UINT64_C(2208988800) + UINT64_C(1262304000)) << 32;
	uint64_t before = (UINT64_C(2208988800) + UINT64_C(1262303999)) << 32;

	ck_assert_int_eq(ntp_time_to_utc(pivot).ns, INT64_C(1262304000) * NS_PER_SECOND);
	ck_assert_int_eq(ntp_time_to_utc(before).ns,
	    (INT64_C(1262303999) + (INT64_C(1) << 32)) * NS_PER_SECOND);
	/* the end of era 0: 2036-02-07T06:28:16Z */
	ck_assert_int_eq(ntp_time_to_utc(0).ns, INT64_C(2085978496) * NS_PER_SECOND);
	ck_assert_int_eq(ntp_time_to_utc(UINT64_C(0xffffffff) << 32).ns,
	    INT64_C(2085978495) * NS_PER_SECOND);
}
END_TEST

START_TEST(nanoseconds_of_2010_to_2146_come_back_exactly)
{
	for (int i = 0; i < 200000; i++) {
		struct utc_time u = { law_between(INT64_C(1262304000) * NS_PER_SECOND,
		    (INT64_C(1262304000) + UINT32_MAX) * NS_PER_SECOND) };

		law_equal(ntp_time_to_utc(utc_to_ntp_time(u)).ns, u.ns);
	}
}
END_TEST

START_TEST(any_utc_has_an_ntp_time_of_some_era)
{
	for (int i = 0; i < 100000; i++) {
		struct utc_time u = { law_any_int64() };
		__int128 since_1900 =
		    (__int128)u.ns + (__int128)2208988800 * NS_PER_SECOND;
		__int128 units = since_1900 * (INT64_C(1) << 32); /* 2^-32 ns */
		uint64_t ntp = utc_to_ntp_time(u);
		__int128 era = (__int128)NS_PER_SECOND << 64;
		__int128 apart = (units - (__int128)ntp * NS_PER_SECOND) % era;

		if (apart > era / 2 || apart < -era / 2)
			apart += apart < 0 ? era : -era;
		law_holds(apart <= NS_PER_SECOND / 2 && apart >= -NS_PER_SECOND / 2);
	}
}
END_TEST

START_TEST(nearest_nanosecond_is_within_half_of_one)
{
	for (int i = 0; i < 200000; i++) {
		uint64_t ntp = law_u64();
		uint64_t fraction = ntp & UINT32_MAX;
		uint64_t whole = ntp - fraction;
		int64_t ns = utc_since(ntp_time_to_utc(ntp), ntp_time_to_utc(whole)).ns;
		/* both in units of 2^-32 ns */
		int64_t exact = (int64_t)(fraction * NS_PER_SECOND);
		int64_t error = (ns << 32) - exact;

		law_holds(error <= INT64_C(1) << 31 && error >= -(INT64_C(1) << 31));
	}
}
END_TEST

START_TEST(short_format_rounds_up_by_less_than_a_nanosecond)
{
	for (int i = 0; i < 100000; i++) {
		uint32_t v = (uint32_t)law_any_int64();
		uint64_t exact = (uint64_t)v * NS_PER_SECOND; /* units of 2^-16 ns */
		uint64_t got = (uint64_t)ntp_short_to_span(v).ns << 16;

		law_holds(got >= exact && got - exact < 0x10000);
		law_equal(span_to_ntp_short(ntp_short_to_span(v)), v);
	}
}
END_TEST

START_TEST(short_format_clamps)
{
	ck_assert_uint_eq(span_to_ntp_short((struct span){ -1 }), 0);
	ck_assert_uint_eq(span_to_ntp_short((struct span){ INT64_MIN }), 0);
	ck_assert_uint_eq(span_to_ntp_short((struct span){ INT64_MAX }), UINT32_MAX);
	ck_assert_uint_eq(
	    span_to_ntp_short((struct span){ 65536 * NS_PER_SECOND }), UINT32_MAX);
	ck_assert_uint_eq(span_to_ntp_short((struct span){ NS_PER_SECOND }), 0x10000);
}
END_TEST

START_TEST(powers_of_two_are_clamped_and_never_nothing)
{
	ck_assert_int_eq(ntp_log2_to_span(0).ns, NS_PER_SECOND);
	ck_assert_int_eq(ntp_log2_to_span(3).ns, 8 * NS_PER_SECOND);
	ck_assert_int_eq(ntp_log2_to_span(-1).ns, NS_PER_SECOND / 2);
	ck_assert_int_eq(ntp_log2_to_span(-23).ns, 120); /* 119.2, rounded up */
	ck_assert_int_eq(ntp_log2_to_span(-29).ns, 2);   /* 1.86 */
	for (int e = -128; e <= 127; e++) {
		ck_assert_int_ge(ntp_log2_to_span(e).ns, 1);
		ck_assert_int_le(ntp_log2_to_span(e).ns, 65536 * NS_PER_SECOND);
	}
	ck_assert_int_eq(ntp_log2_to_span(127).ns, 65536 * NS_PER_SECOND);
	ck_assert_int_eq(ntp_log2_to_span(-128).ns, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ntp_packet");
	TCase *t = law_case(s);

	tcase_add_test(t, decoded_reply_is_the_encoded_one);
	tcase_add_test(t, lengths_under_48_or_no_multiple_of_4_are_refused);
	tcase_add_test(t, what_follows_the_header_changes_nothing);
	tcase_add_test(t, every_first_octet_is_judged_by_version_then_mode);
	tcase_add_test(t, hand_made_packet_has_these_octets);
	tcase_add_test(t, era_begins_at_the_pivot);
	tcase_add_test(t, nanoseconds_of_2010_to_2146_come_back_exactly);
	tcase_add_test(t, any_utc_has_an_ntp_time_of_some_era);
	tcase_add_test(t, nearest_nanosecond_is_within_half_of_one);
	tcase_add_test(t, short_format_rounds_up_by_less_than_a_nanosecond);
	tcase_add_test(t, short_format_clamps);
	tcase_add_test(t, powers_of_two_are_clamped_and_never_nothing);
	return law_run(s);
}
