/* Connected, non-blocking UDP sockets on ephemeral ports, one a request. */
#ifndef CLOCKWITNESSD_UDP_H
#define CLOCKWITNESSD_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "loop.h"

/* A descriptor, or -errno. The kernel lets through what comes from the peer, no more. */
int udp_open(const struct loop_address *peer);

/* The IPv4 address that the socket asks from; false: it is IPv6. */
bool udp_own_address(int fd, uint8_t out[4]);

/* 0 or -errno. */
int udp_send(int fd, const uint8_t *octets, size_t n);

/* Octets received (cut to size), -EAGAIN: none there, or -errno (ICMP errors too). */
int udp_receive(int fd, uint8_t *octets, size_t size, int *ttl);

/* "192.0.2.1:123" or "[2001:db8::1]:123". */
void udp_print_address(const struct loop_address *a, char *out, size_t size);

#endif
