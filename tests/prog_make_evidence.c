/*
 * Makes evidence of a clock that never was, through the product's own core: known to the
 * nanosecond, for tests that need a certain day. Not a forgery tool: its keys are its
 * own.
 *
 * usage: prog_make_evidence START OFFSET_NS FREQUENCY_PPM SECONDS [ZONE UTC_OFFSET_S]
 *                           [STEP_AT STEP_NS] [UP_S ASLEEP_S]
 * START: RFC 3339 with nine digits, what the host's clock shows first. A calibration each
 * 16 seconds; STEP_AT seconds after the start the clock is set forward by STEP_NS. With
 * UP_S the host has been up for so much longer, has slept for ASLEEP_S, and is watched.
 *
 * usage: prog_make_evidence --points [ZONE UTC_OFFSET_S] < POINTS
 * POINTS: lines of a time of the host's clock as START, and UTC - that in ns. A calibration
 * at each; the host's clock is straight between two, and the oscillator exact.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "chain.h"
#include "record.h"
#include "seal.h"

#define RAW_AT_START                                                                     \
	INT64_C(1000000000000000000) /* up for 31 years: no boot in the way */
#define ROUND_S 16

struct host {
	int64_t start_ns, offset_ns; /* host clock at start; UTC - host then */
	double frequency;            /* d(UTC - host)/d(host) */
	int64_t step_at_s, step_ns;
	int64_t up_ns, asleep_ns;
	bool watched;
};

struct pen {
	struct chain chain;
	struct seal_key key;
	uint8_t seeds;
};

static struct record record;

static void
write_line(struct pen *p)
{
	static char line[RECORD_LINE_MAX];
	size_t n;

	record.seq = p->chain.seq;
	record.prev = p->chain.head;
	n = record_encode(&record, line, sizeof(line));
	if (n == 0 || fwrite(line, 1, n, stdout) != n)
		exit(3);
	chain_advance(&p->chain, line, n);
}

static void
new_key(struct pen *p, struct seal_key *key)
{
	uint8_t seed[SEAL_SEED_BYTES];

	memset(seed, ++p->seeds, sizeof(seed));
	seal_key_from_seed(key, seed);
}

static void
write_seal(struct pen *p, const struct clock_reading *at, bool last)
{
	char line[2048];
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
	write_line(p);
	p->key = next;
}

/* The host's clock runs at the raw clock's rate; the oscillator is what is wrong. */
static struct clock_reading
reading(const struct host *h, int64_t elapsed_ns)
{
	bool stepped = h->step_ns != 0 && elapsed_ns >= h->step_at_s * NS_PER_SECOND;
	int64_t raw = RAW_AT_START + h->up_ns + elapsed_ns;

	return (struct clock_reading){
		.real = { h->start_ns + elapsed_ns + (stepped ? h->step_ns : 0) },
		.raw = { raw },
		.mono = { raw },
		.boot = { raw + h->asleep_ns },
		.read = { 30 },
		.has_mono = true,
		.has_boot = true,
	};
}

static void
write_calibration(struct pen *p, const struct host *h, int64_t elapsed_ns)
{
	struct clock_reading at = reading(h, elapsed_ns);
	int64_t drifted = span_from_seconds(h->frequency * (double)elapsed_ns / 1e9).ns;
	int64_t utc = h->start_ns + h->offset_ns + elapsed_ns + drifted;

	record = (struct record){ .type = RECORD_CALIBRATION, .at = at };
	record.calibration = (struct calibration){
		.outcome = OUTCOME_MAJORITY,
		.candidates = 3,
		.truechimers = 3,
		.selected = true,
		.server = "made",
		.offset = { utc - at.real.ns },
		.utc_minus_raw = { utc - at.raw.ns },
		.frequency = h->frequency,
		.oscillator = h->frequency,
		.frequency_error = 1e-9,
		.noise = { 1000 },
		.uncertainty = { 100000 },
		.bound = { 200000 },
		.length = { elapsed_ns },
		.samples = 8,
	};
	write_line(p);
	write_seal(p, &at, false);
}

static int64_t
parse_time(const char *text)
{
	struct scan s = { text, text + strlen(text), false };
	int64_t ns = scan_rfc3339(&s);

	if (s.failed || s.at != s.end)
		exit(2);
	return ns;
}

