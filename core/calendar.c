#include "calendar.h"

#define SECONDS_PER_DAY 86400
#define NS 1000000000

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01. Years are counted from March, so that the leap day is the last
 * of its year, in cycles of 400 years = 146097 days (the Gregorian rule).
 */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t cycle = floor_div(y, 400);
	int64_t year_of_cycle = y - cycle * 400;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return cycle * 146097 + year_of_cycle * 365 + year_of_cycle / 4 -
	       year_of_cycle / 100 + day_of_year - 719468;
}

int64_t
civil_to_seconds(const struct civil *c)
{
	return days_from_civil(c->year, c->month, c->day) * SECONDS_PER_DAY +
	       (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
}

struct civil
civil_from_seconds(int64_t seconds)
{
	int64_t days = floor_div(seconds, SECONDS_PER_DAY);
	int second_of_day = (int)(seconds - days * SECONDS_PER_DAY);
	int64_t from_march = days + 719468;
	int64_t cycle = floor_div(from_march, 146097);
	int64_t day_of_cycle = from_march - cycle * 146097;
	int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 +
				    day_of_cycle / 36524 - day_of_cycle / 146096) /
				365;
	int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 -
						 year_of_cycle / 100);
	int month_from_march = (int)((5 * day_of_year + 2) / 153);
	int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

	return (struct civil){
		.year = cycle * 400 + year_of_cycle + (month <= 2),
		.month = month,
		.day = (int)day_of_year - (153 * month_from_march + 2) / 5 + 1,
		.hour = second_of_day / 3600,
		.minute = second_of_day / 60 % 60,
		.second = second_of_day % 60,
	};
}

int
days_in_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

int
weekday(int64_t seconds)
{
	int64_t days = floor_div(seconds, SECONDS_PER_DAY) + 4; /* 1970-01-01: Thursday */

	return (int)(days - floor_div(days, 7) * 7);
}

bool
civil_is_valid(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_in_month(c->year, c->month) && c->hour >= 0 &&
	       c->hour <= 23 && c->minute >= 0 && c->minute <= 59 && c->second >= 0 &&
	       c->second <= 60;
}

void
print_rfc3339(struct text *t, int64_t ns)
{
	int64_t seconds = floor_div(ns, NS);
	struct civil c = civil_from_seconds(seconds);

	print_digits(t, (uint64_t)c.year, 4);
	print_literal(t, "-");
	print_digits(t, (uint64_t)c.month, 2);
	print_literal(t, "-");
	print_digits(t, (uint64_t)c.day, 2);
	print_literal(t, "T");
	print_digits(t, (uint64_t)c.hour, 2);
	print_literal(t, ":");
	print_digits(t, (uint64_t)c.minute, 2);
	print_literal(t, ":");
	print_digits(t, (uint64_t)c.second, 2);
	print_literal(t, ".");
	/* in two steps: seconds * NS may lie below INT64_MIN though ns does not */
	print_digits(t, (uint64_t)((ns % NS + NS) % NS), 9);
	print_literal(t, "Z");
}

/* Towards zero in both terms, so that the ends of int64_t are reached without overflow.
 */
static int64_t
civil_ns(struct scan *s, const struct civil *c, int64_t fraction)
{
	int64_t seconds;
	int64_t ns = 0;

	if (s->failed || !civil_is_valid(c) || c->second == 60) {
		s->failed = true;
		return 0;
	}
	seconds = civil_to_seconds(c);
	if (seconds < 0) {
		seconds++;
		fraction -= NS;
	}
	if (__builtin_mul_overflow(seconds, NS, &ns) ||
	    __builtin_add_overflow(ns, fraction, &ns))
		s->failed = true;
	return s->failed ? 0 : ns;
}

int64_t
scan_rfc3339(struct scan *s)
{
	struct civil c;
	int64_t fraction;

	c.year = (int64_t)scan_digits(s, 4);
	scan_literal(s, "-");
	c.month = (int)scan_digits(s, 2);
	scan_literal(s, "-");
	c.day = (int)scan_digits(s, 2);
	scan_literal(s, "T");
	c.hour = (int)scan_digits(s, 2);
	scan_literal(s, ":");
	c.minute = (int)scan_digits(s, 2);
	scan_literal(s, ":");
	c.second = (int)scan_digits(s, 2);
	scan_literal(s, ".");
	fraction = (int64_t)scan_digits(s, 9);
	scan_literal(s, "Z");
	return civil_ns(s, &c, fraction);
}
