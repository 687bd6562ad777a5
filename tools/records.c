#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "records_file.h"
#include "records_list.h"
#include "say.h"

/* ---- names */

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Without what compressing adds. */
static size_t
plain_length(const char *path)
{
	return strlen(path) - (records_is_packed(path) ? strlen(RECORDS_PACKED) : 0);
}

void
records_name(const struct records_file *f, char out[RECORD_TEXT_SIZE])
{
	record_copy_text(out, RECORD_TEXT_SIZE, base_of(f->path));
	if (records_is_packed(out))
		out[plain_length(out)] = '\0';
}

bool
records_is_called(const struct records_file *f, const char *name)
{
	const char *own = base_of(f->path);
	size_t n = plain_length(own);

	return strncmp(own, name, n) == 0 && name[n] == '\0';
}

bool
records_same_directory(const struct records_file *a, const struct records_file *b)
{
	size_t n = (size_t)(base_of(a->path) - a->path);

	return n == (size_t)(base_of(b->path) - b->path) &&
	       memcmp(a->path, b->path, n) == 0;
}

uint64_t
records_last_line(const struct records_file *f)
{
	return f->repeated + f->lines;
}

/* ---- opening */

#define OPENS_MAX 6 /* under both names */

/* The name that it has when it is compressed, or no longer is; NULL: none. */
static char *
other_name(const char *path)
{
	char *other = NULL;

	if (records_is_packed(path)) {
		other = memory_text(path);
		other[plain_length(path)] = '\0';
	} else if (records_is_plain(path) &&
		   asprintf(&other, "%s" RECORDS_PACKED, path) < 0) {
		other = NULL;
	}
	return other;
}

/* Whoever replaces the one by the other while this looks makes it look again. */
int
records_file_open(const char *path)
{
	char *other = NULL;
	int fd = -1;

	for (int i = 0; i < OPENS_MAX && fd < 0; i++) {
		const char *now = i % 2 == 0 ? path : other;

		fd = open(now, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			break;
		if (other == NULL)
			other = other_name(path);
		if (other == NULL)
			break;
		errno = ENOENT;
	}
	free(other);
	return fd;
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

/* Kept open only where it cannot be opened again. false: errno. */
static bool
open_first(struct records_file *f)
{
	bool standard = strcmp(f->path, "-") == 0;
	int fd = standard ? STDIN_FILENO : records_file_open(f->path);
	struct stat s;
	bool good = fd >= 0 && fstat(fd, &s) == 0;

	if (good) {
		f->device = s.st_dev;
		f->inode = s.st_ino;
		f->octets_there = s.st_size;
	}
	if (good && !S_ISREG(s.st_mode)) {
		f->fd = spool(fd);
		good = f->fd >= 0;
	} else if (good && standard) {
		f->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		good = f->fd >= 0;
	}
	if (fd >= 0 && !standard)
		close(fd);
	return good;
}

struct records_source *
records_file_read(const struct records_file *f, int *fd)
{
	struct records_source *s;

	*fd = f->fd >= 0 ? f->fd : records_file_open(f->path);
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

/* ---- which files */

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
	free(f->twin);
}

/* X.jsonl and X.jsonl.zst are one file, given twice: the plain one is read. */
static bool
is_twin(struct records *r, struct records_file *f)
{
	size_t n = plain_length(f->path);

	for (struct records_file *o = r->file; o < f; o++) {
		char *path = o->path;

		if (plain_length(path) != n || memcmp(path, f->path, n) != 0 ||
		    records_is_packed(path) == records_is_packed(f->path))
			continue;
		free(o->twin);
		o->twin = records_is_packed(path) ? path : f->path;
		o->path = records_is_packed(path) ? f->path : path;
		f->path = NULL;
		return true;
	}
	return false;
}

/* -1, errno: it cannot be read. 0: it is there already. */
static int
add_file(struct records *r, size_t *room, const char *path)
{
	struct records_file *f;

	r->file = memory_grow(r->file, room, r->files + 1, sizeof(*r->file));
	f = &r->file[r->files];
	*f = (struct records_file){ .path = memory_text(path), .fd = -1 };
	if (!open_first(f)) {
		int error = errno;

		forget(f);
		errno = error;
		return -1;
	}
	if (is_twin(r, f) || is_there_already(r, f)) {
		forget(f);
		return 0;
	}
	r->files++;
	return records_file_begin(f) ? 1 : -1;
}

static bool
add_given(struct records *r, size_t *room, const char *path)
{
	if (add_file(r, room, path) >= 0)
		return true;
	(void)say_errno("%s", path);
	return false;
}

/* A pipe would be waited for, a directory cannot be read. */
static bool
is_file(const char *path)
{
	struct stat s;

	return stat(path, &s) != 0 || S_ISREG(s.st_mode);
}

/* A daemon that keeps within its size deletes files, and records that. */
static bool
add_found(struct records *r, size_t *room, const char *path)
{
	if (!is_file(path)) {
		say("%s is no file; passed over", path);
		return true;
	}
	if (add_file(r, room, path) >= 0)
		return true;
	if (errno == ENOENT)
		say("%s was deleted meanwhile; passed over", path);
	else
		(void)say_errno("%s", path);
	return errno == ENOENT;
}

static bool
add_entry(struct records *r, size_t *room, const char *directory,
    const struct records_name *name)
{
	char *plain = NULL;
	char *packed = NULL;
	bool good = asprintf(&plain, "%s/%s", directory, name->name) >= 0;

	good = good && asprintf(&packed, "%s" RECORDS_PACKED, plain) >= 0;
	if (good && name->plain)
		good = add_found(r, room, plain);
	if (good && name->packed)
		good = add_found(r, room, packed);
	free(plain);
	free(packed);
	return good;
}

static bool
add_directory(struct records *r, size_t *room, const char *path)
{
	struct records_names names;
	size_t before = r->files;
	bool good = true;

	if (!records_list(&names, path)) {
		(void)say_errno("%s", path);
		return false;
	}
	for (size_t i = 0; i < names.count && good; i++)
		good = add_entry(r, room, path, &names.name[i]);
	records_list_free(&names);
	if (good && r->files == before) {
		say("%s: holds no evidence (no *.jsonl, no *.jsonl.zst)", path);
		return false;
	}
	return good;
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
				 : add_given(r, &room, paths[i]);
	}
	records_order(r);
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
