/*
 * Wakes once a second, does nothing, and sleeps again, as a program with an event loop
 * does: what a wakeup by itself costs, for tests/bench_footprint.
 */
#include <poll.h>
#include <stddef.h>

int
main(void)
{
	for (;;)
		(void)poll(NULL, 0, 1000);
}
