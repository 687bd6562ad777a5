#include "ledger.h"

#include <errno.h>

#include "clock.h"
#include "log.h"

static void mend_later(struct ledger *l);

/* For the custody form, and for whoever carries logs off the host. */
static void
say(struct ledger *l, const char *when, struct raw_time now)
{
	const struct evidence *e = &l->evidence;
	struct log_head h = {
		.when = when,
		.path = e->path,
		.file = e->file,
		.fingerprint = digest_bytes(&e->first_key, sizeof(e->first_key)),
		.head = e->chain.head,
		.seq = e->chain.seq - 1,
	};

	l->announced = now;
	if (e->kind != EVIDENCE_NONE && !e->stream.closed)
		log_head(&h);
}

static void
on_seal_due(void *arg)
{
	struct ledger *l = arg;
	struct clock_reading now;

	l->seal_due = false;
	clock_read(&now);
	(void)evidence_seal(&l->evidence, &now, false);
	mend_later(l);
}

static void
on_sync_due(void *arg)
{
	struct ledger *l = arg;
	struct clock_reading now;

	l->sync_due = false;
	clock_read(&now);
	evidence_mend(&l->evidence, &now);
	(void)evidence_sync(&l->evidence);
	mend_later(l);
}

int
ledger_open(struct ledger *l, struct loop *loop)
{
	int locked = 0;
	int error;

	*l = (struct ledger){
		.seal_timer = loop_timer_new(loop, on_seal_due, l),
		.sync_timer = loop_timer_new(loop, on_sync_due, l),
	};
	evidence_open_none(&l->evidence);
	if (l->seal_timer == NULL || l->sync_timer == NULL)
		return -ENOMEM;
	error = keyring_open(&l->keyring, &locked);
	if (locked < 0)
		(void)log_fail(locked, "the seals' keys cannot be locked into memory and "
				       "may be swapped out");
	return error;
}

void
ledger_close(struct ledger *l)
{
	evidence_close(&l->evidence);
	keyring_close(l->keyring);
	loop_timer_free(l->seal_timer);
	loop_timer_free(l->sync_timer);
}

int
ledger_begin(struct ledger *l, struct record *start)
{
	int error;

	l->evidence.keyring = l->keyring;
	error = evidence_begin(&l->evidence, start);
	if (error == 0)
		say(l, "begins", start->at.raw);
	return error;
}

static void
arm(struct loop_timer *timer, bool *due, int seconds)
{
	if (!*due)
		loop_timer_set(timer, (struct span){ seconds * NS_PER_SECOND });
	*due = true;
}

/* What does not go is tried again, whether or not there is something to write. */
static void
mend_later(struct ledger *l)
{
	if (l->evidence.kind == EVIDENCE_FILE && l->evidence.state != EVIDENCE_OK)
		arm(l->sync_timer, &l->sync_due, 1);
}

static const char *
why_rotate(const struct ledger *l, struct raw_time now)
{
	const struct ledger_rules *r = &l->rules;
	struct span age = raw_since(now, l->evidence.file_from);

	if (r->rotate_size > 0 && l->evidence.disk.size >= r->rotate_size)
		return "size";
	if (r->rotate_age_s > 0 && age.ns / NS_PER_SECOND >= r->rotate_age_s)
		return "age";
	return NULL;
}

static void
rotate_if_due(struct ledger *l, const struct clock_reading *now)
{
	const char *why = why_rotate(l, now->raw);

	if (l->evidence.kind != EVIDENCE_FILE || l->evidence.state != EVIDENCE_OK ||
	    why == NULL || !evidence_rotate(&l->evidence, now, why))
		return;
	say(l, "goes on in", now->raw);
	if (l->rotated != NULL)
		l->rotated(l->arg);
}

static void
announce_if_due(struct ledger *l, struct raw_time now)
{
	int64_t since = raw_since(now, l->announced).ns / NS_PER_SECOND;

	if (l->rules.announce_s > 0 && since >= l->rules.announce_s)
		say(l, "stands at", now);
}

static void
remember_event(struct ledger *l, const struct record *r)
{
	if (r->type != RECORD_EVENT)
		return;
	l->has_event = true;
	l->last_event = r->event;
	l->last_event_at = r->at.real;
}

void
ledger_append(struct ledger *l, struct record *r)
{
	remember_event(l, r);
	(void)evidence_append(&l->evidence, r);
	if (l->rules.sync_s == 0)
		(void)evidence_sync(&l->evidence);
	else
		arm(l->sync_timer, &l->sync_due, l->rules.sync_s);
	arm(l->seal_timer, &l->seal_due, l->rules.seal_s);
	mend_later(l);
}

void
ledger_append_sealed(struct ledger *l, struct record *r)
{
	remember_event(l, r);
	(void)evidence_append(&l->evidence, r);
	if (evidence_seal(&l->evidence, &r->at, false)) {
		rotate_if_due(l, &r->at);
		announce_if_due(l, r->at.raw);
	}
	loop_timer_clear(l->seal_timer);
	loop_timer_clear(l->sync_timer);
	l->seal_due = l->sync_due = false;
	mend_later(l);
}

bool
ledger_end(struct ledger *l, struct record *stop)
{
	bool whole = evidence_append(&l->evidence, stop);

	whole = evidence_seal(&l->evidence, &stop->at, true) && whole;
	say(l, "ends", stop->at.raw);
	return whole;
}
