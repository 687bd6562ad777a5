/*
 * A Unix socket at which programs of this host ask how it stands: one request, one
 * answer. It is read only, its clients are few and are never waited for.
 */
#ifndef CLOCKWITNESSD_STATUS_H
#define CLOCKWITNESSD_STATUS_H

#include <limits.h>
#include <stddef.h>

#include "loop.h"

#define STATUS_CLIENTS 8
#define STATUS_ANSWER_MAX ((size_t)96 * 1024)

/* Writes a line with its newline; its length, or 0: it does not fit. */
typedef size_t status_answer(void *arg, char *out, size_t size);

struct status;

struct status_client {
	struct status *status;
	int fd; /* -1: none */
	struct loop_watch *watch;
	char request[64];
	size_t used;
	unsigned long number; /* the least one is the oldest */
};

struct status {
	struct loop *loop;
	int fd; /* -1: nobody can ask */
	struct loop_watch *watch;
	struct status_client client[STATUS_CLIENTS];
	unsigned long clients; /* ever */
	status_answer *answer;
	void *arg;
	char path[PATH_MAX];
};

/* Nobody can ask. */
void status_none(struct status *s);

/*
 * Makes the socket, 0600; one that a process which is gone has left is replaced. 0 or
 * -errno, and then nobody can ask; -EADDRINUSE: somebody listens there.
 */
int status_open(struct status *s, struct loop *l, const char *path);
void status_listen(struct status *s, status_answer *answer, void *arg);
void status_close(struct status *s);

#endif
