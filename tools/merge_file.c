#include "merge_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "merge_binary.h"
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
	return merge_binary_begin(f);
}

void
merge_file_close(struct merge_file *f)
{
	struct merge_line *l;

	while ((l = order_release(&f->order)) != NULL)
		merge_file_drop(f, l);
	if (f->next != NULL)
		merge_file_drop(f, f->next);
	order_free(&f->order);
	store_free(&f->store);
	free(f->binary);
	lines_close(&f->lines);
}

/* ---- lines to events */

static size_t
size_of(size_t length)
{
	return sizeof(struct merge_line) + length + 1;
}

static void
append(struct merge_file *f, const char *octets, size_t n)
{
	struct merge_line *e = store_grow(
	    &f->store, f->next, size_of(f->next->length), size_of(f->next->length + n));

	memcpy(e->text + e->length, octets, n);
	e->length += n;
	e->text[e->length] = '\0';
	f->next = e;
}

/* Of the stamp, or of what stands before all stamps: no time yet. */
static struct merge_line *
new_event(struct merge_file *f, size_t length)
{
	struct merge_line *e = store_new(&f->store, size_of(length));

	*e = (struct merge_line){
		.number = f->number,
		.format = "",
		.fate = STAMP_FATES,
		.at = f->recent,
		.incarnation = f->incarnation,
	};
	f->counts.events++;
	return e;
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
take_stamp(struct merge_file *f, const struct log_stamp *s, struct merge_line *e)
{
	e->format = format_name(s->format);
	e->fate = s->fate;
	e->stamp = s->t.from;
	e->stamp_length = s->t.to - s->t.from;
	e->resolution.ns = s->t.resolution;
	if (s->fate == STAMP_CORRECTED)
		take_correction(f, s, e);
	else
		f->counts.uncorrected++;
	e->incarnation = f->incarnation;
	if ((format_rules(&f->state.recognition, s->format) & LOG_AT_END) != 0)
		f->loose = true;
}

/* Nothing that is still to be read belongs before it, as far as is waited for. */
static bool
is_ripe(const struct merge_file *f)
{
	int64_t wait = f->loose ? REQUEST_NS : DISORDER_NS;
	size_t most = f->loose ? REQUEST_LINES : DISORDER_LINES;
	const struct merge_line *least = order_least(&f->order);

	if (f->binary != NULL && f->binary->format == BINARY_LASTLOG)
		wait = INT64_MAX; /* users come by number */
	return least != NULL && (f->ended || order_count(&f->order) > most ||
				    utc_since(f->recent, least->at).ns > wait);
}

/* ---- reading */

static void
finish_event(struct merge_file *f)
{
	if (f->next != NULL)
		order_hold(&f->order, f->next);
	f->next = NULL;
}

/* What is long is cut: the rest is an event where the first part is. */
static void
continue_event(struct merge_file *f, const char *line, size_t n, bool inside)
{
	if (f->next != NULL && f->next->length + n + 1 > EVENT_MAX)
		finish_event(f);
	if (f->next == NULL)
		f->next = new_event(f, 0);
	else if (!inside)
		append(f, "\n", 1);
	append(f, line, n);
}

/* By the piece and the points of the line before: the same as by a search. */
static bool
correct_as_before(const struct merge_file *f, struct log_stamp *s)
{
	struct correction c;

	if (!f->has_stretch || !s->straight || s->of != 1 ||
	    !clock_model_within(&f->stretch, s->time, &c))
		return false;
	c.utc = s->answer.correction.utc;
	s->answer.correction = c;
	return true;
}

/* Only where it tells what the model's answer tells: that may be of another kind. */
static void
keep_stretch(struct merge_file *f, const struct log_stamp *s)
{
	const struct correction *c = &s->answer.correction;
	struct correction again;

	f->has_stretch =
	    s->fate == STAMP_CORRECTED && s->straight && s->of == 1 &&
	    s->answer.by != NULL &&
	    clock_model_stretch(&s->answer.by->model, s->time, c, &f->stretch) &&
	    clock_model_within(&f->stretch, s->time, &again) && again.kind == c->kind &&
	    again.earliest.ns == c->earliest.ns && again.latest.ns == c->latest.ns &&
	    again.uncertainty.ns == c->uncertainty.ns && again.passed == c->passed;
}

/* Its own errors in place of its segment's. */
static void
correct_exactly(struct merge_file *f, struct log_stamp *s)
{
	if (correct_as_before(f, s))
		return;
	corrector_exact(f->corrector, s);
	keep_stretch(f, s);
}

static void
begin_event(struct merge_file *f, struct log_stamp *s, const char *line, size_t n)
{
	finish_event(f);
	correct_exactly(f, s);
	f->next = new_event(f, n);
	take_stamp(f, s, f->next);
	memcpy(f->next->text, line, n);
	f->next->length = n;
	f->next->text[n] = '\0';
}

void
merge_file_event(struct merge_file *f, struct log_stamp *s, const char *text, size_t n)
{
	if (s != NULL) {
		begin_event(f, s, text, n);
		return;
	}
	finish_event(f);
	f->next = new_event(f, 0);
	append(f, text, n);
}

/* Most lines have the stamp of the line before in all but second and fraction. */
static bool
by_stencil(struct merge_file *f, const char *line, size_t n, size_t text)
{
	struct stencil *k = &f->stencil;
	struct stencil_hit hit;

	if (!stencil_read(k, line, n, &hit))
		return false;
	k->stamp.time.ns = k->minute + k->last_into;
	k->stamp.answer.correction.utc = k->last;
	k->stamp.t.from = hit.from;
	k->stamp.t.to = hit.to;
	begin_event(f, &k->stamp, line, text);
	return true;
}

static void
settle_stencil(struct merge_file *f)
{
	if (f->stencil.used > 0)
		stencil_settle(&f->stencil, &f->state);
}

/* The long way. */
static void
take_line(struct merge_file *f, const char *line, size_t n, size_t text)
{
	struct log_stamp s;

	settle_stencil(f);
	if (!corrector_first(f->corrector, &f->state, line, n, &s)) {
		f->stencil.set &= *line != '#'; /* it may name the columns */
		f->counts.continued++;
		continue_event(f, line, text, false);
		return;
	}
	stencil_make(&f->stencil, f->corrector, &f->state, &s, true);
	begin_event(f, &s, line, text);
}

/* Their recognition may have changed. */
static void
look_at_block(struct merge_file *f)
{
	struct recognition *r = &f->state.recognition;

	recognition_look(r, f->block.octets, f->block.n);
	if (f->stencil.stamp.format == r->verdict.format ||
	    r->wish->format != log_format_count)
		return;
	settle_stencil(f);
	f->stencil.set = false;
}

/* false: there is no more. */
static bool
read_block(struct merge_file *f)
{
	int got = lines_next(&f->lines, &f->block);

	f->at = 0;
	if (got <= 0) {
		f->block.n = 0;
		f->error = got < 0 ? -got : 0;
		return false;
	}
	look_at_block(f);
	return true;
}

/* false: there is no more. */
static bool
take_next_line(struct merge_file *f)
{
	const char *at;
	const char *newline;
	size_t n;
	size_t text;

	while (f->at == f->block.n)
		if (!read_block(f))
			return false;
	at = f->block.octets + f->at;
	n = f->block.n - f->at;
	newline = memchr(at, '\n', n);
	text = newline != NULL ? (size_t)(newline - at) : n;
	n = newline != NULL ? text + 1 : n;
	if (f->at == 0 && f->block.inside) {
		continue_event(f, at, text, true);
	} else {
		f->number++;
		f->counts.lines++;
		if (!by_stencil(f, at, n, text))
			take_line(f, at, n, text);
	}
	f->at += n;
	return true;
}

struct merge_line *
merge_file_next(struct merge_file *f)
{
	while (!is_ripe(f) && !f->ended) {
		if (f->binary != NULL ? merge_binary_take(f) : take_next_line(f))
			continue;
		finish_event(f);
		f->ended = true;
	}
	return order_release(&f->order);
}

void
merge_file_drop(struct merge_file *f, struct merge_line *l)
{
	store_drop(&f->store, l);
}
