/*
 * A clock that somebody else sets: LD_PRELOADed, it adds to what clock_gettime() says the
 * numbers in the file CLOCK_FAKE names, three int64_t of nanoseconds in the host's byte
 * order: for CLOCK_REALTIME; for CLOCK_BOOTTIME (a suspend, which moves CLOCK_REALTIME as
 * well); and per second of raw time since the file was mapped, for all but
 * CLOCK_MONOTONIC_RAW (a slew). No real clock is touched.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)

struct fake {
	volatile int64_t step, sleep, slew;
};

static const struct fake *fake;
static int64_t begun;

static int
ask(clockid_t id, struct timespec *t)
{
	return (int)syscall(SYS_clock_gettime, id, t);
}

static int64_t
raw_now(void)
{
	struct timespec t = { 0 };

	(void)ask(CLOCK_MONOTONIC_RAW, &t);
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

__attribute__((constructor)) static void
map_fake(void)
{
	const char *path = getenv("CLOCK_FAKE");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at;

	if (fd < 0)
		return;
	at = mmap(NULL, sizeof(struct fake), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	begun = raw_now();
	fake = at != MAP_FAILED ? at : NULL;
}

static int64_t
faked(clockid_t id)
{
	int64_t more = 0;

	if (id == CLOCK_MONOTONIC_RAW)
		return 0;
	more = fake->slew * ((raw_now() - begun) / 1000) / 1000000;
	if (id == CLOCK_REALTIME)
		more += fake->step;
	if (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME)
		more += fake->sleep;
	return more;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int result = ask(id, t);
	int64_t ns;

	if (result != 0 || fake == NULL)
		return result;
	ns = (int64_t)t->tv_sec * NS + t->tv_nsec + faked(id);
	t->tv_sec = ns / NS;
	t->tv_nsec = ns % NS;
	return 0;
}
