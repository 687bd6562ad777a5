/*
 * Evidence at its limits: hardly any, all of it at once, of nobody who could be believed,
 * of another century. What is said of it must be as true as of any other.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tools/estimate.h"
#include "bounds.h"
#include "calibration.h"
#include "law.h"
#include "selection.h"
#include "smoother.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define S NS_PER_SECOND
#define NOVEMBER_2026 (INT64_C(1795312800) * S)
#define BEHIND (3200 * MS)
#define RATE 20e-6 /* d(UTC - raw)/d(raw) */
#define ROUNDS 40

static int64_t begin; /* UTC when the raw clock was 0 */
static struct estimating estimating;
static struct model_piece piece[8];
static struct model_run run[4];
static struct clock_model model;

static struct utc_time
utc_at(int64_t c)
{
	return (struct utc_time){ begin + c + llround((double)c * RATE) };
}

static struct system_time
host_at(int64_t c)
{
	return (struct system_time){ begin - BEHIND + c };
}

static struct record_exchange
exchange_at(int64_t c, int server, int64_t wrong)
{
	int64_t there = 5 * MS + (int64_t)law_exponential(200e3);
	int64_t back = 5 * MS + (int64_t)law_exponential(200e3);
	struct record_exchange x = { .has_sample = true };

	x.exchange = (struct exchange){
		.t1 = host_at(c),
		.t1_raw = { c },
		.t1_read = { 50 },
		.t2 = { utc_at(c + there).ns + wrong },
		.t3 = { utc_at(c + there + 20 * US).ns + wrong },
		.t4 = host_at(c + there + back + 20 * US),
		.t4_raw = { c + there + back + 20 * US },
		.t4_read = { 50 },
		.replied = true,
		.decoded = true,
		.version = 4,
		.stratum = 2,
		.precision = -20,
		.root_delay = { MS },
		.root_dispersion = { MS },
	};
	(void)snprintf(x.server, sizeof(x.server), "%c", 'a' + server);
	(void)snprintf(x.address, sizeof(x.address), "192.0.2.%d:123", server);
	return x;
}

static void
take(int64_t c, int server, int64_t wrong)
{
	struct record_exchange x = exchange_at(c, server, wrong);

	estimate_add(&estimating, &x);
}

static void
start(int64_t utc)
{
	begin = utc;
	estimating = (struct estimating){ .count = 0 };
}

/* A model of what was taken, of a host whose clocks were read from..to. */
static size_t
finish(int64_t from, int64_t to)
{
	struct model_knot first = { { from }, host_at(from), { 50 }, .stepped = false };
	struct model_knot last = { { to }, host_at(to), { 50 }, .stepped = false };

	model = (struct clock_model){ .piece = piece, .run = run, .watched = true };
	model.point = estimate_finish(&estimating, &model.points);
	clock_model_add(&model, &first);
	clock_model_add(&model, &last);
	clock_model_close(&model);
	return model.points;
}

static void
forget(void)
{
	free(model.point);
	estimate_free(&estimating);
}

static struct correction
answer(int64_t c)
{
	struct correction out[4];

	law_equal(clock_model_correct(&model, host_at(c), out, 4), 1);
	return out[0];
}

static void
truth_is_told(int64_t c)
{
	struct correction own = answer(c);
	int64_t missed = llabs(utc_since(own.utc, utc_at(c)).ns);

	law_holds(utc_at(c).ns >= own.earliest.ns && utc_at(c).ns <= own.latest.ns);
	law_holds(missed <= own.uncertainty.ns);
	law_holds(own.noise.ns > 0 && own.noise.ns <= own.uncertainty.ns);
	law_holds(isfinite(own.frequency) && isfinite(own.rho));
	law_holds(!own.conflict);
}

/* ---- hardly any */

START_TEST(no_exchange_makes_no_point)
{
	start(NOVEMBER_2026);
	ck_assert_uint_eq(finish(0, S), 0);
	forget();
}
END_TEST

