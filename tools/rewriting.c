#include "rewriting.h"

#include <string.h>

#include "memory.h"

static void
keep(struct kept *k, const char *octets, size_t n)
{
	k->octets = memory_grow(k->octets, &k->room, k->used + n, 1);
	memcpy(k->octets + k->used, octets, n);
	k->used += n;
}

static void
pass(struct rewriting *w, const char *octets, size_t n)
{
	if (w->manifest != NULL)
		manifest_corrected(w->manifest, octets, n);
	if (w->kept != NULL)
		keep(w->kept, octets, n);
	else
		lines_write(w->sink, octets, n);
}

void
rewriting_begin(struct rewriting *w, const struct lines_block *b)
{
	w->waiting = b->octets;
	w->settled = b->octets;
	if (w->manifest != NULL)
		manifest_original(w->manifest, b->octets, b->n);
}

static void
note(struct rewriting *w, const char *at, size_t length, size_t n)
{
	manifest_same(w->manifest, (size_t)(at - w->settled));
	manifest_change(w->manifest, at, length, n);
	w->settled = at + length;
}

void
rewriting_replace(
    struct rewriting *w, char *at, size_t length, const char *text, size_t n)
{
	if (w->manifest != NULL)
		note(w, at, length, n);
	if (n == length) {
		memcpy(at, text, n);
		return;
	}
	pass(w, w->waiting, (size_t)(at - w->waiting));
	pass(w, text, n);
	w->waiting = at + length;
}

void
rewriting_end(struct rewriting *w, const struct lines_block *b)
{
	const char *end = b->octets + b->n;

	if (w->manifest != NULL)
		manifest_same(w->manifest, (size_t)(end - w->settled));
	pass(w, w->waiting, (size_t)(end - w->waiting));
}
