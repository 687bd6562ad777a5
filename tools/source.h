/*
 * Octets of a log, whatever it is wrapped in: plain, gz, xz, zstd, bz2, lz4, compress
 * (through libarchive, whose only user this is), a file of the journal, in UTF-8 or UTF-16 with its byte order
 * mark, which is turned into UTF-8.
 */
#ifndef CLOCKWITNESS_SOURCE_H
#define CLOCKWITNESS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "utf16.h"

struct archive;
struct journal;

#define SOURCE_PEEK 8
#define SOURCE_CHUNK ((size_t)64 * 1024)

struct source {
	int fd;
	bool owned;
	char peek[SOURCE_PEEK];  /* its first octets, read to see what it is */
	size_t peeked, given;    /* of them so many have been handed on */
	struct archive *archive; /* NULL: it is plain */
	const char *block;       /* of it, unpacked and not yet handed on */
	size_t block_n;
	struct journal *journal; /* of a file of it; blocks are its entries */
	char *chunk;             /* of a compressed or UTF-16 one */
	struct utf16 utf16;
	int64_t size;     /* of a regular file, octets; else -1 */
	int64_t modified; /* seconds; of a regular file, else 0 */
	char damage[160]; /* what stopped it short of its end; empty: nothing */
};

/* "-" is standard input. 0, -errno. */
int source_open(struct source *s, const char *path);
void source_close(struct source *s);

/* How many octets, 0: the end (look at damage), -errno. What is there is given at once. */
ssize_t source_read(struct source *s, char *to, size_t n);

/* Would source_read() give more, or the end, at once? true if it cannot be told. */
bool source_is_ready(const struct source *s);

/* How far it has been read, octets of the file; -1: not known. */
int64_t source_position(const struct source *s);

#endif
