/* A log that is no text (binary_log.h): its stamps are corrected in place. */
#ifndef CLOCKWITNESS_CORRECT_BINARY_H
#define CLOCKWITNESS_CORRECT_BINARY_H

#include "binary_log.h"
#include "correct_log.h"

/*
 * Looks at the beginning of a log. BINARY_IS: take it with correct_binary(), or refuse it
 * if `refusal` says why. BINARY_IS_NOT: it is text. -errno.
 */
int binary_look(const struct log_job *job, struct lines *l, const char *name,
    struct binary_log *b, char refusal[LOG_REFUSAL]);

/* 0, -errno. */
int correct_binary(const struct log_job *job, const char *name, struct lines *l,
    struct binary_log *b, struct log_result *out);

#endif
