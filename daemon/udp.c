#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
udp_open(const struct loop_address *peer)
{
	int family = peer->address.ss_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	ask_for_details(fd, family);
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
	return (size_t)sent == n ? 0 : -EMSGSIZE;
}

static bool
is_ttl(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT);
}

/* The software stamp is the first of three; zero: there is none. */
static bool
read_stamp(struct cmsghdr *c, struct system_time *out)
{
	struct timespec stamp;

	memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
	out->ns = (int64_t)stamp.tv_sec * NS_PER_SECOND + stamp.tv_nsec;
	return out->ns != 0;
}

static void
read_control(struct msghdr *m, struct udp_received *out)
{
	*out = (struct udp_received){ .ttl = 0 };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (is_ttl(c))
			memcpy(&out->ttl, CMSG_DATA(c), sizeof(out->ttl));
		else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING)
			out->stamped = read_stamp(c, &out->at);
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
	return receive(fd, octets, size, 0, out);
}

bool
udp_sent_at(int fd, struct system_time *out)
{
	struct udp_received stamp = { .ttl = 0 };
	uint8_t nothing[1];
	bool found = false;

	while (receive(fd, nothing, sizeof(nothing), MSG_ERRQUEUE, &stamp) >= 0) {
		if (stamp.stamped)
			*out = stamp.at;
		found |= stamp.stamped;
	}
	return found;
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
