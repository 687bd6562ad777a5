/* Leap seconds in the exchanges, and in what the clock model says of the times about them. */
#include <stdlib.h>

#include "../tools/leaps.h"
#include "law.h"

#define S NS_PER_SECOND
#define MIDNIGHT (INT64_C(1798761600) * S) /* 2027-01-01T00:00:00Z */
#define SERVERS 4

static struct leaps leaps;

/* What POSIX time is s seconds after the midnight that would be without the leap. */
static int64_t
posix(int64_t s, int added)
{
	return MIDNIGHT + (s >= 0 && added > 0       ? s - 1
			      : s >= -1 && added < 0 ? s + 1
						     : s) *
			      S;
}

static bool
take(size_t server, int64_t t, uint8_t leap, int64_t *even)
{
	struct exchange x = {
		.t2 = { t }, .t3 = { t + 1000 }, .leap = leap, .stratum = 2
	};
	bool taken = leaps_take(&leaps, server, &x);

	*even = x.t2.ns;
	return taken;
}

/* `announcing` of four servers say so for a day; the leap comes, or does not. */
static void
pass(size_t announcing, uint8_t indicator, int added)
{
	leaps = (struct leaps){ .count = 0 };
	for (int64_t s = -86000; s < 86000; s += 100) {
		for (size_t i = 0; i < SERVERS; i++) {
			int64_t t = posix(s + (int64_t)i, added);
			uint8_t leap = s < 0 && i < announcing ? indicator : 0;
			int64_t even;

			if (take(i, t, leap, &even))
				law_equal(even, MIDNIGHT + (s + (int64_t)i) * S);
		}
	}
}

START_TEST(with_its_leap_seconds_added_back_utc_goes_on_evenly)
{
	pass(4, NTP_LEAP_INSERT, 1);
	ck_assert_uint_eq(leaps.count, 1);
	ck_assert_int_eq(leaps.leap[0].at.ns, MIDNIGHT);
	ck_assert_int_eq(leaps.leap[0].size.ns, S);
	pass(3, NTP_LEAP_INSERT, 1);
	ck_assert_uint_eq(leaps.count, 1);
	pass(4, NTP_LEAP_DELETE, -1);
	ck_assert_uint_eq(leaps.count, 1);
	ck_assert_int_eq(leaps.leap[0].at.ns, MIDNIGHT - S);
	ck_assert_int_eq(leaps.leap[0].size.ns, -S);
}
END_TEST

START_TEST(a_minority_announces_no_leap_second)
{
	for (size_t liars = 0; liars <= 2; liars++) {
		pass(liars, NTP_LEAP_INSERT, 0);
		ck_assert_uint_eq(leaps.count, 0);
	}
}
END_TEST

START_TEST(the_second_that_is_said_twice_says_nothing)
{
	int64_t even;

	leaps = (struct leaps){ .count = 0 };
	for (size_t i = 0; i < SERVERS; i++)
		ck_assert(take(i, MIDNIGHT - 100 * S, NTP_LEAP_INSERT, &even));
	ck_assert(take(0, MIDNIGHT - 2 * S, NTP_LEAP_INSERT, &even));
	ck_assert(!take(0, MIDNIGHT - S / 2, NTP_LEAP_INSERT, &even));
	ck_assert(take(1, MIDNIGHT + S, 0, &even));
	ck_assert_int_eq(even, MIDNIGHT + 2 * S);
}
END_TEST

/* A host whose clock the kernel sets back at midnight, and one that knows of nothing. */
START_TEST(the_model_tells_posix_time_on_either_side)
{
	for (int told = 0; told < 2; told++) {
		struct model_piece piece[16];
		struct model_run run[16];
		struct model_point point[2] = { { .at = { 0 } }, { .at = { 2000 * S } } };
		struct clock_model m = { .piece = piece,
			.run = run,
			.point = point,
			.points = 2,
			.watched = true,
			.leaps = 1,
			.leap = { { { MIDNIGHT }, { S } } } };

		for (int i = 0; i < 2; i++)
			point[i].utc_minus_raw = point[i].low = point[i].high =
			    (struct span){ MIDNIGHT - 1000 * S };
		for (int64_t k = 0; k <= 2000; k += 500) {
			int64_t set = told && k > 1000 ? S : 0;
			struct model_knot n = { .raw = { k * S },
				.real = { MIDNIGHT - 1000 * S + k * S - set } };

			clock_model_add(&m, &n);
			if (k == 1000 && told) {
				n = (struct model_knot){ .raw = { k * S + 1 },
					.real = { MIDNIGHT - S + 1 },
					.stepped = true };
				clock_model_add(&m, &n);
			}
		}
		for (int64_t s = -900; s < 900; s += 7) {
			struct system_time shown = { told ? posix(s, 1)
							  : MIDNIGHT + s * S };
			struct correction c[4];
			size_t found = clock_model_correct(&m, shown, c, 4);
			bool right = false;

			for (size_t i = 0; i < found; i++) {
				right |= c[i].utc.ns == posix(s, 1);
				law_holds(c[i].earliest.ns <= c[i].utc.ns &&
					  c[i].utc.ns <= c[i].latest.ns);
			}
			law_holds(right);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("leaps");
	TCase *t = law_case(s);

	tcase_add_test(t, with_its_leap_seconds_added_back_utc_goes_on_evenly);
	tcase_add_test(t, a_minority_announces_no_leap_second);
	tcase_add_test(t, the_second_that_is_said_twice_says_nothing);
	tcase_add_test(t, the_model_tells_posix_time_on_either_side);
	return law_run(s);
}
