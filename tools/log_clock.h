/*
 * Which time of the host's clock a stamp stands for: the date, the year and the zone that
 * its text does not say come from options, the evidence, the file's time and the order of
 * lines.
 */
#ifndef CLOCKWITNESS_LOG_CLOCK_H
#define CLOCKWITNESS_LOG_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_time.h"
#include "timescale.h"
#include "zone.h"

/* What holds for all logs. */
struct log_clock {
	struct zone zone; /* of stamps that name none */
	int64_t year;     /* of the first stamp without one; 0: the nearest to... */
	int64_t about;    /* ... this, the end of the evidence, seconds */
};

/* Of the log at hand, line after line. */
struct log_order {
	int64_t ends;       /* when the file was written last, seconds; 0: not known */
	int64_t year;       /* of its last stamp without one; 0: none yet */
	int64_t day;        /* days since 1970, of its last stamp without a date */
	int64_t last_local; /* of its last stamp without a year or a date, seconds */
	int64_t first_day;  /* nothing comes before it: it was told */
	bool has_day, has_first_day;
	int64_t guessed_year; /* 0: none was */
	int64_t guessed_day;  /* seconds since 1970 at its midnight; 0: none was */
};

/* Seconds of the host's clock: none (a date, an hour or a zone that there is not), one, or
 * two where the zone repeats an hour. */
size_t log_clock_seconds(const struct log_clock *c, struct log_order *o,
    const struct log_time *t, int64_t out[2]);

/* The stamp, which has a date, tells the day of those without that come behind it. */
void log_clock_take_day(struct log_order *o, const struct log_time *t);

/* UTC in the stamp's own zone, ns since 1970 there. `read` is the host's time for which
 * the stamp was taken. */
int64_t log_clock_local(const struct log_clock *c, const struct log_time *t,
    struct system_time read, struct utc_time utc);

#endif
