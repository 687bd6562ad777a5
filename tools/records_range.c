/* Which files of the evidence can hold readings of the times that are asked for. */
#include <string.h>

#include "records.h"
#include "records_file.h"

bool
records_file_follows(const struct records_file *next, const struct records_file *f)
{
	const char *named =
	    next->has_previous ? next->previous.file : next->previous_file;

	return next->understood && records_is_called(f, named) &&
	       strcmp(next->boot_id, f->boot_id) == 0 &&
	       records_same_directory(next, f) && next->raw.ns >= f->raw.ns;
}

/* The last one, should there be more: NULL: nobody knows when f ended. */
static const struct records_file *
file_after(const struct records *r, size_t i)
{
	const struct records_file *after = NULL;

	for (size_t k = i + 1; k < r->files; k++)
		if (records_file_follows(&r->file[k], &r->file[i]))
			after = &r->file[k];
	return after;
}

struct extent {
	int64_t from, to; /* ns of the host's clock */
};

/*
 * What the host's clock showed from the first reading of f to that of the file after it,
 * were it set in between, or the host asleep, at any time. false: cannot be told.
 */
static bool
extent_of(
    const struct records_file *f, const struct records_file *after, struct extent *e)
{
	int64_t before; /* real - raw */
	int64_t then;

	return !__builtin_sub_overflow(f->at.ns, f->raw.ns, &before) &&
	       !__builtin_sub_overflow(after->at.ns, after->raw.ns, &then) &&
	       !__builtin_add_overflow(
		   f->raw.ns, before < then ? before : then, &e->from) &&
	       !__builtin_add_overflow(
		   after->raw.ns, before > then ? before : then, &e->to);
}

static bool
is_far(const struct records *r, size_t i, const struct records_range *range)
{
	const struct records_file *f = &r->file[i];
	const struct records_file *after = f->understood ? file_after(r, i) : NULL;
	int64_t early;
	int64_t late;
	struct extent e;

	return after != NULL && extent_of(f, after, &e) &&
	       !__builtin_sub_overflow(range->from.ns, range->margin.ns, &early) &&
	       !__builtin_add_overflow(range->to.ns, range->margin.ns, &late) &&
	       (e.to < early || e.from > late);
}

/* It repeats lines of the file before, which show only there whether they are the same;
 * or it does not name it, and only its lines tell whether it is that under another name.
 */
static bool
needs_before(const struct records_file *f, const struct records_file *before)
{
	return f->repeats || !records_file_follows(f, before);
}

size_t
records_narrow(struct records *r, const struct records_range *range)
{
	size_t unread = 0;

	for (size_t i = 0; i < r->files; i++)
		r->file[i].unread = is_far(r, i, range);
	for (size_t i = r->files; i-- > 0;) {
		struct records_file *before = records_file_before(r, i);

		if (before != NULL && !r->file[i].unread &&
		    needs_before(&r->file[i], before))
			before->unread = false;
		unread += r->file[i].unread;
	}
	return unread;
}
