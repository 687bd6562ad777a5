/*
 * The NTP header (RFC 5905 section 7.3), octets <-> struct, and the two NTP time formats.
 */
#ifndef CLOCKWITNESS_NTP_PACKET_H
#define CLOCKWITNESS_NTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "timescale.h"

#define NTP_HEADER_BYTES 48
#define NTP_PORT 123
#define NTP_VERSION 4
#define NTP_MODE_CLIENT 3
#define NTP_MODE_SERVER 4
#define NTP_LEAP_INSERT 1 /* the last minute of the day has 61 s */
#define NTP_LEAP_DELETE 2 /* or 59 */
#define NTP_LEAP_UNKNOWN 3
#define NTP_STRATUM_MAX 15

struct ntp_packet {
	uint8_t leap;             /* 0..3; 3: not synchronised */
	uint8_t version;          /* 1..4 */
	uint8_t mode;             /* 4: server */
	uint8_t stratum;          /* 0: unspecified or kiss-o'-death */
	int8_t poll;              /* log2 seconds */
	int8_t precision;         /* log2 seconds */
	uint32_t root_delay;      /* 16.16 seconds */
	uint32_t root_dispersion; /* 16.16 seconds */
	uint8_t refid[4];
	uint64_t reference; /* 32.32 seconds since 1900, modulo 2^32; so the next three */
	uint64_t origin;
	uint64_t receive;
	uint64_t transmit;
};

/*
 * Decodes a reply. FAULT_LENGTH, FAULT_VERSION or FAULT_MODE, else FAULT_NONE; *out is
 * written on FAULT_NONE only. Octets after the header (extension fields, a MAC) are
 * nothing that we asked for, and are not looked at.
 */
__attribute__((warn_unused_result)) enum fault ntp_packet_decode(
    const uint8_t *octets, size_t n, struct ntp_packet *out);

void ntp_packet_encode(const struct ntp_packet *p, uint8_t out[NTP_HEADER_BYTES]);

/*
 * 32.32 seconds of an NTP era -> UTC, to the nearest nanosecond. The era is the one that
 * puts it into 2010-01-01 .. 2146-02-07: a pivot of the format's, not of the host's
 * clock, which may be decades wrong.
 */
struct utc_time ntp_time_to_utc(uint64_t ntp);
uint64_t utc_to_ntp_time(struct utc_time u);

/* 16.16 seconds, rounded up to the nanosecond: it is part of a bound. */
struct span ntp_short_to_span(uint32_t v);
uint32_t span_to_ntp_short(struct span s); /* for tests; clamps to 0..65535.99 s */

/* 2^exponent seconds in ns, exponent clamped to -30..16; at least 1 ns. */
struct span ntp_log2_to_span(int exponent);

/* Is it a kiss-o'-death, an ASCII reference ID with stratum 0 (RFC 5905 section 7.4)? */
enum fault ntp_kiss(uint8_t stratum, const uint8_t refid[4]);

#endif
