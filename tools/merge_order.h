/*
 * Lines that wait for their place in time: those that came in order in a queue, the few
 * that did not in a heap.
 */
#ifndef CLOCKWITNESS_MERGE_ORDER_H
#define CLOCKWITNESS_MERGE_ORDER_H

#include <stddef.h>

#include "merge_line.h"

/* All zero: empty. */
struct merge_order {
	struct merge_line **queue; /* from `first`, `queued` of them, in turn */
	size_t first, queued, queue_room;
	struct merge_line **heap; /* least first */
	size_t heaped, heap_room;
};

size_t order_count(const struct merge_order *o);

void order_hold(struct merge_order *o, struct merge_line *l);

/* Of least time, of equals the first of the file; NULL: there is none. */
struct merge_line *order_least(const struct merge_order *o);
struct merge_line *order_release(struct merge_order *o);

void order_free(struct merge_order *o); /* the lines are the caller's */

#endif
