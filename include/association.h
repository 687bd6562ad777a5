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

#include "fault.h"
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
};

struct association {
	struct association_rules rules;
	bool outstanding;       /* a request waits for its reply */
	bool denied;            /* a kiss-o'-death told us to stop */
	uint64_t nonce;         /* transmit timestamp of the request */
	uint64_t last_transmit; /* of the reply before; 0: none */
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

/* A request with this random transmit timestamp goes out now. */
void association_request(struct association *a, uint64_t nonce, struct raw_time now);

/*
 * Is this a reply to our request, and may it be used? All packet tests of RFC 5905; *out
 * is written if it could be decoded (any fault but LENGTH, VERSION, MODE).
 */
__attribute__((warn_unused_result)) enum fault association_examine(
    const struct association *a, const uint8_t *octets, size_t n, struct ntp_packet *out);

/*
 * The request ended thus (fault_ends_request() says whether it did); transmit: of the
 * reply, 0 if none. Obeys kisses: RATE slows down, DENY and RSTR stop. spread: any random
 * number, to keep the world's clients apart.
 */
void association_end(
    struct association *a, enum fault fault, uint64_t transmit, uint32_t spread);

/* How well the last sample was predicted: the poll interval grows slowly, shrinks fast.
 */
void association_predicted(struct association *a, bool well);

/* Asks at once, then goes on as before; nothing while a request waits. */
void association_hurry(struct association *a, struct raw_time now);

/* The present interval between two requests, burst aside. */
struct span association_interval(const struct association *a);

#endif