START_TEST(one_exchange_makes_no_point_but_its_calibration_does)
{
	struct calibration c = { .selected = true,
		.utc_minus_raw = { NOVEMBER_2026 },
		.frequency_error = 1e-4,
		.noise = { MS },
		.uncertainty = { 5 * MS },
		.bound = { 8 * MS } };
	struct clock_reading at = { .raw = { 100 * S }, .real = host_at(100 * S) };
	struct model_point p;
	struct clock_model alone = { .point = &p };

	start(NOVEMBER_2026);
	take(100 * S, 0, 0);
	ck_assert_uint_eq(finish(0, 200 * S), 0);
	forget();
	start(NOVEMBER_2026);
	take(100 * S, 0, 0);
	c.utc_minus_raw.ns = utc_at(100 * S).ns - 100 * S;
	at.real = host_at(100 * S);
	clock_model_point(&alone, &at, &c);
	estimate_calibration(&estimating, &p);
	ck_assert_uint_eq(finish(0, 200 * S), 1);
	for (int64_t s = 1; s < 200; s++)
		truth_is_told(s * S);
	forget();
}
END_TEST

START_TEST(from_eight_exchanges_on_the_truth_is_told)
{
	for (int n = 8; n < 40; n++) {
		start(NOVEMBER_2026);
		for (int i = 0; i < n; i++)
			take(100 * S + i * 2 * S, i % 3, 0);
		ck_assert_uint_gt(finish(0, 1000 * S), 0);
		for (int64_t s = 1; s < 1000; s += 7)
			truth_is_told(s * S);
		forget();
	}
}
END_TEST

/* ---- of nobody who could be believed */

START_TEST(servers_that_are_all_faulty_make_no_point)
{
	for (int fault = FAULT_NONE + 1; fault < FAULTS; fault++) {
		start(NOVEMBER_2026);
		for (int i = 0; i < ROUNDS; i++) {
			struct record_exchange x = exchange_at(i * 64 * S, i % 4, 0);

			x.exchange.fault = (enum fault)fault;
			estimate_add(&estimating, &x);
		}
		ck_assert_uint_eq(finish(0, ROUNDS * 64 * S), 0);
		forget();
	}
}
END_TEST

START_TEST(two_servers_that_never_agree_make_no_point)
{
	for (int64_t apart = 20 * MS; apart < 3000000 * S; apart *= 10) {
		start(NOVEMBER_2026);
		for (int i = 0; i < ROUNDS; i++) {
			take(i * 64 * S, 0, 0);
			take(i * 64 * S + S, 1, apart);
		}
		ck_assert_uint_eq(finish(0, ROUNDS * 64 * S), 0);
		forget();
	}
}
END_TEST

START_TEST(liars_who_are_a_minority_leave_the_truth_told_however_far_off_they_are)
{
	for (int64_t apart = 1000000000 * S; apart >= 100 * MS; apart /= 100) {
		start(NOVEMBER_2026);
		for (int i = 0; i < ROUNDS; i++)
			for (int k = 0; k < 3; k++)
				take(i * 64 * S + k * S, k, k == 0 ? apart : 0);
		ck_assert_uint_gt(finish(0, ROUNDS * 64 * S), 0);
		for (int64_t s = 64; s < (ROUNDS - 1) * 64; s += 17)
			truth_is_told(s * S);
		forget();
	}
}
END_TEST

/* A step that shows at once is a fault; a small one is no more than reading may err by. */
START_TEST(clock_that_was_set_inside_the_first_exchange_bends_nothing)
{
	static const int64_t steps[] = { US, 10 * US, -10 * US, 100 * MS, -3 * S,
		10800 * S };

	for (size_t k = 0; k < sizeof(steps) / sizeof(*steps); k++) {
		start(NOVEMBER_2026);
		for (int i = 0; i < ROUNDS; i++) {
			struct record_exchange x = exchange_at(i * 16 * S, 0, 0);
			struct sample sample;

			x.exchange.t4.ns += i == 0 ? steps[k] : 0;
			if (i == 0 && llabs(steps[k]) > 2 * MS)
				law_equal(sample_from_exchange(&x.exchange, &sample),
				    FAULT_CLOCK_STEPPED);
			estimate_add(&estimating, &x);
		}
		ck_assert_uint_ge(finish(0, ROUNDS * 16 * S), ROUNDS - 1);
		for (int64_t s = 0; s < ROUNDS * 16; s += 3)
			truth_is_told(s * S + S / 2);
		forget();
	}
}
END_TEST

