#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "clock_watch.h"
#include "law.h"

#define SECOND NS_PER_SECOND
#define RAW_AT_START INT64_C(500000000000)
#define DAY INT64_C(86400000000000)
#define TURNS_MAX 4096
#define READ_NS 60
#define ENTRIES_MAX 8192

/*
 * A host whose clock gains rate[i] over raw time from turn[i] (s after the start) on; with
 * one step and one sleep. The readings have errors, as theirs have.
 */
struct host {
	int64_t real_at_start;
	size_t turns;
	double turn[TURNS_MAX], rate[TURNS_MAX];
	double step_at; /* s; 0: never */
	int64_t step_ns;
	double sleep_at; /* s of raw time; 0: never */
	int64_t sleep_ns;
	struct steering steering;
	bool blind;   /* the kernel's state cannot be read */
	bool follows; /* the frequency that the kernel is told is the rate */
	bool no_boot, no_mono;
};

static struct host
quiet_host(double rate)
{
	return (struct host){
		.real_at_start = INT64_C(1700000000123456789),
		.turns = 1,
		.rate = { rate },
		.steering = { .tick = STEERING_TICK, .status = 0x40 },
	};
}

static void
add_turn(struct host *h, double at, double rate)
{
	ck_assert_uint_lt(h->turns, TURNS_MAX);
	h->turn[h->turns] = at;
	h->rate[h->turns++] = rate;
}

static double
gained(const struct host *h, double t)
{
	double sum = 0;

	for (size_t i = 0; i < h->turns && h->turn[i] <= t; i++) {
		double end = i + 1 < h->turns && h->turn[i + 1] < t ? h->turn[i + 1] : t;

		sum += h->rate[i] * (end - h->turn[i]);
	}
	return sum;
}

static int64_t
stepped(const struct host *h, double t)
{
	return h->step_at > 0 && t >= h->step_at ? h->step_ns : 0;
}

/* What the host's clock shows at a raw time, exactly. */
static int64_t
truth(const struct host *h, int64_t raw)
{
	double t = (double)(raw - RAW_AT_START) / 1e9;
	int64_t slept = h->sleep_at > 0 && t >= h->sleep_at ? h->sleep_ns : 0;

	return h->real_at_start + (raw - RAW_AT_START) +
	       (int64_t)llround(gained(h, t) * 1e9) + slept + stepped(h, t);
}

static struct clock_reading
read_host(const struct host *h, double t)
{
	int64_t raw = RAW_AT_START + (int64_t)llround(t * 1e9);
	int64_t slept = h->sleep_at > 0 && t >= h->sleep_at ? h->sleep_ns : 0;
	int64_t error = law_between(-READ_NS, READ_NS);
	int64_t boot = truth(h, raw) - h->real_at_start - stepped(h, t) + error;

	return (struct clock_reading){
		.real = { truth(h, raw) + error },
		.raw = { raw },
		.mono = { boot - slept },
		.boot = { boot },
		.read = { READ_NS },
		.has_mono = !h->no_mono,
		.has_boot = !h->no_boot,
	};
}

static struct steering
steering_of(const struct host *h, double t)
{
	struct steering s = h->steering;

	for (size_t i = 0; h->follows && i < h->turns && h->turn[i] <= t; i++)
		s.frequency = h->rate[i];
	return s;
}

/* All that readings reveal. */
struct seen {
	size_t steps, leaps, sleeps, slews, entries, knots, loose;
	struct span step, sleep;
	struct clock_slew slew[128];
	struct watch_entry entry[ENTRIES_MAX];
	struct clock_knot first, last; /* readings */
};

static struct clock_watch watch;
static struct seen seen;
static struct host host;

static void
note(const struct watch_report *report)
{
	seen.steps += report->stepped && !report->leap;
	seen.leaps += report->leap;
	seen.sleeps += report->suspended;
	if (report->stepped)
		seen.step = report->step;
	if (report->suspended)
		seen.sleep = report->suspend;
	for (size_t i = 0; i < report->entries; i++) {
		const struct watch_entry *e = &report->entry[i];

		if (e->slewed && seen.slews < 128)
			seen.slew[seen.slews++] = e->slew;
		seen.knots += e->change.bent;
		seen.loose += e->change.bent && e->change.bend.loose;
		ck_assert_uint_lt(seen.entries, ENTRIES_MAX);
		seen.entry[seen.entries++] = *e;
	}
}

