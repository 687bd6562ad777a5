#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibration.h"
#include "law.h"

#define MS INT64_C(1000000)
#define BEGIN (INT64_C(1795312800) * NS_PER_SECOND) /* 2026-11-22T02:00:00Z */

/*
 * A host and the truth about it. At raw time c (ns since it was switched on):
 * UTC = BEGIN + c (1 + oscillator), host clock = UTC(0) - behind + c (1 + steering).
 */
struct host {
	double oscillator, steering;
	int64_t behind;
};

static struct calibrator calibrator;
static struct calibration known;

static int64_t
utc_at(const struct host *h, int64_t c)
{
	return BEGIN + c + (int64_t)llround((double)c * h->oscillator);
}

static int64_t
host_at(const struct host *h, int64_t c)
{
	return BEGIN - h->behind + c + (int64_t)llround((double)c * h->steering);
}

static struct clock_reading
reading(const struct host *h, int64_t c)
{
	return (struct clock_reading){
		.real = { host_at(h, c) },
		.raw = { c },
		.read = { 50 },
	};
}

/* What a server that is `wrong` ahead of UTC answers over a path of 2 x 5 ms. */
static struct exchange
exchange_at(const struct host *h, int64_t c, int64_t wrong)
{
	return (struct exchange){
		.t1 = { host_at(h, c) },
		.t1_raw = { c },
		.t1_read = { 50 },
		.t2 = { utc_at(h, c + 5 * MS) + wrong },
		.t3 = { utc_at(h, c + 6 * MS) + wrong },
		.t4 = { host_at(h, c + 11 * MS) },
		.t4_raw = { c + 11 * MS },
		.t4_read = { 50 },
		.replied = true,
		.decoded = true,
		.version = 4,
		.stratum = 2,
		.precision = -20,
		.root_delay = { MS },
		.root_dispersion = { MS },
	};
}

/* Was it predicted? */
static bool
feed(size_t server, const struct exchange *x)
{
	struct sample s;
	bool well;

	if (x->fault != FAULT_NONE) {
		calibrator_exchange(&calibrator, server, x, NULL);
		return false;
	}
	ck_assert_int_eq(sample_from_exchange(x, &s), FAULT_NONE);
	well = calibrator_predicts(&calibrator, server, &s);
	calibrator_exchange(&calibrator, server, x, &s);
	return well;
}

static void
fault_at(size_t server, enum fault fault, bool replied)
{
	struct exchange x = { .fault = fault, .replied = replied };

	(void)feed(server, &x);
}

static void
begin(size_t servers)
{
	calibrator = (struct calibrator){ 0 };
	for (size_t i = 0; i < servers; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "server-%zu", i);
		ck_assert_int_eq(
		    calibrator_add(&calibrator, name, "192.0.2.1:123", false), (int)i);
	}
}

static void
conclude(const struct host *h, int64_t c)
{
	struct clock_reading now = reading(h, c);

	calibrator_conclude(&calibrator, &now, &known);
}

/* Rounds of all servers, each 16 s, [from, to). */
static void
measure(const struct host *h, const int64_t wrong[], int from, int to)
{
	for (int k = from; k < to; k++) {
		int64_t c = 16 * k * NS_PER_SECOND;
		struct clock_reading now = reading(h, c);

		host_rate_read(&calibrator.host_rate, &now);
		for (size_t i = 0; i < calibrator.servers; i++) {
			struct exchange x =
			    exchange_at(h, c + (int64_t)i * 100 * MS, wrong[i]);

			(void)feed(i, &x);
		}
	}
}

static const int64_t honest_and_liar[] = { 0, 0, 700 * MS, 0 };
static const int64_t honest[] = { 0, 0, 0, 0 };

