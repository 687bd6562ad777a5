#include <math.h>
#include <stdlib.h>

#include "clock_model.h"
#include "law.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define S NS_PER_SECOND
#define BEGIN (INT64_C(1795312800) * S) /* UTC when the raw clock was 0 */
#define NOON (INT64_C(1795348800) * S)  /* 2026-11-22T12:00:00Z */
#define KNOTS 40100

static struct model_piece pieces[2 * KNOTS];
static struct model_run runs[KNOTS];
static struct model_point points[KNOTS];
static struct clock_model model;

static void
begin(void)
{
	model = (struct clock_model){ .piece = pieces, .run = runs, .point = points };
}

static struct clock_reading
reading(int64_t raw, int64_t real, int64_t error)
{
	return (struct clock_reading){
		.raw = { raw },
		.real = { real },
		.read = { error },
	};
}

static void
knot(int64_t raw, int64_t real)
{
	struct clock_reading r = reading(raw, real, 50);

	clock_model_knot(&model, &r);
}

/* A calibration without noise, 1 ms of bound. */
static void
point(int64_t raw, int64_t utc_minus_raw, double oscillator, double frequency)
{
	struct clock_reading r = reading(raw, 0, 50);
	struct calibration c = {
		.selected = true,
		.utc_minus_raw = { utc_minus_raw },
		.oscillator = oscillator,
		.frequency = frequency,
		.frequency_error = 1e-8,
		.noise = { 20 * US },
		.uncertainty = { 500 * US },
		.bound = { MS },
	};

	clock_model_point(&model, &r, &c);
}

static size_t
correct(int64_t real, struct correction out[4])
{
	return clock_model_correct(&model, (struct system_time){ real }, out, 4);
}

static bool
is_sane(const struct correction *c)
{
	int64_t reach =
	    (span_max(utc_since(c->latest, c->utc), utc_since(c->utc, c->earliest))).ns;

	return c->earliest.ns <= c->utc.ns && c->utc.ns <= c->latest.ns &&
	       c->uncertainty.ns <= reach && c->noise.ns <= reach && c->noise.ns >= 0 &&
	       c->uncertainty.ns >= 0;
}

/* ---- signs and numbers */

START_TEST(offset_of_3200_ms_is_added_to_noon)
{
	struct correction c[4];

	for (int64_t k = 0; k <= 36000; k += 3600)
		knot(k * S, BEGIN + k * S - 3200 * MS);
	point(0, BEGIN, 0, 0);
	point(36000 * S, BEGIN, 0, 0);
	/* 12:00:00.000 by a clock that is 3.2 s behind */
	ck_assert_uint_eq(correct(NOON - 4 * S, c), 1);
	ck_assert_int_eq(c[0].utc.ns, NOON - 4 * S + 3200 * MS);
	ck_assert_int_eq(c[0].kind, CORRECTION_INSIDE);
	ck_assert(is_sane(&c[0]));
	/* one that is 3.2 s ahead */
	begin();
	for (int64_t k = 0; k <= 36000; k += 3600)
		knot(k * S, BEGIN + k * S + 3200 * MS);
	point(0, BEGIN, 0, 0);
	point(36000 * S, BEGIN, 0, 0);
	ck_assert_uint_eq(correct(NOON, c), 1);
	ck_assert_int_eq(c[0].utc.ns, NOON - 3200 * MS);
}
END_TEST

/* Host: UTC(0) - behind + c (1 + steering); UTC: BEGIN + c (1 + oscillator); [0, 1000 s]
 */
static void
build_line(int64_t behind, double oscillator, double steering)
{
	double frequency = (1 + oscillator) / (1 + steering) - 1;

	for (int64_t k = 0; k <= 1000; k += 10) {
		int64_t c = k * S;

		knot(c, BEGIN - behind + c + llround((double)c * steering));
		if (k % 100 == 0)
			point(c, BEGIN + llround((double)c * oscillator), oscillator,
			    frequency);
	}
}

static long double
utc_on_line(int64_t real, int64_t behind, double oscillator, double steering)
{
	long double c =
	    (long double)(real - BEGIN + behind) / (1 + (long double)steering);

	return BEGIN + c * (1 + (long double)oscillator);
}

