#include <string.h>

#include "association.h"
#include "law.h"

#define NONCE UINT64_C(0x1122334455667788)
#define COOKIE UINT64_C(0x99aabbccddeeff00)
#define RECEIVE UINT64_C(0xed00000140000000)
#define TRANSMIT UINT64_C(0xed00000180000000)

static const struct association_rules usual = { .minpoll = 6, .maxpoll = 10, .burst = 4 };

static void
ask(struct association *a, struct raw_time at)
{
	const struct association_cookies c = { NONCE, COOKIE };
	const struct clock_reading now = {
		.real = { at.ns },
		.raw = at,
		.mono = { at.ns },
		.boot = { at.ns },
		.has_mono = true,
		.has_boot = true,
	};

	(void)association_request(a, &c, &now);
}

/* A good reply came at once. */
static void
answered(struct association *a, const struct ntp_packet *p)
{
	const struct clock_reading now = {
		.real = { a->asked.ns },
		.raw = a->asked,
		.mono = { a->asked.ns },
		.boot = { a->asked.ns },
		.has_mono = true,
		.has_boot = true,
	};
	const struct exchange own = {
		.t1 = { a->asked.ns + 1 },
		.t4 = { a->asked.ns + 4 },
		.t1_raw = { a->asked.ns + 11 },
		.t4_raw = { a->asked.ns + 14 },
		.t1_read = { 21 },
		.t4_read = { 24 },
		.sent_by = STAMP_HARDWARE,
		.received_by = STAMP_KERNEL,
	};

	association_answered(a, p, &own, &now);
	association_end(a, FAULT_NONE, 0);
}

static struct association
asked(struct association_rules rules)
{
	struct association a;

	association_begin(&a, &rules, (struct raw_time){ 0 });
	ask(&a, (struct raw_time){ 0 });
	return a;
}

