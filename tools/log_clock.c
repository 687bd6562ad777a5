#include "log_clock.h"

#include <stdbool.h>
#include <stdlib.h>

#define HALF_YEAR_S (INT64_C(182) * 86400)

void
log_clock_begin(struct log_clock *c)
{
	c->year_now = 0;
	c->guessed_year = 0;
}

/* In this year, or the one that it says. */
static int64_t
in_year(const struct log_time *t, int64_t year)
{
	const struct civil missing = { .year = year, .month = 1, .day = 1 };

	return log_time_local_seconds(t, &missing);
}

/* Of the years that have this date: February 29 may be four years off. */
static int64_t
nearest_year(const struct log_clock *c, const struct log_time *t)
{
	int64_t year = civil_from_seconds(c->about).year;
	int64_t best = 0;

	for (int64_t y = year - 4; y <= year + 4; y++)
		if (log_time_has_day(t, y) &&
		    (best == 0 || llabs(in_year(t, y) - c->about) <
				      llabs(in_year(t, best) - c->about)))
			best = y;
	return best != 0 ? best : year;
}

/* Lines come in order: a jump of half a year is the turn of one. */
static int64_t
year_in_order(const struct log_clock *c, const struct log_time *t)
{
	int64_t moved = in_year(t, c->year_now) - c->last_local;

	if (moved < -HALF_YEAR_S)
		return c->year_now + 1;
	return moved > HALF_YEAR_S ? c->year_now - 1 : c->year_now;
}

static int64_t
year_of(struct log_clock *c, const struct log_time *t)
{
	if (t->has_year || t->scale != LOG_CIVIL)
		return 0;
	if (c->year_now != 0) {
		c->year_now = year_in_order(c, t);
	} else if (c->year != 0) {
		c->year_now = c->year;
	} else {
		c->year_now = nearest_year(c, t);
		c->guessed_year = c->year_now;
	}
	c->last_local = in_year(t, c->year_now);
	return c->year_now;
}

size_t
log_clock_seconds(struct log_clock *c, const struct log_time *t, int64_t out[2])
{
	int64_t year = year_of(c, t);
	int64_t local = in_year(t, year);

	if (t->scale == LOG_CIVIL && !t->has_year && !log_time_has_day(t, year))
		return 0;
	if (t->zone == LOG_ZONE_NONE && t->scale == LOG_CIVIL)
		return zone_to_clock(&c->zone, local, out);
	out[0] = local - (int64_t)t->zone_minutes * 60;
	return 1;
}

int64_t
log_clock_local(const struct log_clock *c, const struct log_time *t, struct utc_time utc)
{
	int64_t offset = t->zone == LOG_ZONE_GIVEN
			     ? (int64_t)t->zone_minutes * 60
			     : zone_offset_at(&c->zone, utc.ns / NS_PER_SECOND);

	return utc_after(utc, (struct span){ offset * NS_PER_SECOND }).ns;
}
