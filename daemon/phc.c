#include "phc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"

#define BRACKETS 5 /* of one reading; the narrowest counts */

/* What the interface says of itself. */
struct standing {
	struct ethtool_ts_info info;
	struct hwtstamp_config stamping;
	int info_error, stamping_error; /* 0 or -errno */
};

static int
ask(int fd, const char *interface, unsigned long request, void *data)
{
	struct ifreq r = { .ifr_data = data };

	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	return ioctl(fd, request, &r) == 0 ? 0 : -errno;
}

static struct standing
read_standing(const char *interface)
{
	struct standing s = { .info = { .cmd = ETHTOOL_GET_TS_INFO, .phc_index = -1 } };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	s.info_error = s.stamping_error = fd < 0 ? -errno : 0;
	if (fd < 0)
		return s;
	s.info_error = ask(fd, interface, SIOCETHTOOL, &s.info);
	s.stamping_error = ask(fd, interface, SIOCGHWTSTAMP, &s.stamping);
	close(fd);
	return s;
}

/* Drivers that cannot be asked whether it is on may stamp all the same. */
static bool
is_off(const struct standing *s)
{
	return s->stamping_error == 0 && s->stamping.tx_type == HWTSTAMP_TX_OFF &&
	       s->stamping.rx_filter == HWTSTAMP_FILTER_NONE;
}

static bool
is_usable(const struct standing *s, const char *interface, char *why, size_t size)
{
	if (s->info_error == -ENODEV)
		(void)snprintf(why, size, "there is no such interface");
	else if (s->info_error != 0)
		(void)snprintf(why, size, "it cannot be asked for its abilities: %s",
		    strerror(-s->info_error));
	else if (s->info.phc_index < 0 ||
		 !(s->info.so_timestamping & SOF_TIMESTAMPING_RAW_HARDWARE))
		(void)snprintf(why, size, "it has no clock of its own");
	else if (is_off(s))
		(void)snprintf(why, size,
		    "its stamping is switched off; 'hwstamp_ctl -i %s -t 1 -r 1' "
		    "switches it on",
		    interface);
	else
		return true;
	return false;
}

bool
phc_open(struct phc *p, const char *interface, char *why, size_t size)
{
	struct standing s = read_standing(interface);
	struct device_reading reading;
	char path[32];

	*p = (struct phc){ .fd = -1 };
	if (!is_usable(&s, interface, why, size))
		return false;
	(void)snprintf(path, sizeof(path), "/dev/ptp%d", s.info.phc_index);
	p->fd = open(path, O_RDONLY | O_CLOEXEC);
	p->interface = (int)if_nametoindex(interface);
	if (p->fd >= 0 && phc_read(p, &reading))
		return true;
	(void)snprintf(why, size, "%s cannot be read: %s", path, strerror(errno));
	phc_close(p);
	return false;
}

void
phc_close(struct phc *p)
{
	if (p->interface != 0 && p->fd >= 0)
		close(p->fd);
	*p = (struct phc){ .fd = -1 };
}

static int64_t
in_ns(const struct ptp_clock_time *t)
{
	return (int64_t)t->sec * NS_PER_SECOND + t->nsec;
}

static struct device_bracket
bracket_of(const struct ptp_clock_time before, const struct ptp_clock_time device,
    const struct ptp_clock_time after)
{
	return (struct device_bracket){
		{ in_ns(&before) },
		{ in_ns(&after) },
		{ in_ns(&device) },
	};
}

static void
keep_narrower(struct device_bracket *best, struct device_bracket b)
{
	if (system_since(b.after, b.before).ns <
	    system_since(best->after, best->before).ns)
		*best = b;
}

/* The driver reads the host's clock right before and after the device's. */
static bool
read_closely(int fd, struct device_bracket *out)
{
	struct ptp_sys_offset_extended e = { .n_samples = BRACKETS };

	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &e) != 0)
		return false;
	*out = bracket_of(e.ts[0][0], e.ts[0][1], e.ts[0][2]);
	for (size_t i = 1; i < BRACKETS; i++)
		keep_narrower(out, bracket_of(e.ts[i][0], e.ts[i][1], e.ts[i][2]));
	return true;
}

/* Drivers that cannot do that: host, device, host, device ... host. */
static bool
read_widely(int fd, struct device_bracket *out)
{
	struct ptp_sys_offset o = { .n_samples = BRACKETS };

	if (ioctl(fd, PTP_SYS_OFFSET, &o) != 0)
		return false;
	*out = bracket_of(o.ts[0], o.ts[1], o.ts[2]);
	for (size_t i = 2; i < (size_t)2 * BRACKETS; i += 2)
		keep_narrower(out, bracket_of(o.ts[i], o.ts[i + 1], o.ts[i + 2]));
	return true;
}

bool
phc_read(const struct phc *p, struct device_reading *out)
{
	struct clock_reading around[2];
	struct device_bracket b;

	if (p->interface == 0)
		return false;
	clock_read(&around[0]);
	if (!read_closely(p->fd, &b) && !read_widely(p->fd, &b))
		return false;
	clock_read(&around[1]);
	return stamp_device_read(around, &b, out);
}