/* A point of the host's clock, whose oscillator is exact. */
static void
write_point(struct pen *p, int64_t host_ns, int64_t offset_ns, double frequency)
{
	static int64_t first_utc, first_host;
	int64_t utc = host_ns + offset_ns;
	struct clock_reading at;

	if (first_utc == 0) {
		first_utc = utc;
		first_host = host_ns;
	}
	at = (struct clock_reading){ .real = { host_ns },
		.raw = { RAW_AT_START + utc - first_utc },
		.mono = { RAW_AT_START + host_ns - first_host }, /* slewed, not set */
		.boot = { RAW_AT_START + host_ns - first_host },
		.read = { 30 },
		.has_mono = true,
		.has_boot = true };
	record = (struct record){ .type = RECORD_CALIBRATION, .at = at };
	record.calibration = (struct calibration){
		.outcome = OUTCOME_MAJORITY,
		.candidates = 3,
		.truechimers = 3,
		.selected = true,
		.server = "made",
		.offset = { offset_ns },
		.utc_minus_raw = { utc - at.raw.ns },
		.frequency = frequency,
		.frequency_error = 1e-9,
		.noise = { 1000 },
		.uncertainty = { 100000 },
		.bound = { 200000 },
		.samples = 8,
	};
	write_line(p);
	write_seal(p, &at, false);
}

static size_t
read_points(int64_t host[], int64_t offset[], size_t most)
{
	char text[64];
	long long ns;
	size_t n = 0;

	while (n < most && scanf("%63s %lld", text, &ns) == 2) {
		host[n] = parse_time(text);
		offset[n++] = ns;
	}
	return n;
}

static void
write_start(struct pen *p, const struct host *h, char *zone[])
{
	record = (struct record){ .type = RECORD_START, .at = reading(h, 0) };
	record.start = (struct record_start){
		.program = "prog_make_evidence",
		.method = 0, /* calibrations without exchanges follow from nothing */
		.host = "made",
		.boot_id = "00000000-0000-0000-0000-000000000001",
		.timezone = "UTC",
		.watch_s = h->watched,
	};
	if (zone[0] != NULL) {
		record_copy_text(
		    record.start.timezone, sizeof(record.start.timezone), zone[0]);
		record.start.utc_offset_s = atol(zone[1]);
	}
	new_key(p, &p->key);
	record.start.seal_key = p->key.public_half;
	record.start.seal_fingerprint =
	    digest_bytes(&p->key.public_half, sizeof(p->key.public_half));
	write_line(p);
}

static int
make_of_points(char *zone[])
{
	static int64_t host[100000], offset[100000];
	struct pen pen = { .seeds = 0 };
	size_t n = read_points(host, offset, 100000);
	struct host h = { .start_ns = host[0], .watched = true };

	if (n < 2)
		return 2;
	write_start(&pen, &h, zone);
	for (size_t i = 0; i < n; i++) {
		size_t a = i + 1 < n ? i : n - 2;

		write_point(&pen, host[i], offset[i],
		    (double)(offset[a + 1] - offset[a]) /
			(double)(host[a + 1] - host[a]));
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	static char *no_zone[] = { NULL, NULL };
	struct pen pen = { .seeds = 0 };
	struct host h = { .start_ns = 0 };
	int64_t seconds;

	if (!seal_begin())
		return 2;
	if (argc > 1 && strcmp(argv[1], "--points") == 0)
		return make_of_points(argc > 3 ? argv + 2 : no_zone);
	if (argc < 5)
		return 2;
	h.start_ns = parse_time(argv[1]);
	h.offset_ns = atoll(argv[2]);
	h.frequency = atof(argv[3]) * 1e-6;
	seconds = atoll(argv[4]);
	h.step_at_s = argc > 8 ? atoll(argv[7]) : 0;
	h.step_ns = argc > 8 ? atoll(argv[8]) : 0;
	h.watched = argc > 10;
	h.up_ns = h.watched ? atoll(argv[9]) * NS_PER_SECOND : 0;
	h.asleep_ns = h.watched ? atoll(argv[10]) * NS_PER_SECOND : 0;
	write_start(&pen, &h, argc > 6 ? argv + 5 : no_zone);
	for (int64_t s = 0; s <= seconds; s += ROUND_S)
		write_calibration(&pen, &h, s * NS_PER_SECOND);
	record = (struct record){ .type = RECORD_STOP,
		.at = reading(&h, seconds * NS_PER_SECOND),
		.stop = { .reason = "made" } };
	write_line(&pen);
	write_seal(&pen, &record.at, true);
	return 0;
}
