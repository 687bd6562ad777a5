/* The order of events with intervals, against counting all pairs. */
#include <stdlib.h>

#include "law.h"
#include "timeline.h"

#define CHAINS 6
#define EVENTS 40
#define ROOM 64

struct world {
	size_t chains, hosts, events;
	size_t host[CHAINS];
	bool loose[CHAINS];
	struct timeline_event event[EVENTS];
	size_t chain[EVENTS];
	size_t after[EVENTS]; /* EVENTS: nothing */
	bool before[EVENTS][EVENTS];
	uint64_t min[EVENTS], max[EVENTS];
};

static struct timeline_chain chain_memory[CHAINS];
static struct timeline_entry entry_memory[ROOM];
static uint64_t vector_memory[ROOM * CHAINS];
static uint64_t known_memory[CHAINS * CHAINS];
static size_t cursor_memory[CHAINS * CHAINS];

static struct timeline
timeline_of(const struct world *w, size_t room)
{
	struct timeline t = {
		.chain = chain_memory,
		.entry = entry_memory,
		.vector = vector_memory,
		.known = known_memory,
		.cursor = cursor_memory,
		.chains_max = CHAINS,
		.entries_max = room,
	};

	timeline_begin(&t);
	for (size_t c = 0; c < w->chains; c++)
		(void)timeline_add_chain(&t, w->host[c], w->loose[c]);
	return t;
}

/* Few instants, so that ties are common; the wider the intervals, the less is certain. */
static void
invent(struct world *w, bool loose, bool causes)
{
	int64_t now = 0;
	int64_t width = law_between(0, 12);

	w->hosts = law_below(3) + 1;
	w->chains = law_below(CHAINS) + 1;
	w->events = law_below(EVENTS) + 1;
	for (size_t c = 0; c < w->chains; c++) {
		w->host[c] = law_below(w->hosts);
		w->loose[c] = loose && law_chance(0.5);
	}
	for (size_t i = 0; i < w->events; i++) {
		now += law_between(0, 3);
		w->chain[i] = law_below(w->chains);
		w->event[i] = (struct timeline_event){
			.at = { now },
			.resolution = { law_chance(0.5) ? law_between(0, 4) : 0 },
			.earliest = { now - law_between(0, width) },
			.id = i,
		};
		w->event[i].latest.ns =
		    now + w->event[i].resolution.ns + law_between(0, width);
		w->after[i] = causes && i > 0 && law_chance(0.1) ? law_below(i) : EVENTS;
	}
}

static bool
says(const struct world *w, const int64_t earliest[], size_t e, size_t f)
{
	const struct timeline_event *x = &w->event[e];
	int64_t length = x->resolution.ns > 0 ? x->resolution.ns : 1;

	if (w->after[f] == e)
		return true;
	if (w->chain[e] == w->chain[f] && !w->loose[w->chain[e]])
		return e < f;
	if (w->host[w->chain[e]] == w->host[w->chain[f]])
		return e < f && x->at.ns + length <= w->event[f].at.ns;
	return x->latest.ns < earliest[f];
}

/* All pairs, and what follows from them (Warshall). */
static void
count_pairs(struct world *w)
{
	int64_t earliest[EVENTS];
	int64_t last[CHAINS];
	size_t n = w->events;

	for (size_t c = 0; c < w->chains; c++)
		last[c] = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		int64_t *own = &last[w->chain[i]];

		earliest[i] = w->event[i].earliest.ns;
		if (*own > earliest[i] && *own <= w->event[i].at.ns)
			earliest[i] = *own;
		*own = earliest[i];
	}
	for (size_t e = 0; e < n; e++)
		for (size_t f = 0; f < n; f++)
			w->before[e][f] = e != f && says(w, earliest, e, f);
	for (size_t k = 0; k < n; k++)
		for (size_t e = 0; e < n; e++)
			for (size_t f = 0; f < n; f++)
				w->before[e][f] |= w->before[e][k] && w->before[k][f];
	for (size_t e = 0; e < n; e++) {
		w->min[e] = 0;
		w->max[e] = n - 1;
		for (size_t f = 0; f < n; f++) {
			w->min[e] += w->before[f][e];
			w->max[e] -= w->before[e][f];
		}
	}
}

