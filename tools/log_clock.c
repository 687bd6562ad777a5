#include "log_clock.h"

#include <stdlib.h>

#define DAY_S 86400
#define HALF_DAY_S 43200
#define HALF_YEAR_S (INT64_C(182) * DAY_S)

/* In this year, or the one that it says. */
static int64_t
in_year(const struct log_time *t, int64_t year)
{
	const struct civil missing = { .year = year, .month = 1, .day = 1 };

	return log_time_local_seconds(t, &missing);
}

static int64_t
floor_days(int64_t seconds)
{
	return seconds / DAY_S - (seconds % DAY_S < 0);
}

/* ---- years */

/*
 * Of the years that have this date: February 29 may be four years off. The first stamp of
 * a file cannot come after its last one, so not after the file's time either; a file that
 * was copied has a time that says nothing, later than the evidence.
 */
static int64_t
first_year(const struct log_clock *c, const struct log_order *o, const struct log_time *t)
{
	bool bounded = o->ends != 0 && o->ends < c->about - HALF_YEAR_S;
	int64_t about = bounded ? o->ends : c->about;
	int64_t year = civil_from_seconds(about).year;
	int64_t best = 0;

	for (int64_t y = year - 8; y <= year + (bounded ? 0 : 4); y++) {
		if (!log_time_has_day(t, y) || (bounded && in_year(t, y) > about + DAY_S))
			continue;
		if (best == 0 ||
		    llabs(in_year(t, y) - about) < llabs(in_year(t, best) - about))
			best = y;
	}
	return best != 0 ? best : year;
}

/* Lines come in order: a jump of half a year is the turn of one. */
static int64_t
year_in_order(const struct log_order *o, const struct log_time *t)
{
	int64_t moved = in_year(t, o->year) - o->last_local;

	if (moved < -HALF_YEAR_S)
		return o->year + 1;
	return moved > HALF_YEAR_S ? o->year - 1 : o->year;
}

static int64_t
year_of(const struct log_clock *c, struct log_order *o, const struct log_time *t)
{
	if (o->year != 0) {
		o->year = year_in_order(o, t);
	} else if (c->year != 0) {
		o->year = c->year;
	} else {
		o->year = first_year(c, o, t);
		o->guessed_year = o->year;
	}
	o->last_local = in_year(t, o->year);
	return o->last_local;
}

/* ---- days: a clock that goes back by half a day has passed midnight */

static int64_t
day_of(const struct log_clock *c, struct log_order *o, const struct log_time *t)
{
	const struct civil missing = { .year = 1970, .month = 1, .day = 1 };
	int64_t of_day = log_time_local_seconds(t, &missing);
	int64_t local;

	if (!o->has_day) {
		o->day =
		    floor_days(o->ends != 0 && o->ends < c->about ? o->ends : c->about);
		o->guessed_day = o->day * DAY_S;
		o->has_day = true;
		o->last_local = o->day * DAY_S + of_day;
	}
	local = o->day * DAY_S + of_day;
	if (local - o->last_local < -HALF_DAY_S)
		o->day++;
	else if (local - o->last_local > HALF_DAY_S &&
		 (!o->has_first_day || o->day > o->first_day))
		o->day--;
	o->last_local = o->day * DAY_S + of_day;
	return o->last_local;
}

void
log_clock_take_day(struct log_order *o, const struct log_time *t)
{
	o->last_local = in_year(t, 0);
	o->day = o->first_day = floor_days(o->last_local);
	o->has_day = o->has_first_day = true;
}

/* ---- zones */

/* Of a name that several zones have: in the host's zone, if it is one of its names. */
static size_t
named(const struct log_clock *c, const struct log_time *t, int64_t local, int64_t out[2])
{
	int64_t all[2];
	size_t n = zone_to_clock(&c->zone, local, all);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (zone_is_called(
			&c->zone, all[i], t->line + t->zone_at, t->zone_length))
			out[kept++] = all[i];
	return kept;
}

size_t
log_clock_seconds(const struct log_clock *c, struct log_order *o,
    const struct log_time *t, int64_t out[2])
{
	int64_t local;

	if (t->scale != LOG_CIVIL) {
		out[0] = t->count_s;
		return 1;
	}
	if (!t->has_date)
		local = day_of(c, o, t);
	else if (!t->has_year)
		local = year_of(c, o, t);
	else
		local = in_year(t, 0);
	if (!t->has_year && t->has_date && !log_time_has_day(t, o->year))
		return 0;
	if (t->zone == LOG_ZONE_NONE)
		return zone_to_clock(&c->zone, local, out);
	if (t->zone == LOG_ZONE_NAMED)
		return named(c, t, local, out);
	out[0] = local - (int64_t)t->zone_minutes * 60;
	return 1;
}

int64_t
log_clock_local(const struct log_clock *c, const struct log_time *t,
    struct system_time read, struct utc_time utc)
{
	int64_t offset = 0;

	if (t->scale == LOG_CIVIL && t->zone == LOG_ZONE_GIVEN)
		offset = (int64_t)t->zone_minutes * 60;
	else if (t->scale == LOG_CIVIL && t->zone == LOG_ZONE_NAMED)
		offset = zone_offset_at(&c->zone, read.ns / NS_PER_SECOND);
	else if (t->scale == LOG_CIVIL)
		offset = zone_offset_at(&c->zone, utc.ns / NS_PER_SECOND);
	return utc_after(utc, (struct span){ offset * NS_PER_SECOND }).ns;
}
