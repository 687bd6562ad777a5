#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "evidence_file.h"
#include "log.h"

#define RETRY_NS NS_PER_SECOND
#define SEAL_ROOM 2048 /* octets that a seal may need */

void
evidence_open_none(struct evidence *e)
{
	*e = (struct evidence){ .kind = EVIDENCE_NONE, .directory = -1, .fd = -1 };
}

int
evidence_open_directory(struct evidence *e, const char *path,
    struct record_previous *previous, bool *has_previous)
{
	int error;

	*e = (struct evidence){ .kind = EVIDENCE_FILE, .directory = -1, .fd = -1 };
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

	*e = (struct evidence){
		.kind = EVIDENCE_STREAM,
		.directory = -1,
		.fd = -1,
		.path = "standard output",
		.file = "-",
	};
	error = stream_open(&e->stream, STDOUT_FILENO, l, on_closed, arg);
	return error == 0 ? 0 : log_fail(error, "cannot write to standard output");
}

static bool
make_key(struct seal_key *key)
{
	uint8_t seed[SEAL_SEED_BYTES];

	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return false;
	seal_key_from_seed(key, seed);
	return true;
}

static void
note_loss(struct evidence *e, const char *why)
{
	if (e->why_lost[0] == '\0')
		record_copy_text(e->why_lost, sizeof(e->why_lost), why);
}

/* Said once an outage, not once a try. */
static void
abandon_file(struct evidence *e, int error, const char *what)
{
	char why[RECORD_TEXT_SIZE];

	(void)snprintf(why, sizeof(why), "cannot %s: %s", what, strerror(-error));
	if (!e->outage)
		log_line(LOG_ERROR,
		    "%s/%s: %s; measuring on, trying a new file each second", e->path,
		    e->file, why);
	e->outage = true;
	note_loss(e, why);
	close(e->fd);
	e->fd = -1;
}

static int
file_write(struct evidence *e, const char *line, size_t n)
{
	ssize_t written;

	do
		written = write(e->fd, line, n);
	while (written < 0 && errno == EINTR);
	if (written == (ssize_t)n)
		return 0;
	return written < 0 ? -errno : -ENOSPC;
}

static int
write_line(struct evidence *e, const char *line, size_t n)
{
	int error;

	if (e->kind == EVIDENCE_STREAM)
		return stream_write(&e->stream, line, n);
	if (e->fd < 0)
		return -EIO;
	error = file_write(e, line, n);
	if (error < 0)
		abandon_file(e, error, "write");
	return error;
}

/* The chain moves on only when the whole line is written. */
static bool
put(struct evidence *e, struct record *r)
{
	static char line[RECORD_LINE_MAX];
	size_t n;

	r->seq = e->chain.seq;
	r->prev = e->chain.head;
	n = record_encode(r, line, sizeof(line));
	if (n == 0) {
		log_line(
		    LOG_ERROR, "a %s record does not fit", record_type_names[r->type]);
		return false;
	}
	if (write_line(e, line, n) < 0)
		return false;
	chain_advance(&e->chain, line, n);
	e->unsynced = true;
	e->unsealed = r->type != RECORD_SEAL;
	return true;
}

static void
lose(struct evidence *e, const char *why)
{
	if (e->kind == EVIDENCE_STREAM && e->lost == 0 && !e->stream.closed)
		log_line(
		    LOG_WARNING, "standard output: the reader is too slow, records lost");
	e->lost++;
	note_loss(e, why);
}

static bool
put_gap(struct evidence *e, const struct clock_reading *now)
{
	struct record r = {
		.type = RECORD_GAP, .at = *now, .gap = { .records = e->lost }
	};

	record_copy_text(r.gap.reason, sizeof(r.gap.reason), e->why_lost);
	if (!put(e, &r))
		return false;
	log_line(LOG_WARNING, "writing evidence again to %s; %llu records were lost",
	    e->file, (unsigned long long)e->lost);
	e->lost = 0;
	e->why_lost[0] = '\0';
	e->outage = false;
	return true;
}

static bool
put_continue(struct evidence *e, const struct clock_reading *now, const char *old_file)
{
	struct record r = {
		.type = RECORD_CONTINUE,
		.at = *now,
		.go_on = { .seal_key = e->key.public_half },
	};

	record_copy_text(r.go_on.host, sizeof(r.go_on.host), e->host);
	record_copy_text(r.go_on.boot_id, sizeof(r.go_on.boot_id), e->boot_id);
	record_copy_text(r.go_on.reason, sizeof(r.go_on.reason), e->why_lost);
	record_copy_text(r.go_on.previous_file, sizeof(r.go_on.previous_file), old_file);
	return put(e, &r);
}

