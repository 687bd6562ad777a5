#include "status.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char request[] = "status";

void
status_none(struct status *s)
{
	*s = (struct status){ .fd = -1 };
	for (size_t i = 0; i < STATUS_CLIENTS; i++)
		s->client[i].fd = -1;
}

static bool
name_socket(const char *path, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(out->sun_path, sizeof(out->sun_path), "%s", path) <
	       (int)sizeof(out->sun_path);
}

/* A socket to which nobody listens any more. */
static bool
is_left_over(const struct sockaddr_un *name)
{
	struct stat s;
	int fd;
	bool refused;

	if (lstat(name->sun_path, &s) != 0 || !S_ISSOCK(s.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	refused = connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0 &&
		  errno == ECONNREFUSED;
	close(fd);
	return refused;
}

/* Born with its mode: nobody else can ask in between. */
static int
bind_owned(int fd, const struct sockaddr_un *name)
{
	mode_t before = umask(0177);
	int error =
	    bind(fd, (const struct sockaddr *)name, sizeof(*name)) == 0 ? 0 : -errno;

	(void)umask(before);
	return error;
}

int
status_open(struct status *s, struct loop *l, const char *path)
{
	struct sockaddr_un name;
	int error;
	int fd;

	status_none(s);
	s->loop = l;
	if (!name_socket(path, &name))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (is_left_over(&name))
		(void)unlink(path);
	error = bind_owned(fd, &name);
	if (error == 0 && listen(fd, STATUS_CLIENTS) != 0)
		error = -errno;
	if (error < 0) {
		close(fd);
		return error;
	}
	s->fd = fd;
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	return 0;
}

static void
hang_up(struct status_client *c)
{
	loop_watch_free(c->watch);
	if (c->fd >= 0)
		close(c->fd);
	c->watch = NULL;
	c->fd = -1;
}

/* The kernel holds the answer for a slow reader; what it does not take is not said. */
static void
answer(struct status_client *c)
{
	static const char unknown[] = "{\"error\":\"the request is: status\"}\n";
	bool known =
	    c->used == sizeof(request) - 1 && memcmp(c->request, request, c->used) == 0;
	char *text = known ? malloc(STATUS_ANSWER_MAX) : NULL;
	size_t n = 0;

	if (text != NULL)
		n = c->status->answer(c->status->arg, text, STATUS_ANSWER_MAX);
	if (n > 0)
		(void)send(c->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		(void)send(
		    c->fd, unknown, sizeof(unknown) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(text);
}

/* A request ends with its line, or with what the client has to say. */
static void
on_request(void *arg)
{
	struct status_client *c = arg;
	char *end;
	ssize_t n =
	    recv(c->fd, c->request + c->used, sizeof(c->request) - c->used, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	c->used += n > 0 ? (size_t)n : 0;
	end = memchr(c->request, '\n', c->used);
	if (end == NULL && n > 0 && c->used < sizeof(c->request))
		return;
	if (end != NULL)
		c->used = (size_t)(end - c->request);
	if (n >= 0 && c->used > 0)
		answer(c);
	hang_up(c);
}

/* A free place, or that of who has been silent longest. */
static struct status_client *
make_place(struct status *s)
{
	struct status_client *place = &s->client[0];

	for (size_t i = 1; i < STATUS_CLIENTS; i++) {
		struct status_client *c = &s->client[i];

		if (place->fd >= 0 && (c->fd < 0 || c->number < place->number))
			place = c;
	}
	hang_up(place);
	return place;
}

static void
on_client(void *arg)
{
	struct status *s = arg;
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct status_client *c;

	if (fd < 0)
		return;
	c = make_place(s);
	*c = (struct status_client){ .status = s, .fd = fd, .number = s->clients++ };
	c->watch = loop_watch_new(s->loop, fd, false, on_request, c);
	if (c->watch == NULL)
		hang_up(c);
}

void
status_listen(struct status *s, status_answer *answer_with, void *arg)
{
	s->answer = answer_with;
	s->arg = arg;
	if (s->fd >= 0)
		s->watch = loop_watch_new(s->loop, s->fd, false, on_client, s);
}

void
status_close(struct status *s)
{
	for (size_t i = 0; i < STATUS_CLIENTS; i++)
		hang_up(&s->client[i]);
	loop_watch_free(s->watch);
	if (s->fd >= 0) {
		close(s->fd);
		(void)unlink(s->path);
	}
	status_none(s);
}