static void
check_case(const struct host *h)
{
	int64_t c = 500 * NS_PER_SECOND;
	double frequency = (1 + h->oscillator) / (1 + h->steering) - 1;

	begin(4);
	measure(h, honest_and_liar, 0, 32);
	conclude(h, c);
	ck_assert_int_eq(known.outcome, OUTCOME_MAJORITY);
	ck_assert_int_eq(known.candidates, 4);
	ck_assert_int_eq(known.truechimers, 3);
	ck_assert(known.selected);
	ck_assert_str_ne(known.server, "server-2");
	ck_assert_int_eq(known.server_at[2].verdict, VERDICT_FALSETICKER);
	ck_assert_int_le(llabs(known.offset.ns - (utc_at(h, c) - host_at(h, c))), 100);
	ck_assert_int_le(llabs(known.utc_minus_raw.ns - (utc_at(h, c) - c)), 100);
	ck_assert_double_eq_tol(known.frequency, frequency, 1e-9);
	ck_assert_double_eq_tol(known.oscillator, h->oscillator, 1e-9);
	ck_assert_uint_eq(known.samples, 3 * 32); /* of all truechimers */
	ck_assert_int_le(
	    llabs(known.length.ns - (31 * 16 * NS_PER_SECOND + 300 * MS)), 100);
	ck_assert_int_le(llabs(known.delay.ns - 10 * MS), MS / 100);
	ck_assert_int_le(known.noise.ns, known.uncertainty.ns);
	ck_assert_int_le(known.uncertainty.ns, known.bound.ns);
	ck_assert_int_gt(known.noise.ns, 0);
}

START_TEST(right_clock_has_neither_offset_nor_frequency)
{
	const struct host h = { 0, 0, 0 };

	check_case(&h);
	ck_assert_int_le(llabs(known.offset.ns), 1);
}
END_TEST

START_TEST(clock_behind_has_a_positive_offset)
{
	const struct host behind = { 0, 0, 3200 * MS };
	const struct host ahead = { 0, 0, -3200 * MS };

	check_case(&behind);
	ck_assert_int_le(llabs(known.offset.ns - 3200 * MS), 1);
	check_case(&ahead);
	ck_assert_int_le(llabs(known.offset.ns + 3200 * MS), 1);
}
END_TEST

START_TEST(clock_behind_that_loses_time_has_both_positive)
{
	const struct host losing = { 40e-6, 0, 3200 * MS };
	const struct host gaining = { -40e-6, 0, -3200 * MS };

	check_case(&losing);
	/* 3.2 s and 40 ppm of 500 s */
	ck_assert_int_le(llabs(known.offset.ns - 3220 * MS), 100);
	ck_assert_double_gt(known.frequency, 39e-6);
	check_case(&gaining);
	ck_assert_int_le(llabs(known.offset.ns + 3220 * MS), 100);
	ck_assert_double_lt(known.frequency, -39e-6);
}
END_TEST

START_TEST(clock_that_only_loses_time_grows_its_offset)
{
	const struct host losing = { 100e-6, 0, 0 };
	const struct host gaining = { -100e-6, 0, 0 };

	check_case(&losing);
	ck_assert_int_le(llabs(known.offset.ns - 50 * MS), 100);
	check_case(&gaining);
	ck_assert_int_le(llabs(known.offset.ns + 50 * MS), 100);
}
END_TEST

START_TEST(steering_is_told_from_the_oscillator)
{
	const struct host steered_right = { 40e-6, 40e-6, 0 };
	const struct host steered_wrong = { 40e-6, -60e-6, 0 };

	check_case(&steered_right);
	ck_assert_double_eq_tol(known.frequency, 0, 1e-9);
	check_case(&steered_wrong);
	ck_assert_double_eq_tol(known.frequency, 100.006e-6, 1e-9);
}
END_TEST

