/*
 * A block of a log on its way out: parts of it are replaced, the rest is passed on as it
 * is. What is replaced by as many octets is so in place, without a copy.
 */
#ifndef CLOCKWITNESS_REWRITING_H
#define CLOCKWITNESS_REWRITING_H

#include <stddef.h>

#include "lines.h"
#include "manifest.h"

/* Octets in memory. */
struct kept {
	char *octets;
	size_t used, room;
};

struct rewriting {
	struct lines_sink *sink;
	struct kept *kept;         /* instead of the sink; NULL: none is kept */
	struct manifest *manifest; /* NULL: none is kept */
	char *waiting;             /* from here on nothing has been written */
	const char *settled;       /* up to here the manifest knows */
};

void rewriting_begin(struct rewriting *w, const struct lines_block *b);

/* `length` octets at `at` become the n of `text`; in order of place. */
void rewriting_replace(
    struct rewriting *w, char *at, size_t length, const char *text, size_t n);

void rewriting_end(struct rewriting *w, const struct lines_block *b);

#endif
