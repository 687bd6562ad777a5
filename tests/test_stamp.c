#include "law.h"
#include "stamp.h"

#define MS INT64_C(1000000)
#define REAL INT64_C(1795312800) * NS_PER_SECOND
#define RAW INT64_C(5000) * NS_PER_SECOND
#define DEVICE INT64_C(77) * NS_PER_SECOND

/* A host's clocks `raw` ns later, its own one slewed and stepped, after a sleep. */
struct host {
	double slew;
	int64_t step, sleep;
};

static struct clock_reading
read_host(const struct host *h, int64_t raw)
{
	int64_t slewed = raw + (int64_t)(h->slew * (double)raw);

	return (struct clock_reading){
		.real = { REAL + slewed + h->step + h->sleep },
		.raw = { RAW + raw },
		.mono = { RAW + slewed },
		.boot = { RAW + slewed + h->sleep },
		.read = { 50 },
		.has_mono = true,
		.has_boot = true,
	};
}

/* The interface's clock gains 200 ppm. */
static int64_t
device_at(int64_t raw)
{
	return DEVICE + raw + raw / 5000;
}

static struct device_reading
read_device(int64_t raw)
{
	return (struct device_reading){
		.device = { device_at(raw) },
		.raw = { RAW + raw },
		.read = { 700 },
	};
}

/* Read at 0 and after 20 ms. */
static struct stamp_frame
frame_of(const struct host *h)
{
	return (struct stamp_frame){
		.before = read_host(h, 0),
		.after = read_host(h, 20 * MS),
		.interface = 3,
		.device_before = read_device(-MS),
		.device_after = read_device(21 * MS),
	};
}

START_TEST(steps_and_suspends_beyond_the_brackets_are_seen_and_slews_are_not)
{
	static const struct {
		struct host after;
		bool continuous;
	} cases[] = {
		{ { 0, 0, 0 }, true },
		{ { 0, 300, 0 }, true },
		{ { 0, 301, 0 }, false },
		{ { 0, -301, 0 }, false },
		{ { 0, -3 * 3600 * NS_PER_SECOND, 0 }, false },
		{ { 0, 0, 301 }, false },
		{ { 0, 0, 90 * NS_PER_SECOND }, false },
		/* to sleep, and the clock set back by as much */
		{ { 0, -90 * NS_PER_SECOND, 90 * NS_PER_SECOND }, false },
		{ { 0.0005, 0, 0 }, true },
		{ { -0.08, 0, 0 }, true },
		{ { 0.0005, 301, 0 }, false },
	};
	const struct host still = { 0, 0, 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct clock_reading a = read_host(&still, 0);
		struct clock_reading b = read_host(&cases[i].after, 1000 * NS_PER_SECOND);

		ck_assert_msg(
		    stamp_continuous(&a, &b) == cases[i].continuous, "case %zu", i);
		/* without one of the clocks both are still told from a slew */
		b.has_boot = false;
		ck_assert_msg(stamp_continuous(&a, &b) == (cases[i].continuous || i == 7),
		    "case %zu without boot time", i);
	}
}
END_TEST

START_TEST(raw_clock_alone_sees_what_no_slewing_can_do)
{
	const struct host still = { 0, 0, 0 };

	for (int i = 0; i < 1000; i++) {
		int64_t length = law_between(0, NS_PER_SECOND);
		struct host h = { 0, law_between(-2 * length, 2 * length), 0 };
		struct clock_reading a = read_host(&still, 0);
		struct clock_reading b = read_host(&h, length);
		int64_t most = length / 10;

		a.has_mono = a.has_boot = false;
		if (h.step > most + 300 || h.step < -most - 300)
			law_holds(!stamp_continuous(&a, &b));
		else if (h.step <= most && h.step >= -most)
			law_holds(stamp_continuous(&a, &b));
	}
}
END_TEST

START_TEST(raw_clock_that_runs_backwards_is_of_another_boot)
{
	const struct host still = { 0, 0, 0 };
	struct clock_reading a = read_host(&still, MS);
	struct clock_reading b = read_host(&still, 0);

	ck_assert(!stamp_continuous(&a, &b));
}
END_TEST

