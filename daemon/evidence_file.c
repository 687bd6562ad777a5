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
#include "compress.h"
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

static bool
ends_with(const char *name, size_t n, const char *tail)
{
	size_t t = strlen(tail);

	return n >= t && memcmp(name + n - t, tail, t) == 0;
}

static bool
is_stamp(const char *s)
{
	static const char shape[] = "00000000T000000Z";

	for (size_t i = 0; i < sizeof(shape) - 1; i++)
		if (shape[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return false;
	return true;
}

/* HOST-STAMP-NNN.jsonl, perhaps .zst; the parts stand where the last dashes are. */
static bool
parse_name(const char *name, struct evidence_file *out)
{
	size_t n = strlen(name);
	const char *number;
	char *end;

	*out = (struct evidence_file){ .packed = ends_with(name, n, ".jsonl.zst") };
	if ((!out->packed && !ends_with(name, n, ".jsonl")) || n >= sizeof(out->name))
		return false;
	memcpy(out->name, name, n + 1);
	number = strrchr(name, '-');
	if (number == NULL || number - name < 17 || number[-17] != '-' ||
	    !is_stamp(number - 16) || number[1] < '0' || number[1] > '9')
		return false;
	memcpy(out->stamp, number - 16, 16);
	out->rotation = (unsigned)strtoul(number + 1, &end, 10);
	return *end == '.';
}

static bool
is_of_host(const struct evidence_file *f, const char *host)
{
	const char *stamp = strstr(f->name, f->stamp);
	size_t n = strlen(host);

	return stamp != NULL && (size_t)(stamp - f->name) == n + 1 &&
	       memcmp(f->name, host, n) == 0;
}

static bool
older(const struct evidence_file *a, const struct evidence_file *b)
{
	int order = strcmp(a->stamp, b->stamp);

	return order != 0 ? order < 0 : a->rotation < b->rotation;
}

static bool
next_file(DIR *dir, struct evidence_file *out)
{
	const struct dirent *d;
	struct stat s;

	while ((d = readdir(dir)) != NULL) {
		if (!parse_name(d->d_name, out) ||
		    fstatat(dirfd(dir), d->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(s.st_mode))
			continue;
		out->octets = (uint64_t)s.st_size;
		return true;
	}
	return false;
}

static DIR *
open_again(int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && dir == NULL)
		close(fd);
	return dir;
}

/*
 * Names are given in the order of writing, whoever gave them and whatever the clock said,
 * and none again: a compressed file has the name that it had before. A number that leaves
 * no room for others is nobody's.
 */
static void
follow_newest(
    int directory, const char *host, char stamp[FILE_STAMP_SIZE], unsigned *rotation)
{
	DIR *dir = open_again(directory);
	struct evidence_file f;

	if (dir == NULL)
		return;
	while (next_file(dir, &f)) {
		int order = strcmp(f.stamp, stamp);

		if (!is_of_host(&f, host) || order < 0 || f.rotation >= ROTATION_MAX / 2)
			continue;
		if (order > 0 || f.rotation >= *rotation)
			*rotation = f.rotation + 1;
		memcpy(stamp, f.stamp, sizeof(f.stamp));
	}
	closedir(dir);
}

static void
print_stamp(struct system_time at, char out[FILE_STAMP_SIZE])
{
	struct civil c =
	    civil_from_seconds(at.ns / NS_PER_SECOND - (at.ns % NS_PER_SECOND < 0));

	(void)snprintf(out, FILE_STAMP_SIZE, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year,
	    c.month, c.day, c.hour, c.minute, c.second);
}

int
evidence_file_create(int directory, const char *host, struct system_time at,
    unsigned *rotation, char name[RECORD_TEXT_SIZE])
{
	char safe[SAFE_HOST_SIZE];
	char stamp[FILE_STAMP_SIZE];

	safe_host(host, safe);
	print_stamp(at, stamp);
	follow_newest(directory, safe, stamp, rotation);
	for (; *rotation < ROTATION_MAX; (*rotation)++) {
		int fd;

		(void)snprintf(
		    name, RECORD_TEXT_SIZE, "%s-%s-%03u.jsonl", safe, stamp, *rotation);
		fd = openat(directory, name,
		    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    0600);
		if (fd >= 0) {
			(*rotation)++;
			(void)fsync(directory);
			return fd;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

bool
evidence_file_oldest(int directory, const char *host, const char *present,
    enum evidence_file_kind kind, struct evidence_file *out)
{
	DIR *dir = open_again(directory);
	char safe[SAFE_HOST_SIZE];
	struct evidence_file f;
	uint64_t octets = 0;
	bool found = false;

	*out = (struct evidence_file){ .octets = 0 };
	safe_host(host, safe);
	while (dir != NULL && next_file(dir, &f)) {
		if (!is_of_host(&f, safe) || strcmp(f.name, present) == 0 ||
		    (kind == EVIDENCE_FILE_PLAIN && f.packed))
			continue;
		octets += f.octets;
		if (!found || older(&f, out))
			*out = f;
		found = true;
	}
	if (dir != NULL)
		closedir(dir);
	out->all_octets = octets;
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

static ssize_t
read_tail(int fd, const struct evidence_file *f, char *tail, bool *whole)
{
	size_t want = f->octets < TAIL_MAX ? (size_t)f->octets : TAIL_MAX;
	size_t n;

	if (f->packed)
		return compress_tail(fd, tail, TAIL_MAX, &n, whole) == 0 ? (ssize_t)n
									 : -1;
	*whole = want == f->octets;
	return pread(fd, tail, want, (off_t)(f->octets - want));
}

void
evidence_file_describe(
    int directory, const struct evidence_file *f, struct record_previous *out)
{
	char *tail = malloc(TAIL_MAX);
	int fd = openat(directory, f->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = -1;
	bool whole;

	*out = (struct record_previous){ .seq = 0 };
	record_copy_text(out->file, sizeof(out->file), f->name);
	if (f->packed)
		out->file[strlen(out->file) - strlen(".zst")] = '\0';
	if (tail != NULL && fd >= 0)
		n = read_tail(fd, f, tail, &whole);
	if (n > 0)
		describe_tail(tail, (size_t)n, whole, out);
	if (fd >= 0)
		close(fd);
	free(tail);
}

int
evidence_file_newest(int directory, struct record_previous *out, bool *found)
{
	DIR *dir = open_again(directory);
	struct evidence_file newest = { .octets = 0 };
	struct evidence_file f;

	*found = false;
	*out = (struct record_previous){ .seq = 0 };
	if (dir == NULL)
		return -errno;
	while (next_file(dir, &f)) {
		if (!*found || older(&newest, &f))
			newest = f;
		*found = true;
	}
	closedir(dir);
	if (*found)
		evidence_file_describe(directory, &newest, out);
	return 0;
}
