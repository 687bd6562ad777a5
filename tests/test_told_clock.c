#include <math.h>
#include <string.h>

#include "law.h"
#include "told_clock.h"

#define S NS_PER_SECOND
#define NOON (INT64_C(1680004800) * S)
#define LINES 600

static struct told_line line[LINES];
static size_t lines;
static struct told_stretch out[TOLD_STRETCHES * LINES];
static struct told_options options;

static void
begin(void)
{
	lines = 0;
	options = (struct told_options){ .hold = { 86400 * S } };
}

/* At so many seconds after noon by the host's clock. */
static struct daemon_line *
say_at(double seconds, enum daemon_author author, enum daemon_word word, double offset)
{
	struct told_line *l = &line[lines];

	*l = (struct told_line){
		.at = { NOON + span_from_seconds(seconds).ns },
		.resolution = { 1 },
		.said = { author, word, offset, 0, -1, -1 },
		.place = lines,
	};
	lines++;
	return &l->said;
}

static size_t
build(void)
{
	told_times(line, lines);
	told_prefer(line, lines);
	return told_build(line, lines, &options, out);
}

/* How many stretches show it; the offset and the error by the last of them. */
static size_t
look(size_t n, double seconds, double *offset, double *error)
{
	struct system_time t = { NOON + span_from_seconds(seconds).ns };
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		struct system_time at = out[i].from;

		while (t.ns >= out[i].from.ns && at.ns <= t.ns && t.ns < out[i].to.ns) {
			struct told_piece p = told_piece(&out[i], at);

			if (t.ns < p.to.ns) {
				*offset = span_seconds(p.offset) +
					  p.slope * (double)(t.ns - p.from.ns) / S;
				*error = span_seconds(p.error);
				found++;
				break;
			}
			at = p.to;
		}
	}
	return found;
}

START_TEST(what_adjtime_takes_off_is_a_ramp_of_the_kernels_rate)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		double offset = 0;
		double error = 0;
		size_t n;

		begin();
		options.slew = 0.005;
		(void)say_at(0, AUTHOR_OPENNTPD, WORD_SLEW, sign * 2.0);
		n = build();
		/* of each second of its own a clock that hurries gains 0.005 / 1.005 */
		for (double t = 1; t < 390; t += 20) {
			double left = 2 - t * 0.005 / (1 + sign * 0.005);

			ck_assert_uint_eq(look(n, t, &offset, &error), 1);
			ck_assert_msg(
			    fabs(offset - sign * left) < 1e-6, "%g: %g", t, offset);
		}
		ck_assert_uint_eq(look(n, 500, &offset, &error), 1);
		ck_assert(fabs(offset) < 1e-6 && error > 0.011);
	}
}
END_TEST

START_TEST(how_fast_it_is_shows_where_amounts_shrink)
{
	begin();
	(void)say_at(0, AUTHOR_OPENNTPD, WORD_SLEW, -0.225044);
	(void)say_at(440, AUTHOR_OPENNTPD, WORD_SLEW, -0.006);
	ck_assert(told_slew_rate(line, lines) > 0.00049 &&
		  told_slew_rate(line, lines) < 0.00051);
	begin();
	(void)say_at(0, AUTHOR_OPENNTPD, WORD_SLEW, 2.796176);
	ck_assert(!(told_slew_rate(line, lines) > 0));
	(void)say_at(91, AUTHOR_OPENNTPD, WORD_SLEW, 2.336176);
	ck_assert(told_slew_rate(line, lines) > 0.0049);
	/* a clock that was set in between says nothing of it */
	begin();
	(void)say_at(0, AUTHOR_OPENNTPD, WORD_SLEW, 2.796176);
	(void)say_at(50, AUTHOR_OPENNTPD, WORD_STEP, 1);
	(void)say_at(91, AUTHOR_OPENNTPD, WORD_SLEW, 2.336176);
	ck_assert(!(told_slew_rate(line, lines) > 0));
}
END_TEST

/* Where the rate does not show, the clock was somewhere between two amounts. */
START_TEST(an_unknown_rate_leaves_open_what_lies_between)
{
	double offset = 0;
	double error = 0;
	size_t n;

	begin();
	(void)say_at(0, AUTHOR_OPENNTPD, WORD_SLEW, 1.0);
	say_at(1000, AUTHOR_OPENNTPD, WORD_NEAR, 0)->error = 0.032;
	n = build();
	for (double t = 10; t < 990; t += 40) {
		ck_assert_uint_eq(look(n, t, &offset, &error), 1);
		ck_assert(offset + error >= 1.0 && offset - error <= 0.0);
	}
}
END_TEST

