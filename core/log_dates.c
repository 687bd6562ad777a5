/* What the parts of a stamp make: a date and a time of day, or none. */
#include "log_reading.h"

static bool
twelve_hours(struct log_reading *r)
{
	struct civil *c = &r->t->civil;

	if (!log_pattern_has(r->t->pattern, FIELD_AM_PM))
		return true;
	if (c->hour < 1 || c->hour > 12)
		return false;
	c->hour = c->hour % 12 + (r->half == 2 ? 12 : 0);
	return true;
}

static void
set_date(struct civil *c, int64_t days_of_january)
{
	struct civil first = { .year = c->year, .month = 1, .day = 1 };
	struct civil day =
	    civil_from_seconds(civil_to_seconds(&first) + days_of_january * 86400);

	c->year = day.year;
	c->month = day.month;
	c->day = day.day;
}

static int64_t
days_in_year(int64_t year)
{
	return 337 + days_in_month(year, 2);
}

/* Monday of the first week of a year, as days after January 1: -3..3 (ISO 8601). */
static int64_t
first_monday(int64_t year)
{
	struct civil fourth = { .year = year, .month = 1, .day = 4 };
	int of_fourth = (weekday(civil_to_seconds(&fourth)) + 6) % 7;

	return 3 - of_fourth;
}

/* Days of the year and of weeks become a month and a day. */
static bool
other_dates(struct log_reading *r)
{
	const struct log_pattern *p = r->t->pattern;
	struct civil *c = &r->t->civil;

	if (log_pattern_has(p, FIELD_DAY_OF_YEAR)) {
		if (r->day_of_year < 1 || r->day_of_year > days_in_year(c->year))
			return false;
		set_date(c, r->day_of_year - 1);
	}
	if (log_pattern_has(p, FIELD_WEEK)) {
		if (r->week < 1 || r->week > 53 || r->week_day < 1 || r->week_day > 7)
			return false;
		set_date(c,
		    first_monday(c->year) + (int64_t)(r->week - 1) * 7 + r->week_day - 1);
	}
	return true;
}

/* 24:00:00 is the midnight at the end of a day. */
static bool
is_valid(const struct log_time *t)
{
	struct civil c = t->civil;

	if (!t->has_year)
		c.year = 2000; /* a leap year: February 29 is a day */
	if (!t->has_date)
		c.month = c.day = 1;
	if (c.hour == 24 && c.minute == 0 && c.second == 0 && t->fraction_ns == 0)
		c.hour = 0;
	return civil_is_valid(&c);
}

static bool
day_name_fits(const struct log_reading *r)
{
	if (r->day_name < 0 || !r->t->has_year || !r->t->has_date)
		return true;
	return weekday(civil_to_seconds(&r->t->civil)) == r->day_name;
}

bool
log_finish_civil(struct log_reading *r)
{
	return twelve_hours(r) && other_dates(r) && is_valid(r->t) && day_name_fits(r);
}
