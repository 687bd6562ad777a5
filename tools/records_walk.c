/* The walk over evidence: every line checked, and handed on when a seal covers it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "memory.h"
#include "records.h"
#include "records_file.h"

/* The first `end` octets of what waits go to who asked for them. */
static void
hand_on(struct records_file *f, size_t end, const struct records_visitor *v)
{
	static struct record r;
	struct records_waiting *w = &f->waiting;
	struct records_line l = { f, w->number, w->text, 0 };
	size_t at = 0;
	size_t column;

	if (end == 0)
		return;
	for (; at < end; at += l.length, l.number++) {
		const char *newline = memchr(w->text + at, '\n', end - at);

		l.text = w->text + at;
		l.length = newline != NULL ? (size_t)(newline - l.text) + 1 : end - at;
		if (record_decode(l.text, l.length, &r, &column) == RECORD_OK)
			v->record(v->arg, &l, &r);
	}
	memmove(w->text, w->text + at, w->used - at);
	w->used -= at;
	w->held = w->held > at ? w->held - at : 0;
	w->number = l.number;
}

/* The first of the files that lead to f in which something waits. */
static struct records_file *
first_waiting(struct records_file *f)
{
	struct records_file *first = f;
	struct records_file *before = f->skipped ? NULL : f->before;

	for (struct records_file *p = before; p != NULL && p->lines > p->sealed;
	     p = p->before)
		first = p;
	return first;
}

/* A seal covers all before it, in the files before it too. */
static void
hand_on_sealed(struct records_file *f, const struct records_visitor *v)
{
	struct records_file *p;

	while ((p = first_waiting(f)) != f) {
		p->sealed = p->lines;
		if (v->record != NULL)
			hand_on(p, p->waiting.held, v);
	}
	if (v->record != NULL)
		hand_on(f, f->waiting.held, v);
}

/* A line holds when the line after it bears it out, or nothing comes after it. */
struct held {
	bool any;
	uint64_t seq;
	struct digest digest;
	struct system_time at;
	size_t length;
	bool seal;
	struct chain_checker after; /* the checker when it had been accepted */
};

static void
count(struct held *h, struct records_file *f, const struct records_visitor *v)
{
	if (!h->any)
		return;
	h->any = false;
	f->lines++;
	f->octets += h->length;
	f->head = h->digest;
	f->seq = h->seq;
	f->last_at = h->at;
	f->stopped = h->after.stopped;
	f->ended = h->after.ended;
	f->end = h->after;
	f->waiting.held = f->waiting.used;
	if (!h->seal)
		return;
	f->sealed = h->after.sealed - f->lines_before;
	hand_on_sealed(f, v);
}

static void
wait_for_seal(struct records_file *f, const struct records_line *l)
{
	struct records_waiting *w = &f->waiting;

	w->text = memory_grow(w->text, &w->room, w->used + l->length, 1);
	memcpy(w->text + w->used, l->text, l->length);
	w->used += l->length;
}

static void
hold(struct held *h, const struct chain_line *line, const struct record *r)
{
	h->any = true;
	h->seq = r->seq;
	h->digest = line->digest;
	h->at = r->at.real;
	h->length = line->n;
	h->seal = r->type == RECORD_SEAL;
}

/* The next line follows, or there is none. */
static void
break_off(struct records_file *f, struct held *h, const struct records_breakage *b,
    const struct records_visitor *v)
{
	struct records_damage damage;

	f->broken = true;
	if (records_explain(f, b, &damage)) {
		count(h, f, v);
	} else {
		damage.has_at = h->any;
		damage.at = h->at;
	}
	h->any = false;
	f->waiting.used = f->waiting.held;
	if (!damage.has_at) {
		damage.has_at = f->lines > 0;
		damage.at = f->last_at;
	}
	v->damage(v->arg, &damage);
}

/* Lines that do not hold, for who wants them all the same. */
static void
hand_on_rest(struct records_file *f, struct records_source *s, struct records_line *l,
    const struct records_visitor *v)
{
	static struct record r;
	struct records_source_line text = { l->text, l->length };
	size_t column;

	hand_on(f, f->waiting.used, v);
	do {
		l->text = text.text;
		l->length = text.n;
		if (record_decode(l->text, l->length, &r, &column) == RECORD_OK)
			v->record(v->arg, l, &r);
		l->number++;
	} while (records_source_next(s, &text));
}

static void
say_unreadable(struct records_file *f, uint64_t line, const char *why,
    const struct records_visitor *v)
{
	struct records_damage d = {
		.file = f,
		.line = line,
		.kind = "unreadable",
		.has_at = f->lines > 0,
		.at = f->last_at,
	};

	f->broken = true;
	(void)snprintf(d.words, sizeof(d.words), "cannot be read: %s", why);
	v->damage(v->arg, &d);
}

