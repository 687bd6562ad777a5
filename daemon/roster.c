#include "roster.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "udp.h"

#define RETRY_FIRST_S 2
#define RETRY_DOUBLINGS 6 /* 2, 4, ... 128 s */

static struct association_rules
rules_for(const struct config_server *s, const struct roster_rules *rules)
{
	return (struct association_rules){
		.minpoll = s->minpoll,
		.maxpoll = s->maxpoll,
		.fixed_poll = rules->fixed_poll,
		.burst = rules->burst >= 0 ? rules->burst : s->burst,
		.common = s->common,
		.interleaved = s->interleaved,
	};
}

static bool
same_address(const struct loop_address *a, const struct loop_address *b)
{
	return a->length == b->length && memcmp(&a->address, &b->address, a->length) == 0;
}

static bool
taken(
    const struct roster *r, const struct roster_name *name, const struct loop_address *a)
{
	for (size_t i = name->first; i < name->first + name->count; i++)
		if (r->peer[i].has_address && same_address(&r->peer[i].address, a))
			return true;
	return false;
}

static void
assign(struct roster *r, size_t index, const struct loop_address *a)
{
	char text[SERVER_ADDRESS_SIZE];

	udp_print_address(a, text, sizeof(text));
	log_line(LOG_DEBUG, "server %s is %s", r->calibrator->server[index].name, text);
	calibrator_readdress(r->calibrator, index, text);
	peer_set_address(&r->peer[index], a);
}

/* A peer keeps the address that answers, or that has not yet been asked eight times. */
static bool
settled(const struct roster *r, size_t i)
{
	return r->peer[i].has_address && (r->calibrator->server[i].measured.reach != 0 ||
					     r->peer[i].ended < CLOCK_FILTER_STAGES);
}

static void
assign_addresses(struct roster *r, const struct roster_name *name,
    const struct loop_address list[], size_t n)
{
	size_t next = 0;

	for (size_t i = name->first; i < name->first + name->count; i++) {
		if (settled(r, i))
			continue;
		while (next < n && taken(r, name, &list[next]))
			next++;
		if (next == n)
			return;
		assign(r, i, &list[next++]);
	}
}

static void
retry_later(struct roster_name *name)
{
	int doublings =
	    name->failures < RETRY_DOUBLINGS ? name->failures : RETRY_DOUBLINGS;

	name->failures++;
	loop_timer_set(
	    name->timer, (struct span){ (NS_PER_SECOND * RETRY_FIRST_S) << doublings });
}

static void
on_resolved(void *arg, const struct loop_address list[], size_t n, const char *error)
{
	struct roster_name *name = arg;
	struct roster *r = name->roster;

	name->asked = false;
	name->query = NULL;
	name->failed = n == 0;
	if (n > 0) {
		name->failures = 0;
		name->error[0] = '\0';
		assign_addresses(r, name, list, n);
	} else {
		if (strcmp(name->error, error) != 0)
			log_line(LOG_WARNING,
			    "server %s: cannot resolve '%s': %s; trying on",
			    name->server->name, name->server->address, error);
		(void)snprintf(name->error, sizeof(name->error), "%s", error);
		retry_later(name);
	}
	r->changed(r->arg);
}

static void
ask_name(void *arg)
{
	struct roster_name *name = arg;

	if (name->asked)
		return;
	name->asked = true;
	name->query = loop_resolve(name->roster->loop, name->server->address,
	    name->server->port, on_resolved, name);
}

/* Those of one interval stay together so. */
static void
on_asks(void *arg, const struct peer *leader)
{
	struct roster *r = arg;

	for (size_t i = 0; i < r->peers; i++)
		if (&r->peer[i] != leader)
			peer_join(&r->peer[i]);
}

static int
add_server(struct roster *r, const struct config_server *s,
    const struct roster_rules *rules, peer_exchanged *exchanged)
{
	struct association_rules own = rules_for(s, rules);
	struct roster_name *name = &r->name[r->names];

	*name = (struct roster_name){ .roster = r, .server = s, .first = r->peers };
	name->timer = loop_timer_new(r->loop, ask_name, name);
	if (name->timer == NULL)
		return -ENOMEM;
	r->names++;
	for (int i = 0; i < s->pool; i++) {
		if (r->peers == r->calibrator->servers)
			return -E2BIG; /* more than MAX_SERVERS, or a name twice */
		if (peer_open(&r->peer[r->peers], r->loop, &own, exchanged, r->arg) < 0)
			return -ENOMEM;
		r->peer[r->peers].phc = rules->phc;
		r->peer[r->peers].asks = on_asks;
		r->peer[r->peers].asks_arg = r;
		r->peers++;
		name->count++;
	}
	return 0;
}

int
roster_open(struct roster *r, const struct config *c, const struct roster_rules *rules,
    peer_exchanged *exchanged, void *arg)
{
	r->arg = arg;
	r->stamping = udp_hold_stamping();
	r->peers = 0;
	r->names = 0;
	for (size_t i = 0; i < c->servers; i++) {
		int error = add_server(r, &c->server[i], rules, exchanged);

		if (error < 0)
			return error;
	}
	for (size_t i = 0; i < r->names; i++)
		ask_name(&r->name[i]);
	return 0;
}

void
roster_close(struct roster *r)
{
	for (size_t i = 0; i < r->peers; i++)
		peer_close(&r->peer[i]);
	for (size_t i = 0; i < r->names; i++) {
		loop_forget(r->name[i].query);
		loop_timer_free(r->name[i].timer);
	}
	if (r->stamping >= 0)
		close(r->stamping);
	r->stamping = -1;
	r->peers = r->names = 0;
}

static struct roster_name *
name_of(struct roster *r, size_t peer)
{
	struct roster_name *name = r->name;

	while (peer >= name->first + name->count)
		name++;
	return name;
}

void
roster_silent(struct roster *r, size_t peer)
{
	ask_name(name_of(r, peer));
}

bool
roster_waiting(const struct roster *r, size_t peer)
{
	const struct roster_name *name = r->name;

	while (peer >= name->first + name->count)
		name++;
	return !r->peer[peer].has_address && !name->failed;
}