START_TEST(kernel_stamps_find_their_raw_time_while_the_clock_is_slewed)
{
	for (int i = 0; i < 100000; i++) {
		const struct host h = { (law_uniform() - 0.5) / 6, 0, 0 };
		struct stamp_frame f = frame_of(&h);
		int64_t raw = law_between(0, 20 * MS);
		struct stamps s = { true, read_host(&h, raw).real, false, { 0 }, 3 };
		struct exchange x = { 0 };

		stamp_sent(&f, &s, &x);
		law_equal(x.sent_by, STAMP_KERNEL);
		law_equal(x.t1.ns, s.kernel.ns);
		law_holds(x.t1_raw.ns - RAW - raw <= 2 && x.t1_raw.ns - RAW - raw >= -2);
		law_equal(x.t1_read.ns, 50);
		stamp_received(&f, &s, &x);
		law_equal(x.received_by, STAMP_KERNEL);
		law_equal(x.t4.ns, x.t1.ns);
		law_equal(x.t4_raw.ns, x.t1_raw.ns);
	}
}
END_TEST

START_TEST(hardware_stamps_find_both_times_whatever_their_clock_counts)
{
	for (int i = 0; i < 100000; i++) {
		const struct host h = { (law_uniform() - 0.5) / 1000, 0, 0 };
		struct stamp_frame f = frame_of(&h);
		int64_t raw = law_between(0, 20 * MS);
		struct stamps s = { true, f.before.real, true, { device_at(raw) }, 3 };
		struct exchange x = { 0 };

		stamp_received(&f, &s, &x);
		law_equal(x.received_by, STAMP_HARDWARE);
		law_holds(x.t4_raw.ns - RAW - raw <= 2 && x.t4_raw.ns - RAW - raw >= -2);
		law_holds(x.t4.ns - read_host(&h, raw).real.ns <= 3);
		law_holds(x.t4.ns - read_host(&h, raw).real.ns >= -3);
		law_equal(x.t4_read.ns, 750);
	}
}
END_TEST

START_TEST(stamps_outside_their_frame_are_not_used)
{
	const struct host h = { 0, 0, 0 };
	struct stamp_frame f = frame_of(&h);
	struct stamps s = { true, { f.after.real.ns + 1 }, true,
		{ device_at(20 * MS + 9) }, 3 };
	struct exchange x = { 0 };

	stamp_received(&f, &s, &x);
	ck_assert_int_eq(x.received_by, STAMP_USER);
	ck_assert_int_eq(x.t4.ns, f.after.real.ns);
	ck_assert_int_eq(x.t4_raw.ns, f.after.raw.ns);
	ck_assert_int_eq(x.t4_read.ns, 50);
	s.kernel.ns = f.before.real.ns - 1;
	s.hardware.ns = device_at(-9);
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_USER);
	ck_assert_int_eq(x.t1.ns, f.before.real.ns);
	/* a hardware stamp that is of no use leaves the kernel's */
	s.kernel.ns = f.before.real.ns;
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_KERNEL);
	s.hardware.ns = device_at(0);
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_HARDWARE);
	f.interface = 0;
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_KERNEL);
}
END_TEST

START_TEST(frame_in_which_the_clock_was_set_has_the_programs_stamps)
{
	const struct host h = { 0, 0, 0 };
	struct stamp_frame f = frame_of(&h);
	struct stamps s = { true, { f.before.real.ns + MS }, true, { device_at(MS) }, 3 };
	struct exchange x = { 0 };

	f.after.real.ns += 2 * NS_PER_SECOND;
	stamp_sent(&f, &s, &x);
	stamp_received(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_USER);
	ck_assert_int_eq(x.received_by, STAMP_USER);
	ck_assert_int_eq(x.t1.ns, f.before.real.ns);
	ck_assert_int_eq(x.t4.ns, f.after.real.ns);
}
END_TEST

