/* Connected, non-blocking UDP sockets on ephemeral ports, one a request. */
#ifndef CLOCKWITNESSD_UDP_H
#define CLOCKWITNESSD_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "loop.h"
#include "stamp.h"

/*
 * A descriptor, or -errno. The kernel lets through what comes from the peer, no more.
 * hardware: also the stamps of network interfaces are asked for, and which one it was.
 */
int udp_open(const struct loop_address *peer, bool hardware);

/* The IPv4 address that the socket asks from; false: it is IPv6. */
bool udp_own_address(int fd, uint8_t out[4]);

/* 0 or -errno. */
int udp_send(int fd, const uint8_t *octets, size_t n);

/* What the kernel says of a datagram. */
struct udp_received {
	int ttl;              /* 0: it did not say */
	struct stamps stamps; /* when it came in */
};

/* Octets received (cut to size), -EAGAIN: none there, or -errno (ICMP errors too). */
int udp_receive(int fd, uint8_t *octets, size_t size, struct udp_received *out);

/* Adds to *out what the kernel has said since of when the request left. hardware: as the
 * socket was opened. */
void udp_sent_at(int fd, bool hardware, struct stamps *out);

/* It has said all that was asked for. */
bool udp_sent_is_known(bool hardware, const struct stamps *sent);

/*
 * A socket with stamping switched on, to be kept for life: the kernel switches stamping
 * on with the first such socket, and not at once. A descriptor, or -errno.
 */
int udp_hold_stamping(void);

/* "192.0.2.1:123" or "[2001:db8::1]:123". */
void udp_print_address(const struct loop_address *a, char *out, size_t size);

#endif
