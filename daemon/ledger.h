/*
 * When records are sealed and brought to disk: conclusions at once, exchanges within the
 * configured seconds, without a timer of their own each.
 */
#ifndef CLOCKWITNESSD_LEDGER_H
#define CLOCKWITNESSD_LEDGER_H

#include <stdbool.h>

#include "evidence.h"
#include "loop.h"
#include "record.h"

struct ledger {
	struct evidence evidence;
	int seal_s, sync_s; /* at most so long is a record unsealed, not on disk */
	struct loop_timer *seal_timer, *sync_timer;
	bool seal_due, sync_due; /* its timer runs */
};

/* No evidence yet. 0 or -ENOMEM. */
int ledger_open(struct ledger *l, struct loop *loop);
void ledger_close(struct ledger *l);

/* A record that may wait: an exchange. */
void ledger_append(struct ledger *l, struct record *r);

/* A record that may not: sealed and on disk when this returns, if the disk lets it. */
void ledger_append_sealed(struct ledger *l, struct record *r);

/* "evidence begins FILE: fingerprint ... head ... seq ...", for the custody form. */
void ledger_say(const struct ledger *l, const char *when);

#endif
