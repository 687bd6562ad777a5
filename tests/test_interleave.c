#include <string.h>

#include "association.h"
#include "law.h"

#define COOKIE UINT64_C(0x1122334455667788)
#define SECOND_COOKIE UINT64_C(0x99aabbccddeeff00)
#define RECEIVE UINT64_C(0xed00000140000000)  /* of the first request */
#define TRANSMIT UINT64_C(0xed00000180000000) /* in the first reply */
#define LEFT UINT64_C(0xed00000180100000)     /* when that reply left */
#define MINUTE (UINT64_C(64) << 32)
#define LATER (64 * NS_PER_SECOND)

static const struct association_rules rules = {
	.minpoll = 6, .maxpoll = 10, .interleaved = true
};

static struct clock_reading
reading(int64_t ns)
{
	return (struct clock_reading){
		.real = { ns },
		.raw = { ns },
		.mono = { ns },
		.boot = { ns },
		.read = { 50 },
		.has_mono = true,
		.has_boot = true,
	};
}

static struct ntp_packet
ask(struct association *a, const struct clock_reading *at)
{
	const struct association_cookies c = { COOKIE, SECOND_COOKIE };

	return association_request(a, &c, at);
}

static struct ntp_packet
reply(uint64_t origin, uint64_t receive, uint64_t transmit)
{
	return (struct ntp_packet){
		.version = 4,
		.mode = NTP_MODE_SERVER,
		.stratum = 2,
		.precision = -20,
		.reference = RECEIVE - (UINT64_C(16) << 32),
		.origin = origin,
		.receive = receive,
		.transmit = transmit,
	};
}

static enum fault
examine(const struct association *a, const struct ntp_packet *p)
{
	uint8_t octets[NTP_HEADER_BYTES];
	struct ntp_packet out;

	ntp_packet_encode(p, octets);
	return association_examine(a, octets, sizeof(octets), &out);
}

static void
answered(
    struct association *a, const struct ntp_packet *p, const struct clock_reading *at)
{
	const struct exchange own = {
		.t1 = { at->real.ns - 40 },
		.t1_raw = { at->raw.ns - 30 },
		.t1_read = { 3 },
		.t4 = { at->real.ns - 4 },
		.t4_raw = { at->raw.ns - 1 },
		.t4_read = { 5 },
		.sent_by = STAMP_HARDWARE,
		.received_by = STAMP_KERNEL,
		.replied = true,
	};

	association_answered(a, p, &own, at);
	association_end(a, FAULT_NONE, 0);
}

/* A first round trip, in basic mode. */
static struct association
measured(void)
{
	struct clock_reading at = reading(1000);
	struct ntp_packet p = reply(COOKIE, RECEIVE, TRANSMIT);
	struct association a;

	association_begin(&a, &rules, (struct raw_time){ 0 });
	ck_assert_uint_eq(ask(&a, &at).origin, 0);
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	answered(&a, &p, &at);
	return a;
}

/* And a second request, 64 s later. */
static struct association
asked_again(void)
{
	struct association a = measured();
	struct clock_reading at = reading(1000 + LATER);

	(void)ask(&a, &at);
	return a;
}

START_TEST(first_request_is_one_of_basic_mode)
{
	struct association a;
	struct clock_reading at = reading(0);
	struct ntp_packet p;

	association_begin(&a, &rules, (struct raw_time){ 0 });
	p = ask(&a, &at);
	ck_assert_uint_eq(p.origin, 0);
	ck_assert_uint_eq(p.receive, 0);
	ck_assert_uint_eq(p.transmit, COOKIE);
}
END_TEST

START_TEST(second_request_holds_the_servers_own_timestamp_and_two_cookies)
{
	struct association a = measured();
	struct clock_reading at = reading(1000 + LATER);
	struct ntp_packet wanted = {
		.version = 4,
		.mode = NTP_MODE_CLIENT,
		.origin = RECEIVE,
		.receive = SECOND_COOKIE,
		.transmit = COOKIE,
	};
	struct ntp_packet p = ask(&a, &at);
	uint8_t got[NTP_HEADER_BYTES];
	uint8_t want[NTP_HEADER_BYTES];

	ntp_packet_encode(&p, got);
	ntp_packet_encode(&wanted, want);
	ck_assert_mem_eq(got, want, sizeof(got));
}
END_TEST

START_TEST(cookies_that_are_alike_could_not_tell_the_modes_apart)
{
	struct association a = measured();
	const struct association_cookies c = { COOKIE, COOKIE };
	struct clock_reading at = reading(1000 + LATER);

	ck_assert_uint_eq(association_request(&a, &c, &at).origin, 0);
}
END_TEST

