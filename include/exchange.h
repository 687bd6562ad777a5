/*
 * One request and what came of it: the raw material of all conclusions, and what the
 * evidence keeps of it.
 */
#ifndef CLOCKWITNESS_EXCHANGE_H
#define CLOCKWITNESS_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"
#include "ntp_packet.h"
#include "timescale.h"

/*
 * The host's clocks read together. `real` and `raw` are one bracketed reading (raw, the
 * others, raw): raw is the middle of the bracket, `read` its half-width, which bounds the
 * error of the pair.
 */
struct clock_reading {
	struct system_time real;
	struct raw_time raw;
	struct mono_time mono;
	struct boot_time boot;
	struct span read;
	bool has_mono; /* false: this kernel has no such clock */
	bool has_boot;
};

/* Who took the origin and destination timestamps. */
enum stamp {
	STAMP_USER,     /* this program, before sending or after receiving */
	STAMP_KERNEL,   /* the kernel, when the packet left or came (SO_TIMESTAMPING) */
	STAMP_HARDWARE, /* the network interface, by its own clock */
	STAMPS
};

extern const char *const stamp_names[STAMPS];

/* How the reply was authenticated. */
enum auth { AUTH_NONE, AUTHS };

extern const char *const auth_names[AUTHS];

/*
 * T1..T4 belong to one round trip, always. In basic mode that is the one that ended with
 * this reply; an interleaved reply (RFC 9769) completes the one before it: t3 is in this
 * reply, t1, t2, t4 and who stamped them are of that one, and what the server says of
 * itself is of now.
 */
struct exchange {
	struct system_time t1; /* origin: the request was sent */
	struct raw_time t1_raw;
	struct span t1_read;   /* by at most so much t1 and t1_raw miss one another */
	struct system_time t4; /* destination: the reply came in */
	struct raw_time t4_raw;
	struct span t4_read;
	enum stamp sent_by, received_by;
	bool replied;       /* a datagram came: t4, t4_raw, t4_read, ttl hold */
	bool decoded;       /* it was an NTP reply: t2, t3 and all below hold */
	bool interleaved;   /* false: basic mode */
	struct utc_time t2; /* receive: the server got the request */
	struct utc_time t3; /* transmit: the server sent the reply */
	uint8_t leap, version, stratum;
	int8_t poll, precision; /* log2 s */
	uint8_t refid[4];
	struct span root_delay, root_dispersion;
	enum auth auth;
	int ttl; /* of the reply; 0: the kernel did not say */
	enum fault fault;
};

/* Copies what the evidence keeps of a reply, and sets `decoded`. */
void exchange_take_packet(struct exchange *x, const struct ntp_packet *p);

#endif
