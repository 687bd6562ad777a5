/* The walk over evidence: every line checked, and handed on when a seal covers it. */
#include <string.h>

#include "records.h"
#include "records_line.h"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Lines up to `end` go to who asked for them. */
static void
hand_on(struct records_file *f, const char *end, const struct records_visitor *v)
{
	static struct record r;
	struct records_line l = { f, f->waiting_number, f->waiting, 0 };
	size_t column;

	for (; l.text < end && v->record != NULL; l.text += l.length, l.number++) {
		l.length = records_line_length(l.text, end);
		if (l.length == 0)
			break;
		if (record_decode(l.text, l.length, &r, &column) == RECORD_OK)
			v->record(v->arg, &l, &r);
	}
	f->waiting = l.text;
	f->waiting_number = l.number;
}

/* The first of the files that lead to f in which something waits. */
static struct records_file *
first_waiting(struct records_file *f)
{
	struct records_file *first = f;

	for (struct records_file *p = f->before; p != NULL; p = p->before)
		if (p->waiting < p->held)
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
		hand_on(p, p->held, v);
		p->waiting = p->held;
	}
	hand_on(f, f->held, v);
}

/* A line holds when the line after it bears it out, or nothing comes after it. */
struct held {
	bool any;
	struct record record;
	struct records_line line;
	struct chain_checker after; /* the checker when it had been accepted */
};

static void
count(struct held *h, const struct records_visitor *v, uint64_t lines_before)
{
	struct records_file *f = h->line.file;
	const struct chain_checker *c = &h->after;

	if (!h->any)
		return;
	h->any = false;
	f->lines++;
	f->sealed = c->sealed > lines_before ? c->sealed - lines_before : 0;
	f->head = c->chain.head;
	f->seq = h->record.seq;
	f->last_at = h->record.at.real;
	f->stopped = c->stopped;
	f->ended = c->ended;
	f->end = *c;
	f->held = h->line.text + h->line.length;
	if (h->record.type == RECORD_SEAL)
		hand_on_sealed(f, v);
}

static struct chain_line
next_line(const struct records_line *l, const char *end)
{
	const char *next = l->text + l->length;

	return (struct chain_line){ next, (size_t)(end - next) };
}

static void
walk_file(struct records_file *f, struct chain_checker c, const struct records_visitor *v)
{
	static struct held held;
	static struct record r;
	const char *end = f->data + f->size;
	struct records_line l = { .file = f, .number = 1, .text = f->data };
	uint64_t lines_before = c.lines;

	held.any = false;
	for (; l.text < end; l.text += l.length, l.number++) {
		struct chain_line line = { l.text, records_line_length(l.text, end) };
		struct chain_result result;

		l.length = line.n;
		if (l.length == 0)
			break;
		result = chain_check(&c, line, next_line(&l, end), &r);
		if (result.again) {
			f->waiting = f->held = l.text + l.length;
			f->waiting_number = l.number + 1;
			continue;
		}
		if (!result.previous)
			count(&held, v, lines_before);
		if (result.finding != CHAIN_OK) {
			f->broken = true;
			v->finding(v->arg, &l, result, &r);
			return;
		}
		held.any = true;
		held.record = r;
		held.line = l;
		held.after = c;
		if (result.confirmed)
			count(&held, v, lines_before);
	}
	count(&held, v, lines_before);
	f->torn = (uint64_t)(end - l.text);
}

/*
 * The file that f says it goes on from. If that is not here, the one before it in the
 * same boot must be it under another name: who could leave out or replace a file between
 * them, could say so.
 */
static struct records_file *
file_before(const struct records *r, size_t i)
{
	const struct records_file *f = &r->file[i];

	if (f->previous_file[0] == '\0' || i == 0)
		return NULL;
	for (size_t k = i; k-- > 0;)
		if (r->file[k].understood &&
		    strcmp(f->previous_file, base_name(r->file[k].path)) == 0)
			return &r->file[k];
	return strcmp(f->boot_id, r->file[i - 1].boot_id) == 0 ? &r->file[i - 1] : NULL;
}

void
records_walk(struct records *r, const struct records_visitor *v)
{
	for (size_t i = 0; i < r->files; i++) {
		struct records_file *f = &r->file[i];
		struct chain_checker checker = { .lines = 0 };

		f->before = file_before(r, i);
		f->waiting = f->held = f->data;
		f->waiting_number = 1;
		f->skipped =
		    f->before != NULL && (f->before->broken || f->before->skipped);
		if (f->skipped && !v->unverified)
			continue;
		if (f->before != NULL && !f->skipped) {
			checker = f->before->end;
			chain_check_next_file(&checker);
		}
		walk_file(f, checker, v);
		if (v->unverified)
			hand_on(f, f->data + f->size, v);
	}
}
