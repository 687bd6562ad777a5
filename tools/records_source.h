/*
 * The lines of a file of evidence, plain or compressed (zstd), read as they are asked
 * for: never more than a window of it is in memory, and a file that is cut short
 * meanwhile just ends. The only user of zstd.
 */
#ifndef CLOCKWITNESS_RECORDS_SOURCE_H
#define CLOCKWITNESS_RECORDS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct records_source;

struct records_source_line {
	const char *text; /* holds until the next line is asked for */
	size_t n;         /* with its newline */
};

/*
 * A file; its descriptor may be shared by several sources. NULL: cannot, errno says why.
 */
struct records_source *records_source_open(int fd);

/*
 * The next whole line. false: there is none. A line too long for a record comes in
 * pieces, of which only the last has a newline.
 */
bool records_source_next(struct records_source *s, struct records_source_line *out);

/* After the last line: octets that no newline ended. */
uint64_t records_source_torn(const struct records_source *s);

/* What kept it from reading on; NULL: nothing did. */
const char *records_source_trouble(const struct records_source *s);

void records_source_close(struct records_source *s);

#endif
