#include "log_reading.h"

bool
log_at_digit(const struct scan *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

bool
log_at_letter(const struct scan *s)
{
	return s->at < s->end &&
	       ((*s->at >= 'A' && *s->at <= 'Z') || (*s->at >= 'a' && *s->at <= 'z'));
}

bool
log_accept(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

bool
log_ends_well(struct scan s)
{
	if (log_accept(&s, ':'))
		return !log_at_digit(&s);
	return !log_at_digit(&s) && !log_at_letter(&s);
}

bool
log_digits(struct scan *s, int most, int64_t *out)
{
	const char *from = s->at;

	*out = 0;
	while (s->at - from < most && log_at_digit(s))
		*out = (int64_t)((uint64_t)*out * 10 + (uint64_t)(*s->at++ - '0'));
	return s->at > from;
}

bool
log_exactly(struct scan *s, int width, int64_t *out)
{
	const char *from = s->at;

	return log_digits(s, width, out) && s->at - from == width;
}
