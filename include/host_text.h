/*
 * What small files of the host say, most of them of /proc: text in, values out. The
 * texts are a host's that may be hostile: any octets, cut anywhere.
 */
#ifndef CLOCKWITNESS_HOST_TEXT_H
#define CLOCKWITNESS_HOST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is the word there, with blanks or ends of lines around it? */
bool host_text_has_word(const char *text, size_t n, const char *word);

/*
 * What container a process with this /proc/self/cgroup is in, by the names that the
 * engines give their groups; NULL: none that is known.
 */
const char *host_text_cgroup_container(const char *text, size_t n);

/* /proc/self/timens_offsets. false: it is not such; offsets in ns. */
bool host_text_time_namespace(
    const char *text, size_t n, int64_t *monotonic_ns, int64_t *boottime_ns);

/* leap-seconds.list: seconds since 1970 (UTC) at which the table expires. */
bool host_text_leap_expiry(const char *text, size_t n, int64_t *expiry);

/* The POSIX rule that ends a TZif file (RFC 8536, 3.3). false: there is none. */
bool host_text_zone_rule(const char *data, size_t n, char *out, size_t size);

/* One row of /proc/net/udp, udp6, tcp or tcp6. */
struct socket_row {
	uint32_t local[4]; /* as the kernel holds it: words in memory order */
	size_t words;      /* 1: IPv4, 4: IPv6 */
	int port;          /* of the local end */
	unsigned state;    /* 10: a TCP socket that listens */
	int64_t uid;
};

bool host_text_socket_row(const char *line, size_t n, struct socket_row *out);

/*
 * Which program that sets or steers clocks a process is, by its name (at most 15 octets
 * of it) and its command line; NULL: none that is known. "ntpd" is what several programs
 * call themselves; where the command line tells which, it says so.
 */
const char *host_text_time_daemon(const char *name, const char *command);

#endif