static struct ntp_packet
good_reply(void)
{
	return (struct ntp_packet){
		.version = 4,
		.mode = NTP_MODE_SERVER,
		.stratum = 2,
		.precision = -20,
		.root_delay = 0x1000,
		.root_dispersion = 0x800,
		.refid = { 192, 0, 2, 7 },
		.reference = RECEIVE - (UINT64_C(16) << 32),
		.origin = NONCE,
		.receive = RECEIVE,
		.transmit = TRANSMIT,
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

static struct raw_time
second(int64_t s)
{
	return (struct raw_time){ s * NS_PER_SECOND };
}

/* One request at a->wake, its end; how long it then waits. */
static struct span
round_trip(struct association *a, enum fault fault, uint32_t spread)
{
	struct raw_time at = a->wake;

	ck_assert_int_eq(association_tick(a, at).kind, ACTION_SEND);
	ask(a, at);
	association_end(a, fault, spread);
	return raw_since(a->wake, at);
}

START_TEST(first_request_is_due_at_once)
{
	struct association a;

	association_begin(&a, &usual, second(7));
	ck_assert_int_eq(association_tick(&a, second(7)).kind, ACTION_SEND);
	ck_assert_int_eq(association_tick(&a, second(6)).kind, ACTION_WAIT);
	ck_assert_int_eq(association_tick(&a, second(6)).wake.ns, second(7).ns);
}
END_TEST

START_TEST(burst_of_four_is_two_seconds_apart_then_the_poll_interval)
{
	struct association a;

	association_begin(&a, &usual, second(0));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(
		    round_trip(&a, FAULT_NONE, 0x8000).ns, 2 * NS_PER_SECOND);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(
		    round_trip(&a, FAULT_NONE, 0x8000).ns, 64 * NS_PER_SECOND);
}
END_TEST

START_TEST(without_burst_the_second_request_waits_the_interval)
{
	struct association_rules rules = { .minpoll = 4, .maxpoll = 10 };
	struct association a;

	association_begin(&a, &rules, second(0));
	ck_assert_int_eq(round_trip(&a, FAULT_NONE, 0x8000).ns, 16 * NS_PER_SECOND);
	rules.burst = 1;
	association_begin(&a, &rules, second(0));
	ck_assert_int_eq(round_trip(&a, FAULT_NONE, 0x8000).ns, 16 * NS_PER_SECOND);
}
END_TEST

START_TEST(spread_is_within_a_sixteenth_and_reaches_both_ends)
{
	for (int poll = POLL_EXPONENT_MIN; poll <= POLL_EXPONENT_MAX; poll++) {
		struct association_rules rules = { .minpoll = poll, .maxpoll = poll };
		int64_t interval = NS_PER_SECOND << poll;
		struct association a;

		association_begin(&a, &rules, second(0));
		for (int i = 0; i < 1000; i++) {
			int64_t ns = round_trip(&a, FAULT_NONE, (uint32_t)law_u64()).ns;

			law_holds(ns >= interval / 16 * 15 && ns <= interval / 16 * 17);
			a.wake = second(0);
		}
		ck_assert_int_le(round_trip(&a, FAULT_NONE, 0).ns,
		    interval / 16 * 15 + interval / 1000);
		ck_assert_int_ge(round_trip(&a, FAULT_NONE, 0xffff).ns,
		    interval / 16 * 17 - interval / 1000);
	}
}
END_TEST

START_TEST(who_joins_another_is_never_asked_sooner_than_spread_allows)
{
	struct association a;
	int64_t soonest = 60 * NS_PER_SECOND; /* 15/16 of 64 s */

	association_begin(&a, &usual, second(0));
	ask(&a, second(0));
	ck_assert(!association_may_join(&a, second(1000)));
	association_end(&a, FAULT_NONE, 0x8000);
	ck_assert(!association_may_join(&a, second(1000))); /* in its burst */
	a.burst_left = 0;
	ck_assert(!association_may_join(&a, (struct raw_time){ soonest - 1 }));
	ck_assert(association_may_join(
	    &a, (struct raw_time){ soonest + NS_PER_SECOND / 1000 }));
	association_end(&a, FAULT_KISS_DENY, 0x8000);
	ck_assert(!association_may_join(&a, second(1000)));
}
END_TEST

START_TEST(fixed_poll_is_kept_to_the_nanosecond)
{
	struct association_rules rules = usual;
	struct association a;

	rules.fixed_poll.ns = 123456789;
	association_begin(&a, &rules, second(0));
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(
		    round_trip(&a, FAULT_NONE, (uint32_t)law_u64()).ns, 123456789);
	for (int i = 0; i < 100; i++)
		association_predicted(&a, true);
	ck_assert_int_eq(association_interval(&a).ns, 123456789);
}
END_TEST

START_TEST(reply_is_waited_for_three_seconds)
{
	struct association a = asked(usual);
	struct action wait = association_tick(&a, (struct raw_time){ 2999999999 });

	ck_assert_int_eq(wait.kind, ACTION_WAIT);
	ck_assert_int_eq(wait.wake.ns, 3 * NS_PER_SECOND);
	ck_assert(!wait.never);
	ck_assert_int_eq(association_tick(&a, second(3)).kind, ACTION_TIMEOUT);
	association_end(&a, FAULT_TIMEOUT, 0x8000);
	ck_assert(!a.outstanding);
	/* the burst's spacing has gone by */
	ck_assert_int_eq(association_tick(&a, second(3)).kind, ACTION_SEND);
}
END_TEST

START_TEST(good_reply_has_no_fault)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.reference = 0; /* not said */
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.receive = p.transmit;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.stratum = NTP_STRATUM_MAX;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
}
END_TEST

START_TEST(datagrams_that_are_no_reply_are_named)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();
	uint8_t octets[NTP_HEADER_BYTES];
	struct ntp_packet out;

	ntp_packet_encode(&p, octets);
	ck_assert_int_eq(association_examine(&a, octets, 47, &out), FAULT_LENGTH);
	ck_assert_int_eq(association_examine(&a, octets, 0, &out), FAULT_LENGTH);
	p.version = 5;
	ck_assert_int_eq(examine(&a, &p), FAULT_VERSION);
	p = good_reply();
	p.mode = NTP_MODE_CLIENT; /* our own request, reflected */
	ck_assert_int_eq(examine(&a, &p), FAULT_MODE);
}
END_TEST

START_TEST(any_wrong_bit_of_the_origin_is_bogus)
{
	struct association a = asked(usual);

	for (int bit = 0; bit < 64; bit++) {
		struct ntp_packet p = good_reply();

		p.origin ^= UINT64_C(1) << bit;
		ck_assert_int_eq(examine(&a, &p), FAULT_BOGUS_ORIGIN);
	}
}
END_TEST

START_TEST(kiss_of_a_stranger_is_bogus_and_stops_nothing)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.stratum = 0;
	memcpy(p.refid, "DENY", 4);
	p.origin ^= 1;
	ck_assert_int_eq(examine(&a, &p), FAULT_BOGUS_ORIGIN);
	ck_assert(!fault_ends_request(FAULT_BOGUS_ORIGIN));
	ck_assert(a.outstanding);
	/* the true reply is still waited for, and taken */
	p = good_reply();
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
}
END_TEST

