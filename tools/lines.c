#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
write_all(struct lines_sink *s, const char *octets, size_t n)
{
	while (n > 0 && !s->failed) {
		ssize_t done = write(s->fd, octets, n);

		if (done < 0 && errno != EINTR)
			s->failed = true;
		if (done <= 0)
			continue;
		octets += done;
		n -= (size_t)done;
	}
}

bool
lines_flush(struct lines_sink *s)
{
	write_all(s, s->buffer, s->used);
	s->used = 0;
	return !s->failed;
}

/* What is larger than the buffer goes past it. */
void
lines_write(struct lines_sink *s, const char *octets, size_t n)
{
	if (n > sizeof(s->buffer) - s->used)
		(void)lines_flush(s);
	if (n > sizeof(s->buffer)) {
		write_all(s, octets, n);
		return;
	}
	memcpy(s->buffer + s->used, octets, n);
	s->used += n;
}

int
lines_open(struct lines *l, const char *path)
{
	int error;

	*l = (struct lines){ .from = 0 };
	l->buffer = calloc(1, LINES_BUFFER + LINES_SLACK);
	if (l->buffer == NULL)
		return -ENOMEM;
	error = source_open(&l->source, path);
	if (error < 0)
		free(l->buffer);
	return error;
}

void
lines_close(struct lines *l)
{
	source_close(&l->source);
	free(l->buffer);
}

/* Hands on the first n octets of what has been read. */
static int
hand_on(struct lines *l, size_t n, struct lines_block *out)
{
	*out = (struct lines_block){ l->buffer + l->from, n, l->inside };
	l->from += n;
	l->inside = out->octets[n - 1] != '\n';
	return 1;
}

static void
make_room(struct lines *l)
{
	memmove(l->buffer, l->buffer + l->from, l->to - l->from);
	l->to -= l->from;
	l->from = 0;
}

int
lines_look(struct lines *l)
{
	ssize_t n;

	make_room(l);
	if (l->ended || l->to == LINES_BUFFER)
		return 0;
	n = source_read(&l->source, l->buffer + l->to, LINES_BUFFER - l->to);
	if (n < 0)
		return (int)n;
	l->ended = n == 0;
	l->to += (size_t)n;
	l->looked_at = true;
	return n > 0;
}

void
lines_skip(struct lines *l, size_t n)
{
	l->from += n;
}

char *
lines_trade(struct lines *l, char *buffer)
{
	char *traded = l->buffer;

	memcpy(buffer, l->buffer + l->from, l->to - l->from);
	l->to -= l->from;
	l->from = 0;
	l->buffer = buffer;
	return traded;
}

int
lines_next(struct lines *l, struct lines_block *out)
{
	const char *last;

	make_room(l);
	last = l->looked_at ? memrchr(l->buffer, '\n', l->to) : NULL;
	l->looked_at = false;
	if (last != NULL)
		return hand_on(l, (size_t)(last - l->buffer) + 1, out);
	while (!l->ended && l->to < LINES_BUFFER) {
		ssize_t n =
		    source_read(&l->source, l->buffer + l->to, LINES_BUFFER - l->to);
		const char *newline;

		if (n < 0)
			return (int)n;
		l->ended = n == 0;
		newline = memrchr(l->buffer + l->to, '\n', (size_t)n);
		l->to += (size_t)n;
		if (newline != NULL)
			return hand_on(l, (size_t)(newline - l->buffer) + 1, out);
	}
	return l->to > 0 ? hand_on(l, l->to, out) : 0;
}
