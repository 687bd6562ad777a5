#include "merge_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "say.h"

/* How far from its place a line may stand: loggers with several threads, and requests. */
#define DISORDER_NS (10 * NS_PER_SECOND)
#define DISORDER_LINES 4096
#define REQUEST_NS (600 * NS_PER_SECOND)
#define REQUEST_LINES 65536
#define EVENT_MAX ((size_t)1024 * 1024) /* octets; longer ones are cut in two */

bool
merge_file_open(struct merge_file *f, const struct corrector *c, const char *path)
{
	int error;

	*f = (struct merge_file){ .path = path, .corrector = c };
	error = lines_open(&f->lines, path);
	if (error < 0) {
		errno = -error;
		(void)say_errno("%s", path);
		return false;
	}
	log_state_begin(&f->state, c, NULL);
	return true;
}

void
merge_file_close(struct merge_file *f)
{
	for (size_t i = 0; i < f->held; i++)
		free(f->heap[i].text);
	if (f->has_next)
		free(f->next.text);
	free(f->heap);
	lines_close(&f->lines);
}

/* ---- lines to events */

static void
append(struct merge_line *e, const char *octets, size_t n)
{
	e->text = memory_grow(e->text, &e->room, e->length + n + 1, 1);
	memcpy(e->text + e->length, octets, n);
	e->length += n;
	e->text[e->length] = '\0';
}

/* Set back: the host's clock shows less than before, and UTC went on. */
static void
count_incarnation(struct merge_file *f, const struct merge_line *e, struct system_time t)
{
	if (f->begun && system_since(f->clock, t).ns > 0 &&
	    utc_since(e->utc, f->last).ns >= 0)
		f->incarnation++;
	f->clock = t;
	f->last = e->utc;
}

/* Within what its resolution leaves open, the file's order decides. */
static void
place(struct merge_file *f, struct merge_line *e)
{
	int64_t back = utc_since(f->recent, e->utc).ns;

	e->at = e->utc;
	if (f->begun && !f->loose && back > 0 && back < e->resolution.ns)
		e->at = f->recent;
	f->recent = e->at;
	f->begun = true;
}

static void
take_correction(struct merge_file *f, const struct log_stamp *s, struct merge_line *e)
{
	const struct correction *c = &s->answer.correction;

	e->corrected = true;
	e->utc = c->utc;
	e->earliest = c->earliest;
	e->latest = c->latest;
	e->uncertainty = c->uncertainty;
	e->offset = utc_minus_system(c->utc, s->time);
	e->common = c->common;
	e->guessed = !correction_is_bound(c);
	e->told = c->kind == CORRECTION_TOLD ? s->answer.by->told : NULL;
	f->counts.corrected++;
	f->counts.ambiguous += s->of > 1;
	count_incarnation(f, e, s->time);
	place(f, e);
}

static void
begin_event(struct merge_file *f, const struct log_stamp *s, struct merge_line *e)
{
	*e = (struct merge_line){
		.number = f->number,
		.format = format_name(s->format),
		.fate = s->fate,
		.stamp = s->t.from,
		.stamp_length = s->t.to - s->t.from,
		.resolution = { s->t.resolution },
	};
	if (s->fate == STAMP_CORRECTED) {
		take_correction(f, s, e);
	} else {
		e->at = f->recent;
		f->counts.uncorrected++;
	}
	e->incarnation = f->incarnation;
	f->counts.events++;
	if ((format_rules(&f->state.recognition, s->format) & LOG_AT_END) != 0)
		f->loose = true;
}

/* ---- the events that are held back, least first */

static bool
comes_before(const struct merge_line *a, const struct merge_line *b)
{
	int64_t apart = utc_since(a->at, b->at).ns;

	return apart != 0 ? apart < 0 : a->number < b->number;
}

static void
hold(struct merge_file *f, const struct merge_line *e)
{
	size_t i = f->held++;

	f->heap = memory_grow(f->heap, &f->room, f->held, sizeof(*f->heap));
	for (; i > 0 && comes_before(e, &f->heap[(i - 1) / 2]); i = (i - 1) / 2)
		f->heap[i] = f->heap[(i - 1) / 2];
	f->heap[i] = *e;
}

static struct merge_line
release(struct merge_file *f)
{
	struct merge_line least = f->heap[0];
	struct merge_line moved = f->heap[--f->held];
	size_t i = 0;

	for (size_t child = 1; child < f->held; child = 2 * i + 1) {
		if (child + 1 < f->held &&
		    comes_before(&f->heap[child + 1], &f->heap[child]))
			child++;
		if (comes_before(&moved, &f->heap[child]))
			break;
		f->heap[i] = f->heap[child];
		i = child;
	}
	f->heap[i] = moved;
	return least;
}

/* Nothing that is still to be read belongs before it, as far as is waited for. */
static bool
is_ripe(const struct merge_file *f)
{
	int64_t wait = f->loose ? REQUEST_NS : DISORDER_NS;
	size_t most = f->loose ? REQUEST_LINES : DISORDER_LINES;

	return f->held > 0 && (f->ended || f->held > most ||
				  utc_since(f->recent, f->heap[0].at).ns > wait);
}

/* ---- reading */

static void
finish_event(struct merge_file *f)
{
	if (!f->has_next)
		return;
	hold(f, &f->next);
	f->has_next = false;
}

/* What is long is cut: the rest is an event where the first part is. */
static void
continue_event(struct merge_file *f, const char *line, size_t n, bool inside)
{
	if (f->has_next && f->next.length + n + 1 > EVENT_MAX)
		finish_event(f);
	if (!f->has_next) {
		f->next = (struct merge_line){
			.number = f->number,
			.format = "",
			.fate = STAMP_FATES,
			.at = f->recent,
			.incarnation = f->incarnation,
		};
		f->has_next = true;
		f->counts.events++;
	} else if (!inside) {
		append(&f->next, "\n", 1);
	}
	append(&f->next, line, n);
}

static void
take_line(struct merge_file *f, const char *line, size_t n, bool inside)
{
	size_t text = n > 0 && line[n - 1] == '\n' ? n - 1 : n;
	struct log_stamp s;

	if (inside) {
		continue_event(f, line, text, true);
		return;
	}
	f->number++;
	f->counts.lines++;
	if (!corrector_first(f->corrector, &f->state, line, n, &s)) {
		f->counts.continued++;
		continue_event(f, line, text, false);
		return;
	}
	finish_event(f);
	corrector_exact(f->corrector, &s);
	begin_event(f, &s, &f->next);
	append(&f->next, line, text);
	f->has_next = true;
}

/* false: there is no more. */
static bool
take_next_line(struct merge_file *f)
{
	const char *at;
	const char *newline;
	size_t n;

	while (f->at == f->block.n) {
		int got = lines_next(&f->lines, &f->block);
		f->at = 0;
		if (got <= 0) {
			f->block.n = 0;
			f->error = got < 0 ? -got : 0;
			return false;
		}
		recognition_look(&f->state.recognition, f->block.octets, f->block.n);
	}
	at = f->block.octets + f->at;
	n = f->block.n - f->at;
	newline = memchr(at, '\n', n);
	n = newline != NULL ? (size_t)(newline - at) + 1 : n;
	take_line(f, at, n, f->at == 0 && f->block.inside);
	f->at += n;
	return true;
}

bool
merge_file_next(struct merge_file *f, struct merge_line *out)
{
	while (!is_ripe(f) && !f->ended) {
		if (take_next_line(f))
			continue;
		finish_event(f);
		f->ended = true;
	}
	if (f->held == 0)
		return false;
	*out = release(f);
	return true;
}
