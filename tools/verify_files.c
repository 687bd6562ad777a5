/* What is to be said of files and chains when every line has been read. */
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
	if (records_last_line(f) == 0)
		return "open end: it holds no whole record";
	if (f->headless)
		return "open end: it holds lines of the file before it, and no continue "
		       "record";
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
		.has_at = line > 0 && records_last_line(f) > 0,
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

/* All that there is was begun, and not more. */
static bool
holds_nothing(const struct records *r)
{
	for (size_t i = 0; i < r->files; i++)
		if (records_last_line(&r->file[i]) > 0)
			return false;
	return true;
}

static void
check_end(struct verification *v, const struct records_file *f)
{
	if (f->broken || f->skipped)
		return;
	if (records_last_line(f) == 0) {
		if (v->closed || holds_nothing(&v->records))
			find(v, f, 0, "empty", "holds no whole record");
	} else if (f->ended && f->torn > 0) {
		find(v, f, records_last_line(f) + 1, "after-end",
		    "stands after the last seal");
	} else if (v->closed && !f->ended && !verify_goes_on(v, f)) {
		find(v, f, records_last_line(f), "open-end", verify_state(f));
	}
}

void
verify_files(struct verification *v)
{
	for (size_t i = 0; i < v->records.files; i++) {
		const struct records_file *f = &v->records.file[i];

		if (f->has_previous)
			verify_previous(v, f);
		check_end(v, f);
		v->fingerprint_found |= f->lines > 0 && f->previous_file[0] == '\0' &&
					digest_equal(&f->fingerprint, &v->fingerprint);
	}
}
