/* Do the conclusions follow from the exchanges? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "verification.h"

/* Nothing will go on from it: files of one boot stand together. */
static bool
is_over(const struct records_file *f, const struct records_file *now)
{
	return f->ended || f->broken || strcmp(f->boot_id, now->boot_id) != 0;
}

static struct verify_replay *
find_chain(struct verify_replays *all, const struct records_file *f)
{
	struct verify_replay *over = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct verify_replay *c = &all->chain[i];

		if (f->before != NULL && c->file == f->before)
			return c;
		if (is_over(c->file, f))
			over = c;
	}
	return over;
}

static struct verify_replay *
add_chain(struct verify_replays *all)
{
	size_t none = 0;
	struct verify_replay *c;

	all->chain = memory_grow(all->chain, &all->room, all->count + 1, sizeof(*c));
	c = &all->chain[all->count++];
	*c = (struct verify_replay){ .replay = memory_grow(
					 NULL, &none, 1, sizeof(*c->replay)) };
	return c;
}

/* Another process's records say nothing of this one's. */
static void
begin_file(struct verify_replays *all, const struct records_file *f)
{
	struct verify_replay *c = find_chain(all, f);

	if (c == NULL)
		c = add_chain(all);
	if (c->file == NULL || c->file != f->before)
		*c->replay = (struct replay){ .begun = false };
	c->file = all->file = f;
	all->now = c->replay;
}

void
verify_replay_free(struct verification *v)
{
	for (size_t i = 0; i < v->replays.count; i++)
		free(v->replays.chain[i].replay);
	free(v->replays.chain);
}

static void
differs(struct verification *v, const struct records_line *l, const struct record *r,
    const struct record_difference *d)
{
	struct verify_note n = {
		.file = l->file,
		.line = l->number,
		.kind = "does-not-follow",
		.has_at = true,
		.at = r->at.real,
	};

	(void)snprintf(n.words, sizeof(n.words),
	    "concludes what does not follow from the records before it: %s is recorded "
	    "as %s, and follows as %s",
	    d->field, d->first, d->second);
	verify_note(&v->findings, n);
}

void
verify_replay(
    struct verification *v, const struct records_line *l, const struct record *r)
{
	struct replay_finding f;

	if (v->replays.file != l->file)
		begin_file(&v->replays, l->file);
	if (r->type == RECORD_START)
		v->foreign_method = r->start.method;
	replay_check(v->replays.now, r, &f);
	switch (f.verdict) {
	case REPLAY_NOTHING:
		break;
	case REPLAY_FOLLOWS:
		v->follow++;
		break;
	case REPLAY_DIFFERS:
		v->differ++;
		differs(v, l, r, &f.difference);
		break;
	case REPLAY_NOT_YET:
		v->not_yet++;
		break;
	case REPLAY_FOREIGN:
		v->foreign++;
		break;
	}
}
