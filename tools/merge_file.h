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

#include "binary_log.h"
#include "corrector.h"
#include "lines.h"
#include "merge_line.h"
#include "merge_order.h"
#include "merge_store.h"
#include "stencil.h"

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
	struct binary_log *binary;    /* NULL: it has lines */
	struct system_time clock_was; /* before it was set, as its records say */
	bool clock_was_known;
	bool damaged; /* it has octets that are no record (said) */
	bool loose;   /* lines are written when something ended */
	bool ended;
	struct merge_store store;
	struct merge_line *next; /* the event that further lines may belong to, or NULL */
	struct merge_order order; /* events that are held back */
	struct stencil stencil;
	struct model_stretch stretch; /* where the last correction came of */
	bool has_stretch;
	struct utc_time recent, last; /* `at` of the event before, its time */
	struct system_time clock;     /* of the stamp before */
	unsigned incarnation;
	bool begun;
	struct merge_counts counts;
	int error; /* errno; 0: none */
};

/* false: it cannot be opened (said). The path stays the caller's. */
bool merge_file_open(struct merge_file *f, const struct corrector *c, const char *path);

/* The next event, which the caller drops. NULL: the end, or `error`. */
struct merge_line *merge_file_next(struct merge_file *f);
void merge_file_drop(struct merge_file *f, struct merge_line *l);

void merge_file_close(struct merge_file *f);

/* An event that was read from what is no line; s: NULL if it has no time that can be
 * understood. */
void merge_file_event(
    struct merge_file *f, struct log_stamp *s, const char *text, size_t n);

#endif