START_TEST(constant_added_to_all_servers_is_added_to_the_offset)
{
	const struct host h = { 33e-6, -7e-6, 123456789 };

	for (int round = 0; round < 50; round++) {
		int64_t more = 2 * law_between(-NS_PER_SECOND, NS_PER_SECOND);
		int64_t wrong[4] = { 0 };
		struct calibration before;

		for (int i = 0; i < 4; i++)
			wrong[i] = law_between(-MS, MS);
		begin(4);
		measure(&h, wrong, 0, 12);
		conclude(&h, 200 * NS_PER_SECOND);
		before = known;
		for (int i = 0; i < 4; i++)
			wrong[i] += more;
		begin(4);
		measure(&h, wrong, 0, 12);
		conclude(&h, 200 * NS_PER_SECOND);
		law_holds(before.selected && known.selected);
		law_holds(strcmp(known.server, before.server) == 0);
		/* each sample may be rounded by half a nanosecond */
		law_holds(llabs(known.offset.ns - before.offset.ns - more) <= 1);
		law_holds(fabs(known.oscillator - before.oscillator) < 1e-10);
	}
}
END_TEST

START_TEST(judging_alone_comes_to_the_same_verdicts)
{
	const struct host h = { 40e-6, 0, 0 };
	struct selection judged;

	begin(4);
	for (int k = 0; k < 12; k++) {
		struct clock_reading at = reading(&h, 16 * (k + 1) * NS_PER_SECOND);

		measure(&h, honest_and_liar, k, k + 1);
		conclude(&h, at.raw.ns);
		calibrator_judge(&calibrator, &at, &judged);
		ck_assert_int_eq(judged.outcome, known.outcome);
		for (int i = 0; i < 4; i++)
			ck_assert_int_eq(judged.verdict[i], known.server_at[i].verdict);
	}
}
END_TEST

