/* Stamps printed: in the form of the one that was read, or as RFC 3339. */
#include <string.h>

#include "log_time.h"
#include "log_words.h"

#define DAY_S 86400
#define MJD_1970 40587
#define TAI64_1970 UINT64_C(4611686018427387914)

/* What is printed, and how one part of it looked. */
struct printing {
	struct text o;
	struct civil c;
	int64_t seconds;
	int64_t fraction; /* ns */
	const char *was;
	size_t length;
};

static int64_t
split(int64_t ns, int64_t *fraction)
{
	int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);

	/* seconds * NS_PER_SECOND may lie below INT64_MIN though ns does not */
	*fraction = (ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND;
	return seconds;
}

static void
print_fraction(struct text *o, int64_t ns, int digits)
{
	for (int i = digits; i < 9; i++)
		ns /= 10;
	print_digits(o, (uint64_t)ns, digits);
}

/* What stands before one digit, where two places are: what stood there, if that tells. */
static const char *
padding(const struct printing *p, const struct log_step *step)
{
	if (step->pad == PAD_ZERO || (p->length == 2 && *p->was == '0'))
		return "0";
	return step->pad == PAD_BLANK && p->length == 2 ? " " : "";
}

static void
print_padded(struct printing *p, const struct log_step *step, int v)
{
	if (v < 10)
		print_literal(&p->o, padding(p, step));
	print_uint(&p->o, (uint64_t)v);
}

static void
print_year(struct printing *p, int64_t year, bool of_century)
{
	if (of_century)
		p->o.failed |= year < 1969 || year > 2068;
	else
		p->o.failed |= year < 0 || year > 9999;
	if (!p->o.failed)
		print_digits(&p->o, (uint64_t)year % (of_century ? 100 : 10000),
		    of_century ? 2 : 4);
}

static int64_t
day_of_year(const struct civil *c)
{
	struct civil first = { .year = c->year, .month = 1, .day = 1 };
	struct civil day = { .year = c->year, .month = c->month, .day = c->day };

	return (civil_to_seconds(&day) - civil_to_seconds(&first)) / DAY_S + 1;
}

/* The week is that of its Thursday (ISO 8601). */
static struct civil
thursday(int64_t seconds)
{
	int of_week = (weekday(seconds) + 6) % 7;

	return civil_from_seconds(seconds + (int64_t)(3 - of_week) * DAY_S);
}

static void
print_week(struct printing *p, const struct log_step *step)
{
	struct civil c = thursday(p->seconds);

	(void)step;
	print_digits(&p->o, (uint64_t)((day_of_year(&c) - 1) / 7 + 1), 2);
}

static int
hour_of_twelve(int hour)
{
	return hour % 12 == 0 ? 12 : hour % 12;
}

static void
print_half(struct printing *p, const struct log_step *step)
{
	char letter = p->c.hour < 12 ? 'A' : 'P';

	(void)step;
	if (*p->was >= 'a')
		letter = p->c.hour < 12 ? 'a' : 'p';
	print_bytes(&p->o, &letter, 1);
	print_bytes(&p->o, p->was + 1, 1);
}

/* With its point, as many digits; trimmed: up to nine, without zeros at the end. */
static void
print_pointed(struct printing *p, const struct log_step *step)
{
	bool trimmed = step->field == FIELD_FRACTION_TRIMMED;
	int digits = trimmed ? 9 : (int)p->length - 1;
	int64_t rest = p->fraction;

	if (trimmed && p->fraction == 0 && p->length != 2)
		return; /* ".0" stays one */
	for (; trimmed && digits > 1 && rest % 10 == 0; digits--)
		rest /= 10;
	print_bytes(&p->o, p->length > 0 ? p->was : ".", 1);
	print_fraction(&p->o, p->fraction, digits);
}

static void
print_milliseconds(struct printing *p, const struct log_step *step)
{
	(void)step;
	if (*p->was == '0' && p->length == 3)
		print_fraction(&p->o, p->fraction, 3);
	else
		print_uint(&p->o, (uint64_t)p->fraction / 1000000);
}

static void
print_epoch(struct printing *p, const struct log_step *step)
{
	int n = (int)p->length;
	int digits = n <= 11 ? 0 : n <= 14 ? 3 : n <= 17 ? 6 : 9;

	(void)step;
	p->o.failed |= p->seconds < 0;
	print_uint(&p->o, (uint64_t)p->seconds);
	if (digits > 0)
		print_fraction(&p->o, p->fraction, digits);
}

static void
print_be64(struct text *o, uint64_t v, int octets)
{
	for (int i = octets; i-- > 0;) {
		uint8_t b = (uint8_t)(v >> 8 * i);

		print_hex(o, &b, 1);
	}
}

static void
print_tai64(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_be64(&p->o, (uint64_t)p->seconds + TAI64_1970, 8);
	if (p->length > 16)
		print_be64(&p->o, (uint64_t)p->fraction, 4);
}

static int64_t
floor_days(int64_t seconds)
{
	return seconds / DAY_S - (seconds % DAY_S < 0);
}

static void
print_calendar_year(struct printing *p, const struct log_step *step)
{
	print_year(p, p->c.year, step->field == FIELD_YEAR_OF_CENTURY);
}

static void
print_week_year(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_year(p, thursday(p->seconds).year, false);
}

static void
print_month(struct printing *p, const struct log_step *step)
{
	if (step->field == FIELD_MONTH)
		print_padded(p, step, p->c.month);
	else
		print_month_name(&p->o, p->was, p->length, p->c.month);
}

static void
print_day(struct printing *p, const struct log_step *step)
{
	print_padded(p, step, p->c.day);
}