START_TEST(slopes_of_both_signs_are_corrected_to_a_nanosecond)
{
	static const double rates[] = { -400e-6, -40e-6, -1e-6, 0, 1e-6, 40e-6, 400e-6 };

	for (size_t i = 0; i < 49; i++) {
		double oscillator = rates[i / 7];
		double steering = rates[i % 7];
		int64_t behind = law_between(-5 * S, 5 * S);

		begin();
		build_line(behind, oscillator, steering);
		for (int k = 0; k < 1000; k++) {
			int64_t real = BEGIN - behind + law_between(S, 999 * S);
			struct correction c[4];
			long double wanted =
			    utc_on_line(real, behind, oscillator, steering);

			law_equal(correct(real, c), 1);
			law_holds(fabsl(c[0].utc.ns - wanted) <= 1.01L);
			law_holds(is_sane(&c[0]));
			law_holds(fabs(c[0].frequency - (oscillator - steering)) < 1e-6);
		}
	}
}
END_TEST

START_TEST(knots_and_points_are_met_exactly)
{
	struct correction c[4];

	build_line(3200 * MS, 40e-6, 0);
	for (int64_t k = 0; k < 1000; k += 100) {
		ck_assert_uint_eq(correct(BEGIN - 3200 * MS + k * S, c), 1);
		ck_assert_int_eq(c[0].raw.ns, k * S);
		ck_assert_int_eq(c[0].utc.ns, BEGIN + k * S + k * 40 * US);
	}
}
END_TEST

/* ---- the clock was set */

/* A right clock, read each second for 200 s, set by `step` at second 100.5. */
static void
build_step(int64_t step)
{
	for (int64_t k = 0; k <= 200; k++)
		knot(k * S, BEGIN + k * S + (k > 100 ? step : 0));
	point(0, BEGIN, 0, 0);
	point(200 * S, BEGIN, 0, 0);
}

START_TEST(clock_set_forward_never_showed_the_times_between)
{
	struct correction c[4];

	build_step(60 * S);
	for (int64_t t = 1; t < 199; t++) {
		int64_t shown = BEGIN + t * S + S / 2;
		int64_t after = BEGIN + t * S + S / 2 + 60 * S;

		if (t < 100) {
			ck_assert_uint_eq(correct(shown, c), 1);
			ck_assert_int_eq(c[0].utc.ns, shown);
		}
		if (t > 100) {
			ck_assert_uint_eq(correct(after, c), 1);
			ck_assert_int_eq(c[0].utc.ns, after - 60 * S);
		}
	}
	for (int64_t t = 101; t < 160; t++)
		ck_assert_uint_eq(correct(BEGIN + t * S + S / 2, c), 0);
	/* where the clock was set, either branch may have shown it */
	ck_assert_uint_eq(correct(BEGIN + 100 * S + S / 2, c), 1);
	ck_assert_uint_eq(correct(BEGIN + 160 * S + S / 2, c), 1);
}
END_TEST

START_TEST(clock_set_back_showed_some_times_twice)
{
	struct correction c[4];

	build_step(-60 * S);
	for (int64_t t = 42; t < 100; t++) {
		int64_t shown = BEGIN + t * S + S / 2;

		ck_assert_uint_eq(correct(shown, c), 2);
		ck_assert_int_eq(c[0].utc.ns, shown);
		ck_assert_int_eq(c[1].utc.ns, shown + 60 * S);
		ck_assert(is_sane(&c[0]) && is_sane(&c[1]));
	}
	ck_assert_uint_eq(correct(BEGIN + 30 * S, c), 1);
	ck_assert_uint_eq(correct(BEGIN + 120 * S, c), 1);
	ck_assert_int_eq(c[0].utc.ns, BEGIN + 180 * S);
}
END_TEST

START_TEST(no_more_answers_are_given_than_there_is_room_for)
{
	struct correction c[2];
	struct system_time twice = { BEGIN + 80 * S };

	build_step(-60 * S);
	ck_assert_uint_eq(clock_model_correct(&model, twice, c, 0), 0);
	ck_assert_uint_eq(clock_model_correct(&model, twice, c, 1), 1);
	ck_assert_uint_eq(clock_model_correct(&model, twice, c, 2), 2);
}
END_TEST

