#include <math.h>
#include <stdlib.h>

#include <check.h>

#include "clock_watch.h"
#include "law.h"

#define SECOND NS_PER_SECOND
#define REAL_AT_START INT64_C(1700000000000000000)
#define RAW_AT_START INT64_C(500000000000)

/* A host whose clock gains `rate` over raw time until `turn`, then `rate2`; with jumps.
 */
struct host {
	double rate, rate2;
	double turn;    /* s after the start */
	double step_at; /* s; 0: never */
	int64_t step_ns;
	double sleep_at; /* s of raw time; 0: never */
	int64_t sleep_ns;
};

static int64_t
gained(const struct host *h, double t)
{
	double early = t < h->turn ? t : h->turn;
	double late = t < h->turn ? 0 : t - h->turn;

	return (int64_t)llround((h->rate * early + h->rate2 * late) * 1e9);
}

static struct clock_reading
read_host(const struct host *h, double t)
{
	int64_t raw = (int64_t)llround(t * 1e9);
	int64_t mono = raw + gained(h, t);
	int64_t boot = mono + (h->sleep_at > 0 && t >= h->sleep_at ? h->sleep_ns : 0);
	int64_t step = h->step_at > 0 && t >= h->step_at ? h->step_ns : 0;

	return (struct clock_reading){
		.real = { REAL_AT_START + boot + step },
		.raw = { RAW_AT_START + raw },
		.mono = { RAW_AT_START + mono },
		.boot = { RAW_AT_START + boot },
		.read = { 60 },
		.has_mono = true,
		.has_boot = true,
	};
}

/* All that a minute of readings, a second apart, reveals. */
struct minute {
	size_t steps, sleeps, bends;
	struct span step, sleep;
	struct clock_bend bend[16];
};

static struct minute
watch_minute(const struct host *h)
{
	struct clock_watch w = { .begun = false };
	struct minute m = { .steps = 0 };

	for (int i = 0; i < 60; i++) {
		struct clock_reading r = read_host(h, i);
		struct watch_report report;

		clock_watch_read(&w, &r, &report);
		m.steps += report.stepped;
		m.sleeps += report.suspended;
		if (report.stepped)
			m.step = report.step;
		if (report.suspended)
			m.sleep = report.suspend;
		for (size_t k = 0; k < report.bends && m.bends < 16; k++)
			m.bend[m.bends++] = report.bend[k];
	}
	return m;
}

START_TEST(a_clock_that_nobody_touches_leaves_nothing_to_write)
{
	for (int ppm = -500; ppm <= 500; ppm += 50) {
		struct host h = { .rate = ppm * 1e-6, .rate2 = ppm * 1e-6, .turn = 1 };
		struct minute m = watch_minute(&h);

		ck_assert_uint_eq(m.steps + m.sleeps + m.bends, 0);
	}
}
END_TEST

START_TEST(a_step_of_a_microsecond_is_seen_with_its_size)
{
	static const int64_t sizes[] = { 1000, -1000, 50000, -SECOND, 3 * 3600 * SECOND,
		-3 * 3600 * SECOND };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct host h = { .step_at = 20.5, .step_ns = sizes[i] };
		struct minute m = watch_minute(&h);

		ck_assert_uint_eq(m.steps, 1);
		ck_assert_uint_eq(m.bends, 0);
		ck_assert_int_le(llabs(m.step.ns - sizes[i]), 1000);
	}
}
END_TEST

START_TEST(a_suspend_is_no_step)
{
	struct host h = {
		.rate = 2e-5, .rate2 = 2e-5, .sleep_at = 31.2, .sleep_ns = 90 * SECOND
	};
	struct minute m = watch_minute(&h);

	ck_assert_uint_eq(m.steps, 0);
	ck_assert_uint_eq(m.sleeps, 1);
	ck_assert_int_le(llabs(m.sleep.ns - 90 * SECOND), 1000);
}
END_TEST

START_TEST(one_change_of_rate_between_two_readings_is_placed_to_a_microsecond)
{
	for (int i = 0; i < 500; i++) {
		double rate = (law_uniform() - 0.5) * 1e-3;
		double change =
		    (law_uniform() < 0.5 ? -1 : 1) * (1e-4 + law_uniform() * 4e-4);
		struct host h = { .rate = rate,
			.rate2 = rate + change,
			.turn = 5 + law_uniform() * 40 };
		struct minute m = watch_minute(&h);
		double at;

		ck_assert_uint_eq(m.bends, 1);
		ck_assert(!m.bend[0].loose);
		at = (double)(m.bend[0].knot.raw.ns - RAW_AT_START) / 1e9;
		/* the path: what the clock read there, against what the knot says */
		ck_assert_int_le(
		    llabs(m.bend[0].knot.real.ns - read_host(&h, at).real.ns), 1000);
		ck_assert(m.bend[0].has_rate);
		ck_assert_double_eq_tol(m.bend[0].rate, h.rate2, 1e-6);
	}
}
END_TEST