static void
print_day_of_year(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_digits(&p->o, (uint64_t)day_of_year(&p->c), 3);
}

static void
print_week_day(struct printing *p, const struct log_step *step)
{
	if (step->field == FIELD_WEEK_DAY)
		print_uint(&p->o, (uint64_t)(weekday(p->seconds) + 6) % 7 + 1);
	else
		print_day_name(&p->o, p->was, p->length, weekday(p->seconds));
}

static void
print_hour(struct printing *p, const struct log_step *step)
{
	bool twelve = step->field == FIELD_HOUR_12;

	print_padded(p, step, twelve ? hour_of_twelve(p->c.hour) : p->c.hour);
}

static void
print_minute(struct printing *p, const struct log_step *step)
{
	print_padded(p, step, p->c.minute);
}

static void
print_second(struct printing *p, const struct log_step *step)
{
	print_padded(p, step, p->c.second);
}

static void
print_fraction_digits(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_fraction(&p->o, p->fraction, (int)p->length);
}

static void
print_julian(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_int(&p->o, floor_days(p->seconds) + MJD_1970);
}

static void
print_second_of_day(struct printing *p, const struct log_step *step)
{
	(void)step;
	print_int(&p->o, p->seconds - floor_days(p->seconds) * DAY_S);
}

/* Nothing but that clock's own count can stand here. */
static void
refuse(struct printing *p, const struct log_step *step)
{
	(void)step;
	p->o.failed = true;
}

/* What is not in the table stays as it was. */
static void
print_part(struct printing *p, const struct log_step *step)
{
	static void (*const print[LOG_FIELDS])(
	    struct printing * p, const struct log_step *step) = {
		[FIELD_YEAR] = print_calendar_year,
		[FIELD_YEAR_OF_CENTURY] = print_calendar_year,
		[FIELD_WEEK_YEAR] = print_week_year,
		[FIELD_MONTH] = print_month,
		[FIELD_MONTH_NAME] = print_month,
		[FIELD_DAY] = print_day,
		[FIELD_DAY_OF_YEAR] = print_day_of_year,
		[FIELD_WEEK] = print_week,
		[FIELD_WEEK_DAY] = print_week_day,
		[FIELD_DAY_NAME] = print_week_day,
		[FIELD_HOUR] = print_hour,
		[FIELD_HOUR_12] = print_hour,
		[FIELD_AM_PM] = print_half,
		[FIELD_MINUTE] = print_minute,
		[FIELD_SECOND] = print_second,
		[FIELD_DIGITS] = print_fraction_digits,
		[FIELD_MILLISECONDS] = print_milliseconds,
		[FIELD_FRACTION] = print_pointed,
		[FIELD_FRACTION_TRIMMED] = print_pointed,
		[FIELD_EPOCH] = print_epoch,
		[FIELD_JULIAN] = print_julian,
		[FIELD_SECOND_OF_DAY] = print_second_of_day,
		[FIELD_SINCE_BOOT] = refuse,
		[FIELD_TAI64] = print_tai64,
	};

	if (print[step->field] != NULL)
		print[step->field](p, step);
	else
		print_bytes(&p->o, p->was, p->length);
}

static bool
is_on_the_day_of(int64_t day_s, const struct log_time *form, int64_t local_s)
{
	struct civil missing = civil_from_seconds(day_s);

	return log_time_local_seconds(form, &missing) == local_s;
}

/* Is it the time that was read? Then 23:59:60 and 24:00 stay, too: they are the midnight
 * of the next day, and of a year or a date that the form lacks. */
static bool
is_what_was_read(const struct log_time *form, int64_t local_ns)
{
	int64_t fraction;
	int64_t seconds = split(local_ns, &fraction);

	return form->fraction_ns == fraction &&
	       (is_on_the_day_of(seconds, form, seconds) ||
		   is_on_the_day_of(seconds - 1, form, seconds));
}

size_t
log_time_print_same(const struct log_time *form, int64_t local_ns, char out[LOG_TIME_MAX])
{
	struct printing p = { .o = { out, out + LOG_TIME_MAX, false } };
	const struct log_pattern *pattern = form->pattern;

	p.seconds = split(local_ns, &p.fraction);
	p.c = civil_from_seconds(p.seconds);
	if (is_what_was_read(form, local_ns)) {
		print_bytes(&p.o, form->line + form->from, form->to - form->from);
		return p.o.failed ? 0 : (size_t)(p.o.at - out);
	}
	for (size_t i = 0; i < pattern->steps; i++) {
		bool may_come =
		    form->trimmed && pattern->step[i].field == FIELD_FRACTION_TRIMMED;

		if (form->at[i] < form->from || form->at[i + 1] > form->to)
			continue;
		p.was = form->line + form->at[i];
		p.length = form->at[i + 1] - form->at[i];
		if (p.length > 0 || may_come)
			print_part(&p, &pattern->step[i]);
	}
	return p.o.failed ? 0 : (size_t)(p.o.at - out);
}

size_t
log_time_print_iso(int64_t utc_ns, int digits, char out[LOG_TIME_MAX])
{
	struct text o = { out, out + LOG_TIME_MAX, false };
	char all[RFC3339_LENGTH];
	struct text whole = { all, all + sizeof(all), false };
	int64_t fraction;
	struct civil c = civil_from_seconds(split(utc_ns, &fraction));

	if (c.year < 0 || c.year > 9999)
		return 0;
	print_rfc3339(&whole, utc_ns);
	print_bytes(&o, all, digits > 0 ? 20 + (size_t)digits : 19);
	print_literal(&o, "Z");
	return o.failed ? 0 : (size_t)(o.at - out);
}
