/*
 * The proleptic Gregorian calendar and RFC 3339 text, in 64 bits, without libc's time
 * functions (no locale, no zone, no state).
 */
#ifndef CLOCKWITNESS_CALENDAR_H
#define CLOCKWITNESS_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct civil {
	int64_t year;
	int month;  /* 1..12 */
	int day;    /* 1..31 */
	int hour;   /* 0..23 */
	int minute; /* 0..59 */
	int second; /* 0..60; 60 only when read from text, a leap second */
};

/* Seconds since 1970-01-01T00:00:00 of the same clock. Day 31 of a short month runs over.
 */
int64_t civil_to_seconds(const struct civil *c);
struct civil civil_from_seconds(int64_t seconds);
int days_in_month(int64_t year, int month);
int weekday(int64_t seconds); /* 0 Sunday .. 6 Saturday */

/* Are all fields in range, the day in its month? Second 60 is. */
bool civil_is_valid(const struct civil *c);

/*
 * The canonical form of an absolute time in the evidence: RFC 3339, nine digits, Z.
 * 2026-11-22T01:52:47.123456789Z; any int64_t has one (years 1677..2262).
 */
#define RFC3339_LENGTH 30
void print_rfc3339(struct text *t, int64_t ns);
int64_t scan_rfc3339(struct scan *s);

#endif
