/*
 * Makes a long evidence file of a host that never was, through the product's own core:
 * what reading and modelling are measured by.
 *
 * usage: prog_make_year DAYS [SERVERS [POLL_S [DIRECTORY]]]
 * SERVERS (8) servers 5..25 ms away with 1 ms of jitter, one exchange each every POLL_S
 * (64) s, a calibration and a seal after each round; a host clock that nobody steers and
 * whose oscillator swings by 0.3 ppm a day. On standard output, or a file a day in the
 * directory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "record.h"
#include "replay.h"
#include "sample.h"

#define UTC_AT_START (INT64_C(1767225600) * NS_PER_SECOND) /* 2026-01-01 */
#define RAW_AT_START (INT64_C(100) * NS_PER_SECOND)
#define DAY_S 86400.0
#define PI 3.14159265358979323846

struct pen {
	struct chain chain;
	struct seal_key key;
	uint64_t seeds, random;
	FILE *out;
	const char *directory; /* NULL: one file */
	int files;
	struct record_servers servers;
};

static struct record record;
static struct replay replay; /* conclusions follow from the exchanges */

static double
uniform(struct pen *p)
{
	p->random = p->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (double)(p->random >> 11) * 0x1p-53;
}

static void
write_line(struct pen *p, const char *line, size_t n)
{
	if (n == 0 || fwrite(line, 1, n, p->out) != n)
		exit(3);
	chain_advance(&p->chain, line, n);
}

static void
write_record(struct pen *p)
{
	static char line[RECORD_LINE_MAX];

	record.seq = p->chain.seq;
	record.prev = p->chain.head;
	replay_take(&replay, &record);
	write_line(p, line, record_encode(&record, line, sizeof(line)));
}

static void
new_key(struct pen *p, struct seal_key *key)
{
	uint8_t seed[SEAL_SEED_BYTES] = { 0 };

	p->seeds++;
	memcpy(seed, &p->seeds, sizeof(p->seeds));
	seal_key_from_seed(key, seed);
}

static void
write_seal(struct pen *p, const struct clock_reading *at, bool last)
{
	static char line[RECORD_LINE_MAX];
	struct seal_key next = { .secret_half = { 0 } };
	size_t n;

	record = (struct record){ .type = RECORD_SEAL, .at = *at, .seq = p->chain.seq };
	record.prev = p->chain.head;
	record.seal.has_next = !last;
	if (!last)
		new_key(p, &next);
	record.seal.next = next.public_half;
	n = record_encode(&record, line, sizeof(line));
	record.seal.signature = seal_sign(&p->key, line, record_signed_length(line, n));
	write_record(p);
	p->key = next;
}

/* UTC at s seconds of raw time after the start, and the host's clock, 3.2 s behind. */
static int64_t
utc_at(double s)
{
	double swing = 0.3e-6 * DAY_S / (2 * PI) * (1 - cos(2 * PI * s / DAY_S));

	return UTC_AT_START + llround((s + 20e-6 * s + swing) * 1e9);
}

static struct clock_reading
read_clocks(double s)
{
	int64_t ns = llround(s * 1e9);

	return (struct clock_reading){
		.real = { UTC_AT_START - 3200000000 + ns },
		.raw = { RAW_AT_START + ns },
		.mono = { RAW_AT_START + ns },
		.boot = { RAW_AT_START + ns },
		.read = { 30 },
		.has_mono = true,
		.has_boot = true,
	};
}

static void
write_exchange(struct pen *p, double s, int server)
{
	double there = 5e-3 + 2.5e-3 * server - 1e-3 * log(1 - uniform(p));
	double back = 5e-3 + 2.5e-3 * server - 1e-3 * log(1 - uniform(p));
	struct clock_reading sent = read_clocks(s);
	struct clock_reading received = read_clocks(s + there + back + 2e-5);
	struct record_exchange *x = &record.exchange;
	struct sample sample;

	record = (struct record){ .type = RECORD_EXCHANGE, .at = received };
	record.at.raw.ns += 20000;
	record.at.real.ns += 20000;
	record.at.mono.ns += 20000;
	record.at.boot.ns += 20000;
	(void)snprintf(x->server, sizeof(x->server), "ntp%d.example.org", server);
	(void)snprintf(x->address, sizeof(x->address), "192.0.2.%d:123", server);
	x->exchange = (struct exchange){ .t1 = sent.real,
		.t1_raw = sent.raw,
		.t4 = received.real,
		.t4_raw = received.raw,
		.sent_by = STAMP_KERNEL,
		.received_by = STAMP_KERNEL,
		.replied = true,
		.decoded = true,
		.t2 = { utc_at(s + there) },
		.t3 = { utc_at(s + there + 2e-5) },
		.version = 4,
		.stratum = 2,
		.poll = 6,
		.precision = -24,
		.refid = { 203, 0, 113, 5 },
		.root_delay = { 1000000 },
		.root_dispersion = { 1000000 },
		.ttl = 57 };
	x->has_sample = sample_from_exchange(&x->exchange, &sample) == FAULT_NONE;
	x->offset = sample.offset;
	x->delay = sample.delay;
	x->dispersion = sample.dispersion;
	write_record(p);
}