START_TEST(reply_to_no_request_is_bogus)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	answered(&a, &p);
	ck_assert_int_eq(examine(&a, &p), FAULT_BOGUS_ORIGIN);
}
END_TEST

START_TEST(kiss_codes_are_told_apart)
{
	static const struct {
		char code[5];
		enum fault fault;
	} kisses[] = { { "RATE", FAULT_KISS_RATE }, { "DENY", FAULT_KISS_DENY },
		{ "RSTR", FAULT_KISS_RSTR }, { "XABC", FAULT_KISS_OTHER },
		{ "INIT", FAULT_KISS_OTHER }, { "rate", FAULT_KISS_OTHER } };
	struct association a = asked(usual);

	for (size_t i = 0; i < sizeof(kisses) / sizeof(*kisses); i++) {
		struct ntp_packet p = good_reply();

		p.stratum = 0;
		p.leap = NTP_LEAP_UNKNOWN;
		p.receive = p.transmit = p.reference = 0;
		memcpy(p.refid, kisses[i].code, 4);
		ck_assert_int_eq(examine(&a, &p), kisses[i].fault);
	}
}
END_TEST

START_TEST(zero_timestamps_are_refused)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.receive = 0;
	ck_assert_int_eq(examine(&a, &p), FAULT_ZERO_TIMESTAMP);
	p = good_reply();
	p.transmit = 0;
	ck_assert_int_eq(examine(&a, &p), FAULT_ZERO_TIMESTAMP);
}
END_TEST

START_TEST(same_transmit_timestamp_again_is_a_duplicate)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	answered(&a, &p);
	ask(&a, second(64));
	ck_assert_int_eq(examine(&a, &p), FAULT_DUPLICATE);
	ck_assert(!fault_ends_request(FAULT_DUPLICATE));
	p.transmit++;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	/* a request without a reply does not make it forgotten */
	association_end(&a, FAULT_TIMEOUT, 0);
	ask(&a, second(128));
	p.transmit = TRANSMIT;
	ck_assert_int_eq(examine(&a, &p), FAULT_DUPLICATE);
}
END_TEST

START_TEST(basic_request_holds_nothing_but_its_cookie)
{
	for (int i = 0; i < 1000; i++) {
		struct association_cookies c = { law_u64(), law_u64() };
		struct clock_reading now = { .real = { law_any_int64() } };
		uint8_t octets[NTP_HEADER_BYTES];
		uint8_t wanted[NTP_HEADER_BYTES] = { 0x23 };
		struct association a;
		struct ntp_packet p;

		association_begin(&a, &usual, second(0));
		a.round_trip.receive = law_u64(); /* it is not asked for */
		p = association_request(&a, &c, &now);
		ntp_packet_encode(&p, octets);
		for (int k = 0; k < 8; k++)
			wanted[40 + k] = (uint8_t)(c.transmit >> (56 - 8 * k));
		law_holds(memcmp(octets, wanted, sizeof(wanted)) == 0);
	}
}
END_TEST

START_TEST(unsynchronised_servers_are_refused)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.leap = NTP_LEAP_UNKNOWN;
	ck_assert_int_eq(examine(&a, &p), FAULT_UNSYNCHRONISED);
	p = good_reply();
	p.stratum = NTP_STRATUM_MAX + 1;
	ck_assert_int_eq(examine(&a, &p), FAULT_UNSYNCHRONISED);
	p.stratum = 0; /* its reference ID is no kiss code */
	ck_assert_int_eq(examine(&a, &p), FAULT_UNSYNCHRONISED);
}
END_TEST

START_TEST(common_time_base_may_be_unsynchronised)
{
	struct association_rules rules = usual;
	struct association a;
	struct ntp_packet p = good_reply();

	rules.common = true;
	a = asked(rules);
	p.leap = NTP_LEAP_UNKNOWN;
	p.stratum = 16;
	p.reference = TRANSMIT + 1; /* nothing it says of its reference counts */
	p.root_dispersion = UINT32_MAX;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.transmit = p.receive - (UINT64_C(1) << 10);
	ck_assert_int_eq(examine(&a, &p), FAULT_TRANSMIT_BEFORE_RECEIVE);
}
END_TEST

START_TEST(transmit_before_receive_is_refused)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.receive = p.transmit + (UINT64_C(1) << 10);
	ck_assert_int_eq(examine(&a, &p), FAULT_TRANSMIT_BEFORE_RECEIVE);
}
END_TEST

START_TEST(reference_after_the_reply_is_refused)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.reference = p.transmit + (UINT64_C(1) << 10);
	ck_assert_int_eq(examine(&a, &p), FAULT_FUTURE_REFERENCE);
	p.reference = p.transmit;
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
}
END_TEST