START_TEST(three_branches_give_three_answers_earliest_first)
{
	struct correction c[4];

	for (int64_t k = 0; k <= 300; k++)
		knot(k * S, BEGIN + k * S - (k > 200 ? 120 * S : k > 100 ? 60 * S : 0));
	point(0, BEGIN, 0, 0);
	point(300 * S, BEGIN, 0, 0);
	ck_assert_uint_eq(correct(BEGIN + 90 * S + S / 2, c), 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(c[i].utc.ns, BEGIN + 90 * S + S / 2 + i * 60 * S);
}
END_TEST

START_TEST(small_move_is_a_slew_and_a_greater_one_a_step)
{
	/* a second between readings: 1 ms and 50 us are allowed */
	knot(0, BEGIN);
	knot(S, BEGIN + S + 1050 * US);
	ck_assert_uint_eq(model.runs, 1);
	knot(2 * S, BEGIN + 2 * S + 2 * 1050 * US + 1);
	ck_assert_uint_eq(model.runs, 2);
	knot(3 * S, BEGIN + 3 * S + 1050 * US + 1);
	ck_assert_uint_eq(model.runs, 2);
	knot(4 * S, BEGIN + 4 * S - 1);
	ck_assert_uint_eq(model.runs, 3);
}
END_TEST

START_TEST(knot_of_an_earlier_raw_time_is_ignored)
{
	build_line(0, 0, 0);
	ck_assert_uint_eq(model.pieces, 100);
	knot(500 * S, BEGIN + 777 * S);
	knot(1000 * S, BEGIN + 777 * S);
	ck_assert_uint_eq(model.pieces, 100);
	ck_assert_uint_eq(model.runs, 1);
}
END_TEST

/* ---- slews */

/*
 * Knots each second; the rate is changed at random moments, but never in two seconds
 * running: then the mean rates of both may agree by chance, and hide one another.
 */
static int64_t path_raw[2 * KNOTS], path_real[2 * KNOTS];

static size_t
build_slewed(int seconds)
{
	size_t n = 0;
	double rate = 0;
	double gained = 0; /* ns */

	for (int k = 0; k < seconds; k++) {
		int64_t from = k * S;
		int64_t turn = from + law_between(1, S - 1);

		path_raw[n] = from;
		path_real[n++] = BEGIN + from + llround(gained);
		knot(from, path_real[n - 1]);
		point(from, BEGIN, 0, 0);
		gained += rate * (double)(turn - from);
		if (k % 2 == 0 && law_chance(0.4))
			rate = (law_uniform() - 0.5) * 2 * 499e-6;
		path_raw[n] = turn;
		path_real[n++] = BEGIN + turn + llround(gained);
		gained += rate * (double)(from + S - turn);
	}
	/* so exact that only the pieces' own bounds are left */
	for (size_t i = 0; i < model.points; i++) {
		points[i].low = points[i].high = points[i].utc_minus_raw;
		points[i].uncertainty.ns = points[i].noise.ns = 0;
	}
	return n;
}

START_TEST(frequency_is_read_over_more_than_a_piece_of_a_millisecond)
{
	struct correction c[4];

	begin();
	point(0, BEGIN, 20e-6, 0);
	for (int64_t i = 0; i < 40000; i++) /* raw gains nothing; readings err by 50 ns */
		knot(i * MS, BEGIN + i * MS + law_between(-50, 50));
	point(40 * S, BEGIN + 40 * S / 50000, 20e-6, 0);
	for (int64_t at = S; at < 39 * S; at += S) {
		ck_assert_uint_eq(
		    clock_model_correct(&model, (struct system_time){ BEGIN + at }, c, 4),
		    1);
		ck_assert_double_eq_tol(c[0].frequency, 20e-6, 1e-8);
	}
}
END_TEST

START_TEST(frequency_beside_a_slew_is_that_of_the_clock_beside_it)
{
	struct correction c[4];
	int64_t real = BEGIN;

	begin();
	point(0, BEGIN, 20e-6, 0);
	for (int64_t i = 0; i <= 40; i++) { /* slewed by 500 ppm for two seconds */
		knot(i * S, real + law_between(-50, 50));
		real += i == 20 || i == 21 ? S + S / 2000 : S;
	}
	point(40 * S, BEGIN + 40 * S / 50000, 20e-6, 0);
	for (int64_t at = S / 2; at < 40 * S; at += S) {
		bool slewed = at > 20 * S && at < 22 * S;

		ck_assert_uint_ge(
		    clock_model_correct(&model, (struct system_time){ BEGIN + at }, c, 4),
		    1);
		ck_assert_double_eq_tol(c[0].frequency, slewed ? -480e-6 : 20e-6, 0.5e-6);
	}
}
END_TEST

START_TEST(time_never_inverts_inside_one_run)
{
	for (int round = 0; round < 20; round++) {
		struct correction last[4];
		struct correction c[4];

		begin();
		(void)build_slewed(200);
		ck_assert_uint_eq(model.runs, 1);
		law_equal(correct(BEGIN + S, last), 1);
		for (int64_t t = BEGIN + S; t < BEGIN + 198 * S;
		     t += law_between(0, 20 * MS)) {
			law_equal(correct(t, c), 1);
			law_holds(c[0].utc.ns >= last[0].utc.ns);
			law_holds(is_sane(&c[0]));
			last[0] = c[0];
		}
	}
}
END_TEST

START_TEST(truth_is_inside_though_the_rate_changed_between_readings)
{
	for (int round = 0; round < 50; round++) {
		size_t n;

		begin();
		n = build_slewed(200);
		/* in the last second nobody has seen yet that the rate changed */
		for (size_t i = 0; i + 3 < n; i++) {
			struct correction c[4];
			int64_t truth = path_raw[i] + BEGIN;

			law_equal(correct(path_real[i], c), 1);
			law_holds(c[0].earliest.ns <= truth && truth <= c[0].latest.ns);
		}
	}
}
END_TEST

/* Nobody looked for a second: a slew of 500 ppm there and back leaves no trace. */
START_TEST(slew_there_and_back_is_within_the_bound_of_a_gap)
{
	for (int watched = 0; watched < 2; watched++) {
		struct correction c[4];

		begin();
		model.watched = watched;
		for (int64_t k = 0; k < 10; k++) {
			struct model_knot n = { { k * S }, { BEGIN + k * S }, { 50 },
				.loose = k == 5 };

			clock_model_add(&model, &n);
		}
		point(0, BEGIN, 0, 0);
		point(9 * S, BEGIN, 0, 0);
		for (size_t i = 0; i < 2; i++)
			points[i].low = points[i].high = points[i].utc_minus_raw;
		points[0].rho = points[1].rho = 0;
		ck_assert_uint_eq(correct(BEGIN + 4 * S + S / 2, c), 1);
		ck_assert_int_ge(c[0].latest.ns - c[0].utc.ns, 250 * US);
		ck_assert_int_le(c[0].latest.ns - c[0].utc.ns, 251 * US);
		ck_assert_int_le(c[0].noise.ns, 21 * US);
		ck_assert_uint_eq(correct(BEGIN + 6 * S + S / 2, c), 1);
		if (watched)
			ck_assert_int_le(c[0].latest.ns - c[0].utc.ns, 11 * US);
		else
			ck_assert_int_ge(c[0].latest.ns - c[0].utc.ns, 250 * US);
	}
}
END_TEST

START_TEST(noise_covers_nine_of_ten_times_beside_a_change_of_rate)
{
	int covered = 0;
	const int trials = 4000;

	for (int round = 0; round < trials; round++) {
		double rate = (law_uniform() - 0.5) * 2 * 499e-6;
		double turn = law_uniform();
		double probe = law_uniform(); /* of second 2, in which the rate changes */
		double gained = probe > turn ? (probe - turn) * rate : 0;
		int64_t truth = BEGIN + 2 * S + llround(probe * 1e9);
		struct correction c[4];

		begin();
		for (int64_t k = 0; k < 6; k++) {
			double gone = k > 2 ? ((double)k - 2 - turn) * rate : 0;

			knot(k * S, BEGIN + k * S + llround(gone * 1e9));
			point(k * S, BEGIN, 0, 0);
			points[k].noise.ns = 0;
		}
		law_equal(correct(truth + llround(gained * 1e9), c), 1);
		covered += llabs(c[0].utc.ns - truth) <= c[0].noise.ns;
	}
	ck_assert_int_ge(covered, trials * 90 / 100);
	ck_assert_int_le(covered, trials * 995 / 1000);
}
END_TEST

/* ---- beyond what was seen */

START_TEST(uncertainty_grows_with_the_distance_on_both_sides)
{
	struct correction c[4];
	struct correction before[4] = { { .kind = CORRECTION_KINDS } };
	struct correction after[4] = { { .kind = CORRECTION_KINDS } };
	int64_t far_enough = 100000;

	for (int64_t k = 0; k <= 100; k++) {
		int64_t raw = (far_enough + k * 10) * S;

		knot(raw, BEGIN + raw);
		if (k % 10 == 0)
			point(raw, BEGIN + raw / 25000, 40e-6, 40e-6);
	}
	for (int64_t away = 1; away < 60000; away = away * 5 / 4 + 1) {
		int64_t first = BEGIN + far_enough * S;
		int64_t last = first + 1000 * S;

		ck_assert_uint_eq(correct(first - away * S, c), 1);
		ck_assert_int_eq(c[0].kind, CORRECTION_BEFORE);
		ck_assert_int_gt(c[0].uncertainty.ns, before[0].uncertainty.ns);
		ck_assert_int_gt(c[0].latest.ns - c[0].earliest.ns,
		    before[0].latest.ns - before[0].earliest.ns);
		ck_assert(is_sane(&c[0]));
		before[0] = c[0];
		ck_assert_uint_eq(correct(last + away * S, c), 1);
		ck_assert_int_eq(c[0].kind, CORRECTION_AFTER);
		ck_assert_int_gt(c[0].uncertainty.ns, after[0].uncertainty.ns);
		ck_assert(is_sane(&c[0]));
		after[0] = c[0];
		/* the slope goes on */
		ck_assert_int_le(
		    llabs(c[0].utc.ns - c[0].raw.ns - BEGIN - c[0].raw.ns / 25000), 2);
	}
}
END_TEST

/* P_tt + 2 t P_ty + t^2 P_yy + ..., t < 0 before the first point, where P_ty < 0 */
START_TEST(noise_outside_follows_the_covariance_of_the_edge)
{
	struct path_node n = { .variance = 1e-12,
		.frequency_variance = 1e-18,
		.covariance = -0.9e-15,
		.wander = 1e-18 };
	struct bound b = { .low = { -MS }, .high = { MS }, .feasible = true };
	struct correction c[4];
	struct span noise[2];

	for (int64_t k = 4999; k <= 5001; k++) {
		struct clock_reading r = reading(k * S, BEGIN + k * S, 0);

		clock_model_knot(&model, &r);
	}
	n.at.ns = 5000 * S;
	n.utc_minus_raw.ns = BEGIN;
	points[model.points++] = clock_model_smoothed(&n, &b);
	clock_model_close(&model);
	for (int side = 0; side < 2; side++) {
		double t = side == 0 ? -1000 : 1000;
		double wanted = 1e-12 + 2 * t * -0.9e-15 + t * t * 1e-18 + 1e-22 * 1e3 +
				1e-18 * 1e9 / 3 + 9e-14 * t * t;

		ck_assert_uint_eq(correct(BEGIN + 5000 * S + (int64_t)t * S, c), 1);
		ck_assert_double_eq_tol(
		    span_seconds(c[0].noise), 1.959964 * sqrt(wanted), 3e-7);
		noise[side] = c[0].noise;
	}
	ck_assert_int_gt(noise[0].ns, noise[1].ns);
}
END_TEST

START_TEST(steered_clock_is_known_less_outside_than_a_free_one)
{
	struct correction free[4];
	struct correction steered[4];

	for (int round = 0; round < 2; round++) {
		begin();
		for (int64_t k = 0; k <= 100; k++) {
			int64_t gained =
			    round * (k % 40 < 20 ? k % 40 : 40 - k % 40) * MS;

			knot(k * 100 * S, BEGIN + k * 100 * S + gained);
			point(k * 100 * S, BEGIN, 0, 0);
		}
		clock_model_close(&model);
		ck_assert_uint_eq(
		    correct(BEGIN + 20000 * S, round == 0 ? free : steered), 1);
	}
	/* 10 ppm, one way and the other: 10^4 s on, 0.2 s to either side */
	ck_assert_int_gt(steered[0].noise.ns, 100 * MS);
	ck_assert_int_lt(free[0].noise.ns, 10 * MS);
	ck_assert_int_gt(steered[0].latest.ns - steered[0].utc.ns, 150 * MS);
}
END_TEST

START_TEST(stops_end_answers_and_only_a_guess_goes_on)
{
	struct correction c[4];
	static const enum model_stop stops[] = { STOP_SUSPEND, STOP_CLOCKSOURCE };

	for (size_t i = 0; i < 2; i++) {
		begin();
		build_line(0, 0, 0);
		model.front = model.back = stops[i];
		ck_assert_uint_eq(correct(BEGIN + 500 * S, c), 1);
		ck_assert_uint_eq(correct(BEGIN - S, c), 0);
		ck_assert_uint_eq(correct(BEGIN + 1001 * S, c), 0);
		ck_assert_uint_eq(clock_model_correct_beyond(&model,
				      (struct system_time){ BEGIN + 1001 * S }, c),
		    1);
		ck_assert_int_eq(c[0].passed, stops[i]);
		ck_assert_int_gt(c[0].uncertainty.ns, 2 * S);
		ck_assert(c[0].earliest.ns == INT64_MIN && c[0].latest.ns == INT64_MAX);
		ck_assert_uint_eq(clock_model_correct_beyond(
				      &model, (struct system_time){ BEGIN + 500 * S }, c),
		    0);
	}
}
END_TEST

START_TEST(next_boot_ends_what_this_one_can_have_shown)
{
	struct correction c[4];

	build_line(0, 0, 0);
	model.has_until = true;
	model.until.ns = BEGIN + 2000 * S;
	ck_assert_uint_eq(correct(BEGIN + 1999 * S, c), 1);
	ck_assert_uint_eq(correct(BEGIN + 2010 * S, c), 0);
	ck_assert_uint_eq(clock_model_correct_beyond(
			      &model, (struct system_time){ BEGIN + 2010 * S }, c),
	    1);
	ck_assert_int_eq(c[0].passed, STOP_BOOT);
}
END_TEST

START_TEST(time_shown_before_a_step_back_may_come_again_after_the_end)
{
	struct correction c[4];

	build_step(-60 * S); /* the last reading shows second 140 */
	ck_assert_uint_eq(correct(BEGIN + 90 * S + S / 2, c), 2);
	begin();
	build_step(-150 * S); /* and now second 50: 90.5 is 40.5 s later */
	ck_assert_uint_eq(correct(BEGIN + 90 * S + S / 2, c), 2);
	ck_assert_int_eq(c[0].kind, CORRECTION_INSIDE);
	ck_assert_int_eq(c[1].kind, CORRECTION_AFTER);
	ck_assert_int_eq(c[1].utc.ns, BEGIN + 240 * S + S / 2);
}
END_TEST

START_TEST(host_time_of_a_raw_time_is_read_from_the_knots)
{
	build_line(3200 * MS, 0, 100e-6);
	for (int64_t k = -10; k <= 1010; k += 7)
		ck_assert_int_le(
		    llabs(clock_model_host(&model, (struct raw_time){ k * S }).ns -
			  (BEGIN - 3200 * MS + k * S + k * 100 * US)),
		    1 + (k < 0 || k > 1000 ? 2 * MS : 0));
}
END_TEST

START_TEST(time_before_the_boot_was_never_shown)
{
	struct correction c[4];

	build_line(0, 0, 0);
	ck_assert_uint_eq(correct(BEGIN - S, c), 0);
	ck_assert_uint_eq(correct(BEGIN, c), 1);
}
END_TEST

START_TEST(model_without_knots_or_calibrations_corrects_nothing)
{
	struct correction c[4];

	ck_assert_uint_eq(correct(BEGIN, c), 0);
	knot(0, BEGIN);
	knot(S, BEGIN + S);
	ck_assert_uint_eq(correct(BEGIN + S / 2, c), 0);
	point(0, BEGIN, 0, 0);
	ck_assert_uint_eq(correct(BEGIN + S / 2, c), 1);
}
END_TEST

START_TEST(one_reading_and_one_calibration_are_a_model)
{
	struct correction c[4];

	knot(50 * S, BEGIN + 40 * S);
	point(50 * S, BEGIN, 0, 0);
	ck_assert_uint_eq(correct(BEGIN + 40 * S, c), 1);
	ck_assert_int_eq(c[0].utc.ns, BEGIN + 50 * S);
	ck_assert_uint_eq(correct(BEGIN + 30 * S, c), 1);
	ck_assert_int_eq(c[0].utc.ns, BEGIN + 40 * S);
	ck_assert_uint_eq(correct(BEGIN + 70 * S, c), 1);
	ck_assert_int_eq(c[0].utc.ns, BEGIN + 80 * S);
}
END_TEST

START_TEST(calibrations_that_exclude_each_other_are_a_conflict)
{
	struct correction c[4];

	for (int64_t k = 0; k <= 100; k++)
		knot(k * S, BEGIN + k * S);
	point(0, BEGIN, 0, 0);
	point(100 * S, BEGIN + 500 * MS, 0, 0);
	ck_assert_uint_eq(correct(BEGIN + 50 * S, c), 1);
	ck_assert(c[0].conflict);
	/* both are held possible */
	ck_assert_int_le(c[0].earliest.ns, BEGIN + 50 * S - MS);
	ck_assert_int_ge(c[0].latest.ns, BEGIN + 50 * S + 500 * MS + MS);
	ck_assert(is_sane(&c[0]));
}
END_TEST

START_TEST(common_time_base_is_said_of_its_corrections)
{
	struct correction c[4];

	build_line(0, 0, 0);
	points[5].common = true; /* of second 500 */
	ck_assert_uint_eq(correct(BEGIN + 350 * S, c), 1);
	ck_assert(!c[0].common);
	ck_assert_uint_eq(correct(BEGIN + 450 * S, c), 1);
	ck_assert(c[0].common);
	ck_assert_uint_eq(correct(BEGIN + 550 * S, c), 1);
	ck_assert(c[0].common);
}
END_TEST

/* Of 30 knots, about 15 points, on knots and between them, and 3 steps. */
static void
build_any(void)
{
	int64_t raw = law_between(0, 1000 * S);
	int64_t real = BEGIN + law_between(-S, S);

	begin();
	for (int k = 0; k < 30; k++) {
		int64_t on = law_between(1, 100 * S);

		if (law_chance(0.2))
			point(raw + on / 3, BEGIN + law_between(-MS, MS), 0, 0);
		raw += on;
		real += on + law_between(-on / 2000, on / 2000);
		if (law_chance(0.1))
			real += law_between(-100 * S, 100 * S);
		knot(raw, real);
		if (law_chance(0.3))
			point(raw, BEGIN + law_between(-MS, MS), law_gaussian() * 40e-6,
			    law_gaussian() * 40e-6);
	}
}

START_TEST(random_models_give_sane_corrections)
{
	for (int round = 0; round < 300; round++) {
		build_any();
		for (int k = 0; k < 100; k++) {
			struct correction c[4];
			size_t n = correct(BEGIN + law_between(-1000 * S, 5000 * S), c);

			for (size_t i = 0; i < n; i++)
				law_holds(is_sane(&c[i]));
			for (size_t i = 1; i < n; i++)
				law_holds(c[i - 1].utc.ns <= c[i].utc.ns);
		}
	}
}
END_TEST

static bool
is_same(const struct correction *a, const struct correction *b)
{
	return a->kind == b->kind && a->utc.ns == b->utc.ns &&
	       a->noise.ns == b->noise.ns && a->uncertainty.ns == b->uncertainty.ns &&
	       a->earliest.ns == b->earliest.ns && a->latest.ns == b->latest.ns &&
	       a->common == b->common && a->conflict == b->conflict &&
	       a->raw.ns == b->raw.ns && a->point == b->point;
}

static bool
is_among(const struct correction *got, const struct correction c[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(got, &c[i]))
			return true;
	return false;
}

START_TEST(stretch_tells_what_a_search_would)
{
	int within = 0;

	for (int round = 0; round < 300; round++) {
		build_any();
		if (law_chance(0.3))
			model.leap[model.leaps++] =
			    (struct model_leap){ { BEGIN + law_between(0, 3000 * S) },
				    { S } };
		for (int k = 0; k < 100; k++) {
			int64_t t = BEGIN + law_between(-1000 * S, 5000 * S);
			struct correction c[4];
			size_t n = correct(t, c);
			struct model_stretch s;

			for (size_t i = 0; i < n; i++) {
				int64_t other = t + law_between(-20 * S, 20 * S);
				struct correction got;
				struct correction all[4];

				if (!clock_model_stretch(
					&model, (struct system_time){ t }, &c[i], &s))
					continue;
				law_holds(clock_model_within(
				    &s, (struct system_time){ t }, &got));
				law_holds(is_same(&got, &c[i]));
				if (!clock_model_within(
					&s, (struct system_time){ other }, &got))
					continue;
				law_holds(is_among(&got, all, correct(other, all)));
				within++;
			}
		}
	}
	law_holds(within > 1000);
}
END_TEST

/* ---- the paper's correction */

/* (t_n + f t - o) / (1 + f); o = local - reference at reference time t */
static long double
paper(int64_t tn, long double f, int64_t t, int64_t o)
{
	return (tn + f * t - o) / (1 + f);
}

static void
check_paper(int64_t offset, double frequency)
{
	struct linear_correction l = { { BEGIN }, { offset }, frequency };
	long double f = -(long double)frequency / (1 + (long double)frequency);

	for (int i = 0; i < 1000; i++) {
		int64_t tn = BEGIN + law_between(-86400 * S, 86400 * S);
		long double wanted = paper(tn, f, BEGIN + offset, -offset);
		int64_t got = linear_correct(&l, (struct system_time){ tn }).ns;

		law_holds(fabsl(got - wanted) <= 2);
	}
}

START_TEST(linear_correction_is_the_papers_in_its_four_cases)
{
	check_paper(0, 0);                /* y = x */
	check_paper(3200 * MS, 0);        /* y = x + b, behind */
	check_paper(-3200 * MS, 0);       /* ahead */
	check_paper(3200 * MS, 100e-6);   /* y = m x + b, behind and losing */
	check_paper(-3200 * MS, -100e-6); /* ahead and gaining */
	check_paper(3200 * MS, -100e-6);  /* behind and gaining */
	check_paper(0, 100e-6);           /* y = m x */
	check_paper(0, -100e-6);
}
END_TEST

START_TEST(linear_correction_by_hand)
{
	/* 3.2 s behind at noon and losing 100 ppm: an hour later 3.56 s behind */
	struct linear_correction l = { { NOON }, { 3200 * MS }, 100e-6 };

	ck_assert_int_eq(
	    linear_correct(&l, (struct system_time){ NOON }).ns, NOON + 3200 * MS);
	ck_assert_int_eq(linear_correct(&l, (struct system_time){ NOON + 3600 * S }).ns,
	    NOON + 3600 * S + 3560 * MS);
	ck_assert_int_eq(linear_correct(&l, (struct system_time){ NOON - 3600 * S }).ns,
	    NOON - 3600 * S + 2840 * MS);
}
END_TEST

START_TEST(linear_correction_undoes_a_clock_of_rate_m_and_offset_b)
{
	/* y = m x + b, x counted from BEGIN, measured at x = 1000 s */
	for (int i = 0; i < 1000; i++) {
		double m = 1 + law_gaussian() * 50e-6;
		int64_t b = law_between(-10 * S, 10 * S);
		int64_t at = BEGIN + b + llround(1000e9 * m);
		struct linear_correction l = {
			.at = { at },
			.offset = { BEGIN + 1000 * S - at },
			.frequency = 1 / m - 1,
		};
		int64_t x = law_between(0, 86400 * S);
		int64_t y = BEGIN + b + llround((double)x * m);

		law_holds(llabs(linear_correct(&l, (struct system_time){ y }).ns - BEGIN -
				x) <= 3);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("clock_model");
	TCase *t = law_case(s);

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, offset_of_3200_ms_is_added_to_noon);
	tcase_add_test(t, slopes_of_both_signs_are_corrected_to_a_nanosecond);
	tcase_add_test(t, knots_and_points_are_met_exactly);
	tcase_add_test(t, clock_set_forward_never_showed_the_times_between);
	tcase_add_test(t, clock_set_back_showed_some_times_twice);
	tcase_add_test(t, no_more_answers_are_given_than_there_is_room_for);
	tcase_add_test(t, three_branches_give_three_answers_earliest_first);
	tcase_add_test(t, small_move_is_a_slew_and_a_greater_one_a_step);
	tcase_add_test(t, knot_of_an_earlier_raw_time_is_ignored);
	tcase_add_test(t, frequency_is_read_over_more_than_a_piece_of_a_millisecond);
	tcase_add_test(t, frequency_beside_a_slew_is_that_of_the_clock_beside_it);
	tcase_add_test(t, time_never_inverts_inside_one_run);
	tcase_add_test(t, truth_is_inside_though_the_rate_changed_between_readings);
	tcase_add_test(t, slew_there_and_back_is_within_the_bound_of_a_gap);
	tcase_add_test(t, noise_covers_nine_of_ten_times_beside_a_change_of_rate);
	tcase_add_test(t, uncertainty_grows_with_the_distance_on_both_sides);
	tcase_add_test(t, noise_outside_follows_the_covariance_of_the_edge);
	tcase_add_test(t, steered_clock_is_known_less_outside_than_a_free_one);
	tcase_add_test(t, stops_end_answers_and_only_a_guess_goes_on);
	tcase_add_test(t, next_boot_ends_what_this_one_can_have_shown);
	tcase_add_test(t, time_shown_before_a_step_back_may_come_again_after_the_end);
	tcase_add_test(t, host_time_of_a_raw_time_is_read_from_the_knots);
	tcase_add_test(t, time_before_the_boot_was_never_shown);
	tcase_add_test(t, model_without_knots_or_calibrations_corrects_nothing);
	tcase_add_test(t, one_reading_and_one_calibration_are_a_model);
	tcase_add_test(t, calibrations_that_exclude_each_other_are_a_conflict);
	tcase_add_test(t, common_time_base_is_said_of_its_corrections);
	tcase_add_test(t, random_models_give_sane_corrections);
	tcase_add_test(t, stretch_tells_what_a_search_would);
	tcase_add_test(t, linear_correction_is_the_papers_in_its_four_cases);
	tcase_add_test(t, linear_correction_by_hand);
	tcase_add_test(t, linear_correction_undoes_a_clock_of_rate_m_and_offset_b);
	return law_run(s);
}