START_TEST(no_majority_claims_nothing)
{
	const struct host h = { 0, 0, 0 };
	const int64_t wrong[] = { 0, 700 * MS, 0, 700 * MS };

	begin(4);
	measure(&h, wrong, 0, 16);
	conclude(&h, 256 * NS_PER_SECOND);
	ck_assert_int_eq(known.outcome, OUTCOME_NO_MAJORITY);
	ck_assert(!known.selected);
	ck_assert_str_eq(known.server, "");
	ck_assert_int_eq(known.offset.ns, 0);
	ck_assert_int_eq(known.bound.ns, 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(known.server_at[i].verdict, VERDICT_UNDECIDED);
}
END_TEST

START_TEST(step_of_the_host_moves_the_offset_by_exactly_the_step)
{
	for (int round = 0; round < 20; round++) {
		struct host h = { 40e-6, 10e-6, 3200 * MS };
		int64_t step = 2 * law_between(-4 * NS_PER_SECOND, 4 * NS_PER_SECOND);
		struct calibration before;

		begin(4);
		measure(&h, honest_and_liar, 0, 20);
		conclude(&h, 400 * NS_PER_SECOND);
		before = known;
		begin(4);
		measure(&h, honest_and_liar, 0, 11);
		h.behind -= step; /* somebody sets the clock forward */
		measure(&h, honest_and_liar, 11, 20);
		conclude(&h, 400 * NS_PER_SECOND);
		law_equal(known.offset.ns, before.offset.ns - step);
		law_equal(known.utc_minus_raw.ns, before.utc_minus_raw.ns);
		law_equal(known.bound.ns, before.bound.ns);
		law_holds(fabs(known.oscillator - before.oscillator) <= 0);
		law_holds(fabs(known.frequency - before.frequency) < 1e-9);
	}
}
END_TEST

START_TEST(step_since_the_last_exchange_is_in_the_offset_at_once)
{
	struct host h = { 40e-6, 0, 0 };

	begin(4);
	measure(&h, honest, 0, 12);
	conclude(&h, 200 * NS_PER_SECOND);
	ck_assert_int_le(llabs(known.offset.ns - 8 * MS), 100);
	h.behind += 3600 * NS_PER_SECOND;
	conclude(&h, 200 * NS_PER_SECOND);
	ck_assert_int_le(llabs(known.offset.ns - 8 * MS - 3600 * NS_PER_SECOND), 100);
	ck_assert_double_eq_tol(known.oscillator, 40e-6, 1e-9);
}
END_TEST

START_TEST(reach_register_shifts_with_each_ended_request)
{
	const struct host h = { 0, 0, 0 };
	struct exchange good = exchange_at(&h, 0, 0);

	begin(1);
	(void)feed(0, &good);
	fault_at(0, FAULT_TIMEOUT, false);
	(void)feed(0, &good);
	fault_at(0, FAULT_BOGUS_ORIGIN, true); /* ends no request */
	conclude(&h, 0);
	ck_assert_uint_eq(known.server_at[0].reach, 5);
	for (int i = 0; i < 5; i++)
		fault_at(0, FAULT_TIMEOUT, false);
	conclude(&h, 0);
	ck_assert_uint_eq(known.server_at[0].reach, 0xa0);
	ck_assert_int_eq(known.server_at[0].verdict, VERDICT_SELECTED);
	for (int i = 0; i < 3; i++)
		fault_at(0, FAULT_TIMEOUT, false);
	conclude(&h, 0);
	ck_assert_int_eq(known.server_at[0].verdict, VERDICT_UNREACHABLE);
	ck_assert_int_eq(known.outcome, OUTCOME_NO_CANDIDATE);
}
END_TEST

START_TEST(servers_without_samples_have_the_verdict_of_their_faults)
{
	static const struct {
		enum fault fault;
		bool replied;
		enum verdict verdict;
	} cases[] = {
		{ FAULT_TIMEOUT, false, VERDICT_UNREACHABLE },
		{ FAULT_REFUSED, false, VERDICT_UNREACHABLE },
		{ FAULT_NOT_SENT, false, VERDICT_UNREACHABLE },
		{ FAULT_ZERO_TIMESTAMP, true, VERDICT_FAULTY },
		{ FAULT_IMPLAUSIBLE, true, VERDICT_FAULTY },
		{ FAULT_CLOCK_STEPPED, true, VERDICT_FAULTY },
		{ FAULT_KISS_RATE, true, VERDICT_FAULTY },
		{ FAULT_UNSYNCHRONISED, true, VERDICT_UNSYNCHRONISED },
		{ FAULT_LOOP, true, VERDICT_LOOP },
		{ FAULT_ROOT_DISTANCE, true, VERDICT_TOO_DISTANT },
		{ FAULT_KISS_DENY, true, VERDICT_DENIED },
		{ FAULT_KISS_RSTR, true, VERDICT_DENIED },
	};
	const struct host h = { 0, 0, 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin(1);
		fault_at(0, cases[i].fault, cases[i].replied);
		conclude(&h, 0);
		ck_assert_int_eq(known.server_at[0].verdict, cases[i].verdict);
		ck_assert_uint_eq(known.server_at[0].reach, 0);
		ck_assert(!known.selected);
	}
}
END_TEST

START_TEST(denied_stays_denied_though_it_was_good)
{
	const struct host h = { 0, 0, 0 };

	begin(4);
	measure(&h, honest, 0, 10);
	fault_at(1, FAULT_KISS_DENY, true);
	fault_at(1, FAULT_TIMEOUT, false);
	conclude(&h, 160 * NS_PER_SECOND);
	ck_assert_int_eq(known.server_at[1].verdict, VERDICT_DENIED);
	ck_assert_int_eq(known.candidates, 3);
}
END_TEST

START_TEST(server_not_asked_yet_and_name_not_resolved_are_told_apart)
{
	const struct host h = { 0, 0, 0 };

	begin(1);
	ck_assert_int_eq(calibrator_add(&calibrator, "nameless", "", false), 1);
	conclude(&h, 0);
	ck_assert_int_eq(known.server_at[0].verdict, VERDICT_UNMEASURED);
	ck_assert_int_eq(known.server_at[1].verdict, VERDICT_UNRESOLVED);
	ck_assert_int_eq(known.outcome, OUTCOME_NO_CANDIDATE);
	ck_assert_uint_eq(known.servers, 2);
}
END_TEST

START_TEST(sample_older_than_262144_seconds_is_stale)
{
	const struct host h = { 0, 0, 0 };
	struct exchange x = exchange_at(&h, 0, 0);
	int64_t at = 11 * MS / 2; /* of the sample */

	begin(1);
	(void)feed(0, &x);
	conclude(&h, at + 262144 * NS_PER_SECOND);
	ck_assert_int_ne(known.server_at[0].verdict, VERDICT_STALE);
	conclude(&h, at + 262144 * NS_PER_SECOND + 1);
	ck_assert_int_eq(known.server_at[0].verdict, VERDICT_STALE);
}
END_TEST

START_TEST(new_address_forgets_the_samples_of_the_old_one)
{
	const struct host h = { 0, 0, 0 };

	begin(4);
	measure(&h, honest, 0, 10);
	calibrator_readdress(&calibrator, 3, "192.0.2.99:123");
	conclude(&h, 160 * NS_PER_SECOND);
	ck_assert_str_eq(known.server_at[3].name, "server-3");
	ck_assert_str_eq(known.server_at[3].address, "192.0.2.99:123");
	ck_assert_int_eq(known.server_at[3].verdict, VERDICT_UNMEASURED);
	ck_assert_uint_eq(known.server_at[3].pairs, 0);
	ck_assert_uint_eq(known.server_at[3].reach, 0);
	ck_assert_uint_eq(known.server_at[2].pairs, 8);
	/* nobody asked the new one: the old one's samples are still its own */
	calibrator_readdress(&calibrator, 3, "192.0.2.1:123");
	conclude(&h, 160 * NS_PER_SECOND);
	ck_assert_uint_eq(known.server_at[3].pairs, 8);
	calibrator_readdress(&calibrator, 3, "192.0.2.99:123");
	fault_at(3, FAULT_TIMEOUT, false);
	calibrator_readdress(&calibrator, 3, "192.0.2.1:123");
	conclude(&h, 160 * NS_PER_SECOND);
	ck_assert_uint_eq(known.server_at[3].pairs, 0);
}
END_TEST

START_TEST(pairs_are_the_last_eight_newest_first)
{
	const struct host h = { 0, 0, 0 };

	begin(1);
	for (int k = 0; k < 20; k++) {
		struct exchange x = exchange_at(&h, k * NS_PER_SECOND, 2 * k);

		(void)feed(0, &x);
	}
	conclude(&h, 20 * NS_PER_SECOND);
	ck_assert_uint_eq(known.server_at[0].pairs, 8);
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(known.server_at[0].pair[i].offset.ns, 2 * (19 - i));
		ck_assert_int_eq(known.server_at[0].pair[i].delay.ns, 10 * MS);
	}
}
END_TEST