/* What the walk over a file has at hand. */
struct walk {
	const struct records_visitor *v;
	struct records_file *f;
	struct chain_checker checker;
	struct held held;
	struct record record;
	struct records_line line;
	uint64_t apart; /* this line is another one in its twin; 0: there is none */
};

/* It counts in the file before, and yet is the end of this one. */
static void
pass_over(struct records_file *f, const struct chain_line *line, const struct record *r)
{
	f->repeated++;
	f->waiting.number = f->repeated + 1;
	f->head = line->digest;
	f->seq = r->seq;
	f->last_at = r->at.real;
}

/* false: it does not hold, and nothing after it does. */
static bool
walk_line(struct walk *w)
{
	struct chain_line line = { w->line.text, w->line.length,
		hash_bytes(w->line.text, w->line.length) };
	struct chain_checker before = w->checker;
	struct records_breakage b = { &w->line, &before,
		chain_check(&w->checker, &line, &w->record), &w->record };

	if (b.result.again) {
		pass_over(w->f, &line, &w->record);
		return true;
	}
	if (b.result.finding != CHAIN_OK) {
		break_off(w->f, &w->held, &b, w->v);
		return false;
	}
	count(&w->held, w->f, w->v);
	if (w->v->record != NULL)
		wait_for_seal(w->f, &w->line);
	hold(&w->held, &line, &w->record);
	w->held.after = w->checker;
	if (w->v->checked != NULL)
		w->v->checked(w->v->arg, &w->line, &w->record, &line.digest);
	return true;
}

/* From here on nobody can tell which of the two was written. */
static void
say_apart(struct walk *w)
{
	struct records_damage d = {
		.file = w->f,
		.line = w->line.number,
		.kind = "twins-differ",
	};

	count(&w->held, w->f, w->v);
	w->f->broken = true;
	d.has_at = w->f->lines > 0;
	d.at = w->f->last_at;
	(void)snprintf(d.words, sizeof(d.words),
	    "is another one in %s, which should hold the same: verify each of them alone",
	    w->f->twin);
	w->v->damage(w->v->arg, &d);
}

static void
walk_end(struct walk *w, const struct records_source *s)
{
	count(&w->held, w->f, w->v);
	w->f->torn = records_source_torn(s);
	if (w->apart > 0)
		say_apart(w);
	else if (records_source_trouble(s) != NULL)
		say_unreadable(w->f, w->line.number, records_source_trouble(s), w->v);
	if (w->v->unverified && w->v->record != NULL)
		hand_on(w->f, w->f->waiting.used, w->v);
}

static void
walk_lines(struct walk *w, struct records_source *s)
{
	struct records_source_line text;

	for (; records_source_next(s, &text); w->line.number++) {
		w->line.text = text.text;
		w->line.length = text.n;
		if (w->line.number == w->apart)
			say_apart(w);
		else if (walk_line(w))
			continue;
		if (w->v->unverified && w->v->record != NULL)
			hand_on_rest(w->f, s, &w->line, w->v);
		return;
	}
	walk_end(w, s);
}

/* Of a file that is left out, the first line tells where the file before it ended. */
static void
walk_first(struct walk *w, struct records_source *s)
{
	struct records_source_line text;

	if (!records_source_next(s, &text))
		return;
	w->line.text = text.text;
	w->line.length = text.n;
	(void)walk_line(w);
}

static void
walk_file(struct records_file *f, const struct chain_checker *c,
    const struct records_visitor *v)
{
	static struct walk w;
	int fd;
	struct records_source *s = records_file_read(f, &fd);

	f->waiting.number = 1;
	f->lines_before = c->lines;
	if (s == NULL) {
		say_unreadable(f, 1, strerror(errno), v);
		return;
	}
	w.v = v;
	w.f = f;
	w.checker = *c;
	w.held.any = false;
	w.line = (struct records_line){ .file = f, .number = 1 };
	w.apart = f->twin != NULL && !f->unread ? records_file_differs(f, f->twin) : 0;
	if (f->understood && f->repeats && !f->headless && c->lines == 0)
		chain_check_alone(&w.checker);
	(f->unread ? walk_first : walk_lines)(&w, s);
	records_file_close(f, s, fd);
}

void
records_walk(struct records *r, const struct records_visitor *v)
{
	for (size_t i = 0; i < r->files; i++) {
		struct records_file *f = &r->file[i];
		struct chain_checker checker = { .lines = 0 };

		f->before = records_file_before(r, i);
		f->skipped =
		    f->before != NULL && (f->before->broken || f->before->skipped);
		if (f->skipped && (f->unread || !v->unverified))
			continue;
		if (f->before != NULL && !f->before->unread && !f->skipped) {
			checker = f->before->end;
			chain_check_next_file(&checker);
		}
		if (!f->unread ||
		    (checker.lines > 0 && records_file_follows(f, f->before)))
			walk_file(f, &checker, v);
	}
}
