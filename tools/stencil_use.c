/* What is done with a stencil, line after line. */
#include <string.h>

#include "stencil.h"

#define MINUTE_NS (60 * NS_PER_SECOND)

static const int64_t power[] = { 1000000000, 100000000, 10000000, 1000000, 100000, 10000,
	1000, 100, 10, 1 };

/* Where the octets that are compared begin; NULL: nowhere. */
static const char *
find(const struct stencil *k, const char *line, size_t n)
{
	const char *at = line;

	switch (k->lead) {
	case LEAD_NONE:
		return line;
	case LEAD_ANYTHING:
		return memchr(line, k->stamp.t.pattern->step[1].literal, n);
	case LEAD_PRIORITY:
		break;
	}
	if (*at++ != '<')
		return NULL;
	while (*at >= '0' && *at <= '9' && at < line + n)
		at++;
	return *at == '>' && at > line + 1 ? at + 1 : NULL;
}

static bool
fits(const struct stencil *k, const char *at)
{
	uint64_t differs = 0;

	for (size_t i = 0; i < k->words; i++) {
		uint64_t word;

		memcpy(&word, at + 8 * i, sizeof(word));
		differs |= (word ^ k->want[i]) & k->mask[i];
	}
	return differs == 0;
}

/* -1: these are no digits. */
static int64_t
number(const char *at, int digits)
{
	int64_t v = 0;

	for (int i = 0; i < digits; i++) {
		unsigned d = (unsigned)(unsigned char)at[i] - '0';

		if (d > 9)
			return -1;
		v = v * 10 + d;
	}
	return v;
}

static void
put(char *at, int64_t v, int digits)
{
	uint64_t left = (uint64_t)v;

	for (int i = digits; i-- > 0; left /= 10)
		at[i] = (char)('0' + left % 10);
}

/* The stamp's time; negative: it has none. */
static int64_t
into_minute(const struct stencil *k, const char *stamp)
{
	int64_t second = number(stamp + k->in.second, 2);
	int64_t fraction = number(stamp + k->in.fraction, k->in.digits);

	if (second < 0 || second > 59 || fraction < 0)
		return -1;
	return second * NS_PER_SECOND + fraction * power[k->in.digits];
}

static bool
zone_follows(const struct stencil *k, const char *stamp)
{
	return k->zone_may_follow && strchr("+-UG", stamp[k->length + 1]) != NULL;
}

/* The stamp's place and how far it is into the minute. false: it does not fit. */
static bool
look(const struct stencil *k, const char *line, size_t n, struct stencil_hit *out,
    int64_t *into)
{
	const char *at = k->set ? find(k, line, n) : NULL;
	const char *stamp;
	int64_t t;

	if (at == NULL || (size_t)(line + n - at) < k->compared || !fits(k, at))
		return false;
	stamp = at + k->before;
	*into = into_minute(k, stamp);
	t = k->minute + *into;
	out->from = (size_t)(stamp - line);
	out->to = out->from + k->length;
	return *into >= 0 && t >= k->segment.from.ns && t < k->segment.to.ns &&
	       !zone_follows(k, stamp);
}

static struct utc_time
utc_of(const struct stencil *k, int64_t into)
{
	return segment_utc(
	    &k->segment, k->stamp.which, (struct system_time){ k->minute + into });
}

static void
note(struct stencil *k, int64_t into, struct utc_time utc)
{
	struct span moved =
	    utc_minus_system(utc, (struct system_time){ k->minute + into });

	k->least = k->used > 0 ? span_min(k->least, moved) : moved;
	k->most = k->used > 0 ? span_max(k->most, moved) : moved;
	k->used++;
	k->last = utc;
	k->last_into = into;
}

bool
stencil_read(struct stencil *k, const char *line, size_t n, struct stencil_hit *out)
{
	int64_t into;

	if (!look(k, line, n, out, &into))
		return false;
	note(k, into, utc_of(k, into));
	return true;
}

bool
stencil_use(struct stencil *k, const char *line, size_t n, struct stencil_hit *out)
{
	struct utc_time utc;
	int64_t into;
	int64_t printed;

	if (!look(k, line, n, out, &into))
		return false;
	utc = utc_of(k, into);
	printed = utc.ns - k->utc_minute;
	if (printed < 0 || printed >= MINUTE_NS)
		return false;
	put(k->text + k->out.second, printed / NS_PER_SECOND, 2);
	put(k->text + k->out.fraction, printed % NS_PER_SECOND / power[k->out.digits],
	    k->out.digits);
	note(k, into, utc);
	return true;
}

void
stencil_settle(struct stencil *k, struct log_state *s)
{
	const struct log_time *t = &k->stamp.t;

	s->recognition.lines[k->stamp.format] += k->used;
	s->last = k->last;
	if (!t->has_year || !t->has_date)
		s->order.last_local = k->local_minute + k->last_into / NS_PER_SECOND;
	k->used = 0;
}
