#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
ask_for_ttl(int fd, int family)
{
	int on = 1;

	/* without it the record says ttl 0 */
	if (family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	else
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
}

int
udp_open(const struct loop_address *peer)
{
	int family = peer->address.ss_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	ask_for_ttl(fd, family);
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

static int
received_ttl(struct msghdr *m)
{
	int ttl;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL;
		bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT;

		if (!v4 && !v6)
			continue;
		memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
		return ttl;
	}
	return 0;
}

int
udp_receive(int fd, uint8_t *octets, size_t size, int *ttl)
{
	_Alignas(struct cmsghdr) char control[256];
	struct iovec part = { octets, size };
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, 0);

	if (n < 0)
		return -errno;
	*ttl = received_ttl(&m);
	return (int)n;
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
		(void)snprintf(out, size, "[%s]:%u", host, ntohs(v6.sin6_port));
	} else {
		memcpy(&v4, &a->address, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(out, size, "%s:%u", host, ntohs(v4.sin_port));
	}
}