static void
look_at(double t)
{
	struct clock_reading r = read_host(&host, t);
	struct steering s = steering_of(&host, t);
	struct watch_report report;

	clock_watch_read(&watch, &r, host.blind ? NULL : &s, &report);
	note(&report);
	seen.last = (struct clock_knot){ r.raw, r.real, r.read };
}

static void
end_watch(void)
{
	struct watch_report report;

	clock_watch_end(&watch, &report);
	note(&report);
}

static void
watch_host(double from, double to)
{
	struct clock_reading r = read_host(&host, from);

	memset(&watch, 0, sizeof(watch));
	memset(&seen, 0, sizeof(seen));
	watch.patience.ns = 9 * SECOND;
	seen.first = (struct clock_knot){ r.raw, r.real, r.read };
	for (double t = from; t < to; t += 1)
		look_at(t + law_uniform() * 0.01);
}

/* Of all knots and the two ends, by how much the straight lines between them leave the
 * truth; only where they claim to be straight. */
static double
worst_path(void)
{
	struct clock_knot from = seen.first;
	double worst = 0;

	for (size_t i = 0; i <= seen.entries; i++) {
		const struct clock_change *c = &seen.entry[i].change;
		struct clock_knot to = i < seen.entries ? c->bend.knot : seen.last;

		if (i < seen.entries && !c->bent)
			continue;
		for (int k = 0; k <= 64 && !(i < seen.entries && c->bend.loose); k++) {
			double share = k / 64.0;
			int64_t raw =
			    from.raw.ns +
			    (int64_t)(share * (double)(to.raw.ns - from.raw.ns));
			double line = (double)(from.real.ns - truth(&host, raw)) +
				      share * (double)(to.real.ns - from.real.ns);

			worst = fmax(worst, fabs(line));
		}
		from = to;
	}
	return worst;
}

START_TEST(a_clock_that_nobody_touches_leaves_nothing_to_write)
{
	for (int ppm = -500; ppm <= 500; ppm += 50) {
		host = quiet_host(ppm * 1e-6);
		watch_host(0, 600);
		ck_assert_uint_eq(seen.steps + seen.sleeps + seen.entries, 0);
	}
}
END_TEST

START_TEST(a_step_of_a_microsecond_is_seen_with_its_size)
{
	static const int64_t sizes[] = { 1000, -1000, 50000, -SECOND, 3 * 3600 * SECOND,
		-3 * 3600 * SECOND };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		host = quiet_host(1e-5);
		host.step_at = 20.5;
		host.step_ns = sizes[i];
		watch_host(0, 60);
		ck_assert_uint_eq(seen.steps, 1);
		ck_assert_uint_eq(seen.entries, 0);
		ck_assert_int_le(llabs(seen.step.ns - sizes[i]), 1000);
	}
}
END_TEST

START_TEST(a_suspend_is_no_step)
{
	host = quiet_host(2e-5);
	host.sleep_at = 31.2;
	host.sleep_ns = 90 * SECOND;
	watch_host(0, 60);
	ck_assert_uint_eq(seen.steps, 0);
	ck_assert_uint_eq(seen.sleeps, 1);
	ck_assert_int_le(llabs(seen.sleep.ns - 90 * SECOND), 1000);
}
END_TEST

START_TEST(a_leap_second_is_told_from_a_step_of_a_second)
{
	for (int insert = 0; insert < 2; insert++) {
		for (int pending = 0; pending < 2; pending++) {
			for (int midnight = 0; midnight < 2; midnight++) {
				host = quiet_host(1e-5);
				host.real_at_start =
				    20000 * DAY - 30 * SECOND - (midnight ? 0 : DAY / 2);
				host.step_at = insert ? 30.0001 : 29.0001;
				host.step_ns = insert ? -SECOND : SECOND;
				host.steering.status = !pending ? 0
						       : insert ? STEERING_LEAP_INSERT
								: STEERING_LEAP_DELETE;
				watch_host(law_uniform(), 60);
				law_equal(seen.leaps, pending && midnight);
				law_equal(seen.steps, !(pending && midnight));
				law_equal(seen.entries, 0);
			}
		}
	}
}
END_TEST

START_TEST(a_second_less_a_microsecond_is_no_leap)
{
	host = quiet_host(0);
	host.real_at_start = 20000 * DAY - 30 * SECOND;
	host.step_at = 30.0001;
	host.step_ns = -SECOND + 1000;
	host.steering.status = STEERING_LEAP_INSERT;
	watch_host(0, 60);
	ck_assert_uint_eq(seen.leaps, 0);
	ck_assert_uint_eq(seen.steps, 1);
}
END_TEST

