#include "log_time.h"

#include <string.h>

#include "text.h"

const char *const log_grammar_names[LOG_GRAMMARS] = {
	[LOG_RFC3164] = "rfc3164",
	[LOG_ISO8601] = "iso8601",
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool
at_digit(const struct scan *s)
{
	return !s->failed && s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool
accept(struct scan *s, char c)
{
	if (s->failed || s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static int
scan_month(struct scan *s)
{
	for (int i = 0; i < 12 && s->end - s->at >= 3; i++) {
		if (memcmp(s->at, months + (ptrdiff_t)3 * i, 3) == 0) {
			s->at += 3;
			return i + 1;
		}
	}
	s->failed = true;
	return 0;
}

static void
scan_clock(struct scan *s, struct civil *c)
{
	c->hour = (int)scan_digits(s, 2);
	scan_literal(s, ":");
	c->minute = (int)scan_digits(s, 2);
	scan_literal(s, ":");
	c->second = (int)scan_digits(s, 2);
}

/* A point without digits after it is no fraction. */
static void
scan_fraction(struct scan *s, struct log_time *t)
{
	struct scan ahead = *s;

	if (!accept(&ahead, '.') && !accept(&ahead, ','))
		return;
	if (!at_digit(&ahead))
		return;
	t->point = *s->at;
	for (; t->digits < 9 && at_digit(&ahead); t->digits++)
		t->fraction_ns = t->fraction_ns * 10 + (int32_t)scan_digits(&ahead, 1);
	if (at_digit(&ahead))
		s->failed = true; /* finer than this program can count */
	for (int i = t->digits; i < 9; i++)
		t->fraction_ns *= 10;
	s->at = ahead.at;
}

static void
scan_zone(struct scan *s, struct log_time *t)
{
	int minutes = 0;

	t->zone_west = s->at < s->end && *s->at == '-';
	if (accept(s, 'Z')) {
		t->zone = ZONE_Z;
		return;
	}
	if (s->end - s->at < 3 || (!accept(s, '+') && !accept(s, '-')))
		return;
	t->zone = ZONE_HOURS;
	t->zone_minutes = 60 * (int)scan_digits(s, 2);
	if (accept(s, ':'))
		t->zone = ZONE_COLON;
	else if (at_digit(s))
		t->zone = ZONE_PLAIN;
	if (t->zone != ZONE_HOURS)
		minutes = (int)scan_digits(s, 2);
	t->zone_minutes += minutes;
	if (minutes > 59 || t->zone_minutes > 24 * 60)
		s->failed = true;
	if (t->zone_west)
		t->zone_minutes = -t->zone_minutes;
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* After a stamp comes something that could not be more of it; a colon may, as in "10: ".
 */
static bool
ends_well(const struct scan *s)
{
	struct scan after = *s;

	if (s->failed)
		return false;
	if (accept(&after, ':'))
		return !at_digit(&after);
	return s->at == s->end || (!at_digit(s) && !is_letter(*s->at));
}

/* " +0100" is the zone of what stands before it, not the first word of the message. */
static bool
zone_after_blank(struct scan s)
{
	uint64_t hours;
	uint64_t minutes;

	if (!accept(&s, ' ') || (!accept(&s, '+') && !accept(&s, '-')))
		return false;
	hours = scan_digits(&s, 2);
	(void)accept(&s, ':');
	minutes = scan_digits(&s, 2);
	return ends_well(&s) && minutes <= 59 && 60 * hours + minutes <= 1440;
}

/* " UTC" and " GMT" mean one zone in the world; other names are left to the caller's. */
static bool
scan_zone_name(struct scan *s, struct log_time *t)
{
	struct scan after = *s;

	if (scan_peek(s, " UTC"))
		t->zone = ZONE_UTC;
	else if (scan_peek(s, " GMT"))
		t->zone = ZONE_GMT;
	else
		return false;
	after.at += 4;
	if (!ends_well(&after) || (after.at < after.end && *after.at == '+')) {
		t->zone = ZONE_NONE;
		return false;
	}
	*s = after;
	return true;
}

static bool
find_iso8601(struct scan s, struct log_time *t)
{
	t->grammar = LOG_ISO8601;
	t->civil.year = (int64_t)scan_digits(&s, 4);
	scan_literal(&s, "-");
	t->civil.month = (int)scan_digits(&s, 2);
	scan_literal(&s, "-");
	t->civil.day = (int)scan_digits(&s, 2);
	if (s.at < s.end)
		t->separator = *s.at;
	if (!accept(&s, 'T'))
		scan_literal(&s, " ");
	scan_clock(&s, &t->civil);
	scan_fraction(&s, t);
	if (!scan_zone_name(&s, t)) {
		t->zone_blank = zone_after_blank(s);
		if (t->zone_blank)
			scan_literal(&s, " ");
		scan_zone(&s, t);
	}
	t->to = (size_t)(s.at - (s.end - t->to));
	return ends_well(&s) && civil_is_valid(&t->civil);
}

static void
scan_priority(struct scan *s)
{
	int digits = 0;

	if (!accept(s, '<'))
		return;
	for (; digits < 3 && at_digit(s); digits++)
		s->at++;
	if (digits == 0 || !accept(s, '>'))
		s->failed = true;
}

static void
scan_day(struct scan *s, struct log_time *t)
{
	if (accept(s, ' '))
		t->pad = ' ';
	else if (s->at < s->end && *s->at == '0')
		t->pad = '0';
	t->civil.day = (int)scan_digits(s, 1);
	if (t->pad != ' ' && at_digit(s))
		t->civil.day = t->civil.day * 10 + (int)scan_digits(s, 1);
}

static bool
find_rfc3164(struct scan s, struct log_time *t)
{
	const char *line = s.end - t->to;

	t->grammar = LOG_RFC3164;
	scan_priority(&s);
	t->from = (size_t)(s.at - line);
	t->civil.month = scan_month(&s);
	scan_literal(&s, " ");
	scan_day(&s, t);
	if (t->civil.day >= 10 && t->pad == '\0')
		t->pad = '?'; /* a day of two digits does not tell */
	scan_literal(&s, " ");
	scan_clock(&s, &t->civil);
	scan_fraction(&s, t);
	t->to = (size_t)(s.at - line);
	t->civil.year = 2000; /* a leap year: February 29 is a day */
	if (!ends_well(&s) || !civil_is_valid(&t->civil))
		return false;
	t->civil.year = 0;
	return true;
}

bool
log_time_find(const char *line, size_t n, struct log_time *out)
{
	struct scan s = { line, line + n, false };

	*out = (struct log_time){ .to = n };
	if (n > 0 && *line >= '0' && *line <= '9')
		return find_iso8601(s, out);
	return find_rfc3164(s, out);
}

int64_t
log_time_local_seconds(const struct log_time *t, int64_t year)
{
	struct civil c = t->civil;

	if (t->grammar == LOG_RFC3164)
		c.year = year;
	return civil_to_seconds(&c);
}

static void
print_clock(struct text *o, const struct civil *c)
{
	print_digits(o, (uint64_t)c->hour, 2);
	print_literal(o, ":");
	print_digits(o, (uint64_t)c->minute, 2);
	print_literal(o, ":");
	print_digits(o, (uint64_t)c->second, 2);
}

static void
print_fraction(struct text *o, char point, int64_t ns, int digits)
{
	if (digits == 0)
		return;
	for (int i = digits; i < 9; i++)
		ns /= 10;
	print_bytes(o, &point, 1);
	print_digits(o, (uint64_t)ns, digits);
}

static void
print_date(struct text *o, const struct civil *c, char separator)
{
	print_digits(o, (uint64_t)c->year, 4);
	print_literal(o, "-");
	print_digits(o, (uint64_t)c->month, 2);
	print_literal(o, "-");
	print_digits(o, (uint64_t)c->day, 2);
	print_bytes(o, &separator, 1);
}

static void
print_month_and_day(struct text *o, const struct civil *c, char pad)
{
	print_bytes(o, months + (ptrdiff_t)3 * (c->month - 1), 3);
	print_literal(o, " ");
	if (c->day < 10 && pad != '\0')
		print_literal(o, pad == '0' ? "0" : " ");
	print_uint(o, (uint64_t)c->day);
}

static void
print_zone(struct text *o, const struct log_time *form)
{
	int minutes = form->zone_minutes < 0 ? -form->zone_minutes : form->zone_minutes;

	static const char *const letters[] = {
		[ZONE_NONE] = "",
		[ZONE_Z] = "Z",
		[ZONE_UTC] = " UTC",
		[ZONE_GMT] = " GMT",
	};

	if (form->zone <= ZONE_GMT) {
		print_literal(o, letters[form->zone]);
		return;
	}
	if (form->zone_blank)
		print_literal(o, " ");
	print_literal(o, form->zone_west ? "-" : "+");
	print_digits(o, (uint64_t)minutes / 60, 2);
	if (form->zone == ZONE_COLON)
		print_literal(o, ":");
	if (form->zone != ZONE_HOURS)
		print_digits(o, (uint64_t)minutes % 60, 2);
}

static int64_t
split(int64_t ns, int64_t *fraction)
{
	int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);

	/* seconds * NS_PER_SECOND may lie below INT64_MIN though ns does not */
	*fraction = (ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND;
	return seconds;
}

size_t
log_time_print_same(const struct log_time *form, int64_t local_ns, char out[LOG_TIME_MAX])
{
	struct text o = { out, out + LOG_TIME_MAX, false };
	int64_t fraction;
	struct civil c = civil_from_seconds(split(local_ns, &fraction));

	if (c.year < 0 || c.year > 9999)
		return 0;
	if (form->grammar == LOG_RFC3164)
		print_month_and_day(&o, &c, form->pad);
	else
		print_date(&o, &c, form->separator);
	if (form->grammar == LOG_RFC3164)
		print_literal(&o, " ");
	print_clock(&o, &c);
	print_fraction(&o, form->point, fraction, form->digits);
	if (form->grammar == LOG_ISO8601)
		print_zone(&o, form);
	return o.failed ? 0 : (size_t)(o.at - out);
}

size_t
log_time_print_iso(int64_t utc_ns, int digits, char out[LOG_TIME_MAX])
{
	struct text o = { out, out + LOG_TIME_MAX, false };
	int64_t fraction;
	struct civil c = civil_from_seconds(split(utc_ns, &fraction));

	print_date(&o, &c, 'T');
	print_clock(&o, &c);
	print_fraction(&o, '.', fraction, digits);
	print_literal(&o, "Z");
	return o.failed ? 0 : (size_t)(o.at - out);
}