/* ---- all of it at once */

/* As many exchanges as there are; all have the same middle. */
static void
take_at_once(int n)
{
	for (int i = 0; i < n; i++) {
		struct record_exchange x = exchange_at(100 * S, i % 4, 0);
		int64_t length = raw_since(x.exchange.t4_raw, x.exchange.t1_raw).ns;
		int64_t early = length / 2;

		x.exchange.t1_raw.ns -= early;
		x.exchange.t4_raw.ns -= early;
		x.exchange.t1.ns -= early;
		x.exchange.t4.ns -= early;
		x.exchange.t2.ns -= early;
		x.exchange.t3.ns -= early;
		estimate_add(&estimating, &x);
	}
}

START_TEST(evidence_of_no_length_tells_the_offset_and_no_frequency)
{
	for (int n = 8; n < 3000; n *= 3) {
		start(NOVEMBER_2026);
		take_at_once(n);
		ck_assert_uint_gt(finish(0, 1000 * S), 0);
		for (int64_t s = 1; s < 1000; s += 7)
			truth_is_told(s * S);
		ck_assert_double_gt(answer(100 * S).rho, 1e-4);
		ck_assert_int_lt(answer(100 * S).uncertainty.ns, 10 * MS);
		ck_assert_int_gt(answer(900 * S).noise.ns, 50 * MS);
		forget();
	}
}
END_TEST

START_TEST(hundred_thousand_exchanges_in_a_second_tell_the_truth)
{
	start(NOVEMBER_2026);
	for (int64_t i = 0; i < 100000; i++)
		take(100 * S + i * 10 * US, (int)(i % 4), 0);
	ck_assert_uint_gt(finish(0, 1000 * S), 0);
	for (int64_t s = 1; s < 1000; s += 7)
		truth_is_told(s * S);
	for (int64_t ms = 0; ms < 1000; ms += 3)
		truth_is_told(100 * S + ms * MS);
	forget();
}
END_TEST

/* ---- of another century */

static void
an_hour_from(int64_t utc, struct correction out[], size_t most)
{
	law_sequence(1);
	start(utc);
	for (int i = 0; i < ROUNDS; i++)
		for (int k = 0; k < 3; k++)
			take(i * 64 * S + k * S, k, 0);
	ck_assert_uint_gt(finish(0, ROUNDS * 64 * S), 0);
	for (size_t i = 0; i < most; i++) {
		truth_is_told((int64_t)i * 40 * S);
		out[i] = answer((int64_t)i * 40 * S);
	}
	forget();
}

/* But for how halves of a nanosecond are rounded. */
static bool
same(int64_t a, int64_t b)
{
	return llabs(a - b) <= 2;
}

START_TEST(corrections_are_the_same_in_every_century)
{
	static const int64_t begins[] = {
		INT64_C(-9000000000) * S,       /* 1684 */
		-INT64_C(86400) * S, -1000 * S, /* over 1970 */
		INT64_C(2085978000) * S,        /* over the end of NTP's era 0, 2036 */
		INT64_C(2147483000) * S,        /* over the end of 32 bits, 2038 */
		INT64_C(4102444800) * S,        /* 2100 */
		INT64_C(9220000000) * S,        /* 2262 */
	};
	struct correction ours[60];
	struct correction theirs[60];

	an_hour_from(NOVEMBER_2026, ours, 60);
	for (size_t k = 0; k < sizeof(begins) / sizeof(*begins); k++) {
		an_hour_from(begins[k], theirs, 60);
		for (size_t i = 0; i < 60; i++) {
			law_holds(same(theirs[i].utc.ns - begins[k],
			    ours[i].utc.ns - NOVEMBER_2026));
			law_holds(same(theirs[i].earliest.ns - begins[k],
			    ours[i].earliest.ns - NOVEMBER_2026));
			law_holds(same(theirs[i].latest.ns - begins[k],
			    ours[i].latest.ns - NOVEMBER_2026));
			law_holds(same(theirs[i].uncertainty.ns, ours[i].uncertainty.ns));
		}
	}
}
END_TEST