START_TEST(one_change_of_rate_between_two_readings_is_placed_to_a_microsecond)
{
	for (int i = 0; i < 2000; i++) {
		double rate = (law_uniform() - 0.5) * 4e-4;
		double change =
		    (law_chance(0.5) ? -1 : 1) * (1e-4 + law_uniform() * 4e-4);

		host = quiet_host(rate);
		add_turn(&host, 8 + law_uniform() * 40, rate + change);
		host.blind = law_chance(0.3);
		host.follows = law_chance(0.5);
		watch_host(law_uniform(), 60);
		law_equal(seen.entries, 1);
		law_equal(seen.loose, 0);
		law_holds(worst_path() <= 1000);
		law_equal(seen.slews, 1);
		law_holds(fabs(seen.slew[0].size - change) < 2e-7);
		law_holds(fabs(seen.slew[0].before - rate) < 2e-7);
		law_equal(
		    seen.entry[0].change.steering.frequency, host.follows && !host.blind);
	}
}
END_TEST

START_TEST(a_small_change_of_rate_is_one_record)
{
	for (int i = 0; i < 500; i++) {
		double change =
		    (law_chance(0.5) ? -1 : 1) * (5e-7 + law_uniform() * 2e-5);

		host = quiet_host(3e-5);
		add_turn(&host, 20 + law_uniform(), 3e-5 + change);
		host.follows = true;
		watch_host(law_uniform(), 300);
		law_equal(seen.entries, 1);
		law_equal(seen.knots, 1);
		law_equal(seen.loose, 0);
		law_holds(worst_path() <= WATCH_TOLERANCE_NS);
	}
}
END_TEST

START_TEST(a_slow_bend_is_never_loose_and_leaves_the_line_by_no_more_than_the_tolerance)
{
	host = quiet_host(0);
	for (int i = 1; i < 600; i++) /* a rate that grows by 0.1 ppm a second */
		add_turn(&host, i, 1e-7 * i);
	watch_host(0.3, 600);
	ck_assert_uint_gt(seen.knots, 5);
	ck_assert_uint_lt(seen.knots, 150);
	ck_assert_uint_eq(seen.loose, 0);
	ck_assert_double_le(worst_path(), WATCH_TOLERANCE_NS);
	ck_assert_uint_gt(seen.slews, 3);
	ck_assert_uint_le(seen.slews, 4 + 600 / 64);
}
END_TEST

START_TEST(a_phase_that_a_kernel_loop_takes_out_is_followed)
{
	host = quiet_host(-1e-5);
	for (int i = 0; i < 1000; i++) /* 10 ms at time constant 4: a 64th each second */
		add_turn(&host, 20 + i, -1e-5 + 1e-2 / 64 * pow(63.0 / 64, i));
	watch_host(0.4, 1000);
	ck_assert_uint_le(seen.knots, 60);
	ck_assert_uint_eq(seen.loose, 0);
	ck_assert_double_le(worst_path(), WATCH_TOLERANCE_NS);
}
END_TEST

/*
 * The frequency set each poll, a correction slewed in between: what chrony does. Each
 * change is a record, and hardly ever two.
 */
START_TEST(a_steered_clock_costs_one_record_a_change)
{
	for (int round = 0; round < 20; round++) {
		double base = -2e-5;
		double size = pow(10, -8 + 4 * law_uniform());
		double t = 20;
		size_t changes = 0;

		host = quiet_host(base);
		host.follows = true;
		while (t < 3800 && host.turns < TURNS_MAX - 2) {
			add_turn(&host, t, base + size * law_gaussian());
			add_turn(&host, t + 7 + 20 * law_uniform(),
			    base + size / 20 * law_gaussian());
			t += 64;
			changes += 2;
		}
		watch_host(0.2, 3900);
		law_holds(seen.entries <= changes + changes / 20);
		law_equal(seen.loose, 0);
		law_holds(worst_path() <= WATCH_TOLERANCE_NS);
		law_holds(seen.slews <= 4 + 3900 / 64);
	}
}
END_TEST

START_TEST(a_frequency_that_bends_nothing_is_told_without_a_knot)
{
	host = quiet_host(1e-5);
	add_turn(&host, 20.5, 1e-5 + 1e-9);
	host.follows = true;
	watch_host(0, 200);
	ck_assert_uint_eq(seen.entries, 1);
	ck_assert_uint_eq(seen.knots, 0);
	ck_assert(seen.entry[0].change.steering.frequency);
	ck_assert_double_eq_tol(
	    seen.entry[0].change.steering.now.frequency, 1.0001e-5, 1e-12);
}
END_TEST

