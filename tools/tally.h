/* What was done with a log: counted, and summed up for people or machines. */
#ifndef CLOCKWITNESS_TALLY_H
#define CLOCKWITNESS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "corrector.h"

struct tally {
	bool binary;         /* lines are records, of what is no text */
	uint64_t strange;    /* records that cannot be understood */
	uint64_t clock_sets; /* records of the clock being set */
	uint64_t lines, stamps, inside, outside, ambiguous, unprintable, common,
	    guessed, /* over a stop, as asked */
	    told;    /* by the log of the host's own time daemon, no evidence */
	uint64_t fate[STAMP_FATES];
	bool any;
	struct span least, most; /* corrections */
	struct span uncertainty; /* the greatest */
};

/* What the summary says besides. */
struct tally_setting {
	const char *log, *host, *method, *zone;
	const struct recognition *recognition;
	const struct log_order *order;
	const char *encoding; /* that was turned into UTF-8; NULL: none was */
	const char *damage;   /* what stopped the log short; NULL: nothing */
	const char *framing;  /* that records have in place of newlines; NULL: none */
	const char *boot;     /* that stamps since boot were taken for; NULL: none was */
	bool unverified;      /* evidence was used that did not verify */
};

void tally_count(struct tally *t, const struct log_stamp *s);

/* So many more like it, with corrections between these. */
void tally_count_more(struct tally *t, const struct log_stamp *s, uint64_t n,
    struct span least, struct span most);

/* What was done with another part of the same log. */
void tally_add(struct tally *to, const struct tally *t);

/* Was something left as it was that should not have been? */
bool tally_has_findings(const struct tally *t);

/* On standard error. */
void tally_say(const struct tally *t, const struct tally_setting *s);

struct json *tally_json(const struct tally *t, const struct tally_setting *s);

#endif
