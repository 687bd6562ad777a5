#include "ledger.h"

#include <errno.h>

#include "clock.h"
#include "log.h"
#include "text.h"

static void
on_seal_due(void *arg)
{
	struct ledger *l = arg;
	struct clock_reading now;

	l->seal_due = false;
	clock_read(&now);
	(void)evidence_seal(&l->evidence, &now, false);
}

static void
on_sync_due(void *arg)
{
	struct ledger *l = arg;

	l->sync_due = false;
	(void)evidence_sync(&l->evidence);
}

int
ledger_open(struct ledger *l, struct loop *loop)
{
	*l = (struct ledger){
		.seal_timer = loop_timer_new(loop, on_seal_due, l),
		.sync_timer = loop_timer_new(loop, on_sync_due, l),
	};
	evidence_open_none(&l->evidence);
	return l->seal_timer != NULL && l->sync_timer != NULL ? 0 : -ENOMEM;
}

void
ledger_close(struct ledger *l)
{
	evidence_close(&l->evidence);
	loop_timer_free(l->seal_timer);
	loop_timer_free(l->sync_timer);
}

static void
arm(struct loop_timer *timer, bool *due, int seconds)
{
	if (!*due)
		loop_timer_set(timer, (struct span){ seconds * NS_PER_SECOND });
	*due = true;
}

void
ledger_append(struct ledger *l, struct record *r)
{
	(void)evidence_append(&l->evidence, r);
	if (l->sync_s == 0)
		(void)evidence_sync(&l->evidence);
	else
		arm(l->sync_timer, &l->sync_due, l->sync_s);
	arm(l->seal_timer, &l->seal_due, l->seal_s);
}

void
ledger_append_sealed(struct ledger *l, struct record *r)
{
	(void)evidence_append(&l->evidence, r);
	(void)evidence_seal(&l->evidence, &r->at, false);
	loop_timer_clear(l->seal_timer);
	loop_timer_clear(l->sync_timer);
	l->seal_due = l->sync_due = false;
}

void
ledger_say(const struct ledger *l, const char *when)
{
	const struct evidence *e = &l->evidence;
	char fingerprint[2 * DIGEST_BYTES + 1] = "";
	char head[2 * DIGEST_BYTES + 1] = "";
	struct digest d = digest_bytes(&e->first_key, sizeof(e->first_key));
	struct text f = { fingerprint, fingerprint + sizeof(fingerprint), false };
	struct text h = { head, head + sizeof(head), false };

	if (e->kind == EVIDENCE_NONE || e->stream.closed)
		return;
	print_hex(&f, d.byte, sizeof(d.byte));
	print_hex(&h, e->chain.head.byte, DIGEST_BYTES);
	log_line(LOG_CUSTODY, "evidence %s %s/%s: fingerprint %s head %s seq %llu", when,
	    e->path, e->file, fingerprint, head, (unsigned long long)(e->chain.seq - 1));
}
