/*
 * The order of events that have intervals, not points, from several hosts.
 *
 * What is certain: within a file its lines' order (unless lines are written at the end of
 * what they tell: a `loose` chain); within a host the order of its one clock, whose error
 * is common to both, so that only the stamps' resolution counts; between hosts e before f
 * where the latest UTC of e lies before the earliest of f; what the caller says (a message
 * is sent before it is received); and what follows from these. Events that are not so
 * ordered are concurrent, and concurrency is not transitive: it is an interval order
 * (Fishburn 1970), told by each event's bounds of rank.
 *
 * The events come in, and go out, in one linear extension of that order. Each carries a
 * vector of how many events of every chain precede it (Fidge 1988, Mattern 1989); its rank
 * is at least their sum, and at most the number of events that do not follow it. O(1) for
 * each pair of event and chain; memory for the events that are concurrent with one that
 * is still to come.
 */
#ifndef CLOCKWITNESS_TIMELINE_H
#define CLOCKWITNESS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timescale.h"

struct timeline_event {
	struct utc_time at;     /* the estimate; what the host's clock orders by */
	struct span resolution; /* >= 0: it happened in [at, at + resolution] */
	struct utc_time earliest, latest; /* earliest <= at <= latest */
	uint64_t id;                      /* the caller's */
};

/* 0 <= min <= max < number of all events; both ends are reached by some order. */
struct timeline_rank {
	struct timeline_event
	    event; /* earliest and latest as what is known narrows them */
	size_t chain;
	uint64_t min, max;
	bool open; /* more was concurrent than there is memory for: max is not known */
};

/* Of the caller's memory, content of no account. */
struct timeline_entry {
	struct timeline_event event;
	int64_t end, latest; /* of a chain's order: the least from here on or, if it is
				loose, the greatest up to here */
	uint64_t index;      /* in its chain */
	uint64_t rank_min, not_after;
	size_t chain, unresolved, next, before;
};

struct timeline_chain {
	size_t host;
	bool loose; /* its lines are in the order of `at`, not of what happened */
	bool ended;
	uint64_t pushed;
	struct utc_time earliest; /* of its last event */
	size_t newest;            /* its last event, if that is still in memory */
};

struct timeline {
	struct timeline_chain *chain; /* room for chains_max */
	struct timeline_entry *entry; /* entries_max >= 1 */
	uint64_t *vector;             /* entries_max * chains_max */
	uint64_t *known;              /* chains_max * chains_max */
	size_t *cursor;               /* likewise */
	size_t chains, chains_max, entries_max;
	/* content of no account to the caller */
	size_t head, used, live;
	uint64_t ended_events;
};

/* Forgets all; the pointers and sizes of t are set. */
void timeline_begin(struct timeline *t);

/*
 * A file's run of lines of one host; all chains come before the first event.
 * chains < chains_max. Returns its number.
 */
size_t timeline_add_chain(struct timeline *t, size_t host, bool loose);

#define TIMELINE_NONE SIZE_MAX

/*
 * The next event, of this chain. `at` must not be before that of any event before; a
 * chain that is not loose is in the order of its file. after: the slot of an event that
 * is known to have happened before this one, or TIMELINE_NONE. Returns its slot, good
 * until it is popped, or TIMELINE_NONE: the memory is full, pop one first.
 */
size_t timeline_push(
    struct timeline *t, size_t chain, const struct timeline_event *event, size_t after);

/* No more events of this chain. */
void timeline_end_chain(struct timeline *t, size_t chain);

/* The oldest event, if its rank is known, or anyway. false: none. */
bool timeline_pop(struct timeline *t, bool anyway, struct timeline_rank *out);

#endif
