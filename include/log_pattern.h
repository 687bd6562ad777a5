/*
 * The pattern language in which formats of log lines are described: that of strptime(3),
 * made to read a stamp inside a line and to print another time in the form of that stamp.
 *
 *   %Y %y %m %d %e %j   year; of the century (69..99, 00..68); month; day; day padded
 *                       with a blank, a zero or not; day of the year
 *   %b %a               month and day of the week by name, abbreviated
 *   %G %V %u            year, week and day of the week of ISO 8601
 *   %H %k %I %l %M %S   hour; %k %l as %e; of 12 hours: %I %l; minute; second
 *   %p                  AM or PM
 *   %-m %-d %-H %-I %-M %-S   with as many digits as needed
 *   %F %T %D %R         %Y-%m-%d   %H:%M:%S   %m/%d/%y   %H:%M
 *   %z %Z %B            distance from UTC, or Z, if there is any; name of a zone; minutes
 *                       to be added to get UTC
 *   %s                  since 1970, in s, ms, us or ns by its number of digits
 *   %f %L %. %9         digits of a fraction; milliseconds, as many digits as needed; a
 *                       fraction with its point or comma, if there is any; the same,
 *                       written without zeros at its end
 *   %J %q               modified Julian day; second of the day
 *   %o                  seconds since boot
 *   %@                  TAI64 and TAI64N, hexadecimal
 *   %^                  'T' or a blank
 *   %!                  '*' or '.' before a stamp of a clock that is not synchronised
 *   %# %?               a number; a word (no blanks); neither is part of the stamp
 *   %n                  blanks and tabs
 *   %*                  anything, up to what stands next in the pattern; once
 *   %{key}              the value of a key at the top of a JSON object or of logfmt
 *   %( %)               what may be missing
 *   %%                  %
 *
 * Anything else stands for itself.
 */
#ifndef CLOCKWITNESS_LOG_PATTERN_H
#define CLOCKWITNESS_LOG_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_STEPS 48

enum log_field {
	/* no part of a stamp */
	FIELD_LITERAL, /* one octet, as it stands */
	FIELD_BLANKS,
	FIELD_T_OR_BLANK,
	FIELD_NUMBER,
	FIELD_WORD,
	FIELD_ANYTHING,
	FIELD_KEY,
	FIELD_GROUP, /* up to its end it may be missing */
	FIELD_GROUP_END,
	/* parts of a stamp */
	FIELD_YEAR,
	FIELD_YEAR_OF_CENTURY,
	FIELD_MONTH,
	FIELD_MONTH_NAME,
	FIELD_DAY,
	FIELD_DAY_OF_YEAR,
	FIELD_WEEK_YEAR,
	FIELD_WEEK,
	FIELD_WEEK_DAY,
	FIELD_DAY_NAME,
	FIELD_HOUR,
	FIELD_HOUR_12,
	FIELD_AM_PM,
	FIELD_MINUTE,
	FIELD_SECOND,
	FIELD_DIGITS,
	FIELD_MILLISECONDS,
	FIELD_FRACTION,
	FIELD_FRACTION_TRIMMED,
	FIELD_ZONE,
	FIELD_ZONE_NAME,
	FIELD_BIAS,
	FIELD_EPOCH,
	FIELD_JULIAN,
	FIELD_SECOND_OF_DAY,
	FIELD_SINCE_BOOT,
	FIELD_TAI64,
	FIELD_MARK,
	LOG_FIELDS
};

/* How a number is padded to its width. */
enum log_pad { PAD_ZERO, PAD_BLANK, PAD_NONE };

struct log_step {
	uint8_t field; /* enum log_field */
	uint8_t pad;   /* enum log_pad */
	char literal;
	uint8_t length;   /* of text; of a group: steps to its end */
	const char *text; /* FIELD_KEY: in the pattern's text, which must live as long */
};

struct log_pattern {
	struct log_step step[LOG_STEPS];
	size_t steps;
	uint64_t fields; /* bit 1 << field */
};

/* false: *column, from 1, is where it is wrong; it must hold a part of a stamp. */
bool log_pattern_compile(const char *text, struct log_pattern *out, size_t *column);

bool log_pattern_has(const struct log_pattern *p, enum log_field field);

/* Nothing of any length stands before the stamp: it begins with the line, or nearly. */
bool log_pattern_is_anchored(const struct log_pattern *p);

/* The resolution of its stamps, ns, where they show no fraction. */
int64_t log_pattern_resolution(const struct log_pattern *p);

#endif