START_TEST(unsynchronised_server_is_a_common_time_base_not_utc)
{
	const struct host h = { 20e-6, 0, 5 * MS };

	begin(0);
	ck_assert_int_eq(
	    calibrator_add(&calibrator, "gateway", "192.0.2.1:123", true), 0);
	for (int k = 0; k < 10; k++) {
		struct exchange x = exchange_at(&h, 16 * k * NS_PER_SECOND, 0);

		x.leap = NTP_LEAP_UNKNOWN;
		x.stratum = 16;
		(void)feed(0, &x);
	}
	conclude(&h, 160 * NS_PER_SECOND);
	ck_assert_int_eq(known.outcome, OUTCOME_ONLY_SERVER);
	ck_assert(known.selected);
	ck_assert(known.common);
	ck_assert_str_eq(known.server, "gateway");
}
END_TEST

START_TEST(prediction_is_good_on_the_line_and_bad_off_it)
{
	const struct host h = { 40e-6, 0, 0 };
	struct exchange x;

	begin(1);
	for (int k = 0; k < 8; k++) {
		x = exchange_at(&h, 16 * k * NS_PER_SECOND, 0);
		ck_assert(
		    !feed(0, &x)); /* eight are needed before any can be predicted */
	}
	x = exchange_at(&h, 128 * NS_PER_SECOND, 0);
	ck_assert(feed(0, &x));
	x = exchange_at(&h, 144 * NS_PER_SECOND, 50 * MS);
	ck_assert(!feed(0, &x));
}
END_TEST

