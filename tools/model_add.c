#include <string.h>

#include "memory.h"
#include "model_build.h"

#define THIN_AT 65536 /* knots */

static void
add_knot(struct boot_model *b, struct model_knot k)
{
	b->knot = memory_grow(b->knot, &b->knot_room, b->knots + 1, sizeof(*b->knot));
	b->knot[b->knots++] = k;
	if (b->knots >= (b->thin_at > 0 ? b->thin_at : THIN_AT))
		model_thin(b);
}

static void
add_reading(
    struct boot_model *b, const struct clock_reading *at, bool stepped, bool loose)
{
	add_knot(b, (struct model_knot){ at->raw, at->real, at->read, .stepped = stepped,
			.loose = loose });
}

static void
add_calibration(
    struct boot_model *b, const struct clock_reading *at, const struct calibration *c)
{
	struct model_point point = { .common = false };
	struct clock_model alone = { .point = &point };

	if (!c->selected)
		return;
	clock_model_point(&alone, at, c);
	estimate_calibration(&b->estimating, &point);
}

/* The last reading before a step belongs to the clock as it was. */
static void
add_step(struct boot_model *b, const struct record *r)
{
	add_knot(b, (struct model_knot){ r->event.before_raw, r->event.before, r->at.read,
			.stepped = false });
	add_reading(b, &r->at, true, false);
}

/* The stretch of the same boot that was under way at this raw time. */
static struct boot_model *
stretch_at(struct model *m, struct boot_model *own, struct raw_time c)
{
	struct boot_model *best = own;

	for (size_t i = 0; i < m->boots; i++) {
		struct boot_model *b = &m->boot[i];
		bool begun = raw_since(c, b->first_raw).ns >= 0;
		bool best_begun = raw_since(c, best->first_raw).ns >= 0;

		if (strcmp(b->boot_id, own->boot_id) == 0 && begun &&
		    (!best_begun || raw_since(b->first_raw, best->first_raw).ns > 0))
			best = b;
	}
	return best;
}

/* An interleaved reply tells of a round trip that may have ended in the stretch before. */
static void
add_exchange(struct model *m, struct boot_model *b, const struct record_exchange *x)
{
	if (x->exchange.interleaved)
		b = stretch_at(m, b, x->exchange.t1_raw);
	estimate_add(&b->estimating, x);
}

/* The host slept, or its clocksource changed, between two readings: until then the old
 * stretch may have gone on, since then the new one. */
static void
add_break(struct model *m, struct boot_model *b, const struct record *r)
{
	struct boot_model *old = stretch_at(m, b, r->event.before_raw);

	if (old == b)
		return;
	add_knot(old, (struct model_knot){ r->event.before_raw, r->event.before,
			  r->at.read, .stepped = false });
	old->model.reach[1] = r->at.raw;
	b->model.reach[0] = r->event.before_raw;
}

static void
add_bend(struct boot_model *b, const struct clock_bend *bend)
{
	add_knot(
	    b, (struct model_knot){ bend->knot.raw, bend->knot.real, bend->knot.read,
		   .loose = bend->loose, .slew_limit = bend->slew_limit, .bend = true });
}

/* Between the record before and this one, which is the first of its process, or of those
 * that could be written again. */
static bool
nobody_looked(enum record_type type)
{
	return type == RECORD_START || type == RECORD_CONTINUE || type == RECORD_GAP;
}

bool
model_event(const struct record *r, enum event_kind kind)
{
	return r->type == RECORD_EVENT && r->event.kind == kind;
}

static void
add_clock(struct model *m, struct boot_model *b, const struct record *r)
{
	if (model_event(r, EVENT_STEP) || model_event(r, EVENT_LEAP))
		add_step(b, r);
	else
		add_reading(b, &r->at, false, nobody_looked(r->type));
	if (model_event(r, EVENT_SUSPEND) || model_event(r, EVENT_CLOCKSOURCE))
		add_break(m, b, r);
	if (r->type == RECORD_CLOCK && r->clock.bent)
		add_bend(stretch_at(m, b, r->clock.bend.knot.raw), &r->clock.bend);
	if (model_event(r, EVENT_SLEW) && r->event.clock.bent)
		add_bend(
		    stretch_at(m, b, r->event.clock.bend.knot.raw), &r->event.clock.bend);
}

void
model_add(struct model *m, struct boot_model *b, const struct record *r)
{
	add_clock(m, b, r);
	if (r->type == RECORD_EXCHANGE)
		add_exchange(m, b, &r->exchange);
	if (r->type == RECORD_CALIBRATION)
		add_calibration(b, &r->at, &r->calibration);
}
