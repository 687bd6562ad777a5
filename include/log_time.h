/*
 * Time stamps at the beginning of log lines: find, read, print. The grammars:
 *
 *   RFC 3164            "Mar 28 14:16:41", the day padded with a blank, a zero or not,
 *                       optionally with a fraction and after a <priority>; no year, no zone
 *   ISO 8601, RFC 3339  "2026-11-22T01:52:47.123456+01:00": T or blank, a fraction after
 *                       . or , of up to 9 digits; Z, +-hh:mm, +-hhmm, +-hh or no zone;
 *                       behind a blank +-hh:mm, +-hhmm, UTC or GMT
 *
 * Nothing is guessed here: a year or a zone that the text does not say is the caller's.
 */
#ifndef CLOCKWITNESS_LOG_TIME_H
#define CLOCKWITNESS_LOG_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calendar.h"
#include "timescale.h"

enum log_grammar { LOG_RFC3164, LOG_ISO8601, LOG_GRAMMARS };

/* "rfc3164", "iso8601" */
extern const char *const log_grammar_names[LOG_GRAMMARS];

enum zone_form {
	ZONE_NONE,
	ZONE_Z,
	ZONE_UTC, /* the letters, behind a blank; so is GMT */
	ZONE_GMT,
	ZONE_COLON,
	ZONE_PLAIN,
	ZONE_HOURS
};

struct log_time {
	enum log_grammar grammar;
	size_t from, to;     /* where the stamp stands in the line: [from, to) */
	struct civil civil;  /* as written; RFC 3164: year 0 */
	int32_t fraction_ns; /* as written */
	int digits;          /* of the fraction, 0..9 */
	char point;          /* before the fraction: '.' or ',' */
	char separator;      /* ISO 8601: 'T' or ' ' */
	char pad; /* RFC 3164: before a day of one digit: ' ', '0' or 0 for none */
	enum zone_form zone;
	bool zone_west;   /* its sign is '-', as in -00:00 too */
	bool zone_blank;  /* a blank stands before it */
	int zone_minutes; /* east of Greenwich; holds unless ZONE_NONE */
};

/* false: the line of n octets does not begin with a stamp of these grammars. */
bool log_time_find(const char *line, size_t n, struct log_time *out);

/* Seconds of the zone that the stamp is written in, since 1970 there; year: RFC 3164's.
 */
int64_t log_time_local_seconds(const struct log_time *t, int64_t year);

/* The last resort of LOG_TIME_MAX octets holds any stamp. */
#define LOG_TIME_MAX 48

/*
 * Prints local_ns (ns since 1970 in the stamp's own zone) in the form of the original:
 * the same digits (rounded down, as clocks are read), separator, padding and zone. Its
 * length; 0: the year does not fit into four digits.
 */
size_t log_time_print_same(
    const struct log_time *form, int64_t local_ns, char out[LOG_TIME_MAX]);

/* RFC 3339 in UTC, with this many digits of the second. */
size_t log_time_print_iso(int64_t utc_ns, int digits, char out[LOG_TIME_MAX]);

#endif
