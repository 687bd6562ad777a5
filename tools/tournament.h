/* Which of many has the least time, when one of them at a time gets a new one. */
#ifndef CLOCKWITNESS_TOURNAMENT_H
#define CLOCKWITNESS_TOURNAMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rival {
	int64_t time;
	bool out; /* it has none */
};

struct tournament {
	struct rival *rival;
	size_t *winner; /* of each match: 1 is the last one, 2 i and 2 i + 1 lead to i */
	size_t rivals, matches;
};

/* So many, all of them out. */
void tournament_begin(struct tournament *t, size_t rivals);
void tournament_free(struct tournament *t);

void tournament_set(struct tournament *t, size_t which, struct rival r);

/* Of equal times the first; SIZE_MAX: all are out. */
size_t tournament_winner(const struct tournament *t);

#endif
