/*
 * What a start record says of the file before it: another process's word, no proof, but
 * two such words must agree.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "verification.h"

#define STAMP_LENGTH 16 /* YYYYMMDDTHHMMSSZ */

static struct verify_note
note(const struct records_file *f, const char *kind)
{
	return (struct verify_note){
		.file = f, .line = 1, .kind = kind, .has_at = true, .at = f->at
	};
}

/* ---- two files that name the same one */

/* As it stands in the name of a file that is begun then. */
static void
print_stamp(char out[STAMP_LENGTH + 64], struct system_time t)
{
	struct civil c =
	    civil_from_seconds(t.ns / NS_PER_SECOND - (t.ns % NS_PER_SECOND < 0));

	(void)snprintf(out, STAMP_LENGTH + 64, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year,
	    c.month, c.day, c.hour, c.minute, c.second);
}

/* Has it an older name than this one? Names are sorted by the host's clock. */
static bool
sorts_before(const struct records_file *f, const char *name)
{
	const char *number = strrchr(name, '-');
	char stamp[STAMP_LENGTH + 64];

	print_stamp(stamp, f->at);
	return number != NULL && number - name >= STAMP_LENGTH &&
	       memcmp(stamp, number - STAMP_LENGTH, STAMP_LENGTH) < 0;
}

static const struct records_file *
first_of_chain(const struct records_file *f)
{
	while (f->before != NULL)
		f = f->before;
	return f;
}

/* Whoever came after this process, found a file with a newer name than all of its own:
 * its clock had been set back. */
static bool
was_hidden(
    const struct verification *v, const struct records_file *first, const char *behind)
{
	for (size_t i = 0; i < v->records.files; i++) {
		const struct records_file *f = &v->records.file[i];

		if (first_of_chain(f) == first && !sorts_before(f, behind))
			return false;
	}
	return true;
}

/* Else one of the two is made up, or the directory was put back between them. */
static void
check_same(struct verification *v, const struct records_file *f)
{
	const char *named = f->previous.file;

	for (const struct records_file *o = v->records.file; o < f; o++) {
		struct verify_note n = note(f, "same-previous");
		bool hidden;
		char name[RECORD_TEXT_SIZE];

		if (!o->has_previous || !records_same_directory(o, f) ||
		    strcmp(o->previous.file, named) != 0)
			continue;
		hidden = was_hidden(v, o, named) || was_hidden(v, f, named);
		records_name(o, name);
		(void)snprintf(n.words, sizeof(n.words),
		    "names %s as the file before it, and so does %s%s", named, name,
		    hidden ? ": the host's clock had been set back, and that name was "
			     "still the newest"
			   : "");
		verify_note(hidden ? &v->statements : &v->findings, n);
	}
}

/* ---- the file that it names, as it is now */

static bool
ends_as_told(const struct records_file *p, const struct record_previous *told)
{
	return digest_equal(&p->head, &told->head) && p->torn == told->torn;
}

/* The one in its own directory; else one that ends as it should, or is of its host: another
 * host's may have the same name. */
static const struct records_file *
file_named(const struct records *r, const struct records_file *f)
{
	const struct records_file *best = NULL;

	for (size_t i = 0; i < r->files; i++) {
		const struct records_file *p = &r->file[i];

		if (p == f || !records_is_called(p, f->previous.file))
			continue;
		if (records_same_directory(p, f) || ends_as_told(p, &f->previous))
			return p;
		if (strcmp(p->host, f->host) == 0)
			best = p;
	}
	return best;
}

void
verify_previous(struct verification *v, const struct records_file *f)
{
	const struct records_file *p = file_named(&v->records, f);
	struct verify_note n = note(f, "previous-differs");

	check_same(v, f);
	if (p == NULL || p->broken || p->skipped || ends_as_told(p, &f->previous))
		return;
	(void)snprintf(n.words, sizeof(n.words),
	    "%s now ends at number %" PRIu64 " and %" PRIu64
	    " torn octets; when this file was begun it ended at number %" PRIu64
	    " and %" PRIu64 ": cut, or written on",
	    f->previous.file, p->seq, p->torn, f->previous.seq, f->previous.torn);
	verify_note(&v->findings, n);
}
