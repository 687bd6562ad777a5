#include "loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#define SIGNALS_MAX 8

struct loop {
	struct event_base *base;
	struct evdns_base *dns; /* made when the first name is asked for */
	struct loop_call *signals[SIGNALS_MAX];
	size_t signal_count;
};

/* A libevent event and whom to call. */
struct loop_call {
	struct event *event;
	loop_callback *call;
	void *arg;
};

struct loop_timer {
	struct loop_call inner;
};

struct loop_watch {
	struct loop_call inner;
};

struct loop_query {
	loop_resolved *call;
	void *arg;
};

int
loop_open(struct loop **out)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct event_config *config = event_config_new();

	if (l != NULL && config != NULL) {
		(void)event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
		/* of a handful of sockets, each open for one exchange, poll() asks the
		 * kernel once a wakeup, epoll four times */
		(void)event_config_avoid_method(config, "epoll");
		l->base = event_base_new_with_config(config);
	}
	if (config != NULL)
		event_config_free(config);
	if (l == NULL || l->base == NULL) {
		free(l);
		return -ENOMEM;
	}
	*out = l;
	return 0;
}

static void
call_free(struct loop_call *c)
{
	if (c == NULL)
		return;
	if (c->event != NULL)
		event_free(c->event);
	free(c);
}

void
loop_close(struct loop *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->signal_count; i++)
		call_free(l->signals[i]);
	if (l->dns != NULL)
		evdns_base_free(l->dns, 1);
	event_base_free(l->base);
	free(l);
}

int
loop_run(struct loop *l)
{
	return event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0 ? -EIO : 0;
}

void
loop_stop(struct loop *l)
{
	(void)event_base_loopbreak(l->base);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct loop_call *c = arg;

	(void)fd;
	(void)what;
	c->call(c->arg);
}

static struct loop_call *
call_new(struct loop *l, int fd, short what, loop_callback *call, void *arg)
{
	struct loop_call *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct loop_call){ .call = call, .arg = arg };
	c->event = event_new(l->base, fd, what, on_event, c);
	if (c->event == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_callback *call, void *arg)
{
	/* a timer is a call and nothing else */
	return (struct loop_timer *)call_new(l, -1, 0, call, arg);
}

void
loop_timer_set(struct loop_timer *t, struct span in)
{
	int64_t us = in.ns > 0 ? (in.ns + 999) / 1000 : 0;
	struct timeval tv = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };

	(void)event_add(t->inner.event, &tv);
}

void
loop_timer_clear(struct loop_timer *t)
{
	(void)event_del(t->inner.event);
}

void
loop_timer_free(struct loop_timer *t)
{
	call_free((struct loop_call *)t);
}

struct loop_watch *
loop_watch_new(struct loop *l, int fd, bool writable, loop_callback *call, void *arg)
{
	short what = (short)((writable ? EV_WRITE : EV_READ) | EV_PERSIST);
	struct loop_call *c = call_new(l, fd, what, call, arg);

	if (c != NULL && event_add(c->event, NULL) != 0) {
		call_free(c);
		return NULL;
	}
	return (struct loop_watch *)c;
}

void
loop_watch_free(struct loop_watch *w)
{
	call_free((struct loop_call *)w);
}

int
loop_signal(struct loop *l, int number, loop_callback *call, void *arg)
{
	struct loop_call *c;

	if (l->signal_count == SIGNALS_MAX)
		return -ENOSPC;
	c = call_new(l, number, EV_SIGNAL | EV_PERSIST, call, arg);
	if (c == NULL || event_add(c->event, NULL) != 0) {
		call_free(c);
		return -ENOMEM;
	}
	l->signals[l->signal_count++] = c;
	return 0;
}

static bool
take_address(const struct evutil_addrinfo *from, struct loop_address *to)
{
	if (from->ai_addrlen > sizeof(to->address) ||
	    (from->ai_family != AF_INET && from->ai_family != AF_INET6))
		return false;
	memcpy(&to->address, from->ai_addr, from->ai_addrlen);
	to->length = (socklen_t)from->ai_addrlen;
	return true;
}

static void
on_resolved(int error, struct evutil_addrinfo *list, void *arg)
{
	struct loop_query *q = arg;
	struct loop_address found[LOOP_ADDRESSES_MAX];
	size_t n = 0;

	for (const struct evutil_addrinfo *a = list; a != NULL && n < LOOP_ADDRESSES_MAX;
	     a = a->ai_next)
		n += take_address(a, &found[n]);
	if (list != NULL)
		evutil_freeaddrinfo(list);
	if (error != EVUTIL_EAI_CANCEL && q->call != NULL)
		q->call(q->arg, found, n,
		    error != 0 ? evutil_gai_strerror(error) : "no address");
	free(q);
}

static bool
need_dns(struct loop *l)
{
	if (l->dns == NULL)
		l->dns = evdns_base_new(l->base,
		    EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	return l->dns != NULL;
}

/* An address as a number is no question for anybody. */
static bool
from_number(const char *host, int port, struct loop_address *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port) };

	if (evutil_inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
		memcpy(&out->address, &v4, sizeof(v4));
		out->length = sizeof(v4);
		return true;
	}
	if (evutil_inet_pton_scope(AF_INET6, host, &v6.sin6_addr, &v6.sin6_scope_id) != 1)
		return false;
	memcpy(&out->address, &v6, sizeof(v6));
	out->length = sizeof(v6);
	return true;
}

static struct loop_query *
ask(struct loop *l, const char *host, int port, struct loop_query *q)
{
	struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	char service[8];

	(void)snprintf(service, sizeof(service), "%d", port);
	if (!need_dns(l)) {
		on_resolved(EVUTIL_EAI_FAIL, NULL, q);
		return NULL;
	}
	return evdns_getaddrinfo(l->dns, host, service, &hints, on_resolved, q) != NULL
		   ? q
		   : NULL;
}

struct loop_query *
loop_resolve(struct loop *l, const char *host, int port, loop_resolved *call, void *arg)
{
	struct loop_address number = { .length = 0 };
	struct loop_query *q;

	if (from_number(host, port, &number)) {
		call(arg, &number, 1, "");
		return NULL;
	}
	q = malloc(sizeof(*q));
	if (q == NULL) {
		call(arg, NULL, 0, "no memory");
		return NULL;
	}
	*q = (struct loop_query){ call, arg };
	return ask(l, host, port, q);
}

void
loop_forget(struct loop_query *q)
{
	if (q != NULL)
		q->call = NULL;
}