START_TEST(root_of_1500_ms_is_refused)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	p.root_delay = 0x10000;     /* 1 s, of which half */
	p.root_dispersion = 0xffff; /* and a little under one */
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
	p.root_dispersion = 0x10000;
	ck_assert_int_eq(examine(&a, &p), FAULT_ROOT_DISTANCE);
	p.root_delay = p.root_dispersion = UINT32_MAX;
	ck_assert_int_eq(examine(&a, &p), FAULT_ROOT_DISTANCE);
}
END_TEST

START_TEST(server_that_takes_its_time_from_us_is_a_loop)
{
	struct association a = asked(usual);
	struct ntp_packet p = good_reply();

	memcpy(a.own_address, p.refid, 4);
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE); /* not known yet */
	a.has_address = true;
	ck_assert_int_eq(examine(&a, &p), FAULT_LOOP);
	p.stratum = 1; /* there the reference ID is no address */
	ck_assert_int_eq(examine(&a, &p), FAULT_NONE);
}
END_TEST

START_TEST(kiss_rate_doubles_the_interval_for_good)
{
	struct association a;

	association_begin(&a, &usual, second(0));
	ck_assert_int_eq(round_trip(&a, FAULT_KISS_RATE, 0x8000).ns, 128 * NS_PER_SECOND);
	ck_assert_int_eq(round_trip(&a, FAULT_KISS_RATE, 0x8000).ns, 256 * NS_PER_SECOND);
	for (int i = 0; i < 100; i++)
		association_predicted(&a, false);
	ck_assert_int_eq(association_interval(&a).ns, 256 * NS_PER_SECOND);
	ck_assert_int_eq(round_trip(&a, FAULT_NONE, 0x8000).ns, 256 * NS_PER_SECOND);
}
END_TEST

START_TEST(kiss_rate_overrules_maxpoll_and_fixed_poll)
{
	struct association_rules rules = { .minpoll = 6, .maxpoll = 6 };
	struct association a;

	association_begin(&a, &rules, second(0));
	ck_assert_int_eq(round_trip(&a, FAULT_KISS_RATE, 0x8000).ns, 128 * NS_PER_SECOND);
	rules.fixed_poll.ns = NS_PER_SECOND / 2;
	association_begin(&a, &rules, second(0));
	ck_assert_int_eq(round_trip(&a, FAULT_KISS_RATE, 0).ns, NS_PER_SECOND);
	ck_assert_int_eq(round_trip(&a, FAULT_KISS_RATE, 0).ns, 2 * NS_PER_SECOND);
}
END_TEST

START_TEST(kiss_rate_never_exceeds_the_greatest_interval)
{
	struct association_rules rules = usual;
	struct association a;

	association_begin(&a, &rules, second(0));
	for (int i = 0; i < 40; i++)
		(void)round_trip(&a, FAULT_KISS_RATE, 0x8000);
	ck_assert_int_eq(association_interval(&a).ns, NS_PER_SECOND << POLL_EXPONENT_MAX);
	rules.fixed_poll.ns = NS_PER_SECOND;
	association_begin(&a, &rules, second(0));
	for (int i = 0; i < 40; i++)
		(void)round_trip(&a, FAULT_KISS_RATE, 0x8000);
	ck_assert_int_eq(association_interval(&a).ns, NS_PER_SECOND << POLL_EXPONENT_MAX);
}
END_TEST

START_TEST(deny_and_rstr_stop_for_ever)
{
	static const enum fault kisses[] = { FAULT_KISS_DENY, FAULT_KISS_RSTR };

	for (size_t i = 0; i < 2; i++) {
		struct association a = asked(usual);

		association_end(&a, kisses[i], 0x8000);
		ck_assert_int_eq(association_tick(&a, second(1 << 20)).kind, ACTION_WAIT);
		ck_assert(association_tick(&a, second(1 << 20)).never);
		association_hurry(&a, second(1 << 20));
		ck_assert(association_tick(&a, second(1 << 20)).never);
	}
}
END_TEST

START_TEST(eight_good_predictions_lengthen_the_poll_up_to_maxpoll)
{
	struct association a;

	association_begin(&a, &usual, second(0));
	for (int i = 1; i <= 7; i++)
		association_predicted(&a, true);
	ck_assert_int_eq(a.poll, 6);
	association_predicted(&a, true);
	ck_assert_int_eq(a.poll, 7);
	for (int i = 0; i < 100; i++)
		association_predicted(&a, true);
	ck_assert_int_eq(a.poll, 10);
}
END_TEST

