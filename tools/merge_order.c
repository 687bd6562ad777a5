#include "merge_order.h"

#include <stdlib.h>

#include "memory.h"

size_t
order_count(const struct merge_order *o)
{
	return o->queued + o->heaped;
}

static bool
comes_before(const struct merge_line *a, const struct merge_line *b)
{
	return a->at.ns != b->at.ns ? a->at.ns < b->at.ns : a->number < b->number;
}

/* ---- the queue */

static size_t
place(const struct merge_order *o, size_t i)
{
	size_t at = o->first + i;

	return at < o->queue_room ? at : at - o->queue_room;
}

static void
make_room(struct merge_order *o)
{
	size_t old = o->queue_room;

	if (o->queued < old)
		return;
	o->queue =
	    memory_grow(o->queue, &o->queue_room, old + 1, sizeof(struct merge_line *));
	/* what had wrapped round goes behind the rest; there is room for it */
	for (size_t i = 0; i < o->first; i++)
		o->queue[old + i] = o->queue[i];
}

/* ---- the heap */

static void
lift(struct merge_order *o, struct merge_line *l)
{
	size_t i = o->heaped++;

	o->heap =
	    memory_grow(o->heap, &o->heap_room, o->heaped, sizeof(struct merge_line *));
	for (; i > 0 && comes_before(l, o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = l;
}

static struct merge_line *
take_top(struct merge_order *o)
{
	struct merge_line *least = o->heap[0];
	struct merge_line *moved = o->heap[--o->heaped];
	size_t i = 0;

	for (size_t child = 1; child < o->heaped; child = 2 * i + 1) {
		if (child + 1 < o->heaped &&
		    comes_before(o->heap[child + 1], o->heap[child]))
			child++;
		if (comes_before(moved, o->heap[child]))
			break;
		o->heap[i] = o->heap[child];
		i = child;
	}
	o->heap[i] = moved;
	return least;
}

/* ---- both */

void
order_hold(struct merge_order *o, struct merge_line *l)
{
	if (o->queued > 0 && comes_before(l, o->queue[place(o, o->queued - 1)])) {
		lift(o, l);
		return;
	}
	make_room(o);
	o->queue[place(o, o->queued++)] = l;
}

static bool
is_in_heap(const struct merge_order *o)
{
	return o->heaped > 0 &&
	       (o->queued == 0 || comes_before(o->heap[0], o->queue[o->first]));
}

struct merge_line *
order_least(const struct merge_order *o)
{
	if (is_in_heap(o))
		return o->heap[0];
	return o->queued > 0 ? o->queue[o->first] : NULL;
}

struct merge_line *
order_release(struct merge_order *o)
{
	struct merge_line *l = order_least(o);

	if (l == NULL)
		return NULL;
	if (is_in_heap(o))
		return take_top(o);
	o->first = place(o, 1);
	o->queued--;
	return l;
}

void
order_free(struct merge_order *o)
{
	free(o->queue);
	free(o->heap);
	*o = (struct merge_order){ .first = 0 };
}
