#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "footprint.h"

#define LAST_WORDS ((uint64_t)16 * 1024)
#define STEP ((uint64_t)64 * 1024) /* so much is reserved at a time, where there is */

struct disk
disk_from(int fd)
{
	return (struct disk){ .fd = fd };
}

void
disk_close(struct disk *d)
{
	if (d->fd >= 0)
		close(d->fd);
	*d = DISK_CLOSED;
}

static int
reserve_up_to(struct disk *d, uint64_t end)
{
	int error;

	do
		error = fallocate(d->fd, FALLOC_FL_KEEP_SIZE, (off_t)d->size,
			    (off_t)(end - d->size)) == 0
			    ? 0
			    : -errno;
	while (error == -EINTR);
	if (error == 0)
		d->reserved = end;
	return error;
}

int
disk_reserve(struct disk *d, size_t n)
{
	uint64_t need = d->size + n + LAST_WORDS;
	int error;

	if (d->unreservable || d->reserved >= need)
		return 0;
	error = reserve_up_to(d, need + STEP);
	if (error == -ENOSPC || error == -EDQUOT)
		error = reserve_up_to(d, need);
	if (error == 0 || error == -ENOSPC || error == -EDQUOT)
		return error;
	d->unreservable = true;
	return 0;
}

int
disk_write(struct disk *d, const char *octets, size_t n)
{
	ssize_t written;

	do
		written = write(d->fd, octets, n);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	footprint_wrote((size_t)written);
	d->size += (uint64_t)written;
	return written == (ssize_t)n ? 0 : -ENOSPC;
}

int
disk_sync(struct disk *d)
{
	struct stat s;
	int error;

	do
		error = fdatasync(d->fd) == 0 ? 0 : -errno;
	while (error == -EINTR);
	if (error == 0 && fstat(d->fd, &s) == 0 && s.st_nlink == 0)
		return -ENOENT;
	d->synced |= error == 0;
	return error;
}