START_TEST(four_bad_predictions_shorten_the_poll_down_to_minpoll)
{
	struct association a;

	association_begin(&a, &usual, second(0));
	a.poll = 9;
	for (int i = 1; i <= 3; i++)
		association_predicted(&a, false);
	ck_assert_int_eq(a.poll, 9);
	association_predicted(&a, false);
	ck_assert_int_eq(a.poll, 8);
	for (int i = 0; i < 100; i++)
		association_predicted(&a, false);
	ck_assert_int_eq(a.poll, 6);
}
END_TEST

START_TEST(hurry_asks_at_once_and_then_goes_on)
{
	struct association_rules rules = { .minpoll = 6, .maxpoll = 10 };
	struct association a;

	association_begin(&a, &rules, second(0));
	(void)round_trip(&a, FAULT_NONE, 0x8000);
	ck_assert_int_eq(association_tick(&a, second(5)).kind, ACTION_WAIT);
	association_hurry(&a, second(5));
	ck_assert_int_eq(association_tick(&a, second(5)).kind, ACTION_SEND);
	ck_assert_int_eq(round_trip(&a, FAULT_NONE, 0x8000).ns, 64 * NS_PER_SECOND);
}
END_TEST

START_TEST(hurry_changes_nothing_while_a_request_waits)
{
	struct association a = asked(usual);

	association_hurry(&a, second(1));
	ck_assert_int_eq(association_tick(&a, second(1)).kind, ACTION_WAIT);
	ck_assert_int_eq(association_tick(&a, second(1)).wake.ns, second(3).ns);
}
END_TEST

START_TEST(random_datagrams_never_pass)
{
	struct association a = asked(usual);

	for (int i = 0; i < 100000; i++) {
		uint8_t octets[80];
		size_t n = law_below(sizeof(octets) + 1);
		struct ntp_packet out;

		law_bytes(octets, sizeof(octets));
		if (law_chance(0.5))
			octets[0] = 0x24;
		law_holds(association_examine(&a, octets, n, &out) != FAULT_NONE);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("association");
	TCase *t = law_case(s);

	tcase_add_test(t, first_request_is_due_at_once);
	tcase_add_test(t, burst_of_four_is_two_seconds_apart_then_the_poll_interval);
	tcase_add_test(t, without_burst_the_second_request_waits_the_interval);
	tcase_add_test(t, spread_is_within_a_sixteenth_and_reaches_both_ends);
	tcase_add_test(t, who_joins_another_is_never_asked_sooner_than_spread_allows);
	tcase_add_test(t, fixed_poll_is_kept_to_the_nanosecond);
	tcase_add_test(t, reply_is_waited_for_three_seconds);
	tcase_add_test(t, good_reply_has_no_fault);
	tcase_add_test(t, datagrams_that_are_no_reply_are_named);
	tcase_add_test(t, any_wrong_bit_of_the_origin_is_bogus);
	tcase_add_test(t, kiss_of_a_stranger_is_bogus_and_stops_nothing);
	tcase_add_test(t, reply_to_no_request_is_bogus);
	tcase_add_test(t, kiss_codes_are_told_apart);
	tcase_add_test(t, zero_timestamps_are_refused);
	tcase_add_test(t, same_transmit_timestamp_again_is_a_duplicate);
	tcase_add_test(t, basic_request_holds_nothing_but_its_cookie);
	tcase_add_test(t, unsynchronised_servers_are_refused);
	tcase_add_test(t, common_time_base_may_be_unsynchronised);
	tcase_add_test(t, transmit_before_receive_is_refused);
	tcase_add_test(t, reference_after_the_reply_is_refused);
	tcase_add_test(t, root_of_1500_ms_is_refused);
	tcase_add_test(t, server_that_takes_its_time_from_us_is_a_loop);
	tcase_add_test(t, kiss_rate_doubles_the_interval_for_good);
	tcase_add_test(t, kiss_rate_overrules_maxpoll_and_fixed_poll);
	tcase_add_test(t, kiss_rate_never_exceeds_the_greatest_interval);
	tcase_add_test(t, deny_and_rstr_stop_for_ever);
	tcase_add_test(t, eight_good_predictions_lengthen_the_poll_up_to_maxpoll);
	tcase_add_test(t, four_bad_predictions_shorten_the_poll_down_to_minpoll);
	tcase_add_test(t, hurry_asks_at_once_and_then_goes_on);
	tcase_add_test(t, hurry_changes_nothing_while_a_request_waits);
	tcase_add_test(t, random_datagrams_never_pass);
	return law_run(s);
}