START_TEST(a_step_divides_the_clock_before_from_the_clock_after)
{
	static const double by[] = { 0.5, 3600, -0.5, -3600 };

	for (size_t i = 0; i < 4; i++) {
		double offset = 0;
		double error = 0;
		double at = by[i] > 0 ? by[i] : 0;
		size_t n;

		begin();
		(void)say_at(at + 100, AUTHOR_NTPD, WORD_STEP, by[i]);
		n = build();
		/* 10 s before, by the clock as it was */
		ck_assert_uint_ge(look(n, at + 100 - by[i] - 10, &offset, &error), 1);
		ck_assert_int_eq(
		    out[0].to.ns, NOON + span_from_seconds(at + 100 - by[i]).ns + 1);
		ck_assert(fabs(span_seconds(out[0].offset) - by[i]) < 1e-6);
		ck_assert_int_eq(out[1].from.ns, NOON + span_from_seconds(at + 100).ns);
		ck_assert_int_eq(out[1].offset.ns, 0);
		/* what it never showed, or twice */
		n = look(n, at + 100 - by[i] / 2, &offset, &error);
		ck_assert_uint_eq(n, by[i] > 0 ? 0 : 2);
	}
}
END_TEST

START_TEST(who_steps_after_he_said_so_stamps_by_the_clock_before)
{
	begin();
	(void)say_at(100, AUTHOR_NTPD, WORD_STEPPING, 5);
	ck_assert_uint_eq(build(), 2);
	ck_assert_int_eq(out[0].to.ns, NOON + 100 * S + 1);
	ck_assert_int_eq(out[1].from.ns, NOON + 105 * S);
	ck_assert_int_eq(line[0].when.ns, NOON + 105 * S);
}
END_TEST

START_TEST(lines_are_put_in_the_order_in_which_they_happened)
{
	begin();
	(void)say_at(100, AUTHOR_CHRONY, WORD_OFFSET, -32400);
	(void)say_at(-32300, AUTHOR_CHRONY, WORD_STEP, -32400);
	(void)say_at(-32290, AUTHOR_CHRONY, WORD_NEAR, 0);
	(void)build();
	ck_assert_int_eq(line[0].when.ns, NOON - 32300 * S);
	ck_assert_int_eq(line[1].when.ns, NOON - 32300 * S);
	ck_assert_int_eq(line[2].when.ns, NOON - 32290 * S);
	/* a boot with an RTC from 1970, until somebody sets the clock */
	begin();
	(void)say_at(0, AUTHOR_CHRONY, WORD_NEAR, 0);
	(void)say_at(-1e9, AUTHOR_KERNEL, WORD_BREAK, 0);
	(void)say_at(-1e9 + 20, AUTHOR_CHRONY, WORD_ALIVE, 0);
	(void)say_at(60, AUTHOR_CHRONY, WORD_STEP, 1e9 + 30);
	(void)build();
	for (size_t i = 1; i < lines; i++)
		ck_assert_int_ge(line[i].when.ns, line[i - 1].when.ns);
	ck_assert_int_eq(line[1].when.ns, NOON + 30 * S);
}
END_TEST

START_TEST(nothing_is_carried_over_a_break)
{
	double offset = 0;
	double error = 0;
	size_t n;

	begin();
	(void)say_at(0, AUTHOR_CHRONY, WORD_OFFSET, 0.25);
	(void)say_at(1000, AUTHOR_KERNEL, WORD_BREAK, 0);
	n = build();
	ck_assert_uint_eq(look(n, 900, &offset, &error), 1);
	ck_assert_uint_eq(look(n, 1001, &offset, &error), 0);
	(void)say_at(2000, AUTHOR_CHRONY, WORD_OFFSET, -0.25);
	n = build();
	ck_assert_uint_eq(look(n, 1001, &offset, &error), 1);
	ck_assert(fabs(offset + 0.25) < 1e-6);
}
END_TEST