/* Runs the world through the timeline; got[] by event. Returns how many came out. */
static size_t
run(const struct world *w, size_t room, struct timeline_rank got[])
{
	struct timeline t = timeline_of(w, room);
	size_t slot[EVENTS];
	bool out[EVENTS] = { false };
	size_t n = 0;
	struct timeline_rank r;

	for (size_t i = 0; i < w->events; i++) {
		size_t cause = w->after[i];
		size_t after =
		    cause < EVENTS && !out[cause] ? slot[cause] : TIMELINE_NONE;

		slot[i] = timeline_push(&t, w->chain[i], &w->event[i], after);
		while (timeline_pop(&t, t.used == room, &r)) {
			law_equal(r.event.id, n);
			out[r.event.id] = true;
			got[n++] = r;
		}
	}
	for (size_t c = 0; c < w->chains; c++)
		timeline_end_chain(&t, c);
	while (timeline_pop(&t, false, &r)) {
		law_equal(r.event.id, n);
		got[n++] = r;
	}
	law_equal(t.used, 0);
	return n;
}

START_TEST(ranks_are_what_counting_all_pairs_finds)
{
	static struct world w;
	static struct timeline_rank got[EVENTS];

	for (int round = 0; round < 20000; round++) {
		invent(&w, false, false);
		count_pairs(&w);
		law_equal(run(&w, ROOM, got), w.events);
		for (size_t i = 0; i < w.events; i++) {
			law_equal(got[i].min, w.min[i]);
			law_equal(got[i].max, w.max[i]);
			law_holds(!got[i].open);
		}
	}
}
END_TEST

START_TEST(a_cause_orders_what_intervals_leave_open)
{
	static struct world w;
	static struct timeline_rank got[EVENTS];

	for (int round = 0; round < 20000; round++) {
		invent(&w, false, true);
		count_pairs(&w);
		law_equal(run(&w, ROOM, got), w.events);
		for (size_t i = 0; i < w.events; i++) {
			law_equal(got[i].min, w.min[i]);
			law_equal(got[i].max, w.max[i]);
			/* a cause that came out before was known to all */
			law_holds(
			    w.after[i] == EVENTS || got[i].min > got[w.after[i]].min);
		}
	}
}
END_TEST

START_TEST(what_is_in_no_order_is_never_put_in_one)
{
	static struct world w;
	static struct timeline_rank got[EVENTS];

	for (int round = 0; round < 20000; round++) {
		invent(&w, true, law_chance(0.5));
		count_pairs(&w);
		law_equal(run(&w, ROOM, got), w.events);
		for (size_t i = 0; i < w.events; i++) {
			law_holds(got[i].min <= w.min[i]);
			law_holds(got[i].max >= w.max[i]);
		}
	}
}
END_TEST

START_TEST(too_little_memory_leaves_ranks_open_and_loses_nothing)
{
	static struct world w;
	static struct timeline_rank got[EVENTS];
	size_t open = 0;

	for (int round = 0; round < 5000; round++) {
		invent(&w, false, false);
		count_pairs(&w);
		law_equal(run(&w, 5, got), w.events);
		for (size_t i = 0; i < w.events; i++) {
			open += got[i].open;
			law_holds(got[i].min <= w.min[i]);
			law_holds(got[i].open || got[i].max >= w.max[i]);
		}
	}
	law_holds(open > 0);
}
END_TEST

START_TEST(a_message_narrows_both_its_ends)
{
	struct world w = { .chains = 2, .hosts = 2, .host = { 0, 1 } };
	struct timeline t = timeline_of(&w, ROOM);
	struct timeline_event send = { { 100 }, { 0 }, { 90 }, { 300 }, 0 };
	struct timeline_event receive = { { 150 }, { 0 }, { 50 }, { 160 }, 1 };
	struct timeline_rank r;
	size_t slot = timeline_push(&t, 0, &send, TIMELINE_NONE);

	(void)timeline_push(&t, 1, &receive, slot);
	timeline_end_chain(&t, 0);
	timeline_end_chain(&t, 1);
	ck_assert(timeline_pop(&t, false, &r));
	ck_assert_int_eq(r.event.latest.ns, 160);
	ck_assert(r.min == 0 && r.max == 0);
	ck_assert(timeline_pop(&t, false, &r));
	ck_assert_int_eq(r.event.earliest.ns, 90);
	ck_assert(r.min == 1 && r.max == 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("timeline");
	TCase *c = law_case(s);

	tcase_add_test(c, ranks_are_what_counting_all_pairs_finds);
	tcase_add_test(c, a_cause_orders_what_intervals_leave_open);
	tcase_add_test(c, what_is_in_no_order_is_never_put_in_one);
	tcase_add_test(c, too_little_memory_leaves_ranks_open_and_loses_nothing);
	tcase_add_test(c, a_message_narrows_both_its_ends);
	return law_run(s);
}
