#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "evidence_file.h"
#include "evidence_parts.h"
#include "log.h"

const char *const evidence_state_names[EVIDENCE_STATES] = {
	[EVIDENCE_OK] = "ok",
	[EVIDENCE_FULL] = "full",
	[EVIDENCE_FAILED] = "failed",
};

void
evidence_open_none(struct evidence *e)
{
	*e = (struct evidence){
		.kind = EVIDENCE_NONE, .directory = -1, .disk = DISK_CLOSED
	};
}

int
evidence_open_directory(struct evidence *e, const char *path,
    struct record_previous *previous, bool *has_previous)
{
	int error;

	evidence_open_none(e);
	e->kind = EVIDENCE_FILE;
	(void)snprintf(e->path, sizeof(e->path), "%s", path);
	e->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->directory < 0)
		return log_fail(-errno, "cannot open the evidence directory %s", path);
	if (flock(e->directory, LOCK_EX | LOCK_NB) != 0) {
		error = -errno;
		if (error == -EWOULDBLOCK)
			log_line(LOG_ERROR, "another clockwitnessd writes to %s", path);
		else
			(void)log_fail(error, "cannot lock %s", path);
		goto close_directory;
	}
	error = evidence_file_newest(e->directory, previous, has_previous);
	if (error < 0) {
		(void)log_fail(error, "cannot read the directory %s", path);
		goto close_directory;
	}
	return 0;
close_directory:
	close(e->directory);
	e->directory = -1;
	return error;
}

int
evidence_open_stream(
    struct evidence *e, struct loop *l, loop_callback *on_closed, void *arg)
{
	int error;

	evidence_open_none(e);
	e->kind = EVIDENCE_STREAM;
	(void)snprintf(e->path, sizeof(e->path), "standard output");
	(void)snprintf(e->file, sizeof(e->file), "-");
	error = stream_open(&e->stream, STDOUT_FILENO, l, on_closed, arg);
	return error == 0 ? 0 : log_fail(error, "cannot write to standard output");
}

/* Once, not at each conclusion until it goes. */
static void
say_not_rotated(struct evidence *e, int error)
{
	if (!e->rotation_failed)
		(void)log_fail(error,
		    "%s: cannot make a new file; going on in %s, trying again", e->path,
		    e->file);
	e->rotation_failed = true;
}

static void
lose(struct evidence *e)
{
	if (e->kind == EVIDENCE_STREAM && e->state == EVIDENCE_OK && !e->stream.closed) {
		log_line(
		    LOG_WARNING, "standard output: the reader is too slow, records lost");
		e->state = EVIDENCE_FULL;
		record_copy_text(e->trouble, sizeof(e->trouble),
		    "the reader of the stream is too slow");
	}
	e->gap_due = true;
	e->lost++;
	e->lost_ever++;
}

bool
evidence_append(struct evidence *e, struct record *r)
{
	if (e->kind == EVIDENCE_NONE)
		return true;
	if (evidence_ready(e, &r->at) && evidence_put(e, r, SEAL_ROOM))
		return true;
	lose(e);
	return false;
}

bool
evidence_sync(struct evidence *e)
{
	int error;

	if (e->kind != EVIDENCE_FILE || e->pending.used == 0)
		return true;
	if (e->disk.fd < 0)
		return false;
	error = disk_sync(&e->disk);
	if (error < 0) {
		evidence_abandon(e, error, "bring the data to disk");
		return false;
	}
	pending_synced(&e->pending);
	e->continued = false;
	e->synced_seq = e->chain.seq;
	return true;
}

/* An administrator who is told only this must be able to tell why. */
static void
say_unsealed(const struct evidence *e)
{
	const char *why = e->trouble[0] != '\0' ? e->trouble : "no room";
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_DIRECTORY", e->path, 0 },
		{ "CLOCKWITNESS_FILE", e->file, 0 },
		{ NULL, NULL, 0 },
	};

	log_message(MESSAGE_SEAL_FAILED, LOG_ERROR, fields,
	    "%s/%s: what was written since the last seal cannot be sealed: %s", e->path,
	    e->file, why);
}

