#include <stdlib.h>

#include <check.h>

#include "law.h"
#include "steering.h"

static struct steering
any_steering(void)
{
	return (struct steering){
		.frequency = (double)law_between(-32768000, 32768000) / 65536 * 1e-6,
		.tick = law_between(9000, 11000),
		.status = (int)law_below(0x10000),
		.constant = law_between(0, 10),
		.tai = (int)law_below(40),
	};
}

START_TEST(what_stays_the_same_has_not_changed)
{
	for (int round = 0; round < 1000; round++) {
		struct steering s = any_steering();
		struct steering_change c;

		law_holds(!steering_compare(&s, &s, &c));
		law_holds(!steering_changed(&c));
	}
}
END_TEST

START_TEST(the_first_reading_is_all_new)
{
	struct steering s = any_steering();
	struct steering_change c;

	ck_assert(steering_compare(NULL, &s, &c));
	ck_assert(c.frequency && c.tick && c.status && c.constant && c.tai);
}
END_TEST

START_TEST(one_unit_of_the_frequency_is_a_change)
{
	for (int round = 0; round < 1000; round++) {
		struct steering s = any_steering();
		struct steering t = s;
		struct steering_change c;

		t.frequency += (law_chance(0.5) ? 1 : -1) / 65536.0 * 1e-6;
		law_holds(steering_compare(&s, &t, &c));
		law_holds(c.frequency && !c.tick && !c.status && !c.constant && !c.tai);
	}
}
END_TEST

START_TEST(two_changes_make_one_with_the_later_values)
{
	struct steering a = any_steering();
	struct steering b = a;
	struct steering c;
	struct steering_change first;
	struct steering_change second;

	b.tick++;
	c = b;
	c.status ^= 1;
	c.tick++;
	(void)steering_compare(&a, &b, &first);
	(void)steering_compare(&b, &c, &second);
	steering_change_add(&first, &second);
	ck_assert(first.tick && first.status && !first.frequency && !first.tai);
	ck_assert_int_eq(first.now.tick, a.tick + 2);
	ck_assert_int_eq(first.now.status, c.status);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("steering");
	TCase *t = law_case(s);

	tcase_add_test(t, what_stays_the_same_has_not_changed);
	tcase_add_test(t, the_first_reading_is_all_new);
	tcase_add_test(t, one_unit_of_the_frequency_is_a_change);
	tcase_add_test(t, two_changes_make_one_with_the_later_values);
	return law_run(s);
}
