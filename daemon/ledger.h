/*
 * When records are sealed and brought to disk: conclusions at once, exchanges within the
 * configured seconds, without a timer of their own each. When a new file is begun, and
 * when the newest head is told to whoever carries it away.
 */
#ifndef CLOCKWITNESSD_LEDGER_H
#define CLOCKWITNESSD_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence.h"
#include "loop.h"
#include "record.h"

struct ledger_rules {
	int seal_s, sync_s;   /* at most so long is a record unsealed, not on disk */
	uint64_t rotate_size; /* octets; 0: never */
	int64_t rotate_age_s; /* 0: never */
	int64_t announce_s;   /* the head is said so often; 0: not for its own sake */
};

struct ledger {
	struct evidence evidence;
	struct keyring *keyring; /* made before the process confines itself */
	struct ledger_rules rules;
	struct loop_timer *seal_timer, *sync_timer;
	bool seal_due, sync_due;   /* its timer runs */
	struct raw_time announced; /* the head, last */
	bool has_event;            /* one was recorded */
	struct record_event last_event;
	struct system_time last_event_at;
	loop_callback *rotated; /* a file was closed; NULL: nobody cares */
	void *arg;
};

/* The keys, and no evidence yet. 0 or -errno, said. */
int ledger_open(struct ledger *l, struct loop *loop);
void ledger_close(struct ledger *l);

/* After evidence_open_...(): the file and its start record. 0 or -errno, said. */
int ledger_begin(struct ledger *l, struct record *start);

/* A record that may wait: an exchange. */
void ledger_append(struct ledger *l, struct record *r);

/* A record that may not: sealed and on disk when this returns, if the disk lets it. */
void ledger_append_sealed(struct ledger *l, struct record *r);

/* The stop record and the last seal. false: they are not on disk. */
bool ledger_end(struct ledger *l, struct record *stop);

#endif
