/*
 * Which servers tell the truth, and which of those is nearest to it: intersection, then
 * least root distance (RFC 5905 section 11.2.1 and A.5.5.2). Every server gets a verdict.
 */
#ifndef CLOCKWITNESS_SELECTION_H
#define CLOCKWITNESS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timescale.h"

#define MAX_SERVERS 64

/* RFC 5905 section 7.2, MAXDIST; 1.5 s as ntpd has it. */
#define ROOT_DISTANCE_MAX_NS (NS_PER_SECOND + NS_PER_SECOND / 2)

enum verdict {
	VERDICT_SELECTED,    /* truechimer of least root distance */
	VERDICT_ELIGIBLE,    /* truechimer */
	VERDICT_FALSETICKER, /* contradicts the majority */
	VERDICT_UNDECIDED,   /* there is no majority that could call it true or false */
	VERDICT_UNRESOLVED,  /* its name has no address yet */
	VERDICT_UNMEASURED,  /* has an address, no answer is due yet */
	VERDICT_UNREACHABLE, /* none of the last eight requests was answered */
	VERDICT_FAULTY,      /* answers, but none of the last eight passed the tests */
	VERDICT_UNSYNCHRONISED, /* says so of itself */
	VERDICT_LOOP,           /* takes its time from this host */
	VERDICT_TOO_DISTANT,    /* root distance over 1.5 s */
	VERDICT_STALE,          /* its last sample is too old */
	VERDICT_DENIED,         /* told us not to ask again */
	VERDICTS
};

/* "selected", "eligible", "falseticker"... */
extern const char *const verdict_names[VERDICTS];

struct candidate {
	enum verdict
	    standing;       /* VERDICT_ELIGIBLE: may be chosen; else the reason why not */
	struct span offset; /* UTC - host clock, now */
	struct span delay;  /* delta, of the best sample */
	struct span dispersion;      /* epsilon, at `newest` */
	struct span jitter;          /* psi */
	struct span root_delay;      /* Delta, as the server says */
	struct span root_dispersion; /* E, as the server says */
	struct raw_time newest;
	double growth; /* s/s: PHI and what is unknown of the frequency */
	uint8_t stratum;
};

enum selection_outcome {
	OUTCOME_MAJORITY,     /* over half of the candidates, and at least two, agree */
	OUTCOME_ONLY_SERVER,  /* one candidate: nobody contradicts it, nobody confirms it
			       */
	OUTCOME_NO_MAJORITY,  /* several, and no more than half agree: nothing is claimed
			       */
	OUTCOME_NO_CANDIDATE, /* none that could be used */
	OUTCOMES
};

extern const char *const outcome_names[OUTCOMES];

struct selection {
	enum selection_outcome outcome;
	int winner; /* index, -1: none */
	int candidates, truechimers;
	struct span low,
	    high; /* the intersection, UTC - host clock; holds with a winner */
	/* likewise: UTC lies within if less than half of the candidates lie */
	struct span sure_low, sure_high;
	enum verdict verdict[MAX_SERVERS];
	struct span root_distance[MAX_SERVERS]; /* 0 where there is no sample */
};

/*
 * lambda = (delta + Delta) / 2 + E + epsilon + growth * age + psi (RFC 5905 A.5.5.2,
 * without its floor of 5 ms, which makes all servers of a LAN equal).
 */
struct span root_distance(const struct candidate *c, struct raw_time now);

/*
 * n <= MAX_SERVERS. The correctness interval of a candidate is offset +- root distance.
 * The least number f < n/2 of falsetickers is assumed for which n - f intervals share a
 * point and at most f midpoints lie outside that intersection; truechimers have their
 * midpoint inside. Ties in root distance go to the lower stratum, then to the earlier in
 * c[].
 */
void selection_choose(
    const struct candidate c[], size_t n, struct raw_time now, struct selection *out);

#endif
