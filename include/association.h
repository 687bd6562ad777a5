/*
 * The client's side of one server: when to ask, whether an answer is one, what to do
 * after it (RFC 5905 sections 8, 9 and 13). A machine without sockets and without a
 * clock: `now` and randomness are arguments, and it returns what to do.
 */
#ifndef CLOCKWITNESS_ASSOCIATION_H
#define CLOCKWITNESS_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"
#include "fault.h"
#include "interleave.h"
#include "ntp_packet.h"
#include "timescale.h"

#define POLL_EXPONENT_MIN 0 /* 2^n s */
#define POLL_EXPONENT_MAX 17
#define BURST_MAX 16

struct association_rules {
	int minpoll, maxpoll;   /* poll exponents, POLL_EXPONENT_MIN..MAX */
	struct span fixed_poll; /* > 0: the interval, always; no spread */
	int burst;   /* requests in quick succession at the start, 0..BURST_MAX */
	bool common; /* an unsynchronised server is accepted, as a common time base */
	bool interleaved; /* it is asked for interleaved replies */
};

/* Two random numbers, new for each request. */
struct association_cookies {
	uint64_t transmit, receive;
};

struct association {
	struct association_rules rules;
	bool outstanding; /* a request waits for its reply */
	bool denied;      /* a kiss-o'-death told us to stop */
	/* timestamps of the request; receive is 0 if it is one of basic mode */
	struct association_cookies sent;
	struct association_cookies last; /* timestamps of the reply before; 0: none */
	struct round_trip round_trip;    /* that it ended */
	bool has_address;
	uint8_t own_address[4]; /* IPv4 address that we ask from, for the loop test */
	struct raw_time asked;
	struct raw_time wake;
	int poll; /* exponent in use */
	int burst_left;
	int agreement; /* runs up with good predictions, down with bad ones */
};

struct action {
	enum { ACTION_WAIT, ACTION_SEND, ACTION_TIMEOUT } kind;
	struct raw_time wake; /* ACTION_WAIT: ask again then */
	bool never;           /* ACTION_WAIT: there is nothing to wait for */
};

/* The first request is due at once. */
void association_begin(
    struct association *a, const struct association_rules *rules, struct raw_time now);

struct action association_tick(const struct association *a, struct raw_time now);

/*
 * The request that goes out now: mode 3, version 4, the cookies as timestamps and nothing
 * of this host. One that asks for an interleaved reply has the server's own receive
 * timestamp of the round trip before as its origin timestamp, and both cookies; the reply
 * returns the second one if it is interleaved, else the first.
 */
struct ntp_packet association_request(struct association *a,
    const struct association_cookies *c, const struct clock_reading *now);

/*
 * Is this a reply to our request, and may it be used? All packet tests of RFC 5905, as
 * RFC 9769 has them; *out is written if it could be decoded (any fault but LENGTH,
 * VERSION, MODE).
 */
__attribute__((warn_unused_result)) enum fault association_examine(
    const struct association *a, const uint8_t *octets, size_t n, struct ntp_packet *out);

/* What the evidence keeps of a decoded reply, beside the stamps of its round trip; one
 * that is interleaved brings those of the round trip before. */
void association_take(
    const struct association *a, const struct ntp_packet *reply, struct exchange *x);

/*
 * The request was answered well. own: the stamps of this round trip, for the next reply
 * to complete; at: the clocks now. association_end() follows.
 */
void association_answered(struct association *a, const struct ntp_packet *reply,
    const struct exchange *own, const struct clock_reading *at);

/* No later reply completes the round trip before: a clock has changed its ways. */
void association_forget(struct association *a);

/*
 * The request ended thus (fault_ends_request() says whether it did). Obeys kisses: RATE
 * slows down, DENY and RSTR stop. spread: any random number, to keep the world's clients
 * apart.
 */
void association_end(struct association *a, enum fault fault, uint32_t spread);

/* How well the last sample was predicted: the poll interval grows slowly, shrinks fast.
 */
void association_predicted(struct association *a, bool well);

/* Asks at once, then goes on as before; nothing while a request waits. */
void association_hurry(struct association *a, struct raw_time now);

/*
 * Another server is asked now: may this one be, too? Who asks all of them together wakes
 * up once, and writes to the disk once. Not sooner than its spread allows.
 */
bool association_may_join(const struct association *a, struct raw_time now);

/* The present interval between two requests, burst aside. */
struct span association_interval(const struct association *a);

#endif