START_TEST(the_error_grows_away_from_what_was_told_and_then_it_ends)
{
	double offset = 0;
	double error = 0;
	double before = 0;
	size_t n;

	begin();
	options.hold.ns = 7200 * S;
	(void)say_at(0, AUTHOR_NTPD, WORD_STEP, 5);
	n = build();
	for (double t = 1; t < 7200; t += 500) {
		ck_assert_uint_eq(look(n, t, &offset, &error), 1);
		ck_assert(error >= before && error >= 100e-6 * t);
		before = error;
	}
	ck_assert_uint_eq(look(n, 7201, &offset, &error), 0);
	ck_assert_uint_eq(look(n, -7300, &offset, &error), 0);
	/* a rate that was set right errs less */
	(void)say_at(-10, AUTHOR_CHRONY, WORD_STEERED, 0);
	line[lines] = line[0];
	line[0] = line[1];
	line[1] = line[lines];
	n = build();
	ck_assert_uint_eq(look(n, 7100, &offset, &error), 1);
	ck_assert(error < 0.2);
}
END_TEST

START_TEST(silence_of_a_daemon_that_runs_says_that_the_clock_is_near)
{
	double offset = 0;
	double error = 0;
	size_t n;

	begin();
	say_at(0, AUTHOR_OPENNTPD, WORD_NEAR, 0)->error = 0.032;
	(void)say_at(50000, AUTHOR_OPENNTPD, WORD_ALIVE, 0);
	n = build();
	ck_assert_uint_eq(look(n, 30000, &offset, &error), 1);
	ck_assert(error < 0.033);
	/* another's line says nothing of that */
	line[1].said.author = AUTHOR_CHRONY;
	n = build();
	ck_assert_uint_eq(look(n, 30000, &offset, &error), 1);
	ck_assert(error > 2.9);
	/* nor its own, once it followed nobody */
	begin();
	say_at(0, AUTHOR_OPENNTPD, WORD_NEAR, 0)->error = 0.032;
	(void)say_at(10, AUTHOR_OPENNTPD, WORD_LOST, 0);
	(void)say_at(50000, AUTHOR_OPENNTPD, WORD_ALIVE, 0);
	n = build();
	ck_assert_uint_eq(look(n, 30000, &offset, &error), 1);
	ck_assert(error > 2.9);
}
END_TEST

/* chronyd names whom it follows, and then how wrong the clock is. */
START_TEST(who_is_followed_says_less_than_how_wrong_the_clock_is)
{
	double offset = 0;
	double error = 0;
	size_t n;

	begin();
	say_at(0, AUTHOR_CHRONY, WORD_NEAR, 0)->error = 1;
	(void)say_at(0, AUTHOR_CHRONY, WORD_OFFSET, 0.4);
	(void)say_at(5, AUTHOR_CHRONY, WORD_STEP, 0.4);
	n = build();
	ck_assert_uint_eq(look(n, -1, &offset, &error), 1);
	ck_assert(fabs(offset - 0.4) < 1e-6 && error < 0.02);
	/* unless it says that only later */
	begin();
	say_at(0, AUTHOR_CHRONY, WORD_NEAR, 0)->error = 1;
	(void)say_at(3600, AUTHOR_CHRONY, WORD_OFFSET, 1.5);
	n = build();
	ck_assert_uint_eq(look(n, -1, &offset, &error), 1);
	ck_assert(fabs(offset) < 1e-6 && error >= 1);
}
END_TEST

START_TEST(what_says_more_silences_what_says_less)
{
	begin();
	say_at(0, AUTHOR_NTPD, WORD_OFFSET, 0.001)->path = 0.025;
	line[0].of = STATISTICS_PEERSTATS;
	(void)say_at(0, AUTHOR_NTPD, WORD_OFFSET, 0.002);
	line[1].of = STATISTICS_LOOPSTATS;
	(void)say_at(5000, AUTHOR_NTPD, WORD_OFFSET, 0.002);
	line[2].of = STATISTICS_LOOPSTATS;
	(void)build();
	ck_assert_int_eq(line[0].said.word, WORD_NONE);
	ck_assert(fabs(line[1].said.path - 0.025) < 1e-12);
	ck_assert(line[2].said.path < 0); /* too late */
}
END_TEST

