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
#include "records_line.h"
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

size_t
records_line_length(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline != NULL ? (size_t)(newline - at) + 1 : 0;
}

/* Forged texts may hold what a terminal obeys; the daemon writes none. */
static void
take_start(struct records_file *f, const struct record_start *s)
{
	record_copy_text(f->host, sizeof(f->host), s->host);
	record_copy_text(f->boot_id, sizeof(f->boot_id), s->boot_id);
	f->previous = s->previous;
	record_copy_text(f->previous.file, sizeof(f->previous.file), s->previous.file);
	f->has_previous = s->has_previous;
	f->fingerprint = digest_bytes(&s->seal_key, sizeof(s->seal_key));
}

static void
take_continue(struct records_file *f, const struct record_continue *c)
{
	record_copy_text(f->host, sizeof(f->host), c->host);
	record_copy_text(f->boot_id, sizeof(f->boot_id), c->boot_id);
	record_copy_text(f->previous_file, sizeof(f->previous_file), c->previous_file);
}

/* So many octets of the file before a file may repeat, before it says who it is. */
#define REPEATED_MAX ((size_t)4 * RECORD_LINE_MAX)

/* The first start or continue record: lines of the file before may stand before it. */
static bool
find_beginning(const struct records_file *f, struct record *r)
{
	const char *at = f->data;
	const char *end = f->data + f->size;
	size_t column;

	while (at < end && (size_t)(at - f->data) < REPEATED_MAX) {
		size_t n = records_line_length(at, end);

		if (n == 0 || record_decode(at, n, r, &column) != RECORD_OK)
			return false;
		if (r->type == RECORD_START || r->type == RECORD_CONTINUE)
			return true;
		at += n;
	}
	return false;
}

static void
read_beginning(struct records_file *f)
{
	static struct record r;

	if (f->size == 0 || !find_beginning(f, &r))
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
	read_beginning(f);
	return true;
}

/* A pipe would be waited for, a directory cannot be read. */
static bool
is_file(const char *path)
{
	struct stat s;

	return stat(path, &s) != 0 || S_ISREG(s.st_mode);
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
		good = asprintf(&full, "%s/%s", path, d->d_name) >= 0;
		if (good && is_file(full))
			good = add_file(r, room, full);
		else if (good)
			say("%s is no file; passed over", full);
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
