/*
 * A whole file, whatever is in it: it is read to its end, what is handed on holds, and a
 * file that holds does so twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tools/records.h"
#include "seal.h"

struct seen {
	uint64_t checked, handed_on, damages;
};

static void
on_checked(void *arg, const struct records_line *l, const struct record *r,
    const struct digest *digest)
{
	struct seen *s = arg;

	(void)l;
	(void)r;
	(void)digest;
	s->checked++;
}

static void
on_record(void *arg, const struct records_line *l, const struct record *r)
{
	struct seen *s = arg;

	(void)l;
	(void)r;
	s->handed_on++;
}

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct seen *s = arg;

	if (d->line == 0 || d->words[0] == '\0')
		abort();
	s->damages++;
}

static void
read_file(const char *path, bool unverified)
{
	struct seen seen = { .checked = 0 };
	struct records_visitor v = {
		.record = on_record,
		.checked = on_checked,
		.damage = on_damage,
		.arg = &seen,
		.unverified = unverified,
	};
	char name[64];
	char *paths[] = { name };
	struct records r;

	(void)snprintf(name, sizeof(name), "%s", path);
	if (!records_open(&r, paths, 1))
		abort();
	records_walk(&r, &v);
	if (seen.damages > 1 || r.file[0].sealed > r.file[0].lines ||
	    (!unverified && seen.handed_on != r.file[0].sealed))
		abort();
	records_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || !seal_begin() || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_file(path, false);
	read_file(path, true);
	close(fd);
	return 0;
}