START_TEST(interleaved_reply_completes_the_round_trip_before)
{
	struct association a = asked_again();
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + MINUTE, LEFT);
	struct exchange x = { .t1 = { 7 }, .t4 = { 8 }, .replied = true };

	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	association_take(&a, &p, &x);
	ck_assert(x.interleaved);
	ck_assert(x.decoded);
	ck_assert_int_eq(x.t1.ns, 960);
	ck_assert_int_eq(x.t1_raw.ns, 970);
	ck_assert_int_eq(x.t1_read.ns, 3);
	ck_assert_int_eq(x.t2.ns, ntp_time_to_utc(RECEIVE).ns);
	ck_assert_int_eq(x.t3.ns, ntp_time_to_utc(LEFT).ns);
	ck_assert_int_eq(x.t4.ns, 996);
	ck_assert_int_eq(x.t4_raw.ns, 999);
	ck_assert_int_eq(x.t4_read.ns, 5);
	ck_assert_int_eq(x.sent_by, STAMP_HARDWARE);
	ck_assert_int_eq(x.received_by, STAMP_KERNEL);
}
END_TEST

START_TEST(server_that_does_not_do_it_is_measured_in_basic_mode)
{
	struct association a = asked_again();
	struct ntp_packet p = reply(COOKIE, RECEIVE + MINUTE, TRANSMIT + MINUTE);
	struct exchange x = { .t1 = { 7 }, .t4 = { 8 }, .replied = true };

	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	association_take(&a, &p, &x);
	ck_assert(!x.interleaved);
	ck_assert_int_eq(x.t1.ns, 7);
	ck_assert_int_eq(x.t2.ns, ntp_time_to_utc(RECEIVE + MINUTE).ns);
	ck_assert_int_eq(x.t3.ns, ntp_time_to_utc(TRANSMIT + MINUTE).ns);
	ck_assert_int_eq(x.t4.ns, 8);
}
END_TEST

START_TEST(any_wrong_bit_of_either_cookie_is_bogus)
{
	struct association a = asked_again();

	for (int bit = 0; bit < 64; bit++) {
		uint64_t flip = UINT64_C(1) << bit;
		struct ntp_packet first =
		    reply(COOKIE ^ flip, RECEIVE + MINUTE, TRANSMIT + MINUTE);
		struct ntp_packet second =
		    reply(SECOND_COOKIE ^ flip, RECEIVE + MINUTE, LEFT);

		ck_assert_int_eq(examine(&a, &first), FAULT_BOGUS_ORIGIN);
		ck_assert_int_eq(examine(&a, &second), FAULT_BOGUS_ORIGIN);
	}
}
END_TEST

START_TEST(origin_zero_is_bogus_while_nothing_is_asked_for)
{
	struct association a;
	struct clock_reading at = reading(0);
	struct ntp_packet p = reply(0, RECEIVE, TRANSMIT);

	association_begin(&a, &rules, (struct raw_time){ 0 });
	(void)ask(&a, &at);
	ck_assert_int_eq(examine(&a, &p), FAULT_BOGUS_ORIGIN);
}
END_TEST

START_TEST(same_transmit_timestamp_is_no_duplicate_if_it_is_interleaved)
{
	struct association a = asked_again();
	/* its clock is so coarse that the reply left at the time that it bore */
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + MINUTE, TRANSMIT);

	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.receive = RECEIVE;
	ck_assert_int_eq(examine(&a, &p), FAULT_DUPLICATE);
	p = reply(COOKIE, RECEIVE + MINUTE, TRANSMIT);
	ck_assert_int_eq(examine(&a, &p), FAULT_DUPLICATE);
}
END_TEST

START_TEST(transmit_timestamp_of_an_older_round_trip_is_refused)
{
	struct association a = asked_again();
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + MINUTE, RECEIVE - 1000);

	ck_assert_int_eq(examine(&a, &p), FAULT_TRANSMIT_BEFORE_RECEIVE);
}
END_TEST

START_TEST(server_may_have_set_its_clock_between_two_replies)
{
	struct association a = asked_again();
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + MINUTE, LEFT);

	p.reference = RECEIVE + MINUTE / 2;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.reference = RECEIVE + 2 * MINUTE;
	ck_assert_int_eq(examine(&a, &p), FAULT_FUTURE_REFERENCE);
}
END_TEST

START_TEST(kiss_counts_with_either_cookie)
{
	struct association a = asked_again();
	struct ntp_packet p = reply(SECOND_COOKIE, 0, 0);

	p.stratum = 0;
	memcpy(p.refid, "RATE", 4);
	ck_assert_int_eq(examine(&a, &p), FAULT_KISS_RATE);
	p.origin = COOKIE;
	ck_assert_int_eq(examine(&a, &p), FAULT_KISS_RATE);
}
END_TEST

