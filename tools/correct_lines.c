#include "correct_lines.h"

#include <string.h>

#include "explain.h"
#include "styles.h"

#define FORESEEN_LINES 64 /* so many from the end of a block are looked at */

static void
replace(struct lines_pass *p, char *line, const struct line_change *c)
{
	rewriting_replace(&p->rewriting, line + c->from, c->to - c->from, c->text, c->n);
}

/* UTC and its worth stand before the line, which stays as it is. */
static void
annotate(struct lines_pass *p, char *line, struct log_stamp *s)
{
	struct line_change c;

	corrector_exact(p->job->corrector, s);
	style_annotation(s, &c);
	replace(p, line, &c);
}

static void
rewrite(struct lines_pass *p, char *line, struct log_stamp *s, bool first)
{
	const struct corrector *k = p->job->corrector;
	struct line_change c;

	if (s->fate != STAMP_CORRECTED)
		return;
	if (!style_stamp(&k->clock, p->job->style == STYLE_ISO, s, &c)) {
		p->tally->unprintable++;
		if (first)
			annotate(p, line, s);
		return;
	}
	replace(p, line, &c);
	if (first && s->format < log_format_count &&
	    strcmp(format_name(s->format), "rfc5424") == 0) {
		corrector_exact(k, s);
		if (style_time_quality(s, &c))
			replace(p, line, &c);
	}
}

static void
on_stamp(struct lines_pass *p, char *line, struct log_stamp *s, bool first)
{
	tally_count(p->tally, s);
	if (p->job->explain) {
		corrector_exact(p->job->corrector, s);
		explain_stamp(s, p->name, p->tally->lines, p->job->json);
	}
	if (p->job->style != STYLE_ANNOTATE)
		rewrite(p, line, s, first);
	else if (first)
		annotate(p, line, s);
}

/* Lines of more than one stamp, or with more to change than that, go the long way. */
static bool
has_more(const struct corrector *c, size_t format)
{
	return format < log_format_count &&
	       (c->grammars.more[format][0].steps > 0 ||
		   (log_formats[format].rules & LOG_TELLS_DAY) != 0 ||
		   strcmp(format_name(format), "rfc5424") == 0);
}

/* What the stencil did is counted before anything else is. */
void
lines_pass_settle(struct lines_pass *p)
{
	struct stencil *k = &p->stencil;

	if (k->used == 0)
		return;
	tally_count_more(p->tally, &k->stamp, k->used, k->least, k->most);
	stencil_settle(k, p->state);
}

static bool
by_stencil(struct lines_pass *p, char *line, size_t n)
{
	struct stencil *k = &p->stencil;
	struct stencil_hit hit;

	if (!stencil_use(k, line, n, &hit))
		return false;
	rewriting_replace(
	    &p->rewriting, line + hit.from, hit.to - hit.from, k->text, k->text_length);
	return true;
}

static void
on_line(struct lines_pass *p, char *line, size_t n)
{
	const struct corrector *k = p->job->corrector;
	struct log_state *state = p->state;
	struct log_stamp stamp[2];
	size_t turn = 0;

	p->tally->lines++;
	if (by_stencil(p, line, n))
		return;
	lines_pass_settle(p);
	if (!corrector_first(k, state, line, n, &stamp[0])) {
		p->stencil.set &= *line != '#'; /* it may name the columns */
		return;
	}
	p->stencil.set = false;
	/* before the line is changed: the stencil is made of it */
	if (p->short_cut && !has_more(k, stamp[0].format))
		stencil_make(
		    &p->stencil, k, state, &stamp[0], p->job->style == STYLE_ISO);
	on_stamp(p, line, &stamp[0], true);
	for (size_t i = 0; i < LOG_MORE; i++, turn ^= 1) {
		if (!corrector_more(k, state, &stamp[turn], i, &stamp[turn ^ 1]))
			return;
		on_stamp(p, line, &stamp[turn ^ 1], false);
	}
}

void
lines_pass_block(struct lines_pass *p, const struct lines_block *b)
{
	char *at = b->octets;
	char *end = b->octets + b->n;
	bool inside = b->inside;
	struct recognition *r = &p->state->recognition;

	recognition_look(r, b->octets, b->n);
	if (p->stencil.stamp.format != r->verdict.format &&
	    r->wish->format == log_format_count) {
		lines_pass_settle(p);
		p->stencil.set = false;
	}
	rewriting_begin(&p->rewriting, b);
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));
		char *next = newline != NULL ? newline + 1 : end;

		if (!inside)
			on_line(p, at, (size_t)(next - at));
		inside = false;
		at = next;
	}
	rewriting_end(&p->rewriting, b);
}

void
lines_pass_begin(
    struct lines_pass *p, const struct log_job *job, const char *name, struct kept *kept)
{
	p->job = job;
	p->name = name;
	p->rewriting = (struct rewriting){
		.sink = job->sink, .kept = kept, .manifest = job->manifest
	};
	p->stencil.set = false;
	p->stencil.used = 0;
	p->short_cut = job->style != STYLE_ANNOTATE && !job->explain;
}

/* ---- foreseen */

/* Where the line begins that ends there. */
static const char *
line_before(const char *begin, const char *end)
{
	const char *newline = memrchr(begin, '\n', (size_t)(end - 1 - begin));

	return newline != NULL ? newline + 1 : begin;
}

static bool
has_stamp(const struct corrector *c, struct log_state *s, const char *line, size_t n)
{
	struct log_stamp stamp[2];
	size_t turn = 0;

	if (!corrector_first(c, s, line, n, &stamp[0]))
		return false;
	for (size_t i = 0; i < LOG_MORE; i++, turn ^= 1)
		if (!corrector_more(c, s, &stamp[turn], i, &stamp[turn ^ 1]))
			break;
	return true;
}

void
lines_pass_foresee(
    const struct corrector *c, struct log_state *s, const struct lines_block *b)
{
	const char *end = b->octets + b->n;

	for (int i = 0; i < FORESEEN_LINES && end > b->octets; i++) {
		const char *line = line_before(b->octets, end);

		if ((line == b->octets && b->inside) ||
		    has_stamp(c, s, line, (size_t)(end - line)))
			return;
		end = line;
	}
}
