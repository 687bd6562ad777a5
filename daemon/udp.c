#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "footprint.h"

/* What the kernel refuses here, the records say: ttl 0, stamps by the program. */
static void
ask_for_details(int fd, int family)
{
	int on = 1;
	int stamps = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		     SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;

	if (family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	else
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof(stamps));
}

/*
 * The interface is told with a sent packet only if the whole packet comes back with its
 * stamp, not the stamp alone; and of one below a bridge or bond only by OPT_PKTINFO.
 */
static void
ask_for_hardware(int fd, int family)
{
	int on = 1;
	int stamps = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		     SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RAW_HARDWARE |
		     SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_TX_HARDWARE |
		     SOF_TIMESTAMPING_OPT_CMSG | SOF_TIMESTAMPING_OPT_PKTINFO |
		     SOF_TIMESTAMPING_OPT_TX_SWHW;

	if (family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	else
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof(stamps));
}

int
udp_hold_stamping(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	ask_for_details(fd, AF_INET);
	return fd;
}

int
udp_open(const struct loop_address *peer, bool hardware)
{
	int family = peer->address.ss_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	ask_for_details(fd, family);
	if (hardware)
		ask_for_hardware(fd, family);
	if (connect(fd, (const struct sockaddr *)&peer->address, peer->length) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

bool
udp_own_address(int fd, uint8_t out[4])
{
	struct sockaddr_in own = { 0 };
	socklen_t n = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &n) != 0 ||
	    own.sin_family != AF_INET)
		return false;
	memcpy(out, &own.sin_addr, 4);
	return true;
}

int
udp_send(int fd, const uint8_t *octets, size_t n)
{
	ssize_t sent = send(fd, octets, n, 0);

	if (sent < 0)
		return -errno;
	footprint_sent_packet();
	return (size_t)sent == n ? 0 : -EMSGSIZE;
}

static bool
is_ttl(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT);
}

/* The host's clock is the first of three, the interface's the third; zero: not said. */
static void
read_stamps(struct cmsghdr *c, struct stamps *out)
{
	struct timespec stamp[3];
	int64_t ns[3];

	memcpy(stamp, CMSG_DATA(c), sizeof(stamp));
	for (size_t i = 0; i < 3; i++)
		ns[i] = (int64_t)stamp[i].tv_sec * NS_PER_SECOND + stamp[i].tv_nsec;
	if (ns[0] != 0) {
		out->by_kernel = true;
		out->kernel.ns = ns[0];
	}
	if (ns[2] != 0) {
		out->by_hardware = true;
		out->hardware.ns = ns[2];
	}
}

/* By the socket's own word (a bond, a bridge); the stamp's (what is below it) goes before. */
static void
read_interface(const struct cmsghdr *c, struct stamps *out)
{
	struct scm_ts_pktinfo below;
	struct in6_pktinfo v6;
	struct in_pktinfo v4;

	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, CMSG_DATA(c), sizeof(v4));
		out->interface = out->interface != 0 ? out->interface : v4.ipi_ifindex;
	} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, CMSG_DATA(c), sizeof(v6));
		out->interface =
		    out->interface != 0 ? out->interface : (int)v6.ipi6_ifindex;
	} else if (c->cmsg_level == SOL_SOCKET &&
		   c->cmsg_type == SCM_TIMESTAMPING_PKTINFO) {
		memcpy(&below, CMSG_DATA(c), sizeof(below));
		if (below.if_index != 0)
			out->interface = (int)below.if_index;
	}
}

static void
read_control(struct msghdr *m, struct udp_received *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (is_ttl(c))
			memcpy(&out->ttl, CMSG_DATA(c), sizeof(out->ttl));
		else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING)
			read_stamps(c, &out->stamps);
		else
			read_interface(c, &out->stamps);
	}
}

static int
receive(int fd, uint8_t *octets, size_t size, int flags, struct udp_received *out)
{
	_Alignas(struct cmsghdr) char control[512];
	struct iovec part = { octets, size };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, flags);

	if (n < 0)
		return -errno;
	read_control(&m, out);
	return (int)n;
}

int
udp_receive(int fd, uint8_t *octets, size_t size, struct udp_received *out)
{
	*out = (struct udp_received){ .ttl = 0 };
	return receive(fd, octets, size, 0, out);
}

void
udp_sent_at(int fd, bool hardware, struct stamps *out)
{
	struct udp_received said = { .stamps = *out };
	uint8_t nothing[1];
	int n;

	do
		n = receive(fd, nothing, sizeof(nothing), MSG_ERRQUEUE, &said);
	while (n >= 0 && !udp_sent_is_known(hardware, &said.stamps));
	*out = said.stamps;
}

bool
udp_sent_is_known(bool hardware, const struct stamps *sent)
{
	return sent->by_kernel && (!hardware || sent->by_hardware);
}

void
udp_print_address(const struct loop_address *a, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (a->address.ss_family == AF_INET6) {
		memcpy(&v6, &a->address, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		if (v6.sin6_scope_id != 0)
			(void)snprintf(out, size, "[%s%%%u]:%u", host, v6.sin6_scope_id,
			    ntohs(v6.sin6_port));
		else
			(void)snprintf(out, size, "[%s]:%u", host, ntohs(v6.sin6_port));
	} else {
		memcpy(&v4, &a->address, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(out, size, "%s:%u", host, ntohs(v4.sin_port));
	}
}
