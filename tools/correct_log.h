/* One log, corrected from its source to the output. */
#ifndef CLOCKWITNESS_CORRECT_LOG_H
#define CLOCKWITNESS_CORRECT_LOG_H

#include <stdbool.h>

#include "corrector.h"
#include "lines.h"
#include "manifest.h"
#include "tally.h"

enum style {
	STYLE_SAME,     /* the form of the original */
	STYLE_ISO,      /* RFC 3339 in UTC */
	STYLE_ANNOTATE, /* the original behind UTC and what it is worth */
	STYLES
};

/* "same", "iso", "annotate" */
extern const char *const style_names[STYLES];

#define LOG_REFUSAL 160

struct log_job {
	const struct corrector *corrector;
	enum style style;
	bool explain, json, progress, quiet;
	size_t threads; /* at most so many, 1: no other than this one */
	struct lines_sink *sink;
	struct manifest *manifest; /* NULL: none is kept */
};

/* What became of it. */
struct log_result {
	struct log_state state;
	struct tally tally;
	enum encoding encoding;
	const char *framing;       /* framing_of() it */
	char damage[160];          /* empty: none */
	char refusal[LOG_REFUSAL]; /* why nothing was written; empty: something was */
};

/* before: the piece of a rotated log that this one goes on from, or NULL. 0, -errno. */
int correct_log(const struct log_job *job, const char *name,
    const struct log_state *before, struct log_result *out);

#endif
