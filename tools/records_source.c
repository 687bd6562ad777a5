#include "records_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "record.h"

#define WINDOW (4 * RECORD_LINE_MAX)
#define PACKED ((size_t)128 * 1024)

struct records_source {
	int fd;
	off_t at; /* of what is read next */
	char window[WINDOW];
	size_t from, to; /* of the octets in it that wait */
	uint64_t torn;
	bool end;
	const char *trouble;
	ZSTD_DStream *unpack; /* NULL: it is plain */
	char packed[PACKED];
	ZSTD_inBuffer in;
	size_t frame; /* what zstd expects of the frame; 0: it is complete */
};

static ssize_t
read_at(struct records_source *s, char *to, size_t room)
{
	ssize_t n;

	do
		n = pread(s->fd, to, room, s->at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		s->trouble = strerror(errno);
	if (n > 0)
		s->at += n;
	return n;
}

/* Numbers as they stand in a zstd frame: RFC 8878 section 3.1.1. */
static bool
is_packed(struct records_source *s)
{
	static const char magic[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd };
	bool packed = read_at(s, s->packed, sizeof(magic)) == (ssize_t)sizeof(magic) &&
		      memcmp(s->packed, magic, sizeof(magic)) == 0;

	s->at = 0;
	return packed;
}

struct records_source *
records_source_open(int fd)
{
	struct records_source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = fd;
	s->in.src = s->packed;
	if (is_packed(s)) {
		s->unpack = ZSTD_createDStream();
		if (s->unpack == NULL) {
			free(s);
			errno = ENOMEM;
			return NULL;
		}
	}
	return s;
}

/* More of the compressed octets. false: there are none. */
static bool
refill(struct records_source *s)
{
	ssize_t n = read_at(s, s->packed, sizeof(s->packed));

	s->in.size = n > 0 ? (size_t)n : 0;
	s->in.pos = 0;
	if (n == 0 && s->frame != 0)
		s->trouble = "the compressed data ends too early";
	return n > 0;
}

static size_t
unpack(struct records_source *s, char *to, size_t room)
{
	ZSTD_outBuffer out = { to, room, 0 };

	while (out.pos == 0) {
		if (s->in.pos == s->in.size && !refill(s))
			return 0;
		s->frame = ZSTD_decompressStream(s->unpack, &out, &s->in);
		if (ZSTD_isError(s->frame)) {
			s->trouble = "the compressed data is damaged";
			return out.pos;
		}
	}
	return out.pos;
}

/* More octets behind those that wait. */
static void
fill(struct records_source *s)
{
	size_t room;
	size_t n = 0;

	memmove(s->window, s->window + s->from, s->to - s->from);
	s->to -= s->from;
	s->from = 0;
	room = sizeof(s->window) - s->to;
	if (s->unpack != NULL) {
		n = unpack(s, s->window + s->to, room);
	} else {
		ssize_t got = read_at(s, s->window + s->to, room);

		n = got > 0 ? (size_t)got : 0;
	}
	s->to += n;
	s->end = n == 0 || s->trouble != NULL;
}

bool
records_source_next(struct records_source *s, struct records_source_line *out)
{
	size_t seen = 0;

	for (;;) {
		const char *text = s->window + s->from;
		size_t there = s->to - s->from;
		const char *newline = memchr(text + seen, '\n', there - seen);

		if (newline != NULL || there == sizeof(s->window)) {
			*out = (struct records_source_line){ text, there };
			if (newline != NULL)
				out->n = (size_t)(newline - text) + 1;
			s->from += out->n;
			return true;
		}
		if (s->end) {
			s->torn = there;
			return false;
		}
		seen = there;
		fill(s);
	}
}

uint64_t
records_source_torn(const struct records_source *s)
{
	return s->torn;
}

const char *
records_source_trouble(const struct records_source *s)
{
	return s->trouble;
}

void
records_source_close(struct records_source *s)
{
	if (s == NULL)
		return;
	(void)ZSTD_freeDStream(s->unpack);
	free(s);
}
