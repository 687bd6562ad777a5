/* Why a request got no sample: every refusal has a name, and the name is in the record.
 */
#ifndef CLOCKWITNESS_FAULT_H
#define CLOCKWITNESS_FAULT_H

#include <stdbool.h>

enum fault {
	FAULT_NONE,
	/* no reply */
	FAULT_TIMEOUT,     /* none came in time */
	FAULT_REFUSED,     /* ICMP: nobody listens on that port */
	FAULT_UNREACHABLE, /* ICMP or routing: no way there */
	FAULT_NOT_SENT,    /* the host could not send the request */
	/* a reply that cannot be one to this request; the wait for the true one goes on
	 */
	FAULT_LENGTH,       /* under 48 octets, or no multiple of 4 (RFC 5905 7.3) */
	FAULT_VERSION,      /* not 1..4 */
	FAULT_MODE,         /* not 4, server */
	FAULT_BOGUS_ORIGIN, /* origin timestamp is not what we sent (RFC 5905 8, test 2)
			     */
	FAULT_DUPLICATE,    /* transmit timestamp as in the reply before (test 1) */
	/* a reply from the server that was asked, of no use */
	FAULT_ZERO_TIMESTAMP, /* receive or transmit timestamp is zero (test 3) */
	FAULT_KISS_RATE,      /* kiss-o'-death RATE: asked too often (7.4; test 4) */
	FAULT_KISS_DENY,      /* DENY: access denied, do not ask again */
	FAULT_KISS_RSTR,      /* RSTR: access restricted, do not ask again */
	FAULT_KISS_OTHER,     /* any other kiss code */
	FAULT_UNSYNCHRONISED, /* leap indicator 3 or stratum 0 or over 15 (test 6) */
	FAULT_TRANSMIT_BEFORE_RECEIVE, /* T3 < T2 */
	FAULT_FUTURE_REFERENCE, /* its clock was last set after it replied (test 7) */
	FAULT_ROOT_DISTANCE,    /* root delay / 2 + root dispersion over 1.5 s (test 7) */
	FAULT_LOOP,             /* its reference is this host (A.5.5.3) */
	FAULT_IMPLAUSIBLE,      /* delay negative or over 16 s, or times beyond 2262 */
	FAULT_CLOCK_STEPPED,    /* somebody set this host's clock between T1 and T4 */
	FAULTS
};

/* "none", "timeout", "bogus-origin"...: the words of the records and the manual. */
extern const char *const fault_names[FAULTS];

/* Does the request end with this? Not with a reply that may come from somebody else. */
bool fault_ends_request(enum fault f);

#endif
