/*
 * One file that is only appended to, with room reserved ahead of its end: so a full disk
 * is noticed while there is still room to say so.
 */
#ifndef CLOCKWITNESSD_DISK_H
#define CLOCKWITNESSD_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk {
	int fd; /* -1: none */
	uint64_t size;
	uint64_t reserved; /* octets from the file's beginning; >= size where it works */
	bool unreservable; /* the file system cannot */
	bool synced;       /* something in it is known to be on disk */
};

#define DISK_CLOSED                                                                      \
	(struct disk)                                                                    \
	{                                                                                \
		.fd = -1                                                                 \
	}

/* Takes fd, of an empty file. */
struct disk disk_from(int fd);
void disk_close(struct disk *d);

/*
 * Is there room for n octets and, after them, for the last words? 0; -ENOSPC or -EDQUOT:
 * no. Where room cannot be reserved this is 0, and writing tells.
 */
int disk_reserve(struct disk *d, size_t n);

/* One write. 0; -errno; a short write is -ENOSPC, and leaves the file torn. */
int disk_write(struct disk *d, const char *octets, size_t n);

/*
 * What was written is on disk: 0. -errno: it may be or not, and asking again would not
 * tell. -ENOENT: somebody has deleted the file, so that nobody will find it there.
 */
int disk_sync(struct disk *d);

#endif
