/* Do the conclusions follow from the exchanges? */
#include <stdio.h>

#include "memory.h"
#include "verification.h"

/* Another process's records say nothing of this one's. */
static void
begin_file(struct verification *v, const struct records_file *f)
{
	size_t none = 0;

	if (v->replay == NULL)
		v->replay = memory_grow(NULL, &none, 1, sizeof(*v->replay));
	if (v->replayed == NULL || f->before != v->replayed)
		*v->replay = (struct replay){ .begun = false };
	v->replayed = f;
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

	if (v->replayed != l->file)
		begin_file(v, l->file);
	if (r->type == RECORD_START)
		v->foreign_method = r->start.method;
	replay_check(v->replay, r, &f);
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