bool
evidence_seal(struct evidence *e, const struct clock_reading *now, bool last)
{
	bool sealed;

	if (e->kind == EVIDENCE_NONE || (!e->unsealed && !last))
		return true;
	if (e->kind == EVIDENCE_STREAM && !stream_has_room(&e->stream, SEAL_ROOM))
		return false;
	sealed = evidence_ready(e, now) && evidence_put_seal(e, now, last);
	sealed = evidence_sync(e) && sealed;
	if (!sealed && !e->seal_failed)
		say_unsealed(e);
	e->seal_failed = !sealed;
	if (sealed)
		e->sealed = *now;
	return sealed;
}

/* What stands in the start record stands in each further file, too. */
static void
take_identity(struct evidence *e, const struct record_start *s)
{
	struct record_continue *i = &e->identity;

	memcpy(i->program, s->program, sizeof(i->program));
	i->method = s->method;
	memcpy(i->host, s->host, sizeof(i->host));
	memcpy(i->machine_id, s->machine_id, sizeof(i->machine_id));
	memcpy(i->boot_id, s->boot_id, sizeof(i->boot_id));
	memcpy(i->timezone, s->timezone, sizeof(i->timezone));
	i->utc_offset_s = s->utc_offset_s;
	i->watch_s = s->watch_s;
	record_copy_servers(&i->servers, &s->servers);
}

static int
make_first_file(struct evidence *e, const struct clock_reading *now)
{
	int fd;

	if (e->kind != EVIDENCE_FILE)
		return 0;
	fd = evidence_file_create(
	    e->directory, e->identity.host, now->real, &e->rotation, e->file);
	if (fd < 0)
		return log_fail(fd, "cannot make a file in %s", e->path);
	e->disk = disk_from(fd);
	e->file_from = now->raw;
	return 0;
}

static void
name_key(struct evidence *e, struct record_start *start)
{
	e->first_key = keyring_public(e->keyring);
	start->seal_key = e->first_key;
	start->seal_fingerprint = digest_bytes(&e->first_key, sizeof(e->first_key));
}

int
evidence_begin(struct evidence *e, struct record *r)
{
	int error;

	if (e->kind == EVIDENCE_NONE)
		return 0;
	error = pending_open(&e->pending);
	if (error < 0)
		return log_fail(error, "the evidence");
	name_key(e, &r->start);
	take_identity(e, &r->start);
	error = make_first_file(e, &r->at);
	if (error < 0)
		return error;
	if (!evidence_put(e, r, SEAL_ROOM) || !evidence_sync(e))
		return -EIO; /* said where it failed */
	return 0;
}

bool
evidence_rotate(struct evidence *e, const struct clock_reading *now, const char *reason)
{
	char old_file[RECORD_TEXT_SIZE];
	int fd;

	if (!evidence_seal(e, now, false) || e->state != EVIDENCE_OK)
		return false;
	memcpy(old_file, e->file, sizeof(old_file));
	fd = evidence_file_create(
	    e->directory, e->identity.host, now->real, &e->rotation, e->file);
	if (fd < 0) {
		memcpy(e->file, old_file, sizeof(e->file));
		say_not_rotated(e, fd);
		return false;
	}
	e->rotation_failed = false;
	disk_close(&e->disk);
	e->disk = disk_from(fd);
	e->file_from = now->raw;
	(void)evidence_put_continue(e, now, old_file, reason);
	(void)evidence_sync(e);
	return true;
}

void
evidence_drain(struct evidence *e)
{
	e->last_words = true;
	if (e->kind == EVIDENCE_STREAM)
		stream_drain(&e->stream);
}

void
evidence_close(struct evidence *e)
{
	size_t left = e->kind == EVIDENCE_STREAM ? stream_close(&e->stream) : 0;

	pending_close(&e->pending);
	if (left > 0)
		log_line(LOG_WARNING, "standard output: %zu octets were not taken", left);
	disk_close(&e->disk);
	if (e->directory >= 0)
		close(e->directory);
	evidence_open_none(e);
}
