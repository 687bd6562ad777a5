#include "tournament.h"

#include <stdlib.h>

#include "memory.h"

void
tournament_begin(struct tournament *t, size_t rivals)
{
	size_t room = 0;

	*t = (struct tournament){ .rivals = rivals, .matches = 1 };
	while (t->matches < rivals)
		t->matches *= 2;
	t->rival = memory_grow(NULL, &room, t->matches, sizeof(*t->rival));
	room = 0;
	t->winner = memory_grow(NULL, &room, 2 * t->matches, sizeof(*t->winner));
	for (size_t i = 0; i < t->matches; i++) {
		t->rival[i] = (struct rival){ .out = true };
		t->winner[t->matches + i] = i;
	}
	for (size_t i = t->matches - 1; i > 0; i--)
		t->winner[i] = t->winner[2 * i];
}

void
tournament_free(struct tournament *t)
{
	free(t->rival);
	free(t->winner);
	*t = (struct tournament){ .rivals = 0 };
}

/* b comes after a in the list. */
static size_t
match(const struct tournament *t, size_t a, size_t b)
{
	const struct rival *x = &t->rival[a];
	const struct rival *y = &t->rival[b];

	return !y->out && (x->out || y->time < x->time) ? b : a;
}

void
tournament_set(struct tournament *t, size_t which, struct rival r)
{
	t->rival[which] = r;
	for (size_t i = (t->matches + which) / 2; i > 0; i /= 2)
		t->winner[i] = match(t, t->winner[2 * i], t->winner[2 * i + 1]);
}

size_t
tournament_winner(const struct tournament *t)
{
	size_t w = t->winner[1];

	return t->rival[w].out ? SIZE_MAX : w;
}
