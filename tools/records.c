#include "records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "say.h"

static bool
read_all(struct records_file *f, int fd)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;

		f->data = memory_grow(f->data, &room, f->size + 65536, 1);
		n = read(fd, f->data + f->size, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		f->size += (size_t)n;
	}
}

static bool
load(struct records_file *f)
{
	bool standard = strcmp(f->path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(f->path, O_RDONLY | O_CLOEXEC);
	struct stat s;
	bool good = fd >= 0 && fstat(fd, &s) == 0;

	if (good && S_ISREG(s.st_mode) && s.st_size > 0) {
		f->size = (size_t)s.st_size;
		f->data = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, fd, 0);
		f->mapped = f->data != MAP_FAILED;
		good = f->mapped;
		if (!good)
			f->data = NULL;
	} else if (good) {
		good = read_all(f, fd);
	}
	if (!good)
		(void)say_errno("%s", f->path);
	if (fd >= 0 && !standard)
		close(fd);
	return good;
}

static size_t
line_length(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline != NULL ? (size_t)(newline - at) + 1 : 0;
}

static void
take_start(struct records_file *f, const struct record_start *s)
{
	memcpy(f->host, s->host, sizeof(f->host));
	memcpy(f->boot_id, s->boot_id, sizeof(f->boot_id));
	f->previous = s->previous;
	f->has_previous = s->has_previous;
	f->fingerprint = digest_bytes(&s->seal_key, sizeof(s->seal_key));
}

static void
take_continue(struct records_file *f, const struct record_continue *c)
{
	memcpy(f->host, c->host, sizeof(f->host));
	memcpy(f->boot_id, c->boot_id, sizeof(f->boot_id));
	memcpy(f->previous_file, c->previous_file, sizeof(f->previous_file));
}

static void
read_first_line(struct records_file *f)
{
	static struct record r;
	size_t column;
	size_t n = f->size > 0 ? line_length(f->data, f->data + f->size) : 0;

	if (n == 0 || record_decode(f->data, n, &r, &column) != RECORD_OK ||
	    (r.type != RECORD_START && r.type != RECORD_CONTINUE))
		return;
	f->understood = true;
	f->at = r.at.real;
	f->raw = r.at.raw;
	if (r.type == RECORD_START)
		take_start(f, &r.start);
	else
		take_continue(f, &r.go_on);
}

static bool
is_there_already(const struct records *r, const char *path)
{
	struct stat own;
	struct stat other;

	if (stat(path, &own) != 0)
		return false;
	for (size_t i = 0; i < r->files; i++) {
		if (stat(r->file[i].path, &other) == 0 && own.st_dev == other.st_dev &&
		    own.st_ino == other.st_ino) {
			say("%s is given twice; read once", path);
			return true;
		}
	}
	return false;
}

static bool
add_file(struct records *r, size_t *room, const char *path)
{
	struct records_file *f;

	if (is_there_already(r, path))
		return true;

	r->file = memory_grow(r->file, room, r->files + 1, sizeof(*r->file));
	f = &r->file[r->files++];
	*f = (struct records_file){ .path = memory_text(path) };
	if (!load(f))
		return false;
	read_first_line(f);
	return true;
}

static bool
add_directory(struct records *r, size_t *room, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	size_t before = r->files;
	bool good = dir != NULL;
	char *full = NULL;

	while (good && (d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name);

		if (n <= 6 || strcmp(d->d_name + n - 6, ".jsonl") != 0)
			continue;
		good = asprintf(&full, "%s/%s", path, d->d_name) >= 0 &&
		       add_file(r, room, full);
		free(full);
	}
	if (dir == NULL)
		(void)say_errno("%s", path);
	else
		closedir(dir);
	if (good && r->files == before) {
		say("%s: holds no evidence (no *.jsonl)", path);
		return false;
	}
	return good;
}

/* All files of one boot stand together, in order of the raw clock, which nobody can set.
 */
static void
date_boots(struct records *r)
{
	for (size_t i = 0; i < r->files; i++) {
		r->file[i].boot_at = r->file[i].at;
		for (size_t k = 0; k < r->files; k++)
			if (strcmp(r->file[k].boot_id, r->file[i].boot_id) == 0 &&
			    system_since(r->file[k].at, r->file[i].boot_at).ns < 0)
				r->file[i].boot_at = r->file[k].at;
	}
}

static int
by_order_of_writing(const void *a, const void *b)
{
	const struct records_file *x = a;
	const struct records_file *y = b;
	int boot = strcmp(x->boot_id, y->boot_id);

	if (x->boot_at.ns != y->boot_at.ns)
		return x->boot_at.ns < y->boot_at.ns ? -1 : 1;
	if (boot != 0)
		return boot;
	if (x->raw.ns != y->raw.ns)
		return x->raw.ns < y->raw.ns ? -1 : 1;
	return strcmp(x->path, y->path);
}

