#include "timeline.h"

#include <string.h>

static uint64_t *
vector_of(const struct timeline *t, size_t slot)
{
	return &t->vector[slot * t->chains_max];
}

static uint64_t *
known_to(const struct timeline *t, size_t chain)
{
	return &t->known[chain * t->chains_max];
}

/* The first event of chain `of` that is not known to precede what comes in `chain`. */
static size_t *
cursor_of(const struct timeline *t, size_t chain, size_t of)
{
	return &t->cursor[chain * t->chains_max + of];
}

void
timeline_begin(struct timeline *t)
{
	t->chains = 0;
	t->head = 0;
	t->used = 0;
	t->live = 0;
	t->ended_events = 0;
	memset(t->known, 0, t->chains_max * t->chains_max * sizeof(*t->known));
	for (size_t i = 0; i < t->chains_max * t->chains_max; i++)
		t->cursor[i] = TIMELINE_NONE;
}

size_t
timeline_add_chain(struct timeline *t, size_t host, bool loose)
{
	t->chain[t->chains] = (struct timeline_chain){
		.host = host, .loose = loose, .newest = TIMELINE_NONE
	};
	t->live++;
	return t->chains++;
}

static int64_t
end_of(const struct timeline_event *e)
{
	/* what is exact still takes the smallest while: equal times are concurrent */
	int64_t length = e->resolution.ns > 0 ? e->resolution.ns : 1;

	return utc_after(e->at, (struct span){ length }).ns;
}

static bool
precedes(const struct timeline *t, const struct timeline_entry *e,
    const struct timeline_entry *f)
{
	if (t->chain[e->chain].host == t->chain[f->chain].host)
		return e->end <= f->event.at.ns;
	return e->latest < f->event.earliest.ns;
}

/*
 * What precedes the event of this slot, and with it all of its chain up to it; alone: not
 * what stands before it in its chain. Then true if a vector cannot tell that it precedes.
 */
static bool
merge(const struct timeline *t, uint64_t into[], size_t slot, bool alone)
{
	const struct timeline_entry *e = &t->entry[slot];
	const uint64_t *from = vector_of(t, slot);

	for (size_t c = 0; c < t->chains; c++)
		into[c] = from[c] > into[c] ? from[c] : into[c];
	if (alone)
		return into[e->chain] <= e->index;
	if (into[e->chain] < e->index + 1)
		into[e->chain] = e->index + 1;
	return false;
}

/* The last event of chain c that precedes f by what both say themselves. */
static size_t
last_before(const struct timeline *t, size_t c, const struct timeline_entry *f)
{
	size_t last = TIMELINE_NONE;

	for (size_t s = *cursor_of(t, f->chain, c);
	     s != TIMELINE_NONE && precedes(t, &t->entry[s], f); s = t->entry[s].next)
		last = s;
	return last;
}

static void
find_predecessors(const struct timeline *t, size_t slot)
{
	const struct timeline_entry *f = &t->entry[slot];
	const struct timeline_chain *own = &t->chain[f->chain];
	uint64_t *vector = vector_of(t, slot);

	memcpy(vector, known_to(t, f->chain), t->chains * sizeof(*vector));
	for (size_t c = 0; c < t->chains; c++) {
		size_t last =
		    c == f->chain && !own->loose ? own->newest : last_before(t, c, f);

		if (last != TIMELINE_NONE)
			(void)merge(t, vector, last, false);
	}
	if (!own->loose)
		vector[f->chain] = f->index;
}

/* Of this event's chain, those before it are all that do not follow what precedes it. */
static void
resolve(struct timeline *t, size_t slot)
{
	const struct timeline_entry *f = &t->entry[slot];
	const uint64_t *vector = vector_of(t, slot);

	for (size_t c = 0; c < t->chains; c++) {
		size_t *s = cursor_of(t, f->chain, c);

		while (*s != TIMELINE_NONE && t->entry[*s].index < vector[c]) {
			t->entry[*s].not_after += f->index;
			t->entry[*s].unresolved--;
			*s = t->entry[*s].next;
		}
	}
	memcpy(known_to(t, f->chain), vector, t->chains * sizeof(*vector));
}

/* Whoever waits for the chain's next event waits for this one. */
static void
append(struct timeline *t, size_t slot)
{
	struct timeline_entry *f = &t->entry[slot];
	struct timeline_chain *c = &t->chain[f->chain];

	c->earliest = f->event.earliest;
	f->before = c->newest;
	if (c->newest != TIMELINE_NONE)
		t->entry[c->newest].next = slot;
	c->newest = slot;
	c->pushed++;
	for (size_t d = 0; d < t->chains; d++) {
		size_t *s = cursor_of(t, d, f->chain);

		if (*s == TIMELINE_NONE && !t->chain[d].ended)
			*s = slot;
	}
}

/* What one event of a chain says of its end says it of all before it. */
static void
narrow_before(struct timeline *t, size_t slot)
{
	const struct timeline_entry *f = &t->entry[slot];

	for (size_t s = f->before; s != TIMELINE_NONE; s = t->entry[s].before) {
		struct timeline_entry *e = &t->entry[s];

		if (e->end <= f->end && e->latest <= f->latest)
			return;
		e->end = e->end < f->end ? e->end : f->end;
		e->latest = e->latest < f->latest ? e->latest : f->latest;
	}
}