/* ---- a leap second, and one server of four that smears it */

#define MIDNIGHT (INT64_C(1798761600) * S) /* 2027-01-01T00:00:00Z */
#define LEAP_AT (3600 * S)                 /* raw time, but for the oscillator */
#define SMEARED (1000 * S)                 /* so long before it and after it */
#define SERVERS 4

/* POSIX time, of which one second comes twice. */
static struct utc_time
posix_at(int64_t c)
{
	int64_t u = utc_at(c).ns;

	return (struct utc_time){ u >= MIDNIGHT ? u - S : u };
}

static int64_t
smeared_at(int64_t c)
{
	double share =
	    (double)(utc_at(c).ns - MIDNIGHT + SMEARED) / (double)(2 * SMEARED);

	return utc_at(c).ns - (int64_t)(1e9 * (share < 0 ? 0 : share > 1 ? 1 : share));
}

static struct record_exchange
exchange_about_leap(int64_t c, int server)
{
	struct record_exchange x = exchange_at(c, server, 0);
	int64_t t2 = c + x.exchange.t2.ns - utc_at(c).ns;
	bool smears = server == 0;

	x.exchange.t2.ns = smears ? smeared_at(t2) : posix_at(t2).ns;
	x.exchange.t3.ns = x.exchange.t2.ns + 20 * US;
	x.exchange.leap = !smears && utc_at(c).ns < MIDNIGHT ? NTP_LEAP_INSERT : 0;
	return x;
}

START_TEST(corrections_tell_posix_time_on_either_side_of_a_leap_second)
{
	start(MIDNIGHT - LEAP_AT);
	for (int64_t c = S; c < 2 * LEAP_AT; c += 64 * S)
		for (int k = 0; k < SERVERS; k++) {
			struct record_exchange x = exchange_about_leap(c + k * S, k);

			estimate_add(&estimating, &x);
		}
	ck_assert_uint_gt(finish(0, 2 * LEAP_AT), 0);
	ck_assert_uint_eq(estimating.leaps.count, 1);
	memcpy(model.leap, estimating.leaps.leap, sizeof(model.leap));
	model.leaps = estimating.leaps.count;
	for (int64_t s = 10; s < 7190; s++) {
		struct correction own = answer(s * S);
		struct utc_time truth = posix_at(s * S);

		law_holds(truth.ns >= own.earliest.ns && truth.ns <= own.latest.ns);
		law_holds(llabs(utc_since(own.utc, truth).ns) < MS);
		law_holds(utc_since(own.latest, own.earliest).ns < 1100 * MS);
		if (llabs(s - 3600) > 5)
			law_holds(utc_since(own.latest, own.earliest).ns < 100 * MS);
	}
	forget();
}
END_TEST

/* What the daemon says, whose kernel was told of the leap second: it begins anew. */
START_TEST(live_fit_begins_anew_at_a_leap_second_and_names_who_smears_it)
{
	static struct calibrator calibrator;
	static struct calibration known;
	bool leapt = false;
	bool named = false;
	int silent = 0;

	start(MIDNIGHT - LEAP_AT);
	memset(&calibrator, 0, sizeof(calibrator));
	for (int k = 0; k < SERVERS; k++) {
		char name[2] = { (char)('a' + k), '\0' };

		ck_assert_int_eq(calibrator_add(&calibrator, name, "", false), k);
		calibrator_readdress(&calibrator, (size_t)k, "192.0.2.1:123");
	}
	for (int64_t i = 0; i < 10800 / 16; i++) {
		int64_t c = i * 16 * S;
		int k = (int)(i % SERVERS);
		struct record_exchange x = exchange_about_leap(c, k);
		struct clock_reading at = { .raw = { x.exchange.t4_raw.ns + US },
			.real = host_at(x.exchange.t4_raw.ns + US),
			.read = { 50 } };
		struct sample sample;
		int64_t missed;

		if (!leapt && utc_at(c).ns >= MIDNIGHT) {
			calibrator_forget(&calibrator); /* as replay.c takes the event */
			leapt = true;
		}
		law_equal(sample_from_exchange(&x.exchange, &sample), FAULT_NONE);
		host_rate_read(&calibrator.host_rate, &at);
		calibrator_exchange(&calibrator, (size_t)k, &x.exchange, &sample);
		calibrator_conclude(&calibrator, &at, &known);
		silent += !known.selected;
		named |= known.server_at[0].verdict == VERDICT_FALSETICKER;
		if (!known.selected || known.truechimers < 2)
			continue;
		missed =
		    raw_to_utc(at.raw, known.utc_minus_raw).ns - posix_at(at.raw.ns).ns;
		law_holds(llabs(missed) <= known.bound.ns);
		law_holds(llabs(missed) <= known.uncertainty.ns);
	}
	ck_assert(leapt && named);
	ck_assert_int_lt(silent, 32);
	ck_assert_int_eq(known.truechimers, SERVERS);
}
END_TEST

