/*
 * Lines that are not known to be on disk: they stay here until a sync has brought them
 * there, so that a file that failed loses nothing. What waits is in order and whole.
 */
#ifndef CLOCKWITNESSD_PENDING_H
#define CLOCKWITNESSD_PENDING_H

#include <stddef.h>

#include "record.h"

#define PENDING_SIZE (2 * RECORD_LINE_MAX)

struct pending {
	char *text;     /* PENDING_SIZE octets */
	size_t used;    /* text[0 .. used) are lines */
	size_t written; /* text[0 .. written) are in the present file */
};

/* 0 or -ENOMEM. */
int pending_open(struct pending *p);
void pending_close(struct pending *p);

/* Where the next line may be encoded, and how long it may be if `keep` octets are left.
 */
char *pending_room(const struct pending *p, size_t keep, size_t *size);

/* The next line that is not in the present file; its length, 0: there is none. */
size_t pending_next(const struct pending *p, const char **line);

/* What is in the present file is on disk. */
void pending_synced(struct pending *p);

#endif