START_TEST(two_changes_of_rate_in_one_gap_are_loose_within_the_limit)
{
	for (int i = 0; i < 1000; i++) {
		bool fast = law_chance(0.5);
		double limit = fast ? WATCH_TICK_LIMIT : WATCH_SLEW_LIMIT;
		double rate = (law_uniform() - 0.5) * 1e-4;
		double odd = fast ? 5e-2 : 5e-4;
		double from = 20 + 0.1 + law_uniform() * 0.2;
		double length = 0.3 + law_uniform() * 0.3;
		const struct watch_entry *e = seen.entry;
		struct clock_knot before;

		host = quiet_host(rate);
		add_turn(&host, from, law_chance(0.5) ? odd : -odd);
		add_turn(&host, from + length, rate);
		watch_host(0, 60);
		law_equal(seen.entries, 2);
		law_equal(seen.loose, 1);
		law_holds(!e[0].change.bend.loose && e[1].change.bend.loose);
		law_holds(fabs(e[1].change.bend.slew_limit - limit) < 1e-12);
		law_holds(worst_path() <= 1000);
		before = e[0].change.bend.knot;
		law_holds(
		    e[1].change.bend.knot.raw.ns - before.raw.ns < SECOND + SECOND / 50);
	}
}
END_TEST

START_TEST(an_unusual_tick_allows_more)
{
	host = quiet_host(1e-5);
	host.steering.tick = 9999;
	add_turn(&host, 20.2, 4e-4);
	add_turn(&host, 20.7, 1e-5);
	watch_host(0, 60);
	ck_assert_uint_eq(seen.loose, 1);
	ck_assert_double_eq_tol(
	    seen.entry[1].change.bend.slew_limit, WATCH_TICK_LIMIT, 1e-12);
	host.steering.tick = STEERING_TICK;
	host.blind = true;
	watch_host(0, 60);
	ck_assert_double_eq_tol(
	    seen.entry[1].change.bend.slew_limit, WATCH_TICK_LIMIT, 1e-12);
}
END_TEST

START_TEST(a_gap_that_was_foretold_is_none)
{
	for (int told = 0; told < 2; told++) {
		host = quiet_host(1e-5);
		host.blind = !told;
		watch_host(0, 60);
		look_at(100);
		look_at(101);
		law_equal(seen.entries, told ? 0 : 2);
		law_equal(seen.loose, told ? 0 : 1);
	}
}
END_TEST

START_TEST(in_a_gap_with_another_state_at_its_ends_the_clock_may_have_gone_anywhere)
{
	host = quiet_host(1e-5);
	host.follows = true;
	add_turn(&host, 70, 2e-5);
	watch_host(0, 60);
	look_at(100);
	look_at(101);
	ck_assert_uint_eq(seen.entries, 2);
	ck_assert(
	    seen.entry[1].change.bend.loose && seen.entry[1].change.steering.frequency);
	ck_assert_double_eq_tol(
	    seen.entry[1].change.bend.slew_limit, WATCH_SLEW_LIMIT, 1e-12);
}
END_TEST

START_TEST(a_gap_that_ends_beside_the_line_is_loose_whatever_the_state)
{
	host = quiet_host(1e-5);
	add_turn(&host, 70, 5e-5);
	add_turn(&host, 80, 1e-5);
	watch_host(0, 60);
	look_at(100);
	ck_assert_uint_eq(seen.loose, 1);
}
END_TEST

START_TEST(a_rate_set_together_with_the_clock_is_told_as_well)
{
	host = quiet_host(1e-5);
	host.step_at = 20.5;
	host.step_ns = SECOND;
	add_turn(&host, 20.5, 3e-4);
	watch_host(0, 60);
	ck_assert_uint_eq(seen.steps, 1);
	ck_assert_uint_eq(seen.slews, 1);
	ck_assert_double_eq_tol(seen.slew[0].size, 2.9e-4, 2e-7);
}
END_TEST

START_TEST(who_turns_the_rate_each_second_gets_few_events)
{
	host = quiet_host(0);
	for (int i = 0; i < 1000; i++)
		add_turn(
		    &host, 20 + i + 0.5 * law_uniform(), (law_uniform() - 0.5) * 1e-3);
	host.follows = true;
	watch_host(0, 1000);
	end_watch();
	ck_assert_uint_le(seen.slews, 4 + 1000 / 64);
	ck_assert_uint_le(seen.entries, 1010);
	ck_assert_double_le(worst_path(), WATCH_TOLERANCE_NS);
}
END_TEST

