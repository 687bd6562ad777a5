/* Files that cannot be written, disks that are full, and how it goes on after them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence_file.h"
#include "evidence_parts.h"
#include "log.h"

#define RETRY_NS NS_PER_SECOND
#define RECORD_USUAL ((size_t)4096) /* octets; greater ones use the reserve */
#define ROOM_AGAIN ((size_t)65536)  /* more than it was short of: else full, not full */

static bool
is_full(int error)
{
	return error == -ENOSPC || error == -EDQUOT;
}

/* A file into which nothing is known to have gone never was. */
static void
forget_file(struct evidence *e)
{
	if (e->disk.synced || unlinkat(e->directory, e->file, 0) != 0)
		return;
	e->rotation--;
}

static void
say_trouble(const struct evidence *e, bool full, const char *what_now)
{
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_DIRECTORY", e->path, 0 },
		{ "CLOCKWITNESS_FILE", e->file, 0 },
		{ NULL, NULL, 0 },
	};

	log_message(full ? MESSAGE_DISK_FULL : MESSAGE_DISK_FAILED, LOG_ERROR, fields,
	    "%s/%s: %s; %s", e->path, e->file, e->trouble, what_now);
}

void
evidence_abandon(struct evidence *e, int error, const char *what)
{
	char why[RECORD_TEXT_SIZE];

	(void)snprintf(why, sizeof(why), "cannot %s: %s", what,
	    error == -ENOENT ? "the file was deleted" : strerror(-error));
	if (e->state == EVIDENCE_OK) {
		record_copy_text(e->trouble, sizeof(e->trouble), why);
		say_trouble(
		    e, is_full(error), "measuring on, trying a new file each second");
	}
	e->state = is_full(error) ? EVIDENCE_FULL : EVIDENCE_FAILED;
	e->gap_due = true;
	if (strcmp(what, "write") == 0 && e->pending.written > 0 &&
	    disk_sync(&e->disk) == 0)
		pending_synced(&e->pending);
	e->pending.written = 0;
	forget_file(e);
	disk_close(&e->disk);
}

/*
 * The directory was removed, in which no file can be made then, or another one stands
 * under its name. `error`: why no file could be made there.
 */
static bool
is_replaced(const struct evidence *e, int error)
{
	struct stat held;
	struct stat named;

	if (error == -ENOENT || fstat(e->directory, &held) != 0)
		return true;
	return stat(e->path, &named) == 0 &&
	       (named.st_ino != held.st_ino || named.st_dev != held.st_dev);
}

static int
find_directory_again(struct evidence *e)
{
	int fd = open(e->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	close(e->directory);
	e->directory = fd;
	return 0;
}

/* What its own confinement forbids no administrator can give back. */
static void
give_up(struct evidence *e)
{
	loop_callback *hopeless = e->hopeless;

	e->hopeless = NULL;
	if (hopeless == NULL)
		return;
	say_trouble(e, false,
	    "the directory is gone, or is another one, and this process may write to the "
	    "one alone that it had: ending, to be started anew");
	hopeless(e->arg);
}

static int
make_file(struct evidence *e, const struct clock_reading *now)
{
	int fd = evidence_file_create(
	    e->directory, e->identity.host, now->real, &e->rotation, e->file);

	if (fd >= 0 || is_full(fd) || !is_replaced(e, fd))
		return fd;
	if (e->confined) {
		give_up(e);
		return fd;
	}
	fd = find_directory_again(e);
	if (fd == 0)
		fd = evidence_file_create(
		    e->directory, e->identity.host, now->real, &e->rotation, e->file);
	return fd;
}

static void
note_obstacle(struct evidence *e, int error)
{
	e->obstacle[0] = '\0';
	if (error < 0)
		(void)snprintf(e->obstacle, sizeof(e->obstacle),
		    "cannot make a new file: %s",
		    error == -EWOULDBLOCK ? "another clockwitnessd writes there"
					  : strerror(-error));
}

/* What waits must be on disk before the chain says that it goes on there. */
static void
go_on_in_new_file(struct evidence *e, const struct clock_reading *now)
{
	char old_file[RECORD_TEXT_SIZE];
	char trouble[RECORD_TEXT_SIZE];
	bool continued = e->continued;
	int fd;

	memcpy(old_file, e->file, sizeof(old_file));
	memcpy(trouble, e->trouble, sizeof(trouble));
	fd = make_file(e, now);
	note_obstacle(e, fd);
	if (fd >= 0) {
		e->disk = disk_from(fd);
		e->file_from = now->raw;
		evidence_flush(e);
	}
	if (e->disk.fd < 0 || !evidence_sync(e)) {
		memcpy(e->file, old_file, sizeof(old_file));
		return;
	}
	e->state = EVIDENCE_OK;
	if (!continued)
		(void)evidence_put_continue(e, now, old_file, trouble);
}

void
evidence_mend(struct evidence *e, const struct clock_reading *now)
{
	if (e->kind != EVIDENCE_FILE || e->state == EVIDENCE_OK ||
	    raw_since(now->raw, e->retry).ns < 0)
		return;
	e->retry = raw_after(now->raw, (struct span){ RETRY_NS });
	if (e->disk.fd < 0)
		go_on_in_new_file(e, now);
	else if (disk_reserve(&e->disk, ROOM_AGAIN) == 0)
		e->state = EVIDENCE_OK;
	if (e->state == EVIDENCE_OK && e->gap_due && evidence_put_gap(e, now) &&
	    evidence_put_seal(e, now, false))
		(void)evidence_sync(e);
}

/* While there is still room to say it. */
static void
notice_full(struct evidence *e, const struct clock_reading *now)
{
	int error = disk_reserve(&e->disk, RECORD_USUAL);

	if (error == 0)
		return;
	(void)snprintf(
	    e->trouble, sizeof(e->trouble), "the disk is full: %s", strerror(-error));
	say_trouble(e, true, "measuring on, records are lost");
	e->state = EVIDENCE_FULL;
	e->gap_due = true;
	e->retry = raw_after(now->raw, (struct span){ RETRY_NS });
	if (evidence_put_gap(e, now) && evidence_put_seal(e, now, false))
		(void)evidence_sync(e);
}

/* After a loss the reader must have caught up by half, else each record would be one. */
static bool
stream_is_ready(struct evidence *e, const struct clock_reading *now)
{
	if (e->stream.closed || !e->gap_due)
		return !e->stream.closed;
	return (e->last_words || stream_has_room(&e->stream, STREAM_BUFFER / 2)) &&
	       evidence_put_gap(e, now);
}

bool
evidence_ready(struct evidence *e, const struct clock_reading *now)
{
	if (e->kind == EVIDENCE_STREAM)
		return stream_is_ready(e, now);
	evidence_mend(e, now);
	if (e->disk.fd < 0)
		return e->lost == 0;
	if (e->state == EVIDENCE_OK)
		notice_full(e, now);
	if (e->state == EVIDENCE_FULL && !e->last_words)
		return false;
	return e->disk.fd < 0 || !e->gap_due || evidence_put_gap(e, now);
}
