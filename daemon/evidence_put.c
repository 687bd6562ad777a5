/* Records into lines, lines into the chain, and the chain into the file. */
#include <string.h>

#include "evidence_parts.h"
#include "log.h"

/* A further file repeats what the chain told last. */
static void
follow(struct evidence *e, const struct record *r)
{
	if (r->type == RECORD_RELOAD) {
		e->identity.watch_s = r->reload.watch_s;
		record_copy_servers(&e->identity.servers, &r->reload.servers);
	}
	if (r->type == RECORD_EVENT && r->event.kind == EVENT_TIMEZONE) {
		memcpy(e->identity.timezone, r->event.words.now,
		    sizeof(e->identity.timezone));
		e->identity.utc_offset_s = r->event.zone.utc_offset_s;
	}
}

static bool
hand_over(struct evidence *e, const char *line, size_t n)
{
	if (e->kind == EVIDENCE_STREAM)
		return stream_write(&e->stream, line, n) == 0;
	e->pending.used += n;
	return true;
}

bool
evidence_put(struct evidence *e, struct record *r, size_t keep)
{
	size_t size;
	char *line;
	size_t n;

	if (e->state == EVIDENCE_OK && e->pending.used > PENDING_SIZE / 2)
		(void)evidence_sync(e);
	line = pending_room(&e->pending, keep, &size);
	r->seq = e->chain.seq;
	r->prev = e->chain.head;
	n = record_encode(r, line, size < RECORD_LINE_MAX ? size : RECORD_LINE_MAX);
	if (n == 0 && size >= RECORD_LINE_MAX)
		log_line(
		    LOG_ERROR, "a %s record does not fit", record_type_names[r->type]);
	if (n == 0 || !hand_over(e, line, n))
		return false;
	chain_advance(&e->chain, line, n);
	e->octets += n;
	e->unsealed = r->type != RECORD_SEAL;
	follow(e, r);
	evidence_flush(e);
	return true;
}

void
evidence_flush(struct evidence *e)
{
	const char *line;
	size_t n;

	while (e->disk.fd >= 0 && (n = pending_next(&e->pending, &line)) > 0) {
		int error = disk_write(&e->disk, line, n);

		if (error < 0)
			evidence_abandon(e, error, "write");
		else
			e->pending.written += n;
	}
}

static void
say_recovery(const struct evidence *e)
{
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_DIRECTORY", e->path, 0 },
		{ "CLOCKWITNESS_FILE", e->file, 0 },
		{ "CLOCKWITNESS_LOST", NULL, (int64_t)e->lost },
		{ NULL, NULL, 0 },
	};

	log_message(MESSAGE_DISK_RECOVERED, LOG_WARNING, fields,
	    "writing evidence again to %s; %llu records were lost", e->file,
	    (unsigned long long)e->lost);
}

bool
evidence_put_gap(struct evidence *e, const struct clock_reading *now)
{
	struct record r = {
		.type = RECORD_GAP,
		.at = *now,
		.gap = { .records = e->lost },
	};

	memcpy(r.gap.reason, e->trouble, sizeof(r.gap.reason));
	if (!evidence_put(e, &r, SEAL_ROOM))
		return false;
	if (e->state == EVIDENCE_FULL && !e->last_words && e->kind == EVIDENCE_FILE)
		return true; /* the word before a silence */
	say_recovery(e);
	e->lost = 0;
	e->gap_due = false;
	if (e->kind == EVIDENCE_STREAM)
		e->state = EVIDENCE_OK;
	if (e->state == EVIDENCE_OK)
		e->trouble[0] = '\0';
	return true;
}

bool
evidence_put_continue(struct evidence *e, const struct clock_reading *now,
    const char *old_file, const char *reason)
{
	struct record r = { .type = RECORD_CONTINUE, .at = *now, .go_on = e->identity };

	r.go_on.seal_key = keyring_public(e->keyring);
	record_copy_text(r.go_on.reason, sizeof(r.go_on.reason), reason);
	record_copy_text(r.go_on.previous_file, sizeof(r.go_on.previous_file), old_file);
	e->continued = true;
	return evidence_put(e, &r, SEAL_ROOM);
}

/* A key that has signed is gone: there must be room for what it signs. */
bool
evidence_put_seal(struct evidence *e, const struct clock_reading *now, bool last)
{
	char line[SEAL_ROOM];
	struct record r = {
		.seq = e->chain.seq,
		.prev = e->chain.head,
		.type = RECORD_SEAL,
		.at = *now,
		.seal = { .has_next = !last },
	};
	size_t room;
	size_t n;

	(void)pending_room(&e->pending, 0, &room);
	if (room < SEAL_ROOM || (!last && !keyring_announce(e->keyring, &r.seal.next)))
		return false;
	n = record_encode(&r, line, sizeof(line));
	r.seal.signature = keyring_sign(e->keyring, line, record_signed_length(line, n));
	return evidence_put(e, &r, 0);
}
