/*
 * A log as a sequence of events in the order of their corrected times: lines without a
 * stamp belong to the event before them, and lines that were written somewhat out of
 * order are put into it.
 *
 * Stamps of one clock and one resolution are equal or do not overlap, so it is the clock
 * that orders the lines of a file, and the file where the clock does not tell.
 */
#ifndef CLOCKWITNESS_MERGE_FILE_H
#define CLOCKWITNESS_MERGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corrector.h"
#include "lines.h"

struct merge_line {
	char *text; /* the event's, to be freed; without its last newline */
	size_t length, room;
	uint64_t number; /* of its first line in the file, 1.. */
	const char *format;
	size_t stamp, stamp_length; /* in text; 0, 0: it has none */
	bool corrected;
	enum stamp_fate fate;
	struct utc_time at; /* in the file's order; what is not corrected: as before it */
	struct utc_time utc, earliest, latest; /* resolution not in */
	struct span resolution, uncertainty, offset;
	unsigned incarnation;
	bool common, guessed;
	const char *told; /* whose own log says so; NULL: it is evidence */
};

/* What became of its lines. */
struct merge_counts {
	uint64_t lines, events, continued, corrected, uncorrected, ambiguous;
};

struct merge_file {
	const char *path;
	const struct corrector *corrector;
	struct log_state state;
	struct lines lines;
	struct lines_block block;
	size_t at; /* in the block */
	uint64_t number;
	bool loose;             /* lines are written when something ended */
	struct merge_line next; /* the event that further lines may belong to */
	bool has_next, ended;
	struct merge_line *heap; /* held back: least `at` first */
	size_t held, room;
	struct utc_time recent, last; /* `at` of the event before, its time */
	struct system_time clock;     /* of the stamp before */
	unsigned incarnation;
	bool begun;
	struct merge_counts counts;
	int error; /* errno; 0: none */
};

/* false: it cannot be opened (said). The path stays the caller's. */
bool merge_file_open(struct merge_file *f, const struct corrector *c, const char *path);

/* The next event; the caller frees its text. false: the end, or `error`. */
bool merge_file_next(struct merge_file *f, struct merge_line *out);

void merge_file_close(struct merge_file *f);

#endif
