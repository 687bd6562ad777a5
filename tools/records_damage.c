/* What became of the first line that does not hold, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chain_break.h"
#include "hash.h"
#include "records_file.h"

static void
look_again(const struct records_file *f, struct chain_break *b)
{
	struct records_source_line text;
	int fd;
	struct records_source *s = records_file_read(f, &fd);

	if (s == NULL)
		return;
	while (records_source_next(s, &text)) {
		struct chain_line line = { text.text, text.n,
			hash_bytes(text.text, text.n) };

		chain_break_line(b, &line);
	}
	records_file_close(f, s, fd);
}

/* Is the file that it names, and not only its place, missing? */
static bool
is_missing(const struct records_file *f)
{
	return f->before != NULL && f->previous_file[0] != '\0' &&
	       !records_is_called(f->before, f->previous_file);
}

static void
add_detail(const struct records_breakage *b, const struct chain_explanation *e,
    char words[], size_t size)
{
	uint64_t due = b->before->chain.seq;

	switch ((int)e->finding) {
	case CHAIN_MALFORMED:
		(void)snprintf(words, size, " (column %zu)", b->result.column);
		break;
	case CHAIN_MISSING:
		(void)snprintf(words, size,
		    " (%" PRIu64 " records, number %" PRIu64 " to %" PRIu64 ")", e->gone,
		    due, due + e->gone - 1);
		break;
	case CHAIN_REPEATED:
		(void)snprintf(words, size, " (line %" PRIu64 ")", e->other);
		break;
	case CHAIN_MOVED:
	case CHAIN_INSERTED:
		(void)snprintf(words, size,
		    " (see line %" PRIu64 "; number %" PRIu64 " belongs here)", e->other,
		    due);
		break;
	case CHAIN_NOT_CONTINUED:
		(void)snprintf(words, size,
		    ", which ends before number %" PRIu64 "; this is number %" PRIu64
		    " and names %s",
		    due, b->record->seq,
		    b->line->file->previous_file[0] != '\0' ? b->line->file->previous_file
							    : "none");
		break;
	default:
		break;
	}
}

bool
records_explain(const struct records_file *f, const struct records_breakage *b,
    struct records_damage *out)
{
	enum chain_finding first = b->result.finding;
	bool decoded = first != CHAIN_MALFORMED && first != CHAIN_NEW_VERSION;
	struct chain_line line = { b->line->text, b->line->length,
		hash_bytes(b->line->text, b->line->length) };
	struct chain_break look;
	struct chain_explanation e;
	size_t n;

	chain_break_begin(&look, b->before, &line, decoded ? b->record : NULL);
	look.finding = first;
	look.number = b->line->number;
	if (b->result.broken || first == CHAIN_MALFORMED || first == CHAIN_BAD_SEAL)
		look_again(f, &look);
	e = chain_break_end(&look);
	*out = (struct records_damage){
		.file = f,
		.line = e.line,
		.kind = chain_finding_names[e.finding],
		.has_at = decoded,
	};
	if (decoded)
		out->at = b->record->at.real;
	if (e.finding == CHAIN_NOT_CONTINUED && is_missing(f))
		out->kind = "file-missing";
	n = (size_t)snprintf(
	    out->words, sizeof(out->words), "%s", chain_finding_words[e.finding]);
	add_detail(b, &e, out->words + n, sizeof(out->words) - n);
	return e.line == b->line->number;
}
