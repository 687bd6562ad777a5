#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef WITHOUT_ARCHIVE
#include <archive.h>
#endif

#include "journal.h"

static ssize_t
read_some(int fd, char *to, size_t n)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* What was read to see what it is, then the rest. */
static ssize_t
read_raw(struct source *s, char *to, size_t n)
{
	size_t left = s->peeked - s->given;

	if (left == 0)
		return read_some(s->fd, to, n);
	if (n > left)
		n = left;
	memcpy(to, s->peek + s->given, n);
	s->given += n;
	return (ssize_t)n;
}

static bool
begins_with(const struct source *s, const char *magic, size_t n)
{
	return s->peeked >= n && memcmp(s->peek, magic, n) == 0;
}

static bool
is_compressed(const struct source *s)
{
	return begins_with(s, "\x1f\x8b", 2) || begins_with(s, "\x1f\x9d", 2) ||
	       begins_with(s, "BZh", 3) ||
	       begins_with(s,
		   "\xfd"
		   "7zXZ",
		   5) ||
	       begins_with(s, "\x28\xb5\x2f\xfd", 4) ||
	       begins_with(s, "\x04\x22\x4d\x18", 4) || begins_with(s, "LZIP", 4);
}

#ifndef WITHOUT_ARCHIVE
static la_ssize_t
give_archive(struct archive *a, void *arg, const void **octets)
{
	struct source *s = arg;
	ssize_t n = read_raw(s, s->chunk, SOURCE_CHUNK);

	*octets = s->chunk;
	if (n < 0)
		archive_set_error(a, (int)-n, "%s", strerror((int)-n));
	return n < 0 ? -1 : n;
}

static int
open_archive(struct source *s)
{
	struct archive_entry *entry;

	s->archive = archive_read_new();
	if (s->archive == NULL)
		return -ENOMEM;
	(void)archive_read_support_filter_all(s->archive);
	(void)archive_read_support_format_raw(s->archive);
	(void)archive_read_support_format_empty(s->archive);
	if (archive_read_open(s->archive, s, NULL, give_archive, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(s->archive, &entry) == ARCHIVE_FATAL)
		(void)snprintf(
		    s->damage, sizeof(s->damage), "%s", archive_error_string(s->archive));
	return 0;
}

/* In blocks as they are unpacked: what came before a damage is not lost. */
static bool
next_block(struct source *s)
{
	const void *octets;
	la_int64_t where;
	int result = archive_read_data_block(s->archive, &octets, &s->block_n, &where);

	s->block = octets;
	if (result == ARCHIVE_OK)
		return true;
	s->block_n = 0;
	if (result != ARCHIVE_EOF)
		(void)snprintf(
		    s->damage, sizeof(s->damage), "%s", archive_error_string(s->archive));
	return false;
}

static ssize_t
read_archive(struct source *s, char *to, size_t n)
{
	while (s->block_n == 0)
		if (s->damage[0] != '\0' || !next_block(s))
			return 0;
	if (n > s->block_n)
		n = s->block_n;
	memcpy(to, s->block, n);
	s->block += n;
	s->block_n -= n;
	return (ssize_t)n;
}

static void
close_archive(struct source *s)
{
	if (s->archive != NULL)
		(void)archive_read_free(s->archive);
}
#else
static int
open_archive(struct source *s)
{
	(void)snprintf(s->damage, sizeof(s->damage),
	    "it is compressed, and this program was built without libarchive");
	return 0;
}

static ssize_t
read_archive(struct source *s, char *to, size_t n)
{
	(void)s;
	(void)to;
	(void)n;
	return 0;
}

static void
close_archive(struct source *s)
{
	(void)s;
}
#endif

/* ---- the journal */

static int
open_journal(struct source *s)
{
	int error = journal_open(&s->journal, s->fd);

	if (error == -ENOMEM)
		return error;
	if (error == -ENOSYS)
		(void)snprintf(s->damage, sizeof(s->damage),
		    "it is a file of the journal, and this program was built without "
		    "libsystemd; use the output of journalctl -o export --file");
	else if (error < 0)
		(void)snprintf(s->damage, sizeof(s->damage),
		    "it is a file of the journal that cannot be read (%s); a pipe cannot be",
		    strerror(-error));
	return 0;
}

static ssize_t
read_journal(struct source *s, char *to, size_t n)
{
	if (s->block_n == 0 && s->damage[0] == '\0') {
		int more = journal_next(s->journal, &s->block, &s->block_n);

		if (more < 0)
			(void)snprintf(s->damage, sizeof(s->damage),
			    "the journal cannot be read on: %s", strerror(-more));
		if (more <= 0)
			s->block_n = 0;
	}
	if (n > s->block_n)
		n = s->block_n;
	memcpy(to, s->block, n);
	s->block += n;
	s->block_n -= n;
	return (ssize_t)n;
}

/* Could more octets show that it is compressed, or UTF-16? A stream may wait for long. */
static bool
may_be_wrapped(const struct source *s)
{
	static const uint8_t first[] = { 0x1f, 'B', 0xfd, 0x28, 0x04, 'L', 0xff, 0xfe };

	return s->peeked == 0 || memchr(first, s->peek[0], sizeof(first)) != NULL;
}

static int
peek(struct source *s)
{
	while (s->peeked < sizeof(s->peek) && may_be_wrapped(s)) {
		ssize_t n =
		    read_some(s->fd, s->peek + s->peeked, sizeof(s->peek) - s->peeked);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		s->peeked += (size_t)n;
	}
	return 0;
}

/* A byte order mark is no part of the text. */
static void
see_encoding(struct source *s)
{
	if (begins_with(s, "\xff\xfe", 2))
		s->utf16.encoding = ENCODING_UTF16LE;
	else if (begins_with(s, "\xfe\xff", 2))
		s->utf16.encoding = ENCODING_UTF16BE;
	if (s->utf16.encoding != ENCODING_OCTETS)
		s->given = 2;
}

static int
open_inside(struct source *s)
{
	struct stat st;
	int error;

	s->size = -1;
	if (fstat(s->fd, &st) == 0 && S_ISDIR(st.st_mode))
		return -EISDIR;
	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		s->size = st.st_size;
		s->modified = st.st_mtime;
	}
	error = peek(s);
	if (error < 0)
		return error;
	see_encoding(s);
	if (begins_with(s, JOURNAL_MAGIC, SOURCE_PEEK))
		return open_journal(s);
	if (!is_compressed(s) && s->utf16.encoding == ENCODING_OCTETS)
		return 0;
	s->chunk = malloc(SOURCE_CHUNK);
	if (s->chunk == NULL)
		return -ENOMEM;
	return is_compressed(s) ? open_archive(s) : 0;
}

