#include "clock_model.h"

#include <math.h>

#include "modelling.h"

#define RATE_OVER_S 16.0 /* the host's rate is read over so long, if it was one */
#define READ_S 1e-6      /* so well two readings of the clocks agree, if not better */
#define WANDER 1e-7      /* s/s: no change of rate, for that purpose */

const char *const correction_kind_names[CORRECTION_KINDS] = {
	[CORRECTION_INSIDE] = "inside",
	[CORRECTION_BETWEEN] = "between",
	[CORRECTION_BEFORE] = "before",
	[CORRECTION_AFTER] = "after",
	[CORRECTION_TOLD] = "told",
};

bool
correction_is_bound(const struct correction *c)
{
	return c->passed == STOP_NONE && c->kind != CORRECTION_TOLD;
}

static struct raw_time
raw_in_piece(const struct model_piece *p, struct system_time t)
{
	double share = p->real_length.ns > 0 ? (double)system_since(t, p->real).ns /
						   (double)p->real_length.ns
					     : 0;
	double excess = share * (double)span_sub(p->raw_length, p->real_length).ns;

	return raw_after(
	    p->raw, span_add(system_since(t, p->real), span_from_seconds(excess / 1e9)));
}

static bool
holds(const struct model_piece *p, struct system_time t)
{
	int64_t into = system_since(t, p->real).ns;

	return into >= 0 && into < p->real_length.ns;
}

static const struct model_piece *
piece_in_run(
    const struct clock_model *m, const struct model_run *run, struct system_time t)
{
	size_t low = run->first;
	size_t high = run->first + run->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (system_since(t, m->piece[middle].real).ns >= 0)
			low = middle;
		else
			high = middle;
	}
	return run->count > 0 && holds(&m->piece[low], t) ? &m->piece[low] : NULL;
}

/* Earliest first; the runs are few. */
static void
insert(struct correction out[], size_t n, const struct correction *c)
{
	for (; n > 0 && utc_since(out[n - 1].utc, c->utc).ns > 0; n--)
		out[n] = out[n - 1];
	out[n] = *c;
}

/* From the beginning of piece a to the end of piece b, s of raw time. */
static double
raw_between(const struct model_piece *a, const struct model_piece *b)
{
	return span_seconds(span_add(raw_since(b->raw, a->raw), b->raw_length));
}

/* d(host - raw)/d(raw) from the beginning of piece a to the end of piece b, s/s. */
static double
rate_between(const struct model_piece *a, const struct model_piece *b)
{
	double raw = raw_between(a, b);

	return (span_seconds(span_add(system_since(b->real, a->real), b->real_length)) -
		   raw) /
	       raw;
}

/* The readings do not tell the rate of piece p from that between a and b. */
static bool
goes_on(
    const struct model_piece *p, const struct model_piece *a, const struct model_piece *b)
{
	double error = READ_S / raw_between(p, p) + READ_S / raw_between(a, b) + WANDER;

	return fabs(rate_between(p, p) - rate_between(a, b)) <= error;
}

/*
 * d(UTC - host)/d(host), by the host's own rate about piece p: one piece may be so short
 * that the readings at its ends say nothing of its rate. Others help it out, but for those
 * that saw another rate.
 */
static double
host_frequency(const struct clock_model *m, const struct model_run *run,
    const struct model_piece *p, const struct model_point *point)
{
	const struct model_piece *a = p;
	const struct model_piece *b = p;
	const struct model_piece *first = &m->piece[run->first];
	const struct model_piece *last = first + run->count - 1;
	double rate;

	while (raw_between(a, b) < RATE_OVER_S) {
		bool back = a > first && goes_on(a - 1, a, b);
		bool forth = b < last && goes_on(b + 1, a, b);

		if (!back && !forth)
			break;
		a -= back;
		b += forth;
	}
	rate = rate_between(a, b);
	return (point->oscillator - rate) / (1 + rate);
}

size_t
clock_model_correct(const struct clock_model *m, struct system_time t,
    struct correction out[], size_t most)
{
	size_t n = 0;

	if (m->points == 0 || !m->begun || most == 0)
		return 0;
	for (size_t i = 0; i < m->runs && n < most; i++) {
		const struct model_piece *p = piece_in_run(m, &m->run[i], t);
		struct correction c;

		if (p == NULL)
			continue;
		c = modelling_at(m, raw_in_piece(p, t), p);
		c.frequency = host_frequency(m, &m->run[i], p, &m->point[c.point]);
		insert(out, n++, &c);
	}
	for (size_t side = 0; side < 2 && n < most; side++) {
		struct correction c;

		if (modelling_outside(m, t, side, &c) &&
		    modelling_stop(m, &c, side) == STOP_NONE)
			insert(out, n++, &c);
	}
	return n;
}

/* Of the runs that may have shown it the one whose raw time the correction has. */
bool
clock_model_stretch(const struct clock_model *m, struct system_time t,
    const struct correction *c, struct model_stretch *out)
{
	for (size_t i = 0; i < m->runs; i++) {
		const struct model_piece *p = piece_in_run(m, &m->run[i], t);

		if (p == NULL || raw_since(raw_in_piece(p, t), c->raw).ns != 0)
			continue;
		*out = (struct model_stretch){ m, p, c->point };
		return true;
	}
	return false;
}

bool
clock_model_within(
    const struct model_stretch *s, struct system_time t, struct correction *out)
{
	const struct clock_model *m = s->model;
	struct raw_time c;

	if (!holds(s->piece, t))
		return false;
	c = raw_in_piece(s->piece, t);
	if ((s->point > 0 && raw_since(c, m->point[s->point].at).ns < 0) ||
	    (s->point + 1 < m->points && raw_since(c, m->point[s->point + 1].at).ns >= 0))
		return false;
	*out = modelling_from(m, s->point, c, s->piece);
	return true;
}

struct system_time
clock_model_host(const struct clock_model *m, struct raw_time c)
{
	const struct model_piece *p = m->piece;
	size_t low = 0;
	size_t high = m->pieces;
	double into;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (raw_since(c, m->piece[middle].raw).ns >= 0)
			low = middle;
		else
			high = middle;
	}
	if (m->pieces == 0)
		return system_after(m->last.real, raw_since(c, m->last.raw));
	p += low;
	into = span_seconds(raw_since(c, p->raw)) * modelling_rate(p);
	return system_after(
	    p->real, span_add(raw_since(c, p->raw), span_from_seconds(into)));
}

bool
clock_model_saw(const struct clock_model *m, struct system_time t)
{
	bool before = false;
	bool after = m->begun && system_since(m->last.real, t).ns > 0;

	for (size_t i = 0; i < m->runs; i++) {
		const struct model_piece *first = &m->piece[m->run[i].first];
		const struct model_piece *last = first + m->run[i].count - 1;

		if (m->run[i].count == 0)
			continue;
		before |= system_since(t, first->real).ns >= 0;
		after |= system_since(t, last->real).ns < last->real_length.ns;
	}
	return before && after;
}

struct utc_time
linear_correct(const struct linear_correction *l, struct system_time t)
{
	struct span since = system_since(t, l->at);
	struct span drifted = span_from_seconds(l->frequency * span_seconds(since));

	return system_to_utc(t, span_add(l->offset, drifted));
}
