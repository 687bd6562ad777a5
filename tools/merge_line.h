/* A line of a log, with those that belong to it: an event on its way into order. */
#ifndef CLOCKWITNESS_MERGE_LINE_H
#define CLOCKWITNESS_MERGE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corrector.h"

struct merge_line {
	uint64_t number; /* of its first line in the file, 1.. */
	const char *format;
	size_t stamp, stamp_length; /* in text; 0, 0: it has none */
	struct utc_time at; /* in the file's order; what is not corrected: as before it */
	struct utc_time utc, earliest, latest; /* resolution not in */
	struct span resolution, uncertainty, offset;
	enum stamp_fate fate;
	unsigned incarnation;
	bool corrected, common, guessed;
	const char *told; /* whose own log says so; NULL: it is evidence */
	size_t length;
	char text[]; /* without its last newline; a NUL behind it */
};

#endif
