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

static bool
has_date(const struct log_time *t, int64_t year)
{
	return t->civil.day <= days_in_month(year, t->civil.month);
}

/* Of the years that have this date: February 29 may be four years off. */
static int64_t
nearest_year(const struct log_clock *c, const struct log_time *t)
{
	int64_t year = civil_from_seconds(c->about).year;
	int64_t best = 0;

	for (int64_t y = year - 4; y <= year + 4; y++)
		if (has_date(t, y) &&
		    (best == 0 || llabs(log_time_local_seconds(t, y) - c->about) <
				      llabs(log_time_local_seconds(t, best) - c->about)))
			best = y;
	return best != 0 ? best : year;
}

/* Lines come in order: a jump of half a year is the turn of one. */
static int64_t
year_in_order(const struct log_clock *c, const struct log_time *t)
{
	int64_t moved = log_time_local_seconds(t, c->year_now) - c->last_local;

	if (moved < -HALF_YEAR_S)
		return c->year_now + 1;
	return moved > HALF_YEAR_S ? c->year_now - 1 : c->year_now;
}

static int64_t
year_of(struct log_clock *c, const struct log_time *t)
{
	if (t->grammar != LOG_RFC3164)
		return 0;
	if (c->year_now != 0) {
		c->year_now = year_in_order(c, t);
	} else if (c->year != 0) {
		c->year_now = c->year;
	} else {
		c->year_now = nearest_year(c, t);
		c->guessed_year = c->year_now;
	}
	c->last_local = log_time_local_seconds(t, c->year_now);
	return c->year_now;
}

size_t
log_clock_seconds(struct log_clock *c, const struct log_time *t, int64_t out[2])
{
	int64_t year = year_of(c, t);
	int64_t local = log_time_local_seconds(t, year);

	if (t->grammar == LOG_RFC3164 && !has_date(t, year))
		return 0;
	if (t->zone == ZONE_NONE)
		return zone_to_clock(&c->zone, local, out);
	out[0] = local - (int64_t)t->zone_minutes * 60;
	return 1;
}

int64_t
log_clock_local(const struct log_clock *c, const struct log_time *t, struct utc_time utc)
{
	int64_t offset = t->zone != ZONE_NONE
			     ? (int64_t)t->zone_minutes * 60
			     : zone_offset_at(&c->zone, utc.ns / NS_PER_SECOND);

	return utc_after(utc, (struct span){ offset * NS_PER_SECOND }).ns;
}
