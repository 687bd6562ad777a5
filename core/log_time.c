#include "log_time.h"

#include <string.h>

#include "log_reading.h"

#define TRIES 16 /* places at which what follows "anything" may stand */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
skip_one(struct scan *s, char a, char b)
{
	if (s->at == s->end || (*s->at != a && *s->at != b))
		return false;
	s->at++;
	return true;
}

static bool
skip_number(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

static bool
skip_blanks(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && is_blank(*s->at))
		s->at++;
	return s->at > from;
}

static bool
skip_word(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && !is_blank(*s->at) && *s->at != '\n')
		s->at++;
	return s->at > from;
}

/* Where the literals from `step` on stand in s; NULL: nowhere. */
static const char *
find_literals(
    const struct scan *s, const struct log_step *step, const struct log_step *end)
{
	for (const char *at = s->at; at < s->end; at++) {
		const struct log_step *l = step;
		const char *c;

		at = memchr(at, step->literal, (size_t)(s->end - at));
		if (at == NULL)
			return NULL;
		for (c = at; l < end && l->field == FIELD_LITERAL && c < s->end; c++, l++)
			if (*c != l->literal)
				break;
		if (l == end || l->field != FIELD_LITERAL)
			return at;
	}
	return NULL;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Where a number begins. */
static const char *
find_digit(const struct scan *s, const char *line)
{
	for (const char *at = s->at; at < s->end; at++)
		if (*at >= '0' && *at <= '9' && (at == line || !is_word(at[-1])))
			return at;
	return NULL;
}

static bool
match_step(struct log_reading *r, const struct log_step *step)
{
	struct scan *s = &r->s;

	if (step->field > FIELD_GROUP_END)
		return log_read_part(r, step);
	if (step->field == FIELD_LITERAL)
		return skip_one(s, step->literal, step->literal);
	if (step->field == FIELD_BLANKS)
		return skip_blanks(s);
	if (step->field == FIELD_T_OR_BLANK)
		return skip_one(s, 'T', ' ');
	if (step->field == FIELD_NUMBER)
		return skip_number(s);
	if (step->field == FIELD_WORD)
		return skip_word(s);
	if (step->field == FIELD_KEY)
		return log_find_key(s, step->text, step->length);
	return true; /* the ends of groups */
}

/* To where the matching goes back if a step does not match. */
struct place {
	struct log_reading r;
	struct log_time t;
	size_t step;
	bool set;
};

/* What need not be there, and the place behind "anything"; the innermost counts. */
struct matching {
	struct place group, anything;
	int tries;
};

static void
remember(struct place *p, const struct log_reading *r, size_t step)
{
	*p = (struct place){ *r, *r->t, step, true };
}

/* Passes over a group that is not there; the step to go on with. */
static size_t
without_group(struct matching *m, struct log_reading *r)
{
	const struct log_pattern *p = r->t->pattern;
	size_t at = m->group.step;
	size_t end = at + p->step[at].length;

	*r = m->group.r;
	*r->t = m->group.t;
	m->group.set = false;
	for (; at < end; at++)
		r->t->at[at] = (uint32_t)(r->s.at - r->t->line);
	return end;
}

/* Looks further on for what follows "anything"; 0: there is no such place. */
static size_t
further_on(struct matching *m, struct log_reading *r)
{
	const struct log_pattern *p = m->anything.t.pattern;
	const struct log_step *next = &p->step[m->anything.step + 1];
	struct scan *s = &m->anything.r.s;
	const char *found = next->field == FIELD_LITERAL
				? find_literals(s, next, p->step + p->steps)
				: find_digit(s, m->anything.t.line);

	if (found == NULL || m->tries++ == TRIES)
		return 0;
	*r = m->anything.r;
	*r->t = m->anything.t;
	r->s.at = found;
	s->at = found + 1;
	return m->anything.step + 1;
}

/* After a step that does not match; 0: the line does not. */
static size_t
go_back(struct matching *m, struct log_reading *r)
{
	if (m->group.set)
		return without_group(m, r);
	return m->anything.set ? further_on(m, r) : 0;
}

static bool
match(struct log_reading *r)
{
	const struct log_pattern *p = r->t->pattern;
	struct matching m;
	size_t i = 0;

	m.group.set = m.anything.set = false;
	m.tries = 0;
	while (i < p->steps) {
		const struct log_step *step = &p->step[i];

		r->t->at[i] = (uint32_t)(r->s.at - r->t->line);
		if (step->field == FIELD_ANYTHING) {
			remember(&m.anything, r, i);
			i = further_on(&m, r);
		} else if (!match_step(r, step)) {
			i = go_back(&m, r);
		} else {
			if (step->field == FIELD_GROUP)
				remember(&m.group, r, i);
			m.group.set &= step->field != FIELD_GROUP_END;
			i++;
		}
		if (i == 0)
			return false;
	}
	r->t->at[i] = (uint32_t)(r->s.at - r->t->line);
	return true;
}

static bool
is_part(const struct log_step *step)
{
	return step->field > FIELD_GROUP_END;
}

/* From the first part that is there to the last one. */
static void
set_bounds(struct log_time *t)
{
	const struct log_pattern *p = t->pattern;
	bool begun = false;

	for (size_t i = 0; i < p->steps; i++) {
		if (!is_part(&p->step[i]) || t->at[i] == t->at[i + 1])
			continue;
		if (!begun)
			t->from = t->at[i];
		begun = true;
		t->to = t->at[i + 1];
	}
}

static void
set_resolution(struct log_time *t)
{
	int64_t q = NS_PER_SECOND;

	if (t->trimmed)
		q = 1;
	else if (t->digits == 0)
		q = log_pattern_resolution(t->pattern);
	for (int i = 0; i < t->digits && !t->trimmed; i++)
		q /= 10;
	t->resolution = q;
}

static bool
finish(struct log_reading *r)
{
	struct log_time *t = r->t;

	set_bounds(t);
	set_resolution(t);
	t->has_date = log_pattern_has(t->pattern, FIELD_DAY) ||
		      log_pattern_has(t->pattern, FIELD_DAY_OF_YEAR) ||
		      log_pattern_has(t->pattern, FIELD_WEEK_DAY);
	if (t->scale != LOG_CIVIL)
		return true;
	return log_finish_civil(r);
}

static bool
ends_well(const struct log_reading *r)
{
	const struct log_pattern *p = r->t->pattern;

	return !is_part(&p->step[p->steps - 1]) || log_ends_well(r->s);
}

bool
log_time_find(
    const struct log_pattern *p, const char *line, size_t n, struct log_time *out)
{
	struct log_reading r = {
		.s = { line, line + n, false }, .t = out, .day_name = -1
	};

	memset(out, 0, sizeof(*out));
	out->pattern = p;
	out->line = line;
	out->length = n;
	return n <= UINT32_MAX && match(&r) && ends_well(&r) && finish(&r);
}

bool
log_time_has_day(const struct log_time *t, int64_t year)
{
	return !t->has_date || t->civil.day <= days_in_month(year, t->civil.month);
}

int64_t
log_time_local_seconds(const struct log_time *t, const struct civil *missing)
{
	struct civil c = t->civil;

	if (t->scale != LOG_CIVIL)
		return t->count_s;
	if (!t->has_year)
		c.year = missing->year;
	if (!t->has_date) {
		c.month = missing->month;
		c.day = missing->day;
	}
	return civil_to_seconds(&c);
}
