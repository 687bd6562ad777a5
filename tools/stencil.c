#include "stencil.h"

#include <string.h>

#define MINUTE_NS (60 * NS_PER_SECOND)

/* ---- made */

static bool
is_literal(const struct log_step *s)
{
	return s->field == FIELD_LITERAL || s->field == FIELD_T_OR_BLANK ||
	       s->field == FIELD_GROUP || s->field == FIELD_GROUP_END;
}

static bool
is_part(const struct log_step *s)
{
	return s->field > FIELD_GROUP_END;
}

/* Step of the first part that is there. */
static size_t
first_part(const struct log_time *t)
{
	size_t i = 0;

	while (!is_part(&t->pattern->step[i]) || t->at[i] == t->at[i + 1])
		i++;
	return i;
}

/* How the stamp of another line is found. */
static bool
find_lead(struct stencil *k, const struct log_time *t)
{
	const struct log_pattern *p = t->pattern;
	size_t part = first_part(t);
	size_t i = 0;

	k->lead = LEAD_NONE;
	k->before = t->from;
	while (i < part && p->step[i].field == FIELD_LITERAL)
		i++;
	if (t->from == 0 || (i == part && t->from == i))
		return true;
	k->before = 0;
	if (t->line[0] == '<' && t->line[t->from - 1] == '>') {
		k->lead = LEAD_PRIORITY;
		return p->step[0].field == FIELD_GROUP;
	}
	if (p->step[0].field != FIELD_ANYTHING || p->step[1].field != FIELD_LITERAL)
		return false;
	for (i = 1; i < part; i++)
		if (p->step[i].field != FIELD_LITERAL)
			return false;
	k->lead = LEAD_ANYTHING;
	k->before = part - 1;
	return true;
}

/* What stands behind the stamp must stand there again, or it could be more of it. */
static bool
find_end(struct stencil *k, const struct log_time *t)
{
	const struct log_pattern *p = t->pattern;
	size_t last = p->steps;

	while (last > 0 && !is_part(&p->step[last - 1]))
		last--;
	for (size_t i = last; i < p->steps; i++)
		if (!is_literal(&p->step[i]))
			return false;
	k->length = t->to - t->from;
	k->compared = k->before + (t->at[p->steps] - t->from);
	if (last == p->steps) {
		if (t->to == t->length || t->line[t->to] == ':')
			return false;
		k->compared++;
	}
	k->zone_may_follow = log_pattern_has(p, FIELD_ZONE) && t->zone == LOG_ZONE_NONE &&
			     t->line[t->to] == ' ';
	return k->compared <= STENCIL_OCTETS;
}

static bool
find_digits(struct stencil *k, const struct log_time *t)
{
	const struct log_pattern *p = t->pattern;

	k->in = (struct stencil_digits){ .digits = t->digits };
	for (size_t i = 0; i < p->steps; i++) {
		size_t n = t->at[i + 1] - t->at[i];
		size_t at = t->at[i] - t->from;

		if (p->step[i].field == FIELD_SECOND && n == 2)
			k->in.second = at;
		if (p->step[i].field == FIELD_FRACTION && n > 0)
			k->in.fraction = at + 1;
		if (p->step[i].field == FIELD_DIGITS)
			k->in.fraction = at;
		if (p->step[i].field == FIELD_MILLISECONDS)
			return false;
	}
	return k->in.second > 0 && (t->digits == 0 || k->in.fraction > 0);
}

static void
wipe(char *octets, const struct stencil_digits *d, size_t before)
{
	memset(octets + before + d->second, 0, 2);
	memset(octets + before + d->fraction, 0, (size_t)d->digits);
}

static void
set_words(struct stencil *k, const struct log_time *t)
{
	char want[STENCIL_OCTETS] = "";
	char mask[STENCIL_OCTETS] = "";

	memcpy(want, t->line + t->from - k->before, k->compared);
	memset(mask, 0xff, k->compared);
	wipe(want, &k->in, k->before);
	wipe(mask, &k->in, k->before);
	memcpy(k->want, want, sizeof(want));
	memcpy(k->mask, mask, sizeof(mask));
	k->words = (k->compared + 7) / 8;
}

