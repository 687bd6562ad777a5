#include "evidence_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calendar.h"
#include "digest.h"
#include "text.h"

#define SAFE_HOST_SIZE 65
#define ROTATION_MAX 1000000
#define TAIL_MAX (2 * RECORD_LINE_MAX)

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* A host may call itself anything; a file may not be called "../x". */
static void
safe_host(const char *host, char out[SAFE_HOST_SIZE])
{
	size_t n = 0;

	for (; n < SAFE_HOST_SIZE - 1 && host[n] != '\0'; n++) {
		out[n] = '_';
		if (is_plain(host[n]) && (n > 0 || host[n] != '.'))
			out[n] = host[n];
	}
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, SAFE_HOST_SIZE, "host");
}

int
evidence_file_create(int directory, const char *host, struct system_time at,
    unsigned *rotation, char name[RECORD_TEXT_SIZE])
{
	struct civil c =
	    civil_from_seconds(at.ns / NS_PER_SECOND - (at.ns % NS_PER_SECOND < 0));
	char safe[SAFE_HOST_SIZE];

	safe_host(host, safe);
	while (*rotation < ROTATION_MAX) {
		int fd;

		(void)snprintf(name, RECORD_TEXT_SIZE,
		    "%s-%04d%02d%02dT%02d%02d%02dZ-%03u.jsonl", safe, (int)c.year,
		    c.month, c.day, c.hour, c.minute, c.second, (*rotation)++);
		fd = openat(directory, name,
		    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
		if (fd >= 0) {
			(void)fsync(directory);
			return fd;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static bool
is_evidence(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && strcmp(d->d_name + n - 6, ".jsonl") == 0;
}

static bool
newer(const struct stat *a, const char *a_name, const struct stat *b, const char *b_name)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	if (a->st_mtim.tv_nsec != b->st_mtim.tv_nsec)
		return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
	return strcmp(a_name, b_name) > 0;
}

static bool
find_newest(DIR *dir, char name[RECORD_TEXT_SIZE], struct stat *newest)
{
	const struct dirent *d;
	struct stat s;
	bool found = false;

	while ((d = readdir(dir)) != NULL) {
		if (!is_evidence(d) || strlen(d->d_name) >= RECORD_TEXT_SIZE ||
		    fstatat(dirfd(dir), d->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(s.st_mode))
			continue;
		if (found && !newer(&s, d->d_name, newest, name))
			continue;
		found = true;
		*newest = s;
		memcpy(name, d->d_name, strlen(d->d_name) + 1);
	}
	return found;
}

static void
describe_last_line(const char *line, size_t n, struct record_previous *out)
{
	struct scan s = { line, line + n, false };

	out->head = digest_bytes(line, n);
	scan_literal(&s, "{\"v\":");
	(void)scan_uint(&s);
	scan_literal(&s, ",\"seq\":");
	out->seq = scan_uint(&s);
}

/* The last whole line is what the tail holds between its last two newlines. */
static void
describe_tail(const char *tail, size_t n, bool whole_file, struct record_previous *out)
{
	const char *end = memrchr(tail, '\n', n);
	const char *begin;

	out->torn = end != NULL ? (uint64_t)(tail + n - (end + 1)) : n;
	if (end == NULL)
		return;
	begin = memrchr(tail, '\n', (size_t)(end - tail));
	if (begin == NULL && !whole_file)
		return;
	begin = begin != NULL ? begin + 1 : tail;
	describe_last_line(begin, (size_t)(end + 1 - begin), out);
}

static void
describe_file(int directory, off_t size, struct record_previous *out)
{
	size_t want = size < (off_t)TAIL_MAX ? (size_t)size : TAIL_MAX;
	char *tail = malloc(TAIL_MAX);
	int fd = openat(directory, out->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (tail != NULL && fd >= 0 &&
	    pread(fd, tail, want, size - (off_t)want) == (ssize_t)want)
		describe_tail(tail, want, (off_t)want == size, out);
	if (fd >= 0)
		close(fd);
	free(tail);
}

int
evidence_file_newest(int directory, struct record_previous *out, bool *found)
{
	int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again >= 0 ? fdopendir(again) : NULL;
	char name[RECORD_TEXT_SIZE];
	struct stat newest = { 0 };

	*out = (struct record_previous){ .seq = 0 };
	if (dir == NULL) {
		int error = -errno;

		if (again >= 0)
			close(again);
		return error;
	}
	*found = find_newest(dir, name, &newest);
	if (*found) {
		record_copy_text(out->file, sizeof(out->file), name);
		describe_file(directory, newest.st_size, out);
	}
	closedir(dir);
	return 0;
}
