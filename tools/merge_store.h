/*
 * Memory for what comes and goes about in order: objects in large blocks, a block used
 * anew when the last object in it is gone.
 */
#ifndef CLOCKWITNESS_MERGE_STORE_H
#define CLOCKWITNESS_MERGE_STORE_H

#include <stddef.h>

struct store_block;

/* All zero: empty. */
struct merge_store {
	struct store_block *now, *spare;
};

/* An object of n octets, for any type. */
void *store_new(struct merge_store *s, size_t n);

/* The newest object becomes `to` octets long, of which `from` are its own; it may move. */
void *store_grow(struct merge_store *s, void *newest, size_t from, size_t to);

void store_drop(struct merge_store *s, void *object);

/* When all objects are gone. */
void store_free(struct merge_store *s);

#endif
