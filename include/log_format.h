/*
 * The formats of logs that are known by name: a table, from which manual, help and tests
 * are made, too; and the choice between them by the first lines of a log.
 *
 * The order of the table decides where two formats read the same lines: the one that says
 * more of a line stands first.
 */
#ifndef CLOCKWITNESS_LOG_FORMAT_H
#define CLOCKWITNESS_LOG_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log_time.h"

enum log_rule {
	LOG_UTC = 1, /* stamps are in UTC, though they do not say so */
	LOG_AT_END =
	    2, /* written when something ended: lines are out of order by its length */
	LOG_FOREIGN = 4, /* not this host's clock: never corrected */
	LOG_LOOSE =
	    8, /* so little of a line that it is taken only where the log is full of it */
	LOG_GUESS = 16,    /* the order of day, month and year is not told by one stamp */
	LOG_TELLS_DAY = 32 /* of stamps behind it that have no date */
};

#define LOG_MORE 3

struct log_format {
	const char *name, *where, *pattern;
	unsigned rules;
	const char *more[LOG_MORE]; /* patterns of further stamps behind the first one */
	const char *example;
};

extern const struct log_format log_formats[];
extern const size_t log_format_count;

#define LOG_FORMATS_MAX 96

/* log_format_count: there is none of this name. */
size_t log_format_find(const char *name);

/* The words of the table: what one pattern means. */
const char *log_format_zone(const struct log_format *f, const struct log_pattern *p);
const char *log_format_year(const struct log_pattern *p);

/* All patterns of the table, compiled; the caller's memory. */
struct log_grammars {
	struct log_pattern pattern[LOG_FORMATS_MAX];
	struct log_pattern more[LOG_FORMATS_MAX][LOG_MORE]; /* steps 0: none */
	/* a bit for each octet that a line can begin with */
	uint8_t first[LOG_FORMATS_MAX][32];
	/* for each such octet the formats that are told by their stamp alone */
	uint8_t told[256][LOG_FORMATS_MAX];
	uint8_t told_count[256];
};

/* false: a pattern of the table cannot be compiled; *which. */
bool log_grammars_compile(struct log_grammars *g, size_t *which);

/* The stamp of a line by this format; false: it holds none. */
bool log_grammars_find(const struct log_grammars *g, size_t format, const char *line,
    size_t n, struct log_time *out);

/* All zero: nothing read yet. */
struct log_vote {
	uint32_t lines;
	struct log_votes {
		uint32_t hits, jumps; /* jumps: by more than a day from line to line */
		int64_t last_s;
	} of[LOG_FORMATS_MAX];
};

void log_vote_line(
    struct log_vote *v, const struct log_grammars *g, const char *line, size_t n);

struct log_verdict {
	size_t format; /* log_format_count: none */
	bool guessed;  /* another order of its fields reads the lines as well */
	size_t rival;  /* that one */
};

struct log_verdict log_vote_end(const struct log_vote *v);

#endif
