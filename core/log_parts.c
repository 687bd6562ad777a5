#include <string.h>

#include "log_reading.h"
#include "log_words.h"

#define TAI64_1970 INT64_C(4611686018427387914) /* 2^62 + 10, as libtai counts */
#define MJD_1970 40587
#define DAY_S 86400

/* Of two places, padded as the step says. */
static bool
padded(struct scan *s, const struct log_step *step, int *out)
{
	int64_t v;
	bool good;

	if (step->pad == PAD_ZERO) {
		good = log_exactly(s, 2, &v);
	} else {
		int width = step->pad == PAD_BLANK && log_accept(s, ' ') ? 1 : 2;

		good = log_digits(s, width, &v);
	}
	*out = (int)v;
	return good;
}

static bool
scan_of_width(struct scan *s, int width, int *out)
{
	int64_t v;

	if (!log_exactly(s, width, &v))
		return false;
	*out = (int)v;
	return true;
}

/* ---- the parts of a stamp; false: it is not there */

static bool
read_year(struct log_reading *r, const struct log_step *step)
{
	int width = step->field == FIELD_YEAR_OF_CENTURY ? 2 : 4;
	int64_t v;

	if (!log_exactly(&r->s, width, &v))
		return false;
	if (width == 2)
		v += v < 69 ? 2000 : 1900;
	r->t->civil.year = v;
	r->t->has_year = true;
	return true;
}

static bool
read_fraction_digits(struct log_reading *r, const struct log_step *step)
{
	int64_t v;
	const char *from = r->s.at;

	(void)step;
	if (!log_digits(&r->s, 9, &v) || log_at_digit(&r->s))
		return false; /* finer than this program can count */
	r->t->digits = (int)(r->s.at - from);
	for (int i = r->t->digits; i < 9; i++)
		v *= 10;
	r->t->fraction_ns = (int32_t)v;
	return true;
}

static bool
read_milliseconds(struct log_reading *r, const struct log_step *step)
{
	int64_t v;

	(void)step;
	if (!log_digits(&r->s, 3, &v) || log_at_digit(&r->s))
		return false;
	r->t->digits = 3;
	r->t->fraction_ns = (int32_t)v * 1000000;
	return true;
}

/* A point without digits after it is no fraction. */
static bool
read_fraction(struct log_reading *r, const struct log_step *step)
{
	struct scan ahead = r->s;

	if (!log_accept(&ahead, '.') && !log_accept(&ahead, ','))
		return true;
	if (!log_at_digit(&ahead))
		return true;
	r->s = ahead;
	return read_fraction_digits(r, step);
}

/* The unit is told by the number of digits: all between 1966 and 2286 have them so. */
static bool
read_epoch(struct log_reading *r, const struct log_step *step)
{
	struct log_time *t = r->t;
	const char *from = r->s.at;
	int64_t unit = 1;
	int64_t v;
	int n;

	(void)step;
	if (!log_digits(&r->s, 19, &v) || log_at_digit(&r->s))
		return false;
	n = (int)(r->s.at - from);
	if (v < 0)
		return false;
	if (n < 9 && (n > 1 || v != 0))
		return false; /* 0 stands for no time at all */
	t->scale = LOG_SINCE_1970;
	t->digits = n <= 11 ? 0 : n <= 14 ? 3 : n <= 17 ? 6 : 9;
	for (int i = 0; i < t->digits; i++)
		unit *= 10;
	t->count_s = v / unit;
	t->fraction_ns = (int32_t)(v % unit * (NS_PER_SECOND / unit));
	return true;
}

static bool
read_count(struct log_reading *r, enum log_scale scale, int most, int64_t unit)
{
	int64_t v;

	if (!log_digits(&r->s, most, &v) || log_at_digit(&r->s))
		return false;
	r->t->scale = scale;
	r->t->count_s += v * unit;
	return true;
}

static bool
read_hex(struct scan *s, int width, uint64_t *out)
{
	static const char digit[] = "0123456789abcdef";

	*out = 0;
	for (int i = 0; i < width; i++, s->at++) {
		const char *found =
		    s->at < s->end ? memchr(digit, *s->at, sizeof(digit) - 1) : NULL;

		if (found == NULL)
			return false;
		*out = *out << 4 | (uint64_t)(found - digit);
	}
	return true;
}

static bool
read_tai64(struct log_reading *r, const struct log_step *step)
{
	struct scan ahead;
	uint64_t v;

	(void)step;
	if (!read_hex(&r->s, 16, &v) || v >> 62 != 1)
		return false;
	r->t->scale = LOG_SINCE_1970;
	r->t->count_s = (int64_t)v - TAI64_1970;
	ahead = r->s;
	if (read_hex(&ahead, 8, &v) && v < NS_PER_SECOND) {
		r->t->fraction_ns = (int32_t)v;
		r->t->digits = 9;
		r->s = ahead;
	}
	return true;
}

