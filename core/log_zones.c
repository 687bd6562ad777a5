/* The zone of a stamp. */
#include "log_reading.h"
#include "log_words.h"

#define MINUTES_A_DAY 1440

static void
give_zone(struct log_time *t, int minutes)
{
	t->zone = LOG_ZONE_GIVEN;
	t->zone_minutes = minutes;
}

/* +hh:mm, +hhmm, +hh; behind a blank the last could be anything. */
static bool
read_distance(struct scan *s, bool short_too, int *minutes)
{
	bool west = s->at < s->end && *s->at == '-';
	int64_t hours;
	int64_t more = 0;

	if (!log_accept(s, '+') && !log_accept(s, '-'))
		return false;
	if (!log_exactly(s, 2, &hours))
		return false;
	if (log_accept(s, ':') || log_at_digit(s) || !short_too) {
		if (!log_exactly(s, 2, &more))
			return false;
	}
	*minutes = (int)(hours * 60 + more) * (west ? -1 : 1);
	return more < 60 && hours * 60 + more <= MINUTES_A_DAY && log_ends_well(*s);
}

/* "UTC" and "GMT" mean one zone in the world; "UTC+3" is none that anybody agrees on. */
static bool
read_utc(struct scan *s)
{
	struct scan after = *s;

	if (!scan_peek(s, "UTC") && !scan_peek(s, "GMT"))
		return false;
	after.at += 3;
	if (!log_ends_well(after) || (after.at < after.end && *after.at == '+'))
		return false;
	*s = after;
	return true;
}

/* There need not be one; if something like one is there that is none, that is no stamp. */
bool
log_read_zone(struct log_reading *r, const struct log_step *step)
{
	struct scan ahead = r->s;
	int minutes = 0;
	bool blank = log_accept(&ahead, ' ');

	(void)step;
	if (!blank && (log_accept(&ahead, 'Z') || log_accept(&ahead, 'z'))) {
		give_zone(r->t, 0);
		r->s = ahead;
		return true;
	}
	if (read_utc(&ahead) || read_distance(&ahead, !blank, &minutes)) {
		give_zone(r->t, minutes);
		r->s = ahead;
		return true;
	}
	return blank || r->s.end - r->s.at < 3 || (*r->s.at != '+' && *r->s.at != '-') ||
	       r->s.at[1] < '0' || r->s.at[1] > '9';
}

bool
log_read_zone_name(struct log_reading *r, const struct log_step *step)
{
	struct scan *s = &r->s;
	const char *from = s->at;
	int minutes;

	(void)step;
	if (read_distance(s, true, &minutes)) {
		give_zone(r->t, minutes);
		return true;
	}
	s->at = from;
	while (s->at < s->end && *s->at >= 'A' && *s->at <= 'Z')
		s->at++;
	if (log_at_digit(s) || log_at_letter(s))
		return false;
	switch (zone_name_minutes(from, (size_t)(s->at - from), &minutes)) {
	case ZONE_NAME_UNKNOWN:
		return false;
	case ZONE_NAME_ONE:
		give_zone(r->t, minutes);
		return true;
	case ZONE_NAME_SEVERAL:
		break;
	}
	r->t->zone = LOG_ZONE_NAMED;
	r->t->zone_at = (size_t)(from - r->t->line);
	r->t->zone_length = (size_t)(s->at - from);
	return true;
}

bool
log_read_bias(struct log_reading *r, const struct log_step *step)
{
	bool west = r->s.at < r->s.end && *r->s.at == '+';
	int64_t v;

	(void)step;
	if (!log_accept(&r->s, '+') && !log_accept(&r->s, '-'))
		return false;
	if (!log_digits(&r->s, 4, &v) || v > MINUTES_A_DAY)
		return false;
	give_zone(r->t, (int)(west ? -v : v));
	return true;
}
