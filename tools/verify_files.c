/* What is to be said of files and chains when every line has been read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verification.h"

const char *
verify_state(const struct records_file *f)
{
	if (f->broken)
		return "broken";
	if (f->skipped)
		return "not read: it goes on from a broken file";
	if (f->ended)
		return "closed by stop and last seal";
	return f->stopped ? "stopped, the last seal is missing"
			  : "open end: no stop record";
}

bool
verify_goes_on(const struct verification *v, const struct records_file *f)
{
	for (size_t i = 0; i < v->records.files; i++)
		if (v->records.file[i].before == f)
			return true;
	return false;
}

static struct verify_note
about(const struct records_file *f, uint64_t line, const char *kind)
{
	return (struct verify_note){
		.file = f,
		.line = line,
		.kind = kind,
		.has_at = line > 0 && f->lines > 0,
		.at = line == 1 ? f->at : f->last_at,
	};
}

static void
find(struct verification *v, const struct records_file *f, uint64_t line,
    const char *kind, const char *words)
{
	struct verify_note n = about(f, line, kind);

	(void)snprintf(n.words, sizeof(n.words), "%s", words);
	verify_note(&v->findings, n);
}

static const struct records_file *
file_named(const struct records *r, const char *wanted)
{
	char name[RECORD_TEXT_SIZE];

	for (size_t i = 0; i < r->files; i++) {
		records_name(&r->file[i], name);
		if (strcmp(name, wanted) == 0)
			return &r->file[i];
	}
	return NULL;
}

/* One of the two is made up, or the directory was put back between them. */
static void
check_same_previous(struct verification *v, const struct records_file *f)
{
	for (const struct records_file *o = v->records.file; o < f; o++) {
		struct verify_note n = about(f, 1, "same-previous");
		char name[RECORD_TEXT_SIZE];

		if (!o->has_previous || strcmp(o->previous.file, f->previous.file) != 0)
			continue;
		records_name(o, name);
		(void)snprintf(n.words, sizeof(n.words),
		    "names %s as the file before it, and so does %s", f->previous.file,
		    name);
		verify_note(&v->findings, n);
	}
}

/* What a start record says of the file before it is another process's word, no proof. */
static void
check_previous(struct verification *v, const struct records_file *f)
{
	const struct records_file *p = file_named(&v->records, f->previous.file);
	struct verify_note n = about(f, 1, "previous-differs");

	check_same_previous(v, f);
	if (p == NULL || p->broken || p->skipped ||
	    (digest_equal(&p->head, &f->previous.head) && p->torn == f->previous.torn))
		return;
	(void)snprintf(n.words, sizeof(n.words),
	    "%s now ends at number %" PRIu64 " and %" PRIu64
	    " torn octets; when this file was begun it ended at number %" PRIu64
	    " and %" PRIu64 ": cut, or written on",
	    f->previous.file, p->seq, p->torn, f->previous.seq, f->previous.torn);
	verify_note(&v->findings, n);
}

static void
check_end(struct verification *v, const struct records_file *f)
{
	if (f->broken || f->skipped)
		return;
	if (f->lines == 0)
		find(v, f, 0, "empty", "holds no record");
	else if (f->ended && f->torn > 0)
		find(v, f, f->lines + 1, "after-end", "stands after the last seal");
	else if (v->closed && !f->ended && !verify_goes_on(v, f))
		find(v, f, f->lines, "open-end", verify_state(f));
}

void
verify_files(struct verification *v)
{
	for (size_t i = 0; i < v->records.files; i++) {
		const struct records_file *f = &v->records.file[i];

		if (f->has_previous)
			check_previous(v, f);
		check_end(v, f);
		v->fingerprint_found |= f->lines > 0 && f->previous_file[0] == '\0' &&
					digest_equal(&f->fingerprint, &v->fingerprint);
	}
}
