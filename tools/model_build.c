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
	const struct model_knot *x = a;
	const struct model_knot *y = b;

	if (x->raw.ns != y->raw.ns)
		return x->raw.ns < y->raw.ns ? -1 : 1;
	return (int)y->stepped - (int)x->stepped + (int)y->loose - (int)x->loose;
}

static int
by_at(const void *a, const void *b)
{
	const struct model_point *x = a;
	const struct model_point *y = b;

	return (x->at.ns > y->at.ns) - (x->at.ns < y->at.ns);
}

/* Two processes may have watched the same boot at the same time. */
static void
sort_points(struct clock_model *c)
{
	size_t n = c->points;

	if (n == 0)
		return;
	qsort(c->point, n, sizeof(*c->point), by_at);
	c->points = 0;
	for (size_t i = 0; i < n; i++)
		clock_model_point_add(c, &c->point[i]);
}

/*
 * With hindsight the exchanges tell more than the daemon could know at the time. Where
 * they do not suffice, its calibrations stand.
 */
static void
smooth_points(struct boot_model *b)
{
	struct clock_model *c = &b->model;
	size_t n;
	struct model_point *p;

	if (c->points == 0)
		return;
	p = estimate_points(&b->estimating, &n, &b->found);
	if (p == NULL)
		return;
	free(c->point);
	c->point = p;
	c->points = n;
	c->smoothed = true;
}

/* A break point is found after readings that came later, so knots are sorted first. */
static void
build(struct boot_model *b)
{
	struct clock_model *c = &b->model;

	if (b->knots == 0)
		return;
	sort_points(c);
	c->watched = !b->unwatched;
	qsort(b->knot, b->knots, sizeof(*b->knot), by_raw);
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
	const struct estimate_findings *f = &b->found;
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
	for (size_t i = 0; i < b->estimating.servers; i++) {
		struct estimate_server named;

		record_copy_text(
		    named.name, sizeof(named.name), b->estimating.server[i].name);
		record_copy_text(named.address, sizeof(named.address),
		    b->estimating.server[i].address);
		if (f->contradicting >> i & 1)
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
		smooth_points(&m->boot[i]);
		m->smoothed |= m->boot[i].model.smoothed;
		say_contradictions(m, &m->boot[i]);
		estimate_free(&m->boot[i].estimating);
	}
	for (size_t i = 0; i < m->boots; i++)
		for (size_t j = 0; j < m->boots; j++)
			if (i != j)
				stop_before(&m->boot[i], &m->boot[j]);
}
