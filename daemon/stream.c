#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "footprint.h"
#include "log.h"

#define DRAIN_NS (5 * NS_PER_SECOND)

int
stream_open(struct stream *s, int fd, struct loop *l, loop_callback *on_closed, void *arg)
{
	int flags = fcntl(fd, F_GETFL);

	*s = (struct stream){ .fd = fd, .loop = l, .on_closed = on_closed, .arg = arg };
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return -errno;
	s->buffer = malloc(STREAM_BUFFER);
	return s->buffer != NULL ? 0 : -ENOMEM;
}

static void
write_what_goes(struct stream *s)
{
	while (s->from < s->to && !s->closed) {
		ssize_t n = write(s->fd, s->buffer + s->from, s->to - s->from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			s->closed = true;
			(void)log_fail(-errno, "standard output");
			s->on_closed(s->arg);
			return;
		}
		footprint_wrote((size_t)n);
		s->from += (size_t)n;
	}
	s->from = s->to = 0;
}

static void
on_writable(void *arg)
{
	struct stream *s = arg;

	write_what_goes(s);
	if (s->from < s->to && !s->closed)
		return;
	loop_watch_free(s->watch);
	s->watch = NULL;
}

bool
stream_has_room(const struct stream *s, size_t n)
{
	return !s->closed && STREAM_BUFFER - (s->to - s->from) >= n;
}

int
stream_write(struct stream *s, const char *octets, size_t n)
{
	if (!stream_has_room(s, n))
		return -ENOBUFS;
	if (STREAM_BUFFER - s->to < n) {
		memmove(s->buffer, s->buffer + s->from, s->to - s->from);
		s->to -= s->from;
		s->from = 0;
	}
	memcpy(s->buffer + s->to, octets, n);
	s->to += n;
	write_what_goes(s);
	if (s->from < s->to && !s->closed && s->watch == NULL)
		s->watch = loop_watch_new(s->loop, s->fd, true, on_writable, s);
	return 0;
}

static int
ms_until(struct raw_time end)
{
	int64_t ns = raw_since(end, clock_raw()).ns;

	return ns > 0 ? (int)(ns / 1000000) + 1 : 0;
}

void
stream_drain(struct stream *s)
{
	struct raw_time end = raw_after(clock_raw(), (struct span){ DRAIN_NS });
	struct pollfd p = { .fd = s->fd, .events = POLLOUT };

	write_what_goes(s);
	while (s->from < s->to && !s->closed && ms_until(end) > 0) {
		size_t before = s->from;

		if (poll(&p, 1, ms_until(end)) <= 0)
			continue; /* a signal, or the end */
		write_what_goes(s);
		if (s->from != before)
			end = raw_after(clock_raw(), (struct span){ DRAIN_NS });
	}
}

size_t
stream_close(struct stream *s)
{
	size_t left;

	if (s->buffer == NULL)
		return 0;
	stream_drain(s);
	left = s->to - s->from;
	loop_watch_free(s->watch);
	free(s->buffer);
	*s = (struct stream){ .fd = -1 };
	return left;
}