START_TEST(hardware_stamps_of_another_interface_are_not_used)
{
	const struct host h = { 0, 0, 0 };
	struct stamp_frame f = frame_of(&h);
	struct stamps s = { true, { f.before.real.ns + 9 }, true, { device_at(MS) }, 4 };
	struct exchange x = { 0 };

	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_KERNEL);
	s.interface = 0;
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_KERNEL);
	/* nobody reads an interface's clock, and none is said */
	f.interface = 0;
	stamp_sent(&f, &s, &x);
	ck_assert_int_eq(x.sent_by, STAMP_KERNEL);
}
END_TEST

START_TEST(interface_whose_clock_was_set_is_not_believed)
{
	const struct host h = { 0, 0, 0 };
	/* of 22 ms a thousandth, and four half-widths of 700 ns */
	static const int64_t most = 22000 + 2800 - 4400;

	for (int64_t more = -1; more <= 1; more++) {
		struct stamp_frame f = frame_of(&h);
		struct stamps s = { false, { 0 }, true, { device_at(MS) }, 3 };
		struct exchange x = { 0 };

		f.device_after.device.ns += most + more;
		stamp_sent(&f, &s, &x);
		ck_assert_int_eq(x.sent_by, more > 0 ? STAMP_USER : STAMP_HARDWARE);
	}
}
END_TEST

START_TEST(device_is_read_to_half_of_its_bracket)
{
	for (int i = 0; i < 100000; i++) {
		const struct host h = { (law_uniform() - 0.5) / 1000, 0, 0 };
		struct clock_reading around[2] = { read_host(&h, 0), read_host(&h, MS) };
		int64_t from = law_between(0, MS);
		int64_t to = law_between(from, MS);
		int64_t truth = law_between(from, to);
		struct device_bracket b = { read_host(&h, from).real,
			read_host(&h, to).real, { device_at(truth) } };
		struct device_reading r;

		law_holds(stamp_device_read(around, &b, &r));
		law_equal(r.device.ns, device_at(truth));
		law_holds(r.raw.ns - RAW - truth <= r.read.ns);
		law_holds(RAW + truth - r.raw.ns <= r.read.ns);
		law_holds(r.read.ns <= (to - from) / 2 + 54);
	}
}
END_TEST

START_TEST(device_bracket_that_lies_outside_or_beside_a_step_is_none)
{
	const struct host still = { 0, 0, 0 };
	const struct host set = { 0, 400, 0 };
	struct clock_reading around[2] = { read_host(&still, 0), read_host(&still, MS) };
	struct device_bracket b = { around[0].real, around[1].real, { 1 } };
	struct device_reading r;

	ck_assert(stamp_device_read(around, &b, &r));
	b.before.ns--;
	ck_assert(!stamp_device_read(around, &b, &r));
	b = (struct device_bracket){ around[0].real, { around[1].real.ns + 1 }, { 1 } };
	ck_assert(!stamp_device_read(around, &b, &r));
	b = (struct device_bracket){ around[1].real, around[0].real, { 1 } };
	ck_assert(!stamp_device_read(around, &b, &r));
	b = (struct device_bracket){ around[0].real, around[0].real, { 1 } };
	around[1] = read_host(&set, MS);
	ck_assert(!stamp_device_read(around, &b, &r));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stamp");
	TCase *t = law_case(s);

	tcase_add_test(
	    t, steps_and_suspends_beyond_the_brackets_are_seen_and_slews_are_not);
	tcase_add_test(t, raw_clock_alone_sees_what_no_slewing_can_do);
	tcase_add_test(t, raw_clock_that_runs_backwards_is_of_another_boot);
	tcase_add_test(t, kernel_stamps_find_their_raw_time_while_the_clock_is_slewed);
	tcase_add_test(t, hardware_stamps_find_both_times_whatever_their_clock_counts);
	tcase_add_test(t, stamps_outside_their_frame_are_not_used);
	tcase_add_test(t, frame_in_which_the_clock_was_set_has_the_programs_stamps);
	tcase_add_test(t, hardware_stamps_of_another_interface_are_not_used);
	tcase_add_test(t, interface_whose_clock_was_set_is_not_believed);
	tcase_add_test(t, device_is_read_to_half_of_its_bracket);
	tcase_add_test(t, device_bracket_that_lies_outside_or_beside_a_step_is_none);
	return law_run(s);
}
