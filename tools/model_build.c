/* From what the walk over the records gathered to models. */
#include "model_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "memory.h"
#include "say.h"
#include "text.h"

static int
by_raw(const void *a, const void *b)
{
	return clock_model_knot_order(a, b);
}

/* d(host - raw)/d(raw) from one knot to another, s/s. */
static double
slope(const struct model_knot *a, const struct model_knot *b)
{
	double raw = span_seconds(raw_since(b->raw, a->raw));

	return (span_seconds(system_since(b->real, a->real)) - raw) / raw;
}

/* Slopes of lines from a knot that pass all those after it by no more than they err. */
struct door {
	double least, most;
};

static bool
passes(struct door *d, const struct model_knot *from, const struct model_knot *k)
{
	double length = span_seconds(raw_since(k->raw, from->raw));
	double play =
	    length > 0 ? span_seconds(span_add(k->read, from->read)) / length : 1;
	double own = length > 0 ? slope(from, k) : 0;
	bool inside = own >= d->least && own <= d->most;

	d->least = own - play > d->least ? own - play : d->least;
	d->most = own + play < d->most ? own + play : d->most;
	return inside;
}

static bool
is_plain(const struct model_knot *k)
{
	return !k->stepped && !k->loose && !k->bend;
}

/*
 * A watched clock is straight between its knots, and most readings say it again: of those
 * on one line within their errors the first and the last are kept. Where nobody watched,
 * each one counts.
 */
void
model_thin(struct boot_model *b)
{
	struct model_knot *k = b->knot;
	struct door door = { -1, 1 };
	size_t kept = 0;
	size_t from = 0;

	qsort(k, b->knots, sizeof(*k), by_raw);
	for (size_t i = 0; i < b->knots && !b->unwatched; i++) {
		bool plain = i > 0 && is_plain(&k[i]);

		if (plain && passes(&door, &k[from], &k[i]) && kept > from + 1) {
			k[kept - 1] = k[i]; /* instead of the one before */
			continue;
		}
		if (kept > from + 1 && plain) {
			from = kept - 1;
			door = (struct door){ -1, 1 };
			(void)passes(&door, &k[from], &k[i]);
		}
		k[kept++] = k[i];
		if (!plain) {
			from = kept - 1;
			door = (struct door){ -1, 1 };
		}
	}
	b->knots = b->unwatched ? b->knots : kept;
	b->thin_at = 2 * b->knots < 65536 ? 65536 : 2 * b->knots;
}

/* Readings of other records may lie between two bends that leave open what was there. */
static void
spread_looseness(struct model_knot k[], size_t n)
{
	for (size_t i = n; i-- > 1;) {
		const struct model_knot *later = &k[i];
		struct model_knot *between = &k[i - 1];

		if (!later->loose || later->slew_limit <= 0 || between->bend ||
		    between->stepped || between->loose)
			continue;
		between->loose = true;
		between->slew_limit = later->slew_limit;
	}
}

/* A clock that was set while it was slewed has two knots there; the first one counts. */
static void
join_twins(struct model_knot k[], size_t n)
{
	for (size_t i = n; i-- > 1;) {
		struct model_knot *twin = &k[i - 1];

		if (twin->raw.ns != k[i].raw.ns)
			continue;
		twin->loose |= k[i].loose;
		twin->bend |= k[i].bend;
		if (k[i].slew_limit > twin->slew_limit)
			twin->slew_limit = k[i].slew_limit;
	}
}

