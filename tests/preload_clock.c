/*
 * A clock that somebody else sets and slews: LD_PRELOADed, it changes what
 * clock_gettime() and adjtimex() say by the numbers in the file CLOCK_FAKE names, int64_t
 * in the host's byte order:
 *
 *	step    ns, of CLOCK_REALTIME
 *	sleep   ns, of CLOCK_BOOTTIME and CLOCK_REALTIME: a suspend
 *	slew    ns per second of raw time since the file was mapped, of all but
 *	        CLOCK_MONOTONIC_RAW
 *	turn    odd while the others are being changed
 *	later   ns, of all clocks: time that has passed
 *	from    ns, of CLOCK_MONOTONIC_RAW: since then all others are
 *	gained  ns ahead of it, and go on to gain
 *	freq    units of 2^-16 ppm, which is also what adjtimex() tells
 *	status  what adjtimex() tells
 *	tick    the same, us
 *
 * A file that ends earlier has zeros there.
 *
 * What recvmsg() says of when the kernel stamped a packet is moved alike. CLOCK_LACKS may
 * name what this kernel lacks: raw, mono, boot, adjtimex, cancel. No real
 * clock is touched, and adjtimex() with modes fails.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)

struct fake {
	int64_t step, sleep, slew, turn, later, from, gained, freq, status, tick;
};

static const volatile struct fake *fake;
static int64_t begun;
static const char *lacks = "";

static int64_t
ask(clockid_t id)
{
	struct timespec t = { 0 };

	(void)syscall(SYS_clock_gettime, id, &t);
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

__attribute__((constructor)) static void
map_fake(void)
{
	const char *path = getenv("CLOCK_FAKE");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at;

	if (getenv("CLOCK_LACKS") != NULL)
		lacks = getenv("CLOCK_LACKS");
	if (fd < 0)
		return;
	at = mmap(NULL, sizeof(struct fake), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	begun = ask(CLOCK_MONOTONIC_RAW);
	fake = at != MAP_FAILED ? at : NULL;
}

static struct fake
now_fake(void)
{
	struct fake f = { 0 };

	do {
		if (fake != NULL)
			f = *fake;
	} while (f.turn % 2 != 0 || (fake != NULL && fake->turn != f.turn));
	return f;
}

static int64_t
faked(const struct fake *f, clockid_t id)
{
	int64_t more = f->later;

	if (id == CLOCK_MONOTONIC_RAW)
		return more;
	/* 2^-16 ppm: 1e-6 / 65536 = 1 / 65536000000 */
	more += f->slew * ((ask(CLOCK_MONOTONIC_RAW) - begun) / 1000) / 1000000;
	more += f->gained +
		(int64_t)((__int128)f->freq * (ask(CLOCK_MONOTONIC_RAW) - f->from) /
			  INT64_C(65536000000));
	if (id == CLOCK_REALTIME)
		more += f->step;
	if (id == CLOCK_REALTIME || id == CLOCK_BOOTTIME)
		more += f->sleep;
	return more;
}

static int
lacking(clockid_t id)
{
	const char *name = id == CLOCK_MONOTONIC_RAW ? "raw"
			   : id == CLOCK_MONOTONIC   ? "mono"
			   : id == CLOCK_BOOTTIME    ? "boot"
						     : "?";

	return strstr(lacks, name) != NULL;
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
	struct fake f = now_fake();

	if (lacking(id)) {
		errno = EINVAL;
		return -1;
	}
	*t = (struct timespec){ .tv_sec = 0 };
	move(t, ask(id) + faked(&f, id));
	return 0;
}

/* The first of the stamps is the kernel's, by CLOCK_REALTIME. */
ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t n = syscall(SYS_recvmsg, fd, m, flags);
	struct fake f = now_fake();
	struct scm_timestamping stamps;

	if (n < 0 || fake == NULL)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPING)
			continue;
		memcpy(&stamps, CMSG_DATA(c), sizeof(stamps));
		if (stamps.ts[0].tv_sec != 0)
			move(&stamps.ts[0], faked(&f, CLOCK_REALTIME));
		memcpy(CMSG_DATA(c), &stamps, sizeof(stamps));
	}
	return n;
}

int
adjtimex(struct timex *t)
{
	struct fake f = now_fake();
	int state;

	if (t->modes != 0 || strstr(lacks, "adjtimex") != NULL) {
		errno = EPERM;
		return -1;
	}
	state = (int)syscall(SYS_adjtimex, t);
	t->freq = f.freq;
	t->status = (int)f.status;
	t->tick = f.tick != 0 ? f.tick : 10000;
	return state;
}

int
timerfd_create(int clock, int flags)
{
	if (strstr(lacks, "cancel") == NULL)
		return (int)syscall(SYS_timerfd_create, clock, flags);
	errno = ENOSYS;
	return -1;
}