int
source_open(struct source *s, const char *path)
{
	int error;

	*s = (struct source){ .owned = strcmp(path, "-") != 0 };
	s->fd = s->owned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (s->fd < 0)
		return -errno;
	error = open_inside(s);
	if (error < 0)
		source_close(s);
	return error;
}

void
source_close(struct source *s)
{
	close_archive(s);
	journal_close(s->journal);
	free(s->chunk);
	s->chunk = NULL;
	if (s->owned)
		close(s->fd);
}

/* As UTF-8 takes three octets at most for two, a third of `n` may be read. */
static ssize_t
read_utf16(struct source *s, char *to, size_t n)
{
	size_t room = n / 3 < SOURCE_CHUNK ? n / 3 : SOURCE_CHUNK;
	size_t made = 0;

	while (made == 0) {
		ssize_t got = read_raw(s, s->chunk, room);
		if (got < 0)
			return got;
		if (got == 0)
			return (ssize_t)utf16_end(&s->utf16, to);
		made = utf16_to_utf8(&s->utf16, s->chunk, (size_t)got, to);
	}
	return (ssize_t)made;
}

ssize_t
source_read(struct source *s, char *to, size_t n)
{
	if (s->utf16.encoding != ENCODING_OCTETS)
		return read_utf16(s, to, n);
	if (s->journal != NULL)
		return read_journal(s, to, n);
	if (s->archive != NULL || s->damage[0] != '\0')
		return read_archive(s, to, n);
	return read_raw(s, to, n);
}

bool
source_is_ready(const struct source *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	return s->block_n > 0 || s->given < s->peeked || s->journal != NULL ||
	       poll(&p, 1, 0) != 0;
}

int64_t
source_position(const struct source *s)
{
	return s->size < 0 ? -1 : lseek(s->fd, 0, SEEK_CUR);
}
