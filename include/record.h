/*
 * The records of the evidence <-> their canonical lines: flat JSON objects, one key
 * order, one spelling of every value (clockwitness-evidence(5)). One table a type
 * describes its fields, and both directions walk it. decode(encode(r)) = r,
 * encode(decode(l)) = l, and nothing but canonical lines is decoded.
 *
 * Durations are integers of ns in keys ending _ns, frequencies ppm with six decimals in
 * keys ending _ppm, absolute times RFC 3339 with nine digits.
 */
#ifndef CLOCKWITNESS_RECORD_H
#define CLOCKWITNESS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibration.h"
#include "clock_watch.h"
#include "digest.h"
#include "exchange.h"
#include "record_context.h"
#include "seal.h"
#include "steering.h"

#define RECORD_VERSION 1
#define RECORD_LINE_MAX ((size_t)64 * 1024) /* with its newline */
#define RECORD_TEXT_SIZE 256
#define RECORD_COMMAND_SIZE 1024

enum record_type {
	RECORD_START,
	RECORD_CONTINUE,
	RECORD_RELOAD,
	RECORD_EXCHANGE,
	RECORD_CALIBRATION,
	RECORD_CLOCK,
	RECORD_EVENT,
	RECORD_GAP,
	RECORD_DELETED,
	RECORD_SEAL,
	RECORD_STOP,
	RECORD_TYPES
};

extern const char *const record_type_names[RECORD_TYPES];

struct record_server {
	char name[SERVER_NAME_SIZE];
	char address[RECORD_TEXT_SIZE]; /* as configured: host name or number */
	int port;
	int minpoll, maxpoll, burst; /* exponents; count */
	int pool;                    /* so many addresses of the name are used */
	struct span fixed_poll;      /* 0: none */
	bool common;
	bool interleaved;
};

struct record_servers {
	size_t count;
	struct record_server server[MAX_SERVERS];
};

/* What there is of it: most hosts ask far fewer than MAX_SERVERS. */
void record_copy_servers(struct record_servers *to, const struct record_servers *from);

/* The newest older file in the directory, as it was found: a statement, not a proof. */
struct record_previous {
	char file[RECORD_TEXT_SIZE];
	struct digest head; /* of its last whole line; zero: it has none */
	uint64_t seq;       /* of that line */
	uint64_t torn;      /* octets after it */
};

struct record_start {
	char program[64];
	int method; /* CALIBRATION_METHOD */
	char host[RECORD_TEXT_SIZE];
	char machine_id[64];
	char boot_id[64];
	char kernel[RECORD_TEXT_SIZE];
	char clocksource[64];
	char timezone[RECORD_TEXT_SIZE]; /* name; empty: unknown */
	int64_t utc_offset_s; /* local time - UTC by the host's rules, at start */
	char command_line[RECORD_COMMAND_SIZE];
	int watch_s; /* the clocks are read so often; 0: only when something happens */
	char hwtimestamp
	    [RECORD_TEXT_SIZE]; /* "eth0", or "eth0: why not"; empty: not asked */
	char unwatched[RECORD_TEXT_SIZE]; /* clocks and states that cannot be read, and
					     why; empty: none */
	bool has_steering;
	struct steering steering;
	int64_t uid;
	uint8_t capabilities[8]; /* effective, big-endian */
	struct record_servers servers;
	bool has_previous;
	struct record_previous previous;
	struct record_context context;
	struct seal_public seal_key;    /* of the first seal */
	struct digest seal_fingerprint; /* SHA-256 of that key */
};

/*
 * A further file of the same process: who writes, what decides, and where it goes on. It
 * is the file's first record, or stands behind lines of the file before it, byte for
 * byte, that may not have reached the disk there.
 */
struct record_continue {
	char program[64];
	int method; /* CALIBRATION_METHOD */
	char host[RECORD_TEXT_SIZE];
	char machine_id[64];
	char boot_id[64];
	char timezone[RECORD_TEXT_SIZE];
	int64_t utc_offset_s;
	int watch_s;
	struct record_servers servers;
	char reason[RECORD_TEXT_SIZE]; /* size, age, or what could not be written */
	char previous_file[RECORD_TEXT_SIZE]; /* its head is this record's `prev` */
	struct seal_public seal_key;          /* that the next seal must use */
};

/* What decides from now on. */
struct record_reload {
	struct digest configuration_digest;
	int watch_s;
	struct record_servers servers;
};

