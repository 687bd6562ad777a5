/*
 * The rest of a log, corrected by several threads; the result is the same.
 *
 * What a line becomes depends on the lines before it, by what is kept in struct log_state.
 * A portion of lines is corrected before those in front of it are, from a state that is
 * foreseen. When its turn comes, that state is compared with the true one, and where they
 * differ it is corrected once more. So the output can never depend on what was foreseen,
 * nor on the number of threads.
 */
#ifndef CLOCKWITNESS_CORRECT_AHEAD_H
#define CLOCKWITNESS_CORRECT_AHEAD_H

#include "correct_log.h"
#include "progress.h"

#define THREADS_MOST 64

/*
 * Whether the rest may be corrected ahead: what the log is written in is decided, and
 * nothing is wanted but output and summary.
 */
bool correct_ahead_may(const struct log_job *job, const struct log_state *s);

/* 0, -errno. */
int correct_ahead(const struct log_job *job, struct lines *l, struct progress *progress,
    struct log_result *out);

#endif
