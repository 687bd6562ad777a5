#include "merge_store.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define BLOCK ((size_t)256 * 1024)

struct store_block {
	struct store_block *next;
	size_t live, used, room;
	max_align_t octets[];
};

/* Before each object. */
struct head {
	_Alignas(max_align_t) struct store_block *block;
};

static size_t
rounded(size_t n)
{
	return (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
}

static struct store_block *
new_block(struct merge_store *s, size_t need)
{
	struct store_block *b = s->spare;
	size_t have = 0;

	if (b != NULL && need <= b->room) {
		s->spare = b->next;
		return b;
	}
	need += sizeof(*b);
	b = memory_grow(NULL, &have, need < BLOCK ? BLOCK : need, 1);
	*b = (struct store_block){ .room = have - sizeof(*b) };
	return b;
}

/* What is large has a block to itself, which is not kept. */
static void
retire(struct merge_store *s, struct store_block *b)
{
	b->used = 0;
	if (b == s->now)
		return;
	if (b->room > BLOCK) {
		free(b);
		return;
	}
	b->next = s->spare;
	s->spare = b;
}

void *
store_new(struct merge_store *s, size_t n)
{
	size_t need = sizeof(struct head) + rounded(n);
	struct store_block *b = s->now;
	struct head *h;

	if (b == NULL || b->room - b->used < need) {
		s->now = new_block(s, need);
		if (b != NULL && b->live == 0)
			retire(s, b);
		b = s->now;
	}
	h = (struct head *)(void *)((char *)b->octets + b->used);
	h->block = b;
	b->used += need;
	b->live++;
	return h + 1;
}

void *
store_grow(struct merge_store *s, void *newest, size_t from, size_t to)
{
	struct store_block *b = s->now;
	size_t more = rounded(to) - rounded(from);
	void *moved;

	if (b->room - b->used >= more) {
		b->used += more;
		return newest;
	}
	moved = store_new(s, to + to / 2);
	memcpy(moved, newest, from);
	s->now->used -= rounded(to + to / 2) - rounded(to);
	store_drop(s, newest);
	return moved;
}

void
store_drop(struct merge_store *s, void *object)
{
	struct store_block *b = ((struct head *)object - 1)->block;

	if (--b->live == 0)
		retire(s, b);
}

void
store_free(struct merge_store *s)
{
	while (s->spare != NULL) {
		struct store_block *b = s->spare;

		s->spare = b->next;
		free(b);
	}
	free(s->now);
	s->now = NULL;
}