struct record_exchange {
	char server[SERVER_NAME_SIZE];
	char address[SERVER_ADDRESS_SIZE];
	struct exchange exchange;
	bool has_sample; /* fault is none */
	struct span offset, delay, dispersion;
	bool has_suppressed;
	uint64_t suppressed; /* exchanges of the server with faults, not recorded, before
				this */
};

enum event_kind {
	EVENT_STEP,    /* somebody set the clock; size: by so much, positive is forward */
	EVENT_SUSPEND, /* the host slept; size: so long */
	EVENT_LEAP,    /* the kernel carried out a leap second; size: as of a step */
	EVENT_SLEW,    /* somebody changed the clock's rate; a knot, as of RECORD_CLOCK */
	EVENT_CLOCKSOURCE, /* the kernel counts by another device: was, now */
	EVENT_TIMEZONE,    /* the host's local time has other rules: was, now */
	EVENT_DAEMON,      /* time daemons began or ended: was, now */
	EVENTS
};

extern const char *const event_names[EVENTS];

/* What an event of words is told in. */
struct event_words {
	char was[RECORD_TEXT_SIZE], now[RECORD_TEXT_SIZE];
};

struct event_zone {
	struct digest digest; /* SHA-256 of /etc/localtime; zero: cannot be read */
	int64_t utc_offset_s; /* local time - UTC by these rules, then */
};

/*
 * Between the last reading before it and the record's own reading; a slew: at its knot,
 * if it has one (where the clock was stepped as well it has none).
 */
struct record_event {
	enum event_kind kind;
	bool sized; /* a step, a suspend or a leap second */
	struct span size;
	struct system_time before;
	struct raw_time before_raw;
	bool slewed;
	struct clock_slew slew;
	struct clock_change clock; /* of a slew */
	bool worded;
	struct event_words words;
	bool zoned;
	struct event_zone zone;
};

struct record_gap {
	uint64_t records; /* that were not written */
	char reason[RECORD_TEXT_SIZE];
};

/* A file that was, or is about to be, unlinked to keep within the configured size. */
struct record_deleted {
	char file[RECORD_TEXT_SIZE];
	struct digest head; /* of its last whole line */
	uint64_t seq;       /* of that line */
	uint64_t octets;    /* that it took, compressed as it was */
	char reason[RECORD_TEXT_SIZE];
};

struct record_seal {
	bool has_next; /* false: the last one */
	struct seal_public next;
	struct seal_signature signature; /* over the line before ,"sig" */
};

struct record_stop {
	char reason[RECORD_TEXT_SIZE];
	uint64_t exchanges, samples, faults, calibrations;
	/* the process's footprint on the host, before this record */
	uint64_t files_read, octets_written, packets_sent;
};

struct record {
	uint64_t seq;
	struct digest prev; /* of the whole line before; zero in a chain's first */
	enum record_type type;
	struct clock_reading at;
	union {
		struct record_start start;
		struct record_continue go_on;
		struct record_reload reload;
		struct record_exchange exchange;
		struct calibration calibration;
		struct clock_change clock;
		struct record_event event;
		struct record_gap gap;
		struct record_deleted deleted;
		struct record_seal seal;
		struct record_stop stop;
	};
};

/* The line with its newline; its length, or 0: it does not fit, or a text is no UTF-8. */
size_t record_encode(const struct record *r, char *out, size_t size);

enum record_fault {
	RECORD_OK,
	RECORD_MALFORMED,   /* not a canonical record */
	RECORD_NEW_VERSION, /* written by a later version */
};

/*
 * Decodes a line of n octets, newline included. *column: 1-based, where it stopped making
 * sense. *out is complete on RECORD_OK only.
 */
__attribute__((warn_unused_result)) enum record_fault record_decode(
    const char *line, size_t n, struct record *out, size_t *column);

#define RECORD_VALUE_SIZE 192

/* Where two records differ, as in "servers[2].verdict", and both spellings, cut. */
struct record_difference {
	char field[RECORD_VALUE_SIZE];
	char first[RECORD_VALUE_SIZE], second[RECORD_VALUE_SIZE];
};

/* The first difference in what two records of one type say, clock readings aside. */
bool record_differs(
    const struct record *a, const struct record *b, struct record_difference *out);

/* How many octets of a seal's line are signed: those before ,"sig". 0: it is no seal. */
size_t record_signed_length(const char *line, size_t n);

/* Replaces what cannot stand in a record (control characters, no UTF-8) by '?', cuts. */
void record_copy_text(char *to, size_t size, const char *from);

#endif