/* ---- an oscillator that is trusted */

START_TEST(with_rho_0_the_guarantee_is_narrower_and_holds_for_a_straight_oscillator)
{
	enum { N = 400 };
	static struct observation o[N];
	static struct standing standing[N];
	static struct smoother_work work[N];
	static struct path_node node[N];
	static struct smoother_report report;
	static struct bounds_work words[N];
	struct smoother_memory memory = { standing, work, node, NULL };
	struct smoother_options options = { .wander = 0 };
	struct bound b[2][N];
	struct clock_path path = { node, 0 };

	begin = NOVEMBER_2026;
	for (int i = 0; i < N; i++) {
		struct record_exchange x = exchange_at(i * 16 * S, 0, 0);
		struct sample sample;

		law_equal(sample_from_exchange(&x.exchange, &sample), FAULT_NONE);
		o[i] = observation_of(&x.exchange, &sample, 0);
	}
	path.used = smoother_run(o, N, &options, &memory, &report);
	for (int k = 0; k < 2; k++) {
		struct bounds_request r = { .o = o,
			.n = N,
			.path = &path,
			.options = { k * 1e-6, k * 15e-6, 1 } };

		for (int64_t i = 0; i < N; i++)
			b[k][i] = (struct bound){ .at = { i * 20 * S } };
		bounds_find(&r, b[k], N, words);
	}
	for (size_t i = 0; i < N; i++) {
		int64_t truth = utc_at(b[0][i].at.ns).ns - b[0][i].at.ns;

		law_holds(b[0][i].feasible);
		law_holds(truth >= b[0][i].low.ns && truth <= b[0][i].high.ns);
		law_holds(b[0][i].low.ns >= b[1][i].low.ns);
		law_holds(b[0][i].high.ns <= b[1][i].high.ns);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("edges");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 60);
	tcase_add_test(t, no_exchange_makes_no_point);
	tcase_add_test(t, one_exchange_makes_no_point_but_its_calibration_does);
	tcase_add_test(t, from_eight_exchanges_on_the_truth_is_told);
	tcase_add_test(t, servers_that_are_all_faulty_make_no_point);
	tcase_add_test(t, two_servers_that_never_agree_make_no_point);
	tcase_add_test(
	    t, liars_who_are_a_minority_leave_the_truth_told_however_far_off_they_are);
	tcase_add_test(t, clock_that_was_set_inside_the_first_exchange_bends_nothing);
	tcase_add_test(t, evidence_of_no_length_tells_the_offset_and_no_frequency);
	tcase_add_test(t, hundred_thousand_exchanges_in_a_second_tell_the_truth);
	tcase_add_test(t, corrections_are_the_same_in_every_century);
	tcase_add_test(t, corrections_tell_posix_time_on_either_side_of_a_leap_second);
	tcase_add_test(t, live_fit_begins_anew_at_a_leap_second_and_names_who_smears_it);
	tcase_add_test(
	    t, with_rho_0_the_guarantee_is_narrower_and_holds_for_a_straight_oscillator);
	return law_run(s);
}