START_TEST(name_or_address_too_long_or_twice_is_refused)
{
	char name[SERVER_NAME_SIZE + 1];
	char address[SERVER_ADDRESS_SIZE + 1];

	memset(name, 'a', sizeof(name));
	memset(address, '1', sizeof(address));
	name[SERVER_NAME_SIZE] = address[SERVER_ADDRESS_SIZE] = '\0';
	begin(0);
	ck_assert_int_eq(calibrator_add(&calibrator, name, "192.0.2.1", false), -1);
	ck_assert_int_eq(calibrator_add(&calibrator, "a", address, false), -1);
	ck_assert_uint_eq(calibrator.servers, 0);
	name[SERVER_NAME_SIZE - 1] = address[SERVER_ADDRESS_SIZE - 1] = '\0';
	ck_assert_int_eq(calibrator_add(&calibrator, name, address, false), 0);
	ck_assert_int_eq(calibrator_add(&calibrator, name, address, false), -1);
}
END_TEST

START_TEST(sixty_fifth_server_is_refused)
{
	begin(MAX_SERVERS);
	ck_assert_int_eq(calibrator_add(&calibrator, "one-more", "192.0.2.1", false), -1);
}
END_TEST

START_TEST(truth_lies_within_the_bound_whatever_the_asymmetry)
{
	for (int round = 0; round < 100; round++) {
		struct host h = { law_gaussian() * 40e-6, law_gaussian() * 40e-6,
			law_between(-NS_PER_SECOND, NS_PER_SECOND) };
		int64_t wrong[4];
		int64_t c = 500 * NS_PER_SECOND;

		/* a path of 10 ms may shift by 5, and the server says 1.5 of itself */
		for (int i = 0; i < 4; i++)
			wrong[i] = law_between(-6 * MS, 6 * MS);
		begin(4);
		measure(&h, wrong, 0, 1 + (int)law_below(30));
		conclude(&h, c);
		law_holds(!known.selected || llabs(known.offset.ns - utc_at(&h, c) +
						   host_at(&h, c)) <= known.bound.ns);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("calibration");
	TCase *t = law_case(s);

	tcase_add_test(t, right_clock_has_neither_offset_nor_frequency);
	tcase_add_test(t, clock_behind_has_a_positive_offset);
	tcase_add_test(t, clock_behind_that_loses_time_has_both_positive);
	tcase_add_test(t, clock_that_only_loses_time_grows_its_offset);
	tcase_add_test(t, steering_is_told_from_the_oscillator);
	tcase_add_test(t, constant_added_to_all_servers_is_added_to_the_offset);
	tcase_add_test(t, judging_alone_comes_to_the_same_verdicts);
	tcase_add_test(t, no_majority_claims_nothing);
	tcase_add_test(t, step_of_the_host_moves_the_offset_by_exactly_the_step);
	tcase_add_test(t, step_since_the_last_exchange_is_in_the_offset_at_once);
	tcase_add_test(t, reach_register_shifts_with_each_ended_request);
	tcase_add_test(t, servers_without_samples_have_the_verdict_of_their_faults);
	tcase_add_test(t, denied_stays_denied_though_it_was_good);
	tcase_add_test(t, server_not_asked_yet_and_name_not_resolved_are_told_apart);
	tcase_add_test(t, sample_older_than_262144_seconds_is_stale);
	tcase_add_test(t, new_address_forgets_the_samples_of_the_old_one);
	tcase_add_test(t, pairs_are_the_last_eight_newest_first);
	tcase_add_test(t, unsynchronised_server_is_a_common_time_base_not_utc);
	tcase_add_test(t, prediction_is_good_on_the_line_and_bad_off_it);
	tcase_add_test(t, name_or_address_too_long_or_twice_is_refused);
	tcase_add_test(t, sixty_fifth_server_is_refused);
	tcase_add_test(t, truth_lies_within_the_bound_whatever_the_asymmetry);
	return law_run(s);
}
