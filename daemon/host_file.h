/* Small files of a host that may be hostile: read in bounded time and space. */
#ifndef CLOCKWITNESSD_HOST_FILE_H
#define CLOCKWITNESSD_HOST_FILE_H

#include <stddef.h>

#include "digest.h"
#include "timescale.h"

struct host_file {
	size_t length;               /* octets read */
	struct system_time modified; /* by the host's clock */
};

/*
 * At most size - 1 octets from the beginning, and a NUL. Only a regular file is opened at
 * all: no pipe that never speaks, no device that does something when it is opened. 0 or
 * -errno (-EINVAL: no regular file).
 */
int host_file_read(const char *path, char *out, size_t size, struct host_file *file);

/* The first line, without its newline; empty if it cannot be read. 0 or -errno. */
int host_file_line(const char *path, char *out, size_t size);

/* Of the whole file, which may have 64 MiB (-EFBIG: it has more). 0 or -errno. */
int host_file_digest(const char *path, struct digest *out);

#endif
