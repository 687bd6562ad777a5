/* A stamp while it is being read. */
#ifndef CLOCKWITNESS_LOG_READING_H
#define CLOCKWITNESS_LOG_READING_H

#include <stdbool.h>

#include "log_time.h"
#include "text.h"

struct log_reading {
	struct scan s; /* its `failed` is not used: parts return whether they are there */
	struct log_time *t;
	int day_name; /* 0 Sunday .. 6; -1: none was read */
	int day_of_year, week, week_day;
	int half; /* of the day: 0 none, 1 AM, 2 PM */
};

/* Reads one part of a stamp; false: it is not there. */
bool log_read_part(struct log_reading *r, const struct log_step *step);

/* Completes date and time of day; false: there is no such time. */
bool log_finish_civil(struct log_reading *r);

/* Moves s to the value of a key of n octets at the top of a JSON object or of logfmt. */
bool log_find_key(struct scan *s, const char *key, size_t n);

/* The zone as a distance or a letter, if there is any; by its name; as a bias. */
bool log_read_zone(struct log_reading *r, const struct log_step *step);
bool log_read_zone_name(struct log_reading *r, const struct log_step *step);
bool log_read_bias(struct log_reading *r, const struct log_step *step);

/* After a stamp comes something that could not be more of it; a colon may, as in "10: ".
 */
bool log_ends_well(struct scan s);

bool log_at_digit(const struct scan *s);
bool log_at_letter(const struct scan *s);
bool log_accept(struct scan *s, char c); /* reads it, if it is next */
bool log_digits(
    struct scan *s, int most, int64_t *out); /* at least one, at most so many */
bool log_exactly(struct scan *s, int width, int64_t *out);

#endif