static int64_t
floor_minute(int64_t ns)
{
	int64_t into = ns % MINUTE_NS;

	return ns - into - (into < 0 ? MINUTE_NS : 0);
}

/* Which minute, of the zone that is printed. */
static int64_t
offset_of(const struct stencil *k, const struct corrector *c, struct utc_time utc)
{
	return log_clock_local(&c->clock, &k->stamp.t, k->stamp.time, utc) - utc.ns;
}

static size_t
print(const struct stencil *k, bool iso, struct utc_time utc, int64_t offset, char *out)
{
	if (iso)
		return log_time_print_iso(utc.ns, k->out.digits, out);
	return log_time_print_same(
	    &k->stamp.t, utc_after(utc, (struct span){ offset }).ns, out);
}

static bool
all_are(const char *octets, int n, char c)
{
	for (int i = 0; i < n; i++)
		if (octets[i] != c)
			return false;
	return true;
}

/* Of the minute's first and last time only second and fraction may differ. */
static bool
prints_well(struct stencil *k, bool iso, int64_t offset)
{
	char last[LOG_TIME_MAX];
	struct utc_time end = { k->utc_minute + MINUTE_NS - 1 };
	size_t n = print(k, iso, end, offset, last);

	k->text_length =
	    print(k, iso, (struct utc_time){ k->utc_minute }, offset, k->text);
	if (n == 0 || n != k->text_length || !all_are(k->text + k->out.second, 2, '0') ||
	    !all_are(k->text + k->out.fraction, k->out.digits, '0') ||
	    memcmp(last + k->out.second, "59", 2) != 0 ||
	    !all_are(last + k->out.fraction, k->out.digits, '9'))
		return false;
	memset(last + k->out.second, '0', 2);
	memset(last + k->out.fraction, '0', (size_t)k->out.digits);
	return memcmp(last, k->text, n) == 0;
}

static bool
can_be_made(const struct log_state *s, const struct log_stamp *stamp)
{
	const struct log_time *t = &stamp->t;
	const struct recognition *r = &s->recognition;
	bool first = r->wish->format != log_format_count ||
		     (stamp->format == r->verdict.format && r->header.text[0] == '\0');

	return first && stamp->fate == STAMP_CORRECTED && stamp->straight &&
	       stamp->of == 1 && t->scale == LOG_CIVIL && t->civil.second < 60 &&
	       !t->trimmed && !log_pattern_has(t->pattern, FIELD_KEY) &&
	       log_pattern_has(t->pattern, FIELD_MINUTE);
}

static bool
make(struct stencil *k, const struct corrector *c, bool iso)
{
	const struct log_time *t = &k->stamp.t;
	struct utc_time utc = k->stamp.answer.correction.utc;
	int64_t offset = iso ? 0 : offset_of(k, c, utc);

	if (!find_lead(k, t) || !find_end(k, t) || !find_digits(k, t))
		return false;
	set_words(k, t);
	k->out = k->in;
	if (iso)
		k->out = (struct stencil_digits){ 17, 20, t->digits > 6 ? t->digits : 6 };
	k->minute = k->stamp.time.ns - t->civil.second * NS_PER_SECOND - t->fraction_ns;
	k->utc_minute = floor_minute(utc.ns + offset) - offset;
	return prints_well(k, iso, offset);
}

void
stencil_make(struct stencil *k, const struct corrector *c, const struct log_state *s,
    const struct log_stamp *stamp, bool iso)
{
	k->set = false;
	if (!can_be_made(s, stamp))
		return;
	k->stamp = *stamp;
	k->segment = s->segment;
	k->set = make(k, c, iso);
	k->local_minute = s->order.last_local - stamp->t.civil.second;
	k->used = 0;
}