/* A new file into which no whole record went never was. */
static void
go_on_in_new_file(struct evidence *e, const struct clock_reading *now)
{
	char old_file[RECORD_TEXT_SIZE];
	bool made;

	if (e->kind != EVIDENCE_FILE || e->fd >= 0 ||
	    raw_since(now->raw, e->retry).ns < 0)
		return;
	e->retry = raw_after(now->raw, (struct span){ RETRY_NS });
	memcpy(old_file, e->file, sizeof(old_file));
	e->fd =
	    evidence_file_create(e->directory, e->host, now->real, &e->rotation, e->file);
	made = e->fd >= 0;
	if (made && put_continue(e, now, old_file))
		return;
	if (made) {
		(void)unlinkat(e->directory, e->file, 0);
		e->rotation--;
	}
	memcpy(e->file, old_file, sizeof(old_file));
}

/* Room for a record and, after losses, for the word about them. */
static bool
writable(struct evidence *e, const struct clock_reading *now)
{
	if (e->stream.closed)
		return false;
	go_on_in_new_file(e, now);
	if (e->kind == EVIDENCE_FILE && e->fd < 0)
		return false;
	return e->lost == 0 || put_gap(e, now);
}

bool
evidence_append(struct evidence *e, struct record *r)
{
	if (e->kind == EVIDENCE_NONE)
		return true;
	if (writable(e, &r->at) && put(e, r))
		return true;
	lose(e, e->kind == EVIDENCE_STREAM ? "the reader of the stream is too slow"
					   : "the file could not be written");
	return false;
}

bool
evidence_sync(struct evidence *e)
{
	if (e->kind != EVIDENCE_FILE || !e->unsynced)
		return true;
	if (e->fd < 0)
		return false;
	if (fdatasync(e->fd) != 0) {
		abandon_file(e, -errno, "bring the data to disk");
		return false;
	}
	e->unsynced = false;
	e->synced_seq = e->chain.seq;
	return true;
}

/* Signs with the announced key; it is erased for good only when the seal is written. */
static bool
put_seal(struct evidence *e, const struct clock_reading *now, const struct seal_key *next)
{
	static char line[SEAL_ROOM];
	struct record r = {
		.seq = e->chain.seq,
		.prev = e->chain.head,
		.type = RECORD_SEAL,
		.at = *now,
		.seal = { .has_next = next != NULL },
	};
	struct seal_key once = e->key;
	size_t n;

	if (next != NULL)
		r.seal.next = next->public_half;
	n = record_encode(&r, line, sizeof(line));
	r.seal.signature = seal_sign(&once, line, record_signed_length(line, n));
	return put(e, &r);
}

bool
evidence_seal(struct evidence *e, const struct clock_reading *now, bool last)
{
	struct seal_key next;
	bool sealed;

	if (e->kind == EVIDENCE_NONE || (!e->unsealed && !last))
		return true;
	if (e->kind == EVIDENCE_STREAM && !stream_has_room(&e->stream, SEAL_ROOM))
		return false;
	if (!last && !make_key(&next))
		return false;
	sealed = writable(e, now) && put_seal(e, now, last ? NULL : &next);
	if (sealed) {
		seal_key_erase(&e->key);
		if (!last)
			e->key = next;
	}
	if (!last)
		seal_key_erase(&next);
	return evidence_sync(e) && sealed;
}

int
evidence_begin(
    struct evidence *e, struct record_start *start, const struct clock_reading *now)
{
	static struct record r;

	if (e->kind == EVIDENCE_NONE)
		return 0;
	if (!make_key(&e->key))
		return log_fail(
		    -EIO, "the kernel gave no random numbers for the seal's key");
	e->first_key = e->key.public_half;
	start->seal_key = e->first_key;
	start->seal_fingerprint = digest_bytes(&e->first_key, sizeof(e->first_key));
	memcpy(e->host, start->host, sizeof(e->host));
	memcpy(e->boot_id, start->boot_id, sizeof(e->boot_id));
	if (e->kind == EVIDENCE_FILE) {
		e->fd = evidence_file_create(
		    e->directory, e->host, now->real, &e->rotation, e->file);
		if (e->fd < 0)
			return log_fail(e->fd, "cannot make a file in %s", e->path);
	}
	r = (struct record){ .type = RECORD_START, .at = *now, .start = *start };
	if (!put(e, &r)) {
		if (e->kind == EVIDENCE_FILE)
			(void)unlinkat(e->directory, e->file, 0);
		return -EIO; /* said where it failed */
	}
	return evidence_sync(e) ? 0 : -EIO;
}

void
evidence_drain(struct evidence *e)
{
	if (e->kind == EVIDENCE_STREAM)
		stream_drain(&e->stream);
}

void
evidence_close(struct evidence *e)
{
	size_t left;

	seal_key_erase(&e->key);
	left = e->kind == EVIDENCE_STREAM ? stream_close(&e->stream) : 0;
	if (left > 0)
		log_line(LOG_WARNING, "standard output: %zu octets were not taken", left);
	if (e->kind == EVIDENCE_FILE && e->fd >= 0)
		close(e->fd);
	if (e->directory >= 0)
		close(e->directory);
	evidence_open_none(e);
}