static bool
read_half(struct log_reading *r, const struct log_step *step)
{
	struct scan *s = &r->s;

	(void)step;
	if (s->end - s->at < 2 || (s->at[1] != 'm' && s->at[1] != 'M'))
		return false;
	if (*s->at != 'a' && *s->at != 'A' && *s->at != 'p' && *s->at != 'P')
		return false;
	r->half = *s->at == 'a' || *s->at == 'A' ? 1 : 2;
	s->at += 2;
	return true;
}

static bool
read_month_name(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	r->t->civil.month = scan_month_name(&r->s);
	return r->t->civil.month != 0;
}

static bool
read_day_name(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	r->day_name = scan_day_name(&r->s);
	return r->day_name >= 0;
}

static bool
read_since_boot(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	while (log_accept(&r->s, ' '))
		;
	return read_count(r, LOG_SINCE_BOOT, 10, 1);
}

static bool
read_mark(struct log_reading *r, const struct log_step *step)
{
	const char *from = r->s.at;

	(void)step;
	if (log_accept(&r->s, '*') || log_accept(&r->s, '.'))
		r->t->mark = *from;
	return true;
}

static bool
read_trimmed(struct log_reading *r, const struct log_step *step)
{
	r->t->trimmed = r->t->digits == 0; /* not after a count of ms */
	return read_fraction(r, step);
}

static bool
read_month(struct log_reading *r, const struct log_step *step)
{
	return padded(&r->s, step, &r->t->civil.month);
}

static bool
read_day(struct log_reading *r, const struct log_step *step)
{
	return padded(&r->s, step, &r->t->civil.day);
}

static bool
read_hour(struct log_reading *r, const struct log_step *step)
{
	return padded(&r->s, step, &r->t->civil.hour);
}

static bool
read_minute(struct log_reading *r, const struct log_step *step)
{
	return padded(&r->s, step, &r->t->civil.minute);
}

static bool
read_second(struct log_reading *r, const struct log_step *step)
{
	return padded(&r->s, step, &r->t->civil.second);
}

static bool
read_day_of_year(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	return scan_of_width(&r->s, 3, &r->day_of_year);
}

static bool
read_week(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	return scan_of_width(&r->s, 2, &r->week);
}

static bool
read_week_day(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	return scan_of_width(&r->s, 1, &r->week_day);
}

static bool
read_julian(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	r->t->count_s -= (int64_t)MJD_1970 * DAY_S;
	return read_count(r, LOG_SINCE_1970, 6, DAY_S);
}

static bool
read_second_of_day(struct log_reading *r, const struct log_step *step)
{
	(void)step;
	return read_count(r, LOG_SINCE_1970, 5, 1);
}

bool
log_read_part(struct log_reading *r, const struct log_step *step)
{
	static bool (*const read[LOG_FIELDS])(
	    struct log_reading * r, const struct log_step *step) = {
		[FIELD_YEAR] = read_year,
		[FIELD_YEAR_OF_CENTURY] = read_year,
		[FIELD_WEEK_YEAR] = read_year,
		[FIELD_MONTH] = read_month,
		[FIELD_MONTH_NAME] = read_month_name,
		[FIELD_DAY] = read_day,
		[FIELD_DAY_OF_YEAR] = read_day_of_year,
		[FIELD_WEEK] = read_week,
		[FIELD_WEEK_DAY] = read_week_day,
		[FIELD_DAY_NAME] = read_day_name,
		[FIELD_HOUR] = read_hour,
		[FIELD_HOUR_12] = read_hour,
		[FIELD_AM_PM] = read_half,
		[FIELD_MINUTE] = read_minute,
		[FIELD_SECOND] = read_second,
		[FIELD_DIGITS] = read_fraction_digits,
		[FIELD_MILLISECONDS] = read_milliseconds,
		[FIELD_FRACTION] = read_fraction,
		[FIELD_FRACTION_TRIMMED] = read_trimmed,
		[FIELD_ZONE] = log_read_zone,
		[FIELD_ZONE_NAME] = log_read_zone_name,
		[FIELD_BIAS] = log_read_bias,
		[FIELD_EPOCH] = read_epoch,
		[FIELD_JULIAN] = read_julian,
		[FIELD_SECOND_OF_DAY] = read_second_of_day,
		[FIELD_SINCE_BOOT] = read_since_boot,
		[FIELD_TAI64] = read_tai64,
		[FIELD_MARK] = read_mark,
	};

	return read[step->field](r, step);
}
