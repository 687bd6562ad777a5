/*
 * Which time of the host's clock a stamp stands for: the year and the zone that its text
 * does not say come from options, the evidence, and the order of lines.
 */
#ifndef CLOCKWITNESS_LOG_CLOCK_H
#define CLOCKWITNESS_LOG_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "log_time.h"
#include "timescale.h"
#include "zone.h"

struct log_clock {
	struct zone zone; /* of stamps that name none */
	int64_t year;     /* of the first RFC 3164 stamp of each log; 0: the nearest */
	int64_t about;    /* seconds; nearest to this */
	/* of the log at hand */
	int64_t year_now;     /* of its last RFC 3164 stamp; 0: none yet */
	int64_t last_local;   /* seconds */
	int64_t guessed_year; /* 0: none was */
};

/* Another log begins. */
void log_clock_begin(struct log_clock *c);

/* Seconds of the host's clock: none (a date or hour that there is not), one, or two where
 * the zone repeats an hour. */
size_t log_clock_seconds(struct log_clock *c, const struct log_time *t, int64_t out[2]);

/* UTC in the stamp's own zone, ns since 1970 there. */
int64_t log_clock_local(
    const struct log_clock *c, const struct log_time *t, struct utc_time utc);

#endif