START_TEST(a_slow_bend_never_leaves_the_line_by_more_than_the_tolerance)
{
	struct clock_watch w = { .begun = false };
	struct clock_knot from = { .raw = { 0 } };
	struct clock_reading all[600];
	size_t first = 0;
	size_t knots = 0;

	for (int i = 0; i < 600; i++) { /* a rate that grows by 0.1 ppm a second */
		double t = i;
		struct host h = { .rate = 0.5e-7 * t, .turn = 1e9 };
		struct watch_report report;

		all[i] = read_host(&h, t);
		clock_watch_read(&w, &all[i], &report);
		if (i == 0)
			from =
			    (struct clock_knot){ all[0].raw, all[0].real, all[0].read };
		for (size_t k = 0; k < report.bends; k++) {
			struct clock_knot to = report.bend[k].knot;
			double length = (double)(to.raw.ns - from.raw.ns);
			double rise = (double)(to.real.ns - from.real.ns);

			knots++;
			for (; first <= (size_t)i && all[first].raw.ns <= to.raw.ns;
			     first++) {
				double run = (double)(all[first].raw.ns - from.raw.ns);
				double line = (double)from.real.ns + rise * run / length;

				ck_assert_double_le(
				    fabs((double)all[first].real.ns - line), 25000);
			}
			from = to;
		}
	}
	ck_assert_uint_gt(knots, 5);
	ck_assert_uint_lt(knots, 300);
}
END_TEST

START_TEST(two_changes_of_rate_in_one_gap_are_not_called_a_crossing)
{
	struct clock_watch w = { .begun = false };
	size_t crossings = 0;
	size_t loose = 0;

	for (int i = 0; i < 60; i++) {
		/* 400 ppm for the middle third of the gap between 20 and 21 s: a jump of
		 * 133 us */
		struct clock_reading r = read_host(&(struct host){ .turn = 1 }, i);
		struct watch_report report;

		if (i > 20) {
			r.real.ns += 133333;
			r.mono.ns += 133333;
			r.boot.ns += 133333;
		}
		clock_watch_read(&w, &r, &report);
		for (size_t k = 0; k < report.bends; k++) {
			crossings += report.bend[k].has_rate;
			loose += report.bend[k].loose;
		}
	}
	ck_assert_uint_eq(crossings, 0);
	ck_assert_uint_ge(loose, 1);
}
END_TEST

START_TEST(who_looked_away_says_so)
{
	struct clock_watch w = { .patience = { 5 * SECOND } };
	struct watch_report report;
	struct host h = { .rate = 1e-5, .rate2 = 1e-5, .turn = 1 };

	for (int i = 0; i < 20; i++) {
		struct clock_reading r = read_host(&h, i);

		clock_watch_read(&w, &r, &report);
		ck_assert_uint_eq(report.bends, 0);
	}
	struct clock_reading late = read_host(&h, 100);

	clock_watch_read(&w, &late, &report);
	ck_assert_uint_eq(report.bends, 2);
	ck_assert(!report.bend[0].loose && report.bend[1].loose);
}
END_TEST

START_TEST(a_kernel_without_boottime_is_watched_as_well_as_it_goes)
{
	struct clock_watch w = { .begun = false };
	struct host h = {
		.rate2 = 3e-4, .turn = 20.25, .step_at = 40, .step_ns = SECOND
	};
	size_t seen = 0;

	for (int i = 0; i < 60; i++) {
		struct clock_reading r = read_host(&h, i);
		struct watch_report report;

		r.has_boot = r.has_mono = false;
		clock_watch_read(&w, &r, &report);
		ck_assert(!report.stepped && !report.suspended);
		seen += report.bends;
	}
	ck_assert_uint_ge(seen, 2); /* the change of rate, and the step as a break */
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
	tcase_add_test(
	    t, one_change_of_rate_between_two_readings_is_placed_to_a_microsecond);
	tcase_add_test(t, a_slow_bend_never_leaves_the_line_by_more_than_the_tolerance);
	tcase_add_test(t, two_changes_of_rate_in_one_gap_are_not_called_a_crossing);
	tcase_add_test(t, who_looked_away_says_so);
	tcase_add_test(t, a_kernel_without_boottime_is_watched_as_well_as_it_goes);
	return law_run(s);
}
