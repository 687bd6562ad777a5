#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct source {
	char buffer[1 << 18];
	size_t from, to;
	bool inside; /* the head of the present line has been shown */
	bool ended;
};

bool
lines_flush(struct lines_sink *s)
{
	size_t done = 0;

	while (done < s->used && !s->failed) {
		ssize_t n = write(s->fd, s->buffer + done, s->used - done);

		if (n < 0 && errno != EINTR)
			s->failed = true;
		else if (n > 0)
			done += (size_t)n;
	}
	s->used = 0;
	return !s->failed;
}

void
lines_write(struct lines_sink *s, const char *octets, size_t n)
{
	while (n > 0 && !s->failed) {
		size_t room = sizeof(s->buffer) - s->used;
		size_t part = n < room ? n : room;

		memcpy(s->buffer + s->used, octets, part);
		s->used += part;
		octets += part;
		n -= part;
		if (s->used == sizeof(s->buffer))
			(void)lines_flush(s);
	}
}

/* The present line as far as it has been read; *whole: its newline, or the end, is there.
 */
static size_t
line_in_sight(const struct source *s, bool *whole)
{
	const char *at = s->buffer + s->from;
	const char *newline = memchr(at, '\n', s->to - s->from);

	*whole = newline != NULL || s->ended;
	return newline != NULL ? (size_t)(newline - at) + 1 : s->to - s->from;
}

/* Deals with lines until more must be read. */
static void
pass_lines(struct source *s, struct lines_sink *out, lines_head *call, void *arg)
{
	while (s->from < s->to) {
		bool whole;
		size_t n = line_in_sight(s, &whole);
		size_t used = 0;

		if (!s->inside) {
			if (!whole && n < LINES_HEAD)
				return;
			used = call(arg, s->buffer + s->from,
			    n < LINES_HEAD ? n : LINES_HEAD, out);
		}
		lines_write(out, s->buffer + s->from + used, n - used);
		s->from += n;
		s->inside = !whole;
	}
}

static ssize_t
fill(struct source *s, int fd)
{
	ssize_t n;

	memmove(s->buffer, s->buffer + s->from, s->to - s->from);
	s->to -= s->from;
	s->from = 0;
	do
		n = read(fd, s->buffer + s->to, sizeof(s->buffer) - s->to);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		s->to += (size_t)n;
	s->ended = n == 0;
	return n;
}

int
lines_filter(int fd, struct lines_sink *out, lines_head *call, void *arg)
{
	static struct source s;

	s.from = s.to = 0;
	s.inside = s.ended = false;
	while (!s.ended) {
		if (fill(&s, fd) < 0)
			return -errno;
		pass_lines(&s, out, call, arg);
		if (!lines_flush(out))
			return -errno;
	}
	return 0;
}
