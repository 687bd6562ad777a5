#include "records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "records_file.h"
#include "say.h"

static const char plain[] = ".jsonl";
static const char packed[] = ".jsonl.zst";

static bool
ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name);
	size_t m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

void
records_name(const struct records_file *f, char out[RECORD_TEXT_SIZE])
{
	const char *slash = strrchr(f->path, '/');

	record_copy_text(out, RECORD_TEXT_SIZE, slash != NULL ? slash + 1 : f->path);
	if (ends_in(out, packed))
		out[strlen(out) - strlen(".zst")] = '\0';
}

/* A pipe is read to its end, into a file without a name, so that it can be read twice. */
static int
spool(int from)
{
	static char octets[65536];
	FILE *file = tmpfile();
	ssize_t n = -1;
	int fd = -1;

	while (file != NULL && (n = read(from, octets, sizeof(octets))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || fwrite(octets, 1, (size_t)n, file) != (size_t)n)
			break;
	}
	if (file != NULL && n == 0 && fflush(file) == 0)
		fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	if (file != NULL)
		(void)fclose(file);
	return fd;
}

/* Kept open only where it cannot be opened again. */
static bool
open_first(struct records_file *f)
{
	bool standard = strcmp(f->path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(f->path, O_RDONLY | O_CLOEXEC);
	struct stat s;
	bool good = fd >= 0 && fstat(fd, &s) == 0;

	f->fd = -1;
	if (good) {
		f->device = s.st_dev;
		f->inode = s.st_ino;
	}
	if (good && !S_ISREG(s.st_mode)) {
		f->fd = spool(fd);
		good = f->fd >= 0;
	} else if (good && standard) {
		f->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		good = f->fd >= 0;
	}
	if (!good)
		(void)say_errno("%s", f->path);
	if (fd >= 0 && !standard)
		close(fd);
	return good;
}

struct records_source *
records_file_read(const struct records_file *f, int *fd)
{
	struct records_source *s;

	*fd = f->fd >= 0 ? f->fd : open(f->path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return NULL;
	s = records_source_open(*fd);
	if (s == NULL && f->fd < 0)
		close(*fd);
	return s;
}

void
records_file_close(const struct records_file *f, struct records_source *s, int fd)
{
	records_source_close(s);
	if (f->fd < 0)
		close(fd);
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
find_beginning(struct records_source *s, struct record *r, bool *repeats)
{
	struct records_source_line l;
	size_t seen = 0;
	size_t column;

	for (; seen < REPEATED_MAX && records_source_next(s, &l); seen += l.n) {
		*repeats = seen > 0;
		if (record_decode(l.text, l.n, r, &column) != RECORD_OK)
			return false;
		if (r->type == RECORD_START || r->type == RECORD_CONTINUE)
			return true;
	}
	return false;
}

static bool
read_beginning(struct records_file *f)
{
	static struct record r;
	int fd;
	struct records_source *s = records_file_read(f, &fd);

	if (s == NULL) {
		(void)say_errno("%s", f->path);
		return false;
	}
	f->understood = find_beginning(s, &r, &f->repeats);
	records_file_close(f, s, fd);
	if (!f->understood)
		return true;
	f->at = r.at.real;
	f->raw = r.at.raw;
	if (r.type == RECORD_START)
		take_start(f, &r.start);
	else
		take_continue(f, &r.go_on);
	return true;
}

static bool
is_there_already(const struct records *r, const struct records_file *f)
{
	for (const struct records_file *o = r->file; o < f; o++) {
		if (o->device == f->device && o->inode == f->inode) {
			say("%s is given twice; read once", f->path);
			return true;
		}
	}
	return false;
}

static void
forget(struct records_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->waiting.text);
	free(f->path);
}

static bool
add_file(struct records *r, size_t *room, const char *path)
{
	struct records_file *f;

	r->file = memory_grow(r->file, room, r->files + 1, sizeof(*r->file));
	f = &r->file[r->files];
	*f = (struct records_file){ .path = memory_text(path), .fd = -1 };
	if (!open_first(f) || is_there_already(r, f)) {
		bool good = f->inode != 0;

		forget(f);
		return good;
	}
	r->files++;
	return read_beginning(f);
}

/* A pipe would be waited for, a directory cannot be read. */
static bool
is_file(const char *path)
{
	struct stat s;

	return stat(path, &s) != 0 || S_ISREG(s.st_mode);
}

/* While a file is compressed both are there; then the plain one is whole. */
static bool
is_evidence(DIR *dir, const char *name)
{
	char other[NAME_MAX + 1];

	if (ends_in(name, plain))
		return true;
	if (!ends_in(name, packed))
		return false;
	(void)snprintf(
	    other, sizeof(other), "%.*s", (int)(strlen(name) - strlen(".zst")), name);
	return faccessat(dirfd(dir), other, F_OK, 0) != 0;
}

static bool
add_entry(struct records *r, size_t *room, const char *directory, const char *name)
{
	char *full = NULL;
	bool good = asprintf(&full, "%s/%s", directory, name) >= 0;

	if (good && is_file(full))
		good = add_file(r, room, full);
	else if (good)
		say("%s is no file; passed over", full);
	free(full);
	return good;
}

static bool
add_directory(struct records *r, size_t *room, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *d;
	size_t before = r->files;
	bool good = dir != NULL;

	while (good && (d = readdir(dir)) != NULL)
		if (is_evidence(dir, d->d_name))
			good = add_entry(r, room, path, d->d_name);
	if (dir == NULL)
		(void)say_errno("%s", path);
	else
		closedir(dir);
	if (good && r->files == before) {
		say("%s: holds no evidence (no *.jsonl, no *.jsonl.zst)", path);
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
	for (size_t i = 0; i < r->files; i++)
		forget(&r->file[i]);
	free(r->file);
	*r = (struct records){ .files = 0 };
}
