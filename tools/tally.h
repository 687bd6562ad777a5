/* What was done with a log: counted, and summed up for people or machines. */
#ifndef CLOCKWITNESS_TALLY_H
#define CLOCKWITNESS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock_model.h"
#include "timescale.h"

struct tally {
	uint64_t lines, stamps, inside, outside, ambiguous, never_shown, not_covered,
	    unprintable, common, guessed; /* over a stop, as asked */
	bool any;
	struct span least, most; /* corrections */
	struct span uncertainty; /* the greatest */
};

/* What the summary says besides. */
struct tally_setting {
	const char *host, *method, *zone;
	int64_t guessed_year; /* of the first stamp; 0: none was guessed */
	bool unverified;      /* evidence was used that did not verify */
};

/* A stamp that showed this time was corrected so. */
void tally_count(struct tally *t, struct system_time time, const struct correction *c);

/* On standard error; `log` is its name. */
void tally_say(const struct tally *t, const struct tally_setting *s, const char *log);
void tally_say_json(
    const struct tally *t, const struct tally_setting *s, const char *log);

#endif