START_TEST(a_state_that_changes_without_bending_anything_is_told_at_once)
{
	host = quiet_host(1e-5);
	watch_host(0, 20);
	host.steering.status = STEERING_LEAP_INSERT;
	host.steering.tai = 37;
	look_at(20);
	ck_assert_uint_eq(seen.entries, 1);
	ck_assert(!seen.entry[0].change.bent);
	ck_assert(
	    seen.entry[0].change.steering.status && seen.entry[0].change.steering.tai);
	ck_assert(!seen.entry[0].change.steering.frequency);
	look_at(21);
	ck_assert_uint_eq(seen.entries, 1);
}
END_TEST

START_TEST(what_waits_at_the_end_is_told)
{
	host = quiet_host(1e-5);
	add_turn(&host, 57.5, 4e-4);
	host.follows = true;
	watch_host(0, 60);
	ck_assert_uint_eq(seen.entries, 0);
	end_watch();
	ck_assert_uint_eq(seen.knots, 3);
	ck_assert(seen.entry[2].change.steering.frequency);
	end_watch();
	ck_assert_uint_eq(seen.entries, 3);
}
END_TEST

START_TEST(dense_readings_do_not_spoil_a_line)
{
	double t = 0;

	host = quiet_host(1e-5);
	add_turn(&host, 20.3, 3e-4);
	watch_host(0, 1);
	while (t < 60) {
		t += law_chance(0.7) ? 0.0005 + law_uniform() * 0.01 : law_uniform();
		look_at(1 + t);
	}
	ck_assert_uint_eq(seen.entries, 1);
	ck_assert_uint_eq(seen.loose, 0);
	ck_assert_double_le(worst_path(), 1500);
}
END_TEST

START_TEST(a_kernel_without_boottime_is_watched_as_well_as_it_goes)
{
	for (int no_mono = 0; no_mono < 2; no_mono++) {
		host = quiet_host(0);
		add_turn(&host, 20.25, 3e-4);
		host.no_boot = true;
		host.no_mono = no_mono;
		host.step_at = 40.5;
		host.step_ns = SECOND;
		watch_host(0, 60);
		ck_assert_uint_eq(seen.steps, 1);
		ck_assert_uint_eq(seen.sleeps, 0);
		/* the raw clock alone cannot tell the step from what was slewed */
		ck_assert_uint_eq(seen.entries, no_mono ? 2 : 1);
		ck_assert_int_le(llabs(seen.step.ns - SECOND), no_mono ? 400000 : 1000);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("clock_watch");
	TCase *t = law_case(s);

	tcase_add_test(t, a_clock_that_nobody_touches_leaves_nothing_to_write);
	tcase_add_test(t, a_step_of_a_microsecond_is_seen_with_its_size);
	tcase_add_test(t, a_suspend_is_no_step);
	tcase_add_test(t, a_leap_second_is_told_from_a_step_of_a_second);
	tcase_add_test(t, a_second_less_a_microsecond_is_no_leap);
	tcase_add_test(
	    t, one_change_of_rate_between_two_readings_is_placed_to_a_microsecond);
	tcase_add_test(t, a_small_change_of_rate_is_one_record);
	tcase_add_test(t,
	    a_slow_bend_is_never_loose_and_leaves_the_line_by_no_more_than_the_tolerance);
	tcase_add_test(t, a_phase_that_a_kernel_loop_takes_out_is_followed);
	tcase_add_test(t, a_steered_clock_costs_one_record_a_change);
	tcase_add_test(t, a_frequency_that_bends_nothing_is_told_without_a_knot);
	tcase_add_test(t, two_changes_of_rate_in_one_gap_are_loose_within_the_limit);
	tcase_add_test(t, an_unusual_tick_allows_more);
	tcase_add_test(t, a_gap_that_was_foretold_is_none);
	tcase_add_test(
	    t, in_a_gap_with_another_state_at_its_ends_the_clock_may_have_gone_anywhere);
	tcase_add_test(t, a_gap_that_ends_beside_the_line_is_loose_whatever_the_state);
	tcase_add_test(t, a_rate_set_together_with_the_clock_is_told_as_well);
	tcase_add_test(t, who_turns_the_rate_each_second_gets_few_events);
	tcase_add_test(t, a_state_that_changes_without_bending_anything_is_told_at_once);
	tcase_add_test(t, what_waits_at_the_end_is_told);
	tcase_add_test(t, dense_readings_do_not_spoil_a_line);
	tcase_add_test(t, a_kernel_without_boottime_is_watched_as_well_as_it_goes);
	return law_run(s);
}