bool
records_open(struct records *r, char *const paths[], size_t n)
{
	size_t room = 0;
	bool good = true;

	*r = (struct records){ .files = 0 };
	for (size_t i = 0; i < n && good; i++) {
		struct stat s;
		bool directory = strcmp(paths[i], "-") != 0 && stat(paths[i], &s) == 0 &&
				 S_ISDIR(s.st_mode);

		good = directory ? add_directory(r, &room, paths[i])
				 : add_file(r, &room, paths[i]);
	}
	date_boots(r);
	if (r->files > 0)
		qsort(r->file, r->files, sizeof(*r->file), by_order_of_writing);
	return good;
}

void
records_close(struct records *r)
{
	for (size_t i = 0; i < r->files; i++) {
		struct records_file *f = &r->file[i];

		if (f->mapped)
			(void)munmap(f->data, f->size);
		else
			free(f->data);
		free(f->path);
	}
	free(r->file);
	*r = (struct records){ .files = 0 };
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The rest of a file whose chain is broken, for who wants it all the same. */
static void
walk_unverified(struct records_line *l, const char *end, const struct records_visitor *v)
{
	static struct record r;
	size_t column;

	for (; l->text < end; l->text += l->length, l->number++) {
		l->length = line_length(l->text, end);
		if (l->length == 0)
			return;
		if (record_decode(l->text, l->length, &r, &column) == RECORD_OK)
			v->record(v->arg, l, &r);
	}
}

/* A line is handed on when the line after it bears it out, or nothing comes after it. */
struct held {
	bool any;
	struct record record;
	struct records_line line;
	struct chain_checker after; /* the checker when it had been accepted */
};

struct walk {
	const struct records_visitor *visitor;
	uint64_t lines_before; /* that the checker had seen before this file */
	struct record record;  /* the last one decoded */
};

static void
hand_on(struct held *h, const struct records_visitor *v, uint64_t lines_before)
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
	v->record(v->arg, &h->line, &h->record);
}

static struct chain_line
next_line(const struct records_line *l, const char *end)
{
	const char *next = l->text + l->length;

	return (struct chain_line){ next, (size_t)(end - next) };
}

/* A line that does not hold ends the file, unless the rest is wanted all the same. */
static void
break_off(struct records_line *l, struct chain_result result, struct held *h,
    const struct walk *w)
{
	const struct records_visitor *v = w->visitor;

	l->file->broken = true;
	v->finding(v->arg, l, result, &w->record);
	if (!v->unverified)
		return;
	hand_on(h, v, w->lines_before);
	walk_unverified(l, l->file->data + l->file->size, v);
}

static void
walk_file(
    struct records_file *f, struct chain_checker *c, const struct records_visitor *v)
{
	static struct held held;
	static struct walk w;
	const char *end = f->data + f->size;
	struct records_line l = { .file = f, .number = 1, .text = f->data };

	held.any = false;
	w.visitor = v;
	w.lines_before = c->lines;
	for (; l.text < end; l.text += l.length, l.number++) {
		struct chain_line line = { l.text, line_length(l.text, end) };
		struct chain_result result;

		l.length = line.n;
		if (l.length == 0)
			break;
		result = chain_check(c, line, next_line(&l, end), &w.record);
		if (!result.previous)
			hand_on(&held, v, w.lines_before);
		if (result.finding != CHAIN_OK) {
			break_off(&l, result, &held, &w);
			return;
		}
		held = (struct held){ true, w.record, l, *c };
		if (result.confirmed)
			hand_on(&held, v, w.lines_before);
	}
	hand_on(&held, v, w.lines_before);
	f->torn = (uint64_t)(end - l.text);
}

void
records_walk(struct records *r, const struct records_visitor *v)
{
	struct chain_checker checker = { .lines = 0 };
	const struct records_file *last = NULL;

	for (size_t i = 0; i < r->files; i++) {
		struct records_file *f = &r->file[i];
		bool goes_on = last != NULL && f->previous_file[0] != '\0' &&
			       strcmp(f->previous_file, base_name(last->path)) == 0;

		f->skipped = goes_on && (last->broken || last->skipped);
		last = f;
		if (f->skipped && !v->unverified)
			continue;
		if (goes_on && !f->skipped)
			chain_check_next_file(&checker);
		else
			checker = (struct chain_checker){ .lines = 0 };
		walk_file(f, &checker, v);
	}
}
