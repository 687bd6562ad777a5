/*
 * Time stamps in log lines: find, read, print, by a pattern (log_pattern.h). Nothing is
 * guessed here: a date, a year or a zone that the text does not say is the caller's.
 *
 * A stamp is printed in the form of the one that was read: each part as wide, padded and
 * spelled as it was, with as many digits. So the time that was read gives the octets that
 * were read.
 */
#ifndef CLOCKWITNESS_LOG_TIME_H
#define CLOCKWITNESS_LOG_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar.h"
#include "log_pattern.h"
#include "timescale.h"

enum log_scale {
	LOG_CIVIL,      /* year to second, of some zone */
	LOG_SINCE_1970, /* a count */
	LOG_SINCE_BOOT  /* a count by a clock that is never set */
};

enum log_zone {
	LOG_ZONE_NONE,
	LOG_ZONE_GIVEN,
	LOG_ZONE_NAMED /* by a name that more than one zone has, or none that is known */
};

struct log_time {
	const struct log_pattern *pattern;
	const char *line;
	size_t length;              /* of the line */
	size_t from, to;            /* where the stamp stands in the line: [from, to) */
	uint32_t at[LOG_STEPS + 1]; /* where each step of the pattern begins */
	enum log_scale scale;
	struct civil civil; /* as written; what is not is 0 */
	bool has_year, has_date;
	int64_t count_s;     /* of the counting scales */
	int32_t fraction_ns; /* as written */
	int digits;          /* of the fraction of a second, 0..9 */
	bool trimmed;        /* a fraction is written without zeros at its end */
	int64_t resolution;  /* ns: it stands for [stamp, stamp + resolution) */
	enum log_zone zone;
	int zone_minutes;            /* east of Greenwich; LOG_ZONE_GIVEN */
	size_t zone_at, zone_length; /* of LOG_ZONE_NAMED, in the line */
	char mark; /* '*', '.': the clock says that it is not synchronised; else 0 */
};

/* false: the line of n octets (its newline may be one) holds no stamp of the pattern. */
bool log_time_find(
    const struct log_pattern *p, const char *line, size_t n, struct log_time *out);

/*
 * Seconds since 1970 in the zone that the stamp is written in; year, month and day that
 * it does not say are taken from `missing`.
 */
int64_t log_time_local_seconds(const struct log_time *t, const struct civil *missing);

/* Is the day in its month? February 29 is not, in most years. */
bool log_time_has_day(const struct log_time *t, int64_t year);

/* The last resort of LOG_TIME_MAX octets holds any stamp. */
#define LOG_TIME_MAX 96

/*
 * Prints local_ns (ns since 1970 in the stamp's own zone) in the form of the original:
 * the same digits (rounded down, as clocks are read), separators, padding and zone. Its
 * length; 0: the form cannot hold it.
 */
size_t log_time_print_same(
    const struct log_time *form, int64_t local_ns, char out[LOG_TIME_MAX]);

/* RFC 3339 in UTC, with this many digits of the second; 0: no year of four digits. */
size_t log_time_print_iso(int64_t utc_ns, int digits, char out[LOG_TIME_MAX]);

#endif