/* Lines in any order, of any amounts, of all words. */
START_TEST(pieces_make_up_their_stretch_and_no_error_is_less_than_it_was)
{
	for (int round = 0; round < 200; round++) {
		size_t n;

		begin();
		options.hold.ns = law_between(0, 3 * 86400) * S;
		options.slew = law_chance(0.5) ? 0.005 : 0;
		for (size_t i = law_below(40); i > 0; i--) {
			struct daemon_line *d = say_at(law_uniform() * 1e6,
			    (enum daemon_author)law_below(DAEMON_AUTHORS),
			    (enum daemon_word)law_below(DAEMON_WORDS),
			    law_gaussian() * pow(10, (double)law_below(12) - 6));

			d->error = law_exponential(0.01);
			d->path = law_chance(0.5) ? -1 : law_exponential(0.1);
			d->skew = law_chance(0.5) ? -1 : law_exponential(1e-6);
			line[lines - 1].resolution.ns =
			    law_chance(0.5) ? S : law_between(1, S);
		}
		n = build();
		law_holds(n <= TOLD_STRETCHES * lines);
		for (size_t i = 0; i < n; i++) {
			struct system_time at = out[i].from;
			size_t pieces = 0;

			law_holds(out[i].from.ns < out[i].to.ns);
			law_holds(out[i].has_left || out[i].has_right);
			while (at.ns < out[i].to.ns) {
				struct told_piece p = told_piece(&out[i], at);

				law_equal(p.from.ns, at.ns);
				law_holds(p.to.ns > p.from.ns && p.to.ns <= out[i].to.ns);
				law_holds(p.error.ns > 0);
				at = p.to;
				law_holds(++pieces < 20000);
			}
		}
	}
}
END_TEST

/*
 * A host that gains or loses, whose daemon measures each 64 s through a path of up to 20
 * ms and steers the clock towards what it measured: the truth lies within the error.
 */
START_TEST(a_clock_that_is_steered_gently_is_where_it_is_said_to_be)
{
	static double truth[LINES * 64];
	size_t inside = 0;
	size_t all = 0;

	for (int host = 0; host < 20; host++) {
		double rate = law_gaussian() * 20e-6;
		double applied = 0;
		double left = law_gaussian() * 0.05; /* to be slewed */
		double path = (law_uniform() - 0.5) * 0.02;
		size_t n;

		begin();
		truth[0] = left;
		for (size_t t = 0; t < (LINES - 1) * 64; t++) {
			double take = left / 40;

			if (t % 64 == 0) {
				double measured =
				    truth[t] + path + law_gaussian() * 0.002;
				struct daemon_line *d = say_at(
				    (double)t, AUTHOR_CHRONY, WORD_OFFSET, measured);

				d->error = 0.002;
				d->path = 0.01;
				d->skew = 1e-6;
				left = measured;
				applied += measured / 2000;
			}
			left -= take;
			truth[t + 1] = truth[t] - take + rate - applied;
		}
		n = build();
		for (size_t t = 3600; t + 64 < (LINES - 1) * 64; t += 37) {
			double offset = 0;
			double error = 0;

			law_holds(look(n, (double)t, &offset, &error) == 1);
			inside += fabs(offset - truth[t]) <= error;
			all++;
		}
	}
	ck_assert_msg((double)inside >= 0.95 * (double)all, "%zu of %zu", inside, all);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("told_clock");
	TCase *t = law_case(s);

	tcase_add_test(t, what_adjtime_takes_off_is_a_ramp_of_the_kernels_rate);
	tcase_add_test(t, how_fast_it_is_shows_where_amounts_shrink);
	tcase_add_test(t, an_unknown_rate_leaves_open_what_lies_between);
	tcase_add_test(t, a_step_divides_the_clock_before_from_the_clock_after);
	tcase_add_test(t, who_steps_after_he_said_so_stamps_by_the_clock_before);
	tcase_add_test(t, lines_are_put_in_the_order_in_which_they_happened);
	tcase_add_test(t, nothing_is_carried_over_a_break);
	tcase_add_test(t, the_error_grows_away_from_what_was_told_and_then_it_ends);
	tcase_add_test(t, silence_of_a_daemon_that_runs_says_that_the_clock_is_near);
	tcase_add_test(t, who_is_followed_says_less_than_how_wrong_the_clock_is);
	tcase_add_test(t, what_says_more_silences_what_says_less);
	tcase_add_test(t, pieces_make_up_their_stretch_and_no_error_is_less_than_it_was);
	tcase_add_test(t, a_clock_that_is_steered_gently_is_where_it_is_said_to_be);
	return law_run(s);
}
