#include "correct_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "correct_binary.h"
#include "explain.h"
#include "rewriting.h"
#include "stencil.h"
#include "styles.h"

const char *const style_names[STYLES] = {
	[STYLE_SAME] = "same",
	[STYLE_ISO] = "iso",
	[STYLE_ANNOTATE] = "annotate",
};

struct pass {
	const struct log_job *job;
	const char *name;
	struct log_result *result;
	struct rewriting rewriting;
	struct stencil stencil;
	bool short_cut; /* the stencil may be used */
	time_t shown;   /* progress, monotonic seconds */
};

static void
replace(struct pass *p, char *line, const struct line_change *c)
{
	rewriting_replace(&p->rewriting, line + c->from, c->to - c->from, c->text, c->n);
}

/* UTC and its worth stand before the line, which stays as it is. */
static void
annotate(struct pass *p, char *line, struct log_stamp *s)
{
	struct line_change c;

	corrector_exact(p->job->corrector, s);
	style_annotation(s, &c);
	replace(p, line, &c);
}

static void
rewrite(struct pass *p, char *line, struct log_stamp *s, bool first)
{
	const struct corrector *k = p->job->corrector;
	struct line_change c;

	if (s->fate != STAMP_CORRECTED)
		return;
	if (!style_stamp(&k->clock, p->job->style == STYLE_ISO, s, &c)) {
		p->result->tally.unprintable++;
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
on_stamp(struct pass *p, char *line, struct log_stamp *s, bool first)
{
	tally_count(&p->result->tally, s);
	if (p->job->explain) {
		corrector_exact(p->job->corrector, s);
		explain_stamp(s, p->name, p->result->tally.lines, p->job->json);
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
		   strcmp(format_name(format), "rfc5424") == 0);
}

/* What the stencil did is counted before anything else is. */
static void
settle_stencil(struct pass *p)
{
	struct stencil *k = &p->stencil;

	if (k->set && k->used > 0) {
		tally_count_more(
		    &p->result->tally, &k->stamp, k->used, k->least, k->most);
		p->result->state.recognition.lines[k->stamp.format] += k->used;
		p->result->state.last = k->last;
	}
	k->used = 0;
}

static bool
by_stencil(struct pass *p, char *line, size_t n)
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
on_line(struct pass *p, char *line, size_t n)
{
	const struct corrector *k = p->job->corrector;
	struct log_state *state = &p->result->state;
	struct log_stamp stamp[2];
	size_t turn = 0;

	p->result->tally.lines++;
	if (by_stencil(p, line, n))
		return;
	settle_stencil(p);
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

static void
on_block(struct pass *p, const struct lines_block *b)
{
	char *at = b->octets;
	char *end = b->octets + b->n;
	bool inside = b->inside;
	struct recognition *r = &p->result->state.recognition;

	recognition_look(r, b->octets, b->n);
	p->stencil.set &= p->stencil.stamp.format == r->verdict.format ||
			  r->wish->format != log_format_count;
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

static void
show_progress(struct pass *p, const struct source *s)
{
	struct timespec now;

	if (!p->job->progress || s->size <= 0 ||
	    clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0 || now.tv_sec == p->shown)
		return;
	if (p->shown != 0)
		(void)fprintf(stderr, "\r%s: %" PRIi64 " %% ", p->name,
		    source_position(s) * 100 / s->size);
	p->shown = now.tv_sec;
}

static int
all_blocks(struct pass *p, struct lines *l)
{
	struct lines_block b;
	int more;

	while ((more = lines_next(l, &b)) > 0) {
		on_block(p, &b);
		if (!lines_flush(p->job->sink))
			return -errno;
		show_progress(p, &l->source);
	}
	return more;
}

static int
correct_text(
    const struct log_job *job, const char *name, struct lines *l, struct log_result *out)
{
	struct pass p = { .job = job, .name = name, .result = out };
	int error;

	p.rewriting = (struct rewriting){ .sink = job->sink, .manifest = job->manifest };
	p.short_cut = job->style != STYLE_ANNOTATE && !job->explain;
	error = all_blocks(&p, l);
	settle_stencil(&p);
	if (p.shown != 0)
		(void)fprintf(stderr, "\r%*s\r", (int)strlen(name) + 8, "");
	return error;
}

static int
correct_open(
    const struct log_job *job, const char *name, struct lines *l, struct log_result *out)
{
	static struct binary_log binary;
	int is = binary_look(job, l, name, &binary, out->refusal);

	if (is < 0 || out->refusal[0] != '\0')
		return is < 0 ? is : 0;
	if (job->manifest != NULL)
		manifest_begin(job->manifest, name, out->encoding);
	return is == BINARY_IS ? correct_binary(job, name, l, &binary, out)
			       : correct_text(job, name, l, out);
}

int
correct_log(const struct log_job *job, const char *name, const struct log_state *before,
    struct log_result *out)
{
	struct lines l;
	int error;

	log_state_begin(&out->state, job->corrector, before);
	out->tally = (struct tally){ .lines = 0 };
	out->damage[0] = out->refusal[0] = '\0';
	error = lines_open(&l, name);
	if (error < 0)
		return error;
	out->state.order.ends = l.source.modified;
	out->encoding = l.source.utf16.encoding;
	error = correct_open(job, name, &l, out);
	if (l.source.damage[0] != '\0')
		memcpy(out->damage, l.source.damage, sizeof(out->damage));
	lines_close(&l);
	return error;
}