static void
write_start(struct pen *p)
{
	record = (struct record){ .type = RECORD_START, .at = read_clocks(0) };
	record.start = (struct record_start){
		.program = "prog_make_year",
		.method = CALIBRATION_METHOD,
		.host = "made",
		.boot_id = "00000000-0000-0000-0000-000000000001",
		.clocksource = "tsc",
		.timezone = "UTC",
		.watch_s = 1,
		.servers = p->servers,
	};
	new_key(p, &p->key);
	record.start.seal_key = p->key.public_half;
	record.start.seal_fingerprint =
	    digest_bytes(&p->key.public_half, sizeof(p->key.public_half));
	write_record(p);
}

static void
name_file(char out[RECORD_TEXT_SIZE], int number)
{
	(void)snprintf(out, RECORD_TEXT_SIZE, "made-20260101T000000Z-%03d.jsonl", number);
}

static void
open_file(struct pen *p)
{
	char name[RECORD_TEXT_SIZE];
	char path[2 * RECORD_TEXT_SIZE];

	if (p->directory == NULL)
		return;
	name_file(name, p->files++);
	(void)snprintf(path, sizeof(path), "%s/%s", p->directory, name);
	p->out = fopen(path, "wxe");
	if (p->out == NULL)
		exit(3);
}

static void
rotate(struct pen *p, double s)
{
	if (fclose(p->out) != 0)
		exit(3);
	open_file(p);
	record = (struct record){ .type = RECORD_CONTINUE, .at = read_clocks(s) };
	record.go_on = (struct record_continue){
		.program = "prog_make_year",
		.method = CALIBRATION_METHOD,
		.host = "made",
		.boot_id = "00000000-0000-0000-0000-000000000001",
		.timezone = "UTC",
		.watch_s = 1,
		.servers = p->servers,
		.reason = "age",
		.seal_key = p->key.public_half,
	};
	name_file(record.go_on.previous_file, p->files - 2);
	write_record(p);
}

static void
write_calibration(struct pen *p, double s)
{
	record = (struct record){ .type = RECORD_CALIBRATION, .at = read_clocks(s) };
	calibrator_conclude(&replay.calibrator, &record.at, &record.calibration);
	write_record(p);
}

static void
name_servers(struct pen *p, int servers, double poll)
{
	p->servers.count = (size_t)servers;
	for (int i = 0; i < servers; i++) {
		struct record_server *s = &p->servers.server[i];

		*s = (struct record_server){ .port = 123, .pool = 1 };
		s->fixed_poll.ns = llround(poll * 1e9);
		(void)snprintf(s->name, sizeof(s->name), "ntp%d.example.org", i);
		(void)snprintf(s->address, sizeof(s->address), "192.0.2.%d", i);
	}
}

int
main(int argc, char *argv[])
{
	struct pen pen = { .random = 1, .out = stdout };
	double end = argc > 1 ? atof(argv[1]) * DAY_S : 0;
	int servers = argc > 2 ? atoi(argv[2]) : 8;
	double poll = argc > 3 ? atof(argv[3]) : 64;
	struct clock_reading at;

	if (end <= 0 || servers < 1 || servers > MAX_SERVERS || poll <= 0 ||
	    !seal_begin())
		return 2;
	name_servers(&pen, servers, poll);
	pen.directory = argc > 4 ? argv[4] : NULL;
	open_file(&pen);
	write_start(&pen);
	for (double s = 1; s < end; s += poll) {
		for (int i = 0; i < servers; i++)
			write_exchange(&pen, s + poll * i / servers, i);
		at = read_clocks(s + poll - 0.5);
		write_calibration(&pen, s + poll - 0.5);
		write_seal(&pen, &at, false);
		if (pen.directory != NULL && s + poll >= pen.files * DAY_S &&
		    s + poll < end)
			rotate(&pen, s + poll - 0.25);
	}
	at = read_clocks(end + poll);
	record = (struct record){
		.type = RECORD_STOP, .at = at, .stop = { .reason = "made" }
	};
	write_record(&pen);
	write_seal(&pen, &at, true);
	return fclose(pen.out) == 0 ? 0 : 3;
}
