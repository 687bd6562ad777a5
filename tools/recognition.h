/*
 * What a log is written in: found by a vote of its first lines, or asked for; and line by
 * line where they differ.
 */
#ifndef CLOCKWITNESS_RECOGNITION_H
#define CLOCKWITNESS_RECOGNITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary_log.h"
#include "log_format.h"
#include "log_header.h"

#define RECOGNITION_LINES 128 /* so many vote */

/* Beside the numbers of the table. */
#define FORMAT_HEADER LOG_FORMATS_MAX       /* by the header of the log itself */
#define FORMAT_OWN (LOG_FORMATS_MAX + 1)    /* the user's pattern */
#define FORMAT_BINARY (LOG_FORMATS_MAX + 2) /* and the number of enum binary_format */
#define FORMATS (FORMAT_BINARY + BINARY_FORMATS)

/* What the user says of all logs. */
struct recognition_wish {
	size_t format; /* log_format_count: none is asked for; or FORMAT_OWN */
	struct log_pattern own;
	enum binary_format binary; /* BINARY_NONE: none is asked for */
};

struct recognition {
	const struct log_grammars *grammars;
	const struct recognition_wish *wish;
	struct log_vote vote;
	struct log_verdict verdict;
	struct log_header header;
	uint64_t lines[FORMATS]; /* with a stamp of this format */
};

/* "auto", a name of the table, or a pattern; false: it is none of these (said). */
bool recognition_wish_parse(const char *text, struct recognition_wish *out);

void recognition_begin(struct recognition *r, const struct log_grammars *g,
    const struct recognition_wish *wish);

/* Lets the lines of a block vote, while there are not enough that did. */
void recognition_look(struct recognition *r, const char *octets, size_t n);

/* No more lines will change what the log is taken for. */
bool recognition_is_decided(const struct recognition *r);

/* The first stamp of a line; false: it has none. */
bool recognise(struct recognition *r, const char *line, size_t n, struct log_time *out,
    size_t *format);

/* The next one in the line, behind `before`, of the same format. */
bool recognise_more(const struct recognition *r, size_t format, size_t which,
    const struct log_time *before, struct log_time *out);

const char *format_name(size_t format);
unsigned format_rules(const struct recognition *r, size_t format);

#endif
