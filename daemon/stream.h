/* A descriptor that must never block us: whole pieces wait in 1 MiB, or are not taken. */
#ifndef CLOCKWITNESSD_STREAM_H
#define CLOCKWITNESSD_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

#define STREAM_BUFFER ((size_t)1 << 20)

struct stream {
	int fd;
	struct loop *loop;
	struct loop_watch *watch; /* while there is something to write */
	loop_callback *on_closed;
	void *arg;
	char *buffer;
	size_t from, to; /* buffer[from .. to) waits */
	bool closed;     /* the reader went away */
};

/* Makes fd non-blocking. on_closed: the reader went away. 0 or -errno. */
int stream_open(
    struct stream *s, int fd, struct loop *l, loop_callback *on_closed, void *arg);

bool stream_has_room(const struct stream *s, size_t n);

/* Takes all n octets and returns 0, or none: -ENOBUFS. */
int stream_write(struct stream *s, const char *octets, size_t n);

/* Waits until the reader has taken all, or nothing for five seconds. */
void stream_drain(struct stream *s);

/* Waits for the reader, until it takes nothing for five seconds; frees. Octets not taken.
 */
size_t stream_close(struct stream *s);

#endif
