#include "pen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_REAL INT64_C(1795312367123456789)
#define START_RAW INT64_C(8640000000000) /* up for 2.4 hours */
#define OFFSET_NS INT64_C(3200000000)

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t
pen_random(struct pen *p)
{
	uint64_t z = p->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int64_t
up_to(struct pen *p, int64_t most)
{
	return (int64_t)(pen_random(p) % (uint64_t)most);
}

static struct clock_reading
reading(const struct pen *p)
{
	int64_t raw = START_RAW + p->elapsed_ns;

	return (struct clock_reading){
		.real = { START_REAL + p->set_ns + p->elapsed_ns },
		.raw = { raw },
		.mono = { raw + 240000 },
		.boot = { raw + 240050 },
		.read = { 30 },
		.has_mono = true,
		.has_boot = true,
	};
}

static size_t
encode(struct pen *p, char *line)
{
	size_t n = record_encode(&p->record, line, RECORD_LINE_MAX);

	if (n == 0)
		abort();
	return n;
}

static void
put(struct pen *p)
{
	static char line[RECORD_LINE_MAX];
	size_t n = encode(p, line);

	chain_advance(&p->chain, line, n);
	replay_take(&p->replay, &p->record);
	p->put(p->arg, line, n);
}

static void
number(struct pen *p, enum record_type type)
{
	p->record.type = type;
	p->record.at = reading(p);
	p->record.seq = p->chain.seq;
	p->record.prev = p->chain.head;
}

void
pen_write(struct pen *p, enum record_type type)
{
	number(p, type);
	put(p);
}

static void
make_key(struct pen *p, struct seal_key *key)
{
	uint8_t seed[SEAL_SEED_BYTES];

	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)pen_random(p);
	seal_key_from_seed(key, seed);
}

void
pen_seal(struct pen *p, bool last)
{
	static char line[RECORD_LINE_MAX];
	struct seal_key next = { .secret_half = { 0 } };
	size_t n;

	number(p, RECORD_SEAL);
	p->record.seal = (struct record_seal){ .has_next = !last };
	if (!last)
		make_key(p, &next);
	p->record.seal.next = next.public_half;
	n = encode(p, line);
	p->record.seal.signature =
	    seal_sign(&p->key, line, record_signed_length(line, n));
	put(p);
	p->key = next;
}

static void
name_server(size_t i, char *out, size_t size)
{
	(void)snprintf(out, size, "ntp%zu.example.org", i);
}

static void
name_boot(const struct pen *p, char *out, size_t size)
{
	(void)snprintf(out, size, "00000000-0000-0000-0000-%012d", p->boot + 1);
}

void
pen_begin(struct pen *p)
{
	struct record_start *s = &p->record.start;

	*s = (struct record_start){
		.program = "pen",
		.method = CALIBRATION_METHOD,
		.host = "made",
		.timezone = "UTC",
		.watch_s = 1,
		.has_previous = p->has_previous,
		.previous = p->previous,
	};
	name_boot(p, s->boot_id, sizeof(s->boot_id));
	s->servers.count = p->servers;
	for (size_t i = 0; i < p->servers; i++) {
		struct record_server *server = &s->servers.server[i];

		*server = (struct record_server){
			.port = 123, .minpoll = 6, .maxpoll = 6, .burst = 4, .pool = 1
		};
		name_server(i, server->name, sizeof(server->name));
		name_server(i, server->address, sizeof(server->address));
	}
	make_key(p, &p->key);
	s->seal_key = p->key.public_half;
	s->seal_fingerprint =
	    digest_bytes(&p->key.public_half, sizeof(p->key.public_half));
	pen_write(p, RECORD_START);
}

void
pen_continue(struct pen *p, const char *previous_file)
{
	struct record_continue *c = &p->record.go_on;

	*c = (struct record_continue){
		.program = "pen",
		.method = CALIBRATION_METHOD,
		.host = "made",
		.timezone = "UTC",
		.watch_s = 1,
		.servers = p->replay.servers,
		.reason = "size",
		.seal_key = p->key.public_half,
	};
	name_boot(p, c->boot_id, sizeof(c->boot_id));
	(void)snprintf(c->previous_file, sizeof(c->previous_file), "%s", previous_file);
	pen_write(p, RECORD_CONTINUE);
}

/* Two paths of 5 ms and more, and a server that is right. */
static void
write_exchange(struct pen *p, size_t server)
{
	struct record_exchange *e = &p->record.exchange;
	int64_t there = 5000000 + up_to(p, 1000000);
	int64_t back = 5000000 + up_to(p, 1000000);
	int64_t at = START_REAL + p->elapsed_ns;
	struct sample sample;

	p->elapsed_ns += there + back + 30000;
	*e = (struct record_exchange){ .has_sample = true };
	e->exchange = (struct exchange){
		.t1 = { at + p->set_ns },
		.t1_raw = { at - START_REAL + START_RAW },
		.t1_read = { 30 },
		.t4_read = { 30 },
		.t2 = { at + OFFSET_NS + there },
		.t3 = { at + OFFSET_NS + there + 30000 },
		.t4 = { START_REAL + p->set_ns + p->elapsed_ns },
		.t4_raw = { START_RAW + p->elapsed_ns },
		.sent_by = STAMP_KERNEL,
		.received_by = STAMP_KERNEL,
		.replied = true,
		.decoded = true,
		.version = 4,
		.stratum = 1,
		.poll = 6,
		.precision = -23,
		.refid = { 'G', 'P', 'S', 0 },
		.root_dispersion = { 1000000 },
		.ttl = 57,
	};
	name_server(server, e->server, sizeof(e->server));
	(void)snprintf(e->address, sizeof(e->address), "[2001:db8::%zx]:123", server + 1);
	if (sample_from_exchange(&e->exchange, &sample) != FAULT_NONE)
		abort();
	e->offset = sample.offset;
	e->delay = sample.delay;
	e->dispersion = sample.dispersion;
	pen_write(p, RECORD_EXCHANGE);
}

void
pen_round(struct pen *p)
{
	int64_t next = p->elapsed_ns + p->poll_ns;
	struct clock_reading at;

	for (size_t i = 0; i < p->servers; i++)
		write_exchange(p, i);
	at = reading(p);
	calibrator_conclude(&p->replay.calibrator, &at, &p->record.calibration);
	pen_write(p, RECORD_CALIBRATION);
	pen_seal(p, false);
	p->elapsed_ns = next;
}

void
pen_end(struct pen *p)
{
	p->record.stop = (struct record_stop){ .reason = "made" };
	pen_write(p, RECORD_STOP);
	pen_seal(p, true);
}
