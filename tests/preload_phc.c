/*
 * A network interface that stamps packets, played on `lo`: LD_PRELOADed, it answers as its
 * driver would, and its clock, /dev/ptp97, gains 200 ppm and counts from an epoch of its
 * own. What the kernel stamps as received came in EARLY ns before that, and what it stamps
 * as sent left LATE ns after that, by this clock. PHC names what it is like: "on", "off",
 * "blind" (the driver cannot be asked whether it is on), "old" (it knows but the older way
 * of reading its clock), "elsewhere" (the stamps are of another interface),
 * "late" (when a packet left is told only when it is asked for the second time).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)
#define EPOCH (INT64_C(12345) * NS)
#define EARLY 30000
#define LATE 20000

static int device = -1;

static int
is_like(const char *what)
{
	const char *phc = getenv("PHC");

	return phc != NULL && strcmp(phc, what) == 0;
}

static int64_t
now(clockid_t id)
{
	struct timespec t = { 0 };

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

static int64_t
device_at(int64_t raw)
{
	return EPOCH + raw + raw / 5000;
}

static int64_t
device_when(int64_t real)
{
	return device_at(now(CLOCK_MONOTONIC_RAW) - (now(CLOCK_REALTIME) - real));
}

int
open(const char *path, int flags, ...)
{
	int is_device = strcmp(path, "/dev/ptp97") == 0;
	va_list args;
	mode_t mode;
	int fd;

	va_start(args, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
	va_end(args);
	fd = (int)syscall(
	    SYS_openat, AT_FDCWD, is_device ? "/dev/null" : path, flags, mode);
	if (is_device)
		device = fd;
	return fd;
}

static struct ptp_clock_time
clock_time(int64_t ns)
{
	return (struct ptp_clock_time){ .sec = ns / NS, .nsec = (uint32_t)(ns % NS) };
}

static int
ask_device(unsigned long request, void *data)
{
	struct ptp_sys_offset_extended *e = data;
	struct ptp_sys_offset *o = data;

	if (request == PTP_SYS_OFFSET_EXTENDED && !is_like("old")) {
		for (unsigned i = 0; i < e->n_samples; i++) {
			e->ts[i][0] = clock_time(now(CLOCK_REALTIME));
			e->ts[i][1] = clock_time(device_at(now(CLOCK_MONOTONIC_RAW)));
			e->ts[i][2] = clock_time(now(CLOCK_REALTIME));
		}
		return 0;
	}
	if (request == PTP_SYS_OFFSET) {
		for (unsigned i = 0; i < o->n_samples; i++) {
			o->ts[2 * i] = clock_time(now(CLOCK_REALTIME));
			o->ts[2 * i + 1] =
			    clock_time(device_at(now(CLOCK_MONOTONIC_RAW)));
		}
		o->ts[2 * o->n_samples] = clock_time(now(CLOCK_REALTIME));
		return 0;
	}
	errno = EOPNOTSUPP;
	return -1;
}

static int
ask_interface(unsigned long request, const struct ifreq *r)
{
	struct ethtool_ts_info *info = (void *)r->ifr_data;
	struct hwtstamp_config *stamping = (void *)r->ifr_data;

	if (request == SIOCETHTOOL) {
		info->phc_index = 97;
		info->so_timestamping = SOF_TIMESTAMPING_RAW_HARDWARE;
		return 0;
	}
	if (is_like("blind")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	*stamping = (struct hwtstamp_config){
		.tx_type = is_like("off") ? HWTSTAMP_TX_OFF : HWTSTAMP_TX_ON,
		.rx_filter = is_like("off") ? HWTSTAMP_FILTER_NONE : HWTSTAMP_FILTER_ALL,
	};
	return 0;
}

int
ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *data;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	if (fd == device)
		return ask_device(request, data);
	if ((request == SIOCETHTOOL || request == SIOCGHWTSTAMP) &&
	    strcmp(((struct ifreq *)data)->ifr_name, "lo") == 0)
		return ask_interface(request, data);
	return (int)syscall(SYS_ioctl, fd, request, data);
}

static void
stamp(struct cmsghdr *c, int sent)
{
	struct scm_timestamping s;
	int64_t real;

	memcpy(&s, CMSG_DATA(c), sizeof(s));
	real = (int64_t)s.ts[0].tv_sec * NS + s.ts[0].tv_nsec;
	if (real == 0)
		return;
	real = device_when(real + (sent ? LATE : -EARLY));
	s.ts[2] = (struct timespec){ real / NS, real % NS };
	memcpy(CMSG_DATA(c), &s, sizeof(s));
}

static void
pass_elsewhere(struct cmsghdr *c)
{
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof(info));
	info.ipi_ifindex++;
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

ssize_t
recvmsg(int fd, struct msghdr *m, int flags)
{
	static int last = -1; /* a socket that has asked */
	ssize_t n;

	if ((flags & MSG_ERRQUEUE) != 0 && is_like("late") && fd != last) {
		last = fd;
		errno = EAGAIN;
		return -1;
	}
	n = syscall(SYS_recvmsg, fd, m, flags);
	if (n < 0)
		return n;
	if ((flags & MSG_ERRQUEUE) == 0)
		last = -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING)
			stamp(c, (flags & MSG_ERRQUEUE) != 0);
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
		    is_like("elsewhere"))
			pass_elsewhere(c);
	}
	return n;
}
