#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "evidence_file.h"
#include "log.h"

#define PAUSE_NS (NS_PER_SECOND / 100) /* between two slices */
#define NAME_SIZE (RECORD_TEXT_SIZE + 16)

static void
packed_name(const struct archive *a, char out[NAME_SIZE])
{
	(void)snprintf(out, NAME_SIZE, "%s.zst", a->file);
}

static void
half_name(const struct archive *a, char out[NAME_SIZE])
{
	(void)snprintf(out, NAME_SIZE, "%s.zst.tmp", a->file);
}

static int
directory_of(const struct archive *a)
{
	return a->ledger->evidence.directory;
}

static void
stop(struct archive *a)
{
	compressor_close(a->compressor);
	a->compressor = NULL;
	if (a->from >= 0)
		close(a->from);
	if (a->to >= 0)
		close(a->to);
	a->from = a->to = -1;
}

/* The copy has been read back: now it may take the original's place. */
static int
replace(struct archive *a)
{
	char half[NAME_SIZE];
	char packed[NAME_SIZE];
	int directory = directory_of(a);

	half_name(a, half);
	packed_name(a, packed);
	if (fsync(a->to) != 0 || renameat(directory, half, directory, packed) != 0 ||
	    fsync(directory) != 0 || unlinkat(directory, a->file, 0) != 0)
		return -errno;
	return 0;
}

static int
start_compressing(struct archive *a)
{
	char half[NAME_SIZE];
	int directory = directory_of(a);

	half_name(a, half);
	(void)unlinkat(directory, half, 0); /* of a process that was killed */
	a->from = openat(directory, a->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (a->from < 0)
		return -errno;
	a->to = openat(
	    directory, half, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->to < 0)
		return -errno;
	return compressor_open(&a->compressor, a->from, a->to);
}

static bool
find(const struct archive *a, enum evidence_file_kind kind, struct evidence_file *oldest)
{
	const struct evidence *e = &a->ledger->evidence;

	return evidence_file_oldest(
	    e->directory, e->identity.host, e->file, kind, oldest);
}

static void
record_deletion(struct archive *a, const struct evidence_file *f)
{
	struct record_previous last;
	struct record r = { .type = RECORD_DELETED };

	evidence_file_describe(directory_of(a), f, &last);
	clock_read(&r.at);
	memcpy(r.deleted.file, last.file, sizeof(r.deleted.file));
	r.deleted.head = last.head;
	r.deleted.seq = last.seq;
	r.deleted.octets = f->octets;
	(void)snprintf(r.deleted.reason, sizeof(r.deleted.reason),
	    "all files take more than keep-size, %llu octets",
	    (unsigned long long)a->keep_size);
	ledger_append_sealed(a->ledger, &r);
	a->condemned[0] = '\0';
	if (a->ledger->evidence.state == EVIDENCE_OK)
		memcpy(a->condemned, last.file, sizeof(a->condemned));
	a->word = r.seq;
}

/* A crash may have left both, the compressed and the other. */
static int
delete_both(const struct archive *a, const char *plain)
{
	char packed[NAME_SIZE];

	(void)snprintf(packed, sizeof(packed), "%s.zst", plain);
	if (unlinkat(directory_of(a), packed, 0) != 0 && errno != ENOENT)
		return -errno;
	if (unlinkat(directory_of(a), plain, 0) != 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* Does the evidence say that it goes, be it compressed since or not? */
static bool
is_condemned(const struct archive *a, const struct evidence_file *f)
{
	size_t n = strlen(f->name) - (f->packed ? strlen(".zst") : 0);

	return strncmp(f->name, a->condemned, n) == 0 && a->condemned[n] == '\0';
}

/* The oldest goes, once the word about it is on disk; no second word if it would not. */
static bool
delete_oldest(struct archive *a, const struct evidence_file *f)
{
	const struct evidence *e = &a->ledger->evidence;
	int error;

	if (!is_condemned(a, f))
		record_deletion(a, f);
	if (!is_condemned(a, f) || e->synced_seq <= a->word)
		return false;
	error = delete_both(a, a->condemned);
	if (error < 0 && !a->deleting_failed)
		(void)log_fail(error,
		    "%s/%s: cannot be deleted, though all files take more than "
		    "keep-size; trying again",
		    e->path, f->name);
	if (error == 0)
		log_line(LOG_INFO,
		    "%s/%s: deleted, since all files take more than keep-size", e->path,
		    f->name);
	a->deleting_failed = error < 0;
	return error == 0;
}

static bool
is_too_much(struct archive *a, const struct evidence_file *oldest)
{
	a->kept = oldest->all_octets;
	return a->keep_size > 0 && a->kept + a->ledger->evidence.disk.size > a->keep_size;
}

static void
keep_within_size(struct archive *a)
{
	struct evidence_file oldest;

	while (find(a, EVIDENCE_FILE_ANY, &oldest) && is_too_much(a, &oldest))
		if (!delete_oldest(a, &oldest))
			return;
}

static void
give_up(struct archive *a, int error)
{
	char half[NAME_SIZE];

	stop(a);
	half_name(a, half);
	(void)unlinkat(directory_of(a), half, 0);
	if (!a->compressing_failed)
		(void)log_fail(error, "%s/%s: cannot be compressed; trying again",
		    a->ledger->evidence.path, a->file);
	a->compressing_failed = true;
	keep_within_size(a);
}

static void
compress(struct archive *a, const struct evidence_file *f)
{
	int error;

	memcpy(a->file, f->name, sizeof(a->file));
	error = start_compressing(a);
	if (error == 0)
		loop_timer_set(a->timer, (struct span){ PAUSE_NS });
	else
		give_up(a, error);
}

static void
look_for_work(struct archive *a)
{
	struct evidence_file oldest;

	if (a->compress && find(a, EVIDENCE_FILE_PLAIN, &oldest))
		compress(a, &oldest);
	else
		keep_within_size(a);
}

static void
on_timer(void *arg)
{
	struct archive *a = arg;
	int more;

	if (a->compressor == NULL) {
		look_for_work(a);
		return;
	}
	more = compressor_step(a->compressor);
	if (more == 0)
		more = replace(a);
	if (more < 0) {
		give_up(a, more);
	} else if (more > 0) {
		loop_timer_set(a->timer, (struct span){ PAUSE_NS });
	} else {
		if (a->compressing_failed)
			log_line(LOG_INFO, "files are compressed again");
		a->compressing_failed = false;
		stop(a);
		look_for_work(a);
	}
}

int
archive_open(struct archive *a, struct ledger *l, struct loop *loop)
{
	*a = (struct archive){
		.ledger = l,
		.timer = loop_timer_new(loop, on_timer, a),
		.from = -1,
		.to = -1,
	};
	return a->timer != NULL ? 0 : -ENOMEM;
}

void
archive_close(struct archive *a)
{
	bool working = a->compressor != NULL;

	if (a->timer == NULL)
		return; /* never opened */
	stop(a);
	if (working) {
		char half[NAME_SIZE];

		half_name(a, half);
		(void)unlinkat(directory_of(a), half, 0);
	}
	loop_timer_free(a->timer);
}

void
archive_begin(struct archive *a)
{
	if (a->ledger->evidence.kind == EVIDENCE_FILE && a->compressor == NULL)
		loop_timer_set(a->timer, (struct span){ PAUSE_NS });
}