/* Where the order within a chain is not known, only all up to one can precede. */
static void
widen(struct timeline *t, size_t slot)
{
	struct timeline_entry *f = &t->entry[slot];
	const struct timeline_entry *e;

	if (f->before == TIMELINE_NONE)
		return;
	e = &t->entry[f->before];
	f->end = e->end > f->end ? e->end : f->end;
	f->latest = e->latest > f->latest ? e->latest : f->latest;
}

/* One clock's error is common to all that it stamped: what is later by it is later. */
static void
narrow_by_chain(const struct timeline *t, size_t slot)
{
	struct timeline_entry *f = &t->entry[slot];
	const struct timeline_chain *c = &t->chain[f->chain];

	if (c->pushed > 0 && c->earliest.ns > f->event.earliest.ns &&
	    c->earliest.ns <= f->event.at.ns)
		f->event.earliest = c->earliest;
}

static uint64_t
sum(const struct timeline *t, size_t slot)
{
	const uint64_t *vector = vector_of(t, slot);
	uint64_t n = 0;

	for (size_t c = 0; c < t->chains; c++)
		n += vector[c];
	return n;
}

/* A cause is not later than its effect, an effect not earlier than its cause. */
static void
narrow_by_cause(struct timeline *t, size_t slot, size_t after)
{
	struct timeline_entry *f = &t->entry[slot];
	struct timeline_entry *e = &t->entry[after];

	if (f->event.earliest.ns < e->event.earliest.ns &&
	    e->event.earliest.ns <= f->event.at.ns)
		f->event.earliest = e->event.earliest;
	if (e->event.latest.ns > f->event.latest.ns &&
	    f->event.latest.ns >= e->event.at.ns)
		e->event.latest = f->event.latest;
}

/* A cause of one event of a loose chain is none of those that come after it there. */
static void
order(struct timeline *t, size_t slot, size_t after)
{
	bool loose = t->chain[t->entry[slot].chain].loose;
	bool untold = false;

	find_predecessors(t, slot);
	if (loose)
		resolve(t, slot);
	if (after != TIMELINE_NONE)
		untold = merge(
		    t, vector_of(t, slot), after, t->chain[t->entry[after].chain].loose);
	if (!loose)
		resolve(t, slot);
	t->entry[slot].rank_min = sum(t, slot) + untold;
}

size_t
timeline_push(
    struct timeline *t, size_t chain, const struct timeline_event *event, size_t after)
{
	size_t slot = (t->head + t->used) % t->entries_max;

	if (t->used == t->entries_max)
		return TIMELINE_NONE;
	t->used++;
	t->entry[slot] = (struct timeline_entry){
		.event = *event,
		.end = end_of(event),
		.latest = event->latest.ns,
		.index = t->chain[chain].pushed,
		.not_after = t->ended_events,
		.chain = chain,
		.unresolved = t->live,
		.next = TIMELINE_NONE,
	};
	narrow_by_chain(t, slot);
	order(t, slot, after);
	append(t, slot);
	if (after != TIMELINE_NONE)
		narrow_by_cause(t, slot, after);
	if (!t->chain[chain].loose)
		t->chain[chain].earliest = t->entry[slot].event.earliest;
	if (t->chain[chain].loose)
		widen(t, slot);
	else
		narrow_before(t, slot);
	return slot;
}

void
timeline_end_chain(struct timeline *t, size_t chain)
{
	for (size_t c = 0; c < t->chains; c++) {
		size_t *s = cursor_of(t, chain, c);

		for (; *s != TIMELINE_NONE; *s = t->entry[*s].next) {
			t->entry[*s].not_after += t->chain[chain].pushed;
			t->entry[*s].unresolved--;
		}
	}
	t->chain[chain].ended = true;
	t->ended_events += t->chain[chain].pushed;
	t->live--;
}

/* Nothing may point to what is no longer there. */
static void
forget(struct timeline *t, size_t slot)
{
	const struct timeline_entry *e = &t->entry[slot];
	struct timeline_chain *c = &t->chain[e->chain];

	for (size_t d = 0; d < t->chains; d++)
		if (*cursor_of(t, d, e->chain) == slot)
			*cursor_of(t, d, e->chain) = e->next;
	if (e->next != TIMELINE_NONE)
		t->entry[e->next].before = TIMELINE_NONE;
	if (c->newest == slot)
		c->newest = TIMELINE_NONE;
}

bool
timeline_pop(struct timeline *t, bool anyway, struct timeline_rank *out)
{
	const struct timeline_entry *e = &t->entry[t->head];

	if (t->used == 0 || (e->unresolved > 0 && !anyway))
		return false;
	*out = (struct timeline_rank){
		.event = e->event,
		.chain = e->chain,
		.min = e->rank_min,
		.max = e->not_after - 1,
		.open = e->unresolved > 0,
	};
	forget(t, t->head);
	t->head = (t->head + 1) % t->entries_max;
	t->used--;
	return true;
}
