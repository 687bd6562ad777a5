/*
 * A clock that somebody else sets: LD_PRELOADed, it adds to what clock_gettime() says the
 * numbers in the file CLOCK_FAKE names, three int64_t of nanoseconds in the host's byte
 * order: for CLOCK_REALTIME; for CLOCK_BOOTTIME (a suspend, which moves CLOCK_REALTIME as
 * well); and per second of raw time since the file was mapped, for all but
 * CLOCK_MONOTONIC_RAW (a slew). What recvmsg() says of when the kernel stamped a packet is
 * moved alike. No real clock is touched.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/errqueue.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

static void
move(struct timespec *t, int64_t by)
{
	int64_t ns = (int64_t)t->tv_sec * NS + t->tv_nsec + by;

	t->tv_sec = ns / NS;
	t->tv_nsec = ns % NS;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int result = ask(id, t);

	if (result == 0 && fake != NULL)
		move(t, faked(id));
	return result;
}

/* The first of the stamps is the kernel's, by CLOCK_REALTIME. */
ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = syscall(SYS_recvmsg, fd, m, flags);
	struct scm_timestamping stamps;

	if (n < 0 || fake == NULL)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING)
			continue;
		memcpy(&stamps, CMSG_DATA(c), sizeof(stamps));
		if (stamps.ts[0].tv_sec != 0)
			move(&stamps.ts[0], faked(CLOCK_REALTIME));
		memcpy(CMSG_DATA(c), &stamps, sizeof(stamps));
	}
	return n;
}
