/* What nothing in the evidence proves, and what the brought along proves. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verification.h"

static void
state(struct verification *v, const struct records_file *f, uint64_t line,
    const char *kind, const char *words)
{
	struct verify_note n = { .file = f, .line = line, .kind = kind };

	(void)snprintf(n.words, sizeof(n.words), "%s", words);
	verify_note(&v->statements, n);
}

static const char *
deleted_by(const struct verification *v, const char *name)
{
	for (size_t i = 0; i < v->deleted.kept; i++)
		if (strcmp(v->deleted.note[i].words, name) == 0)
			return v->deleted.note[i].file->path;
	return NULL;
}

static void
state_beginning(struct verification *v, const struct records_file *f)
{
	const char *by = deleted_by(v, f->previous_file);
	char words[1024];

	if (f->previous_file[0] == '\0') {
		if (v->has_fingerprint && digest_equal(&f->fingerprint, &v->fingerprint))
			state(v, f, 1, "start-proven",
			    "begins with the key of the given fingerprint: it was not "
			    "replaced as a whole");
		else
			state(v, f, 1, "start-unproven",
			    "whether it was replaced as a whole only the fingerprint "
			    "tells that was printed at start (--fingerprint)");
		return;
	}
	if (f->before != NULL)
		return;
	(void)snprintf(words, sizeof(words), "goes on from %s, which is not here: %s%s",
	    f->previous_file,
	    by != NULL ? "deleted by the daemon, as is recorded in "
		       : "nothing proves that",
	    by != NULL ? by : "");
	state(v, f, 1, by != NULL ? "previous-deleted" : "previous-unproven", words);
}

/* The farthest line of f that a head kept elsewhere covers. */
static const struct verify_mark *
last_mark(const struct verification *v, const struct records_file *f)
{
	const struct verify_mark *last = NULL;

	for (size_t i = 0; i < v->marks; i++)
		if (v->mark[i].file == f &&
		    (last == NULL || v->mark[i].line > last->line))
			last = &v->mark[i];
	return last;
}

static void
state_tail(struct verification *v, const struct records_file *f, uint64_t from)
{
	char words[1024];

	if (from > records_last_line(f))
		return;
	(void)snprintf(words, sizeof(words),
	    "from here to line %" PRIu64
	    " no seal covers what stands there: who had the file could have written it, "
	    "and only a head that was kept elsewhere tells (--head, --tsr)",
	    records_last_line(f));
	state(v, f, from, "unsealed", words);
}

static void
state_end(struct verification *v, const struct records_file *f)
{
	const struct verify_mark *m = last_mark(v, f);
	uint64_t last = records_last_line(f);
	uint64_t covered = f->repeated + f->sealed;

	if (m != NULL && m->line > covered)
		covered = m->line;
	state_tail(v, f, covered + 1);
	if (f->torn > 0 && !f->ended)
		state(v, f, last + 1, "torn",
		    "torn last line: it counts for nothing, as after a crash");
	if (f->ended || verify_goes_on(v, f))
		return;
	if (m != NULL && m->line == last)
		state(v, f, last, "end-proven",
		    "the end is where it was when the head was kept: nothing was cut "
		    "off");
	else
		state(v, f, last, "end-unproven",
		    "whether something was cut off behind this line only a head that "
		    "was kept elsewhere tells (--head, --tsr)");
}

/* As a crash leaves it that comes before its first record is written. */
static void
state_empty(struct verification *v, const struct records_file *f)
{
	state(v, f, 0, "empty",
	    f->torn > 0 ? "it was begun, and holds a torn line, which counts for nothing"
			: "it was begun, and nothing was written into it");
}

/* It must be that of a line that holds. */
static void
state_mark(struct verification *v, const struct verify_mark *m)
{
	struct verify_note n = { .file = m->file,
		.line = m->line,
		.kind = m->tsr != NULL ? "tsr" : "head",
		.has_at = m->file != NULL,
		.at = m->at };

	if (m->file == NULL) {
		(void)snprintf(n.words, sizeof(n.words),
		    "the %s %s is of no line that holds: the end was altered or cut, or "
		    "it is of other evidence",
		    m->tsr != NULL ? "time-stamp" : "given head",
		    m->tsr != NULL ? m->tsr : "");
		verify_note(&v->findings, n);
		return;
	}
	if (m->tsr != NULL)
		(void)snprintf(n.words, sizeof(n.words),
		    "and all before it existed at %s, says %s (%s)", m->when,
		    m->trusted ? m->by : "an authority that nobody checked: --tsa-ca",
		    m->tsr);
	else
		(void)snprintf(n.words, sizeof(n.words),
		    "has the given head: it and all before it is what it was then; "
		    "%" PRIu64 " lines of the file come after it",
		    records_last_line(m->file) - m->line);
	verify_note(&v->statements, n);
}

void
verify_gaps(struct verification *v)
{
	struct verify_note none = { .kind = "fingerprint" };

	for (size_t i = 0; i < v->marks; i++)
		state_mark(v, &v->mark[i]);
	if (v->has_fingerprint && !v->fingerprint_found) {
		(void)snprintf(none.words, sizeof(none.words),
		    "no file begins with the key of the given fingerprint: it is other "
		    "evidence");
		verify_note(&v->findings, none);
	}
	for (size_t i = 0; i < v->records.files; i++) {
		const struct records_file *f = &v->records.file[i];

		if (f->skipped)
			continue;
		if (records_last_line(f) == 0) {
			if (!f->broken)
				state_empty(v, f);
			continue;
		}
		state_beginning(v, f);
		if (!f->broken)
			state_end(v, f);
	}
}