START_TEST(after_four_requests_without_a_reply_one_of_basic_mode_is_tried)
{
	struct association a = measured();

	for (int i = 1; i <= 6; i++) {
		struct clock_reading at = reading(1000 + i * LATER);
		struct ntp_packet p = ask(&a, &at);

		ck_assert_uint_eq(p.origin, i <= INTERLEAVE_OFFERS ? RECEIVE : 0);
		association_end(&a, FAULT_TIMEOUT, 0);
	}
}
END_TEST

START_TEST(lost_reply_leaves_the_round_trip_to_be_completed_by_the_next)
{
	struct association a = asked_again();
	struct clock_reading at = reading(1000 + 2 * LATER);
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + 2 * MINUTE, LEFT);
	struct exchange x = { .replied = true };

	association_end(&a, FAULT_TIMEOUT, 0);
	ck_assert_uint_eq(ask(&a, &at).origin, RECEIVE);
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	association_take(&a, &p, &x);
	ck_assert_int_eq(x.t1.ns, 960);
	ck_assert_int_eq(x.t3.ns, ntp_time_to_utc(LEFT).ns);
}
END_TEST

START_TEST(refused_reply_does_not_replace_the_round_trip)
{
	struct association a = asked_again();

	association_end(&a, FAULT_IMPLAUSIBLE, 0);
	ck_assert_uint_eq(a.round_trip.receive, RECEIVE);
}
END_TEST

START_TEST(step_or_suspend_between_the_requests_falls_back_to_basic_mode)
{
	static const int64_t jumps[][3] = { /* of host, monotonic and boot time */
		{ 0, 0, 0 }, { 301, 0, 0 }, { -301, 0, 0 }, { 301, 0, 301 },
		{ NS_PER_SECOND, 0, NS_PER_SECOND }, { 5 * LATER, 0, 0 },
		/* slewed by 500 ppm all the time */
		{ LATER / 2000, LATER / 2000, LATER / 2000 }
	};

	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		struct association a = measured();
		struct clock_reading at = reading(1000 + LATER);
		bool slewed = jumps[i][1] == jumps[i][0];

		at.real.ns += jumps[i][0];
		at.mono.ns += jumps[i][1];
		at.boot.ns += jumps[i][2];
		ck_assert_uint_eq(ask(&a, &at).origin, slewed ? RECEIVE : 0);
	}
}
END_TEST

START_TEST(what_was_forgotten_is_not_completed)
{
	struct association a = measured();
	struct clock_reading at = reading(1000 + LATER);
	struct ntp_packet p = reply(SECOND_COOKIE, RECEIVE + MINUTE, LEFT);

	association_forget(&a);
	ck_assert_uint_eq(ask(&a, &at).origin, 0);
	a = asked_again();
	association_forget(&a);
	ck_assert_int_eq(examine(&a, &p), FAULT_CLOCK_STEPPED);
	ck_assert(fault_ends_request(FAULT_CLOCK_STEPPED));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("interleave");
	TCase *t = law_case(s);

	tcase_add_test(t, first_request_is_one_of_basic_mode);
	tcase_add_test(t, second_request_holds_the_servers_own_timestamp_and_two_cookies);
	tcase_add_test(t, cookies_that_are_alike_could_not_tell_the_modes_apart);
	tcase_add_test(t, interleaved_reply_completes_the_round_trip_before);
	tcase_add_test(t, server_that_does_not_do_it_is_measured_in_basic_mode);
	tcase_add_test(t, any_wrong_bit_of_either_cookie_is_bogus);
	tcase_add_test(t, origin_zero_is_bogus_while_nothing_is_asked_for);
	tcase_add_test(t, same_transmit_timestamp_is_no_duplicate_if_it_is_interleaved);
	tcase_add_test(t, transmit_timestamp_of_an_older_round_trip_is_refused);
	tcase_add_test(t, server_may_have_set_its_clock_between_two_replies);
	tcase_add_test(t, kiss_counts_with_either_cookie);
	tcase_add_test(t, after_four_requests_without_a_reply_one_of_basic_mode_is_tried);
	tcase_add_test(t, lost_reply_leaves_the_round_trip_to_be_completed_by_the_next);
	tcase_add_test(t, refused_reply_does_not_replace_the_round_trip);
	tcase_add_test(t, step_or_suspend_between_the_requests_falls_back_to_basic_mode);
	tcase_add_test(t, what_was_forgotten_is_not_completed);
	return law_run(s);
}
