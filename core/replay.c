#include "replay.h"

#include <string.h>

#include "text.h"

/* NAME, NAME#2, NAME#3... */
static void
pool_name(const char *name, int i, char out[SERVER_NAME_SIZE])
{
	size_t n = strlen(name);
	size_t room = SERVER_NAME_SIZE - 4;
	struct text t = { out + (n < room ? n : room), out + SERVER_NAME_SIZE - 1,
		false };

	memcpy(out, name, n + 1);
	if (i == 0)
		return;
	print_literal(&t, "#");
	print_uint(&t, (uint64_t)(i + 1) % 100);
	*t.at = '\0';
}

static void
configure(struct replay *p, const struct record_servers *servers)
{
	record_copy_servers(&p->servers, servers);
	p->configured = true;
	p->listed = true;
	p->calibrator.servers = 0;
	for (size_t i = 0; i < servers->count; i++) {
		const struct record_server *s = &servers->server[i];

		for (int k = 0; k < s->pool; k++) {
			char name[SERVER_NAME_SIZE];

			pool_name(s->name, k, name);
			(void)calibrator_add(&p->calibrator, name, "", s->common);
		}
	}
	for (size_t i = 0; i < MAX_SERVERS; i++)
		p->seen[i] = (struct replay_seen){ .whole = true };
}

static bool
same_server(const struct record_server *a, const struct record_server *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
	       a->port == b->port && a->minpoll == b->minpoll &&
	       a->maxpoll == b->maxpoll && a->burst == b->burst && a->pool == b->pool &&
	       a->fixed_poll.ns == b->fixed_poll.ns && a->common == b->common;
}

static bool
same_servers(const struct record_servers *a, const struct record_servers *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++)
		if (!same_server(&a->server[i], &b->server[i]))
			return false;
	return a->count == b->count;
}

static void
take_start(struct replay *p, const struct record *r)
{
	/* its servers are set up one by one: not all of its room is touched */
	p->calibrator.host_rate = (struct host_rate){ .begun = false };
	p->foreign = r->start.method != CALIBRATION_METHOD;
	p->whole = true;
	p->begun = true;
	p->from = r->at.raw;
	configure(p, &r->start.servers);
}

static void
take_reload(struct replay *p, const struct record_reload *reload)
{
	if (!p->configured || !same_servers(&p->servers, &reload->servers))
		configure(p, &reload->servers);
}

static void
take_address(struct replay *p, size_t server, const char *address)
{
	const struct calibrated_server *s = &p->calibrator.server[server];

	if (s->measured.address[0] != '\0' && strcmp(s->measured.address, address) != 0)
		p->seen[server].whole = true;
	calibrator_readdress(&p->calibrator, server, address);
}

static void
take_exchange(struct replay *p, const struct record *r)
{
	const struct exchange *x = &r->exchange.exchange;
	int server = calibrator_find(&p->calibrator, r->exchange.server);
	struct sample sample;
	bool good =
	    x->fault == FAULT_NONE && sample_from_exchange(x, &sample) == FAULT_NONE;

	if (server < 0 || !fault_ends_request(x->fault))
		return;
	take_address(p, (size_t)server, r->exchange.address);
	host_rate_read(&p->calibrator.host_rate, &r->at);
	calibrator_exchange(&p->calibrator, (size_t)server, x, good ? &sample : NULL);
	p->seen[server].ended++;
	if (good && p->seen[server].samples++ == 0)
		p->seen[server].first = sample.at;
}

/* The servers of a replay that begins in the middle are those of a calibration. */
static void
adopt_servers(struct replay *p, const struct calibration *c)
{
	bool same = c->servers == p->calibrator.servers;

	for (size_t i = 0; same && i < c->servers; i++)
		same = strcmp(c->server_at[i].name, p->calibrator.server[i].name) == 0;
	p->listed = true;
	if (same)
		return;
	p->configured = false;
	p->calibrator.servers = 0;
	for (size_t i = 0; i < c->servers; i++) {
		(void)calibrator_add(&p->calibrator, c->server_at[i].name, "", false);
		p->seen[i] = (struct replay_seen){ .whole = false };
	}
}

/* It was told before, and is asked no more. */
static void
adopt_denial(struct calibrated_server *s)
{
	memcpy(s->measured.address, s->address, sizeof(s->address));
	s->measured.denied = true;
}

static void
take_calibration(struct replay *p, const struct calibration *c)
{
	if (!p->listed)
		adopt_servers(p, c);
	for (size_t i = 0; i < c->servers && i < p->calibrator.servers; i++) {
		take_address(p, i, c->server_at[i].address);
		if (c->server_at[i].verdict == VERDICT_DENIED && !p->seen[i].whole)
			adopt_denial(&p->calibrator.server[i]);
	}
}

static void
take_clock(struct replay *p, const struct clock_change *c)
{
	if (c->bent)
		host_rate_bend(&p->calibrator.host_rate, &c->bend.knot);
}

static void
take_segment(struct replay *p)
{
	calibrator_forget(&p->calibrator);
	p->whole = true;
	for (size_t i = 0; i < p->calibrator.servers; i++)
		p->seen[i].whole = true;
}

static void
take_event(struct replay *p, const struct record *r)
{
	const struct record_event *e = &r->event;
	struct clock_knot before = { e->before_raw, e->before, r->at.read };

	switch (e->kind) {
	case EVENT_STEP:
		host_rate_step(&p->calibrator.host_rate, &before, &r->at);
		break;
	case EVENT_LEAP: /* UTC did not go on evenly, either */
	case EVENT_SUSPEND:
	case EVENT_CLOCKSOURCE:
		take_segment(p);
		break;
	case EVENT_SLEW:
		take_clock(p, &e->clock);
		break;
	case EVENT_TIMEZONE:
	case EVENT_DAEMON:
	case EVENTS:
		break;
	}
}

/* Something that counts may not have been recorded. */
static void
take_gap(struct replay *p, const struct record *r)
{
	p->whole = false;
	p->listed = false;
	p->from = r->at.raw;
	memset(p->seen, 0, sizeof(p->seen));
}

void
replay_take(struct replay *p, const struct record *r)
{
	if (!p->begun)
		p->from = r->at.raw;
	p->begun = true;
	switch (r->type) {
	case RECORD_START:
		take_start(p, r);
		break;
	case RECORD_RELOAD:
		take_reload(p, &r->reload);
		break;
	case RECORD_EXCHANGE:
		take_exchange(p, r);
		break;
	case RECORD_CALIBRATION:
		take_calibration(p, &r->calibration);
		break;
	case RECORD_CLOCK:
		take_clock(p, &r->clock);
		break;
	case RECORD_EVENT:
		take_event(p, r);
		break;
	case RECORD_GAP:
		take_gap(p, r);
		break;
	case RECORD_CONTINUE:
	case RECORD_DELETED:
	case RECORD_SEAL:
	case RECORD_STOP:
	case RECORD_TYPES:
		break;
	}
}
