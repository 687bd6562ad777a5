/* Which file goes on from which. */
#include <string.h>

#include "records.h"
#include "records_file.h"

static bool
goes_on_by_chain(const struct records_file *f, const struct records_file *before)
{
	return !before->broken && records_last_line(before) > 0 &&
	       before->seq + 1 == f->first_seq &&
	       digest_equal(&before->head, &f->first_prev);
}

/* Does some file say that it goes on from this one? */
static bool
is_named(const struct records *r, const struct records_file *f)
{
	for (size_t i = 0; i < r->files; i++)
		if (records_same_directory(&r->file[i], f) &&
		    records_is_called(f, r->file[i].previous_file))
			return true;
	return false;
}

/*
 * It is not here under its name: then the one before it in the same boot must be it under
 * another. Who could leave out or replace a file between them, could say so.
 */
static struct records_file *
nearest_before(const struct records *r, size_t i)
{
	for (size_t k = i; k-- > 0;) {
		struct records_file *o = &r->file[k];

		if (strcmp(o->boot_id, r->file[i].boot_id) != 0)
			return NULL;
		if (o->understood && !is_named(r, o))
			return o;
	}
	return NULL;
}

/* By its end, which is known of those that were read; else by its name. */
struct records_file *
records_file_before(const struct records *r, size_t i)
{
	const struct records_file *f = &r->file[i];
	struct records_file *named = NULL;

	if (f->previous_file[0] == '\0')
		return NULL;
	for (size_t k = i; k-- > 0;) {
		struct records_file *o = &r->file[k];

		if (!o->understood)
			continue;
		if (goes_on_by_chain(f, o))
			return o;
		if (records_is_called(o, f->previous_file) &&
		    (named == NULL || (!records_same_directory(named, f) &&
					  records_same_directory(o, f))))
			named = o;
	}
	return named != NULL ? named : nearest_before(r, i);
}
