#include <time.h>

#include "../daemon/clock.h"
#include "clock_watch.h"
#include "law.h"

#define READINGS 100000

static void
rest(void)
{
	static const struct timespec briefly = { .tv_nsec = 20000 };

	(void)nanosleep(&briefly, NULL);
}

/* The scheduler interrupts the readings; nobody sets this host's clock meanwhile. */
START_TEST(an_interrupted_reading_is_no_step_and_no_suspend)
{
	struct clock_watch watch = { .begun = false };
	struct watch_report report;
	struct clock_reading r;

	for (int i = 0; i < READINGS; i++) {
		clock_read(&r);
		clock_watch_read(&watch, &r, NULL, &report);
		ck_assert_msg(!report.stepped && !report.suspended,
		    "reading %d: step %lld ns, suspend %lld ns, read %lld ns", i,
		    (long long)report.step.ns, (long long)report.suspend.ns,
		    (long long)r.read.ns);
		if (i % 2 == 0)
			rest();
	}
}
END_TEST

START_TEST(a_reading_has_all_clocks_and_a_width)
{
	struct clock_reading r;

	clock_read(&r);
	ck_assert(r.has_mono && r.has_boot);
	ck_assert(r.read.ns > 0 && r.read.ns < NS_PER_SECOND);
	ck_assert(raw_since(clock_raw(), r.raw).ns > 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("clock");
	TCase *t = law_case(s);

	tcase_set_timeout(t, 60);
	tcase_add_test(t, an_interrupted_reading_is_no_step_and_no_suspend);
	tcase_add_test(t, a_reading_has_all_clocks_and_a_width);
	return law_run(s);
}
