/*
 * The event loop: timers, sockets, signals, names. The only user of libevent.
 * Everything runs in one thread; a callback may free what called it.
 */
#ifndef CLOCKWITNESSD_LOOP_H
#define CLOCKWITNESSD_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "timescale.h"

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_query;

typedef void loop_callback(void *arg);

/* 0 or -errno. */
int loop_open(struct loop **out);
void loop_close(struct loop *l); /* NULL is allowed */

/* Runs until loop_stop(). 0 or -errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* A timer on the monotonic clock, not running yet; NULL: no memory. */
struct loop_timer *loop_timer_new(struct loop *l, loop_callback *call, void *arg);
void loop_timer_set(struct loop_timer *t, struct span in); /* once, replaces the last */
void loop_timer_clear(struct loop_timer *t);
void loop_timer_free(struct loop_timer *t); /* NULL is allowed */

/* Calls as long as the descriptor is readable (or writable); NULL: no memory. */
struct loop_watch *loop_watch_new(
    struct loop *l, int fd, bool writable, loop_callback *call, void *arg);
void loop_watch_free(struct loop_watch *w); /* NULL is allowed; does not close fd */

/* Calls at each of the process's signals of this number. 0 or -errno. */
int loop_signal(struct loop *l, int number, loop_callback *call, void *arg);

/*
 * All addresses of a host name, IPv4 and IPv6, asked of the servers in resolv.conf
 * without blocking; a number is answered without asking. n == 0: `error` says why there
 * are none.
 */
struct loop_address {
	struct sockaddr_storage address;
	socklen_t length;
};

#define LOOP_ADDRESSES_MAX 16

typedef void loop_resolved(
    void *arg, const struct loop_address addresses[], size_t n, const char *error);

/* May call before it returns, and then returns NULL. */
struct loop_query *loop_resolve(
    struct loop *l, const char *host, int port, loop_resolved *call, void *arg);

/* The answer will not be called for; NULL is allowed. */
void loop_forget(struct loop_query *q);

#endif
