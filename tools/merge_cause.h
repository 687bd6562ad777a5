/*
 * What happened before what, by the words of the log: a message is sent before it is
 * received. Lines of cause and effect belong together where their groups match the same.
 */
#ifndef CLOCKWITNESS_MERGE_CAUSE_H
#define CLOCKWITNESS_MERGE_CAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.h"

#define CAUSES_KEPT 65536 /* that wait for their effects; the oldest is forgotten */
#define CAUSE_KEY_MAX 512

/* Which rule, and what its groups matched; empty: none. */
struct cause_key {
	char text[CAUSE_KEY_MAX];
};

struct cause_entry {
	char *key;
	uint64_t sequence;
	size_t next; /* of the same bucket */
};

struct causes {
	const struct merge_case *rules;
	struct cause_entry *kept; /* CAUSES_KEPT of them, in turn */
	size_t *bucket;
	size_t used;
	uint64_t forgotten;
};

void causes_begin(struct causes *c, const struct merge_case *rules);
void causes_end(struct causes *c);

/* Is this line of this host an effect? Of several rules the first counts. */
bool cause_of(
    const struct causes *c, const char *host, const char *line, struct cause_key *out);

/* The event with this number is what it says it is, for all rules that it matches. */
void causes_note(struct causes *c, const char *host, const char *line, uint64_t sequence);

/* false: no cause with this key came yet. */
bool causes_find(const struct causes *c, const struct cause_key *key, uint64_t *sequence);

#endif