/* A break point is found after readings that came later, so knots are sorted first. */
static void
build(struct boot_model *b)
{
	struct clock_model *c = &b->model;

	c->point = estimate_finish(&b->estimating, &c->points);
	memcpy(c->leap, b->estimating.leaps.leap, sizeof(c->leap));
	c->leaps = b->estimating.leaps.count;
	for (size_t i = 0; i < c->points; i++)
		b->smoothed |= c->point[i].smooth;
	if (b->knots == 0)
		return;
	c->watched = !b->unwatched;
	qsort(b->knot, b->knots, sizeof(*b->knot), by_raw);
	join_twins(b->knot, b->knots);
	spread_looseness(b->knot, b->knots);
	c->piece = memory_grow(NULL, &b->piece_room, 2 * b->knots, sizeof(*c->piece));
	c->run = memory_grow(NULL, &b->run_room, b->knots + 1, sizeof(*c->run));
	for (size_t i = 0; i < b->knots; i++)
		clock_model_add(c, &b->knot[i]);
	clock_model_close(c);
}

static void
print_host_time(
    char out[RFC3339_LENGTH + 1], const struct boot_model *b, struct raw_time c)
{
	struct text t = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&t, clock_model_host(&b->model, c).ns);
	*t.at = '\0';
}

/* Where no majority can be true, somebody lies, or the clock did what no clock does. */
static void
say_contradictions(struct model *m, const struct boot_model *b)
{
	const struct estimate_findings *f = &b->estimating.found;
	char first[RFC3339_LENGTH + 1];
	char last[RFC3339_LENGTH + 1];

	if (f->infeasible == 0)
		return;
	m->findings++;
	print_host_time(first, b, f->first);
	print_host_time(last, b, f->last);
	say("boot %s: at %zu instants from %s to %s of the host's clock no majority of the "
	    "servers can be true; there the guarantee holds nothing",
	    b->boot_id, f->infeasible, first, last);
	for (size_t i = 0; i < f->contradicting.count; i++) {
		const struct estimate_server *s = &f->contradicting.server[i];
		struct estimate_server named;

		record_copy_text(named.name, sizeof(named.name), s->name);
		record_copy_text(named.address, sizeof(named.address), s->address);
		say("boot %s: server %s (%s) contradicts the others", b->boot_id,
		    named.name, named.address);
	}
}

/* The latest instant at which this boot can have begun. */
static struct utc_time
begun_at(const struct boot_model *b)
{
	const struct clock_model *c = &b->model;
	struct system_time host =
	    system_after(b->first, (struct span){ raw_since(c->boot, b->first_raw).ns });
	struct correction first;

	if (clock_model_correct(c, b->first, &first, 1) == 0)
		return (struct utc_time){ host.ns };
	return utc_after(first.latest, raw_since(c->boot, b->first_raw));
}

/* It had slept no longer: then the clocksource was another one. */
static bool
same_length(const struct boot_model *a, const struct boot_model *b)
{
	struct span width = span_add(a->read, b->read);
	struct span slept = span_abs(span_sub(b->asleep, a->asleep));

	return span_sub(slept, span_add(width, width)).ns <= 100;
}

/* Between two stretches of one boot the raw clock stood still, or became another; where
 * a later boot begins this one has ended. */
static void
stop_before(struct boot_model *a, struct boot_model *b)
{
	struct utc_time begun;

	if (strcmp(a->boot_id, b->boot_id) == 0) {
		if (raw_since(b->first_raw, a->first_raw).ns > 0)
			a->model.back = b->model.front =
			    same_length(a, b) ? STOP_CLOCKSOURCE : STOP_SUSPEND;
		return;
	}
	begun = begun_at(b);
	if (utc_since(begun, begun_at(a)).ns <= 0)
		return;
	if (!a->model.has_until || utc_since(a->model.until, begun).ns > 0)
		a->model.until = begun;
	a->model.has_until = true;
}

void
model_build(struct model *m)
{
	for (size_t i = 0; i < m->boots; i++) {
		build(&m->boot[i]);
		m->smoothed |= m->boot[i].smoothed;
		say_contradictions(m, &m->boot[i]);
		estimate_free(&m->boot[i].estimating);
	}
	for (size_t i = 0; i < m->boots; i++)
		for (size_t j = 0; j < m->boots; j++)
			if (i != j)
				stop_before(&m->boot[i], &m->boot[j]);
}
