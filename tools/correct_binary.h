/* A log that is no text (binary_log.h): its stamps are corrected in place. */
#ifndef CLOCKWITNESS_CORRECT_BINARY_H
#define CLOCKWITNESS_CORRECT_BINARY_H

#include "binary_log.h"
#include "correct_log.h"

/* b: as binary_look() left it. 0, -errno. */
int correct_binary(const struct log_job *job, const char *name, struct lines *l,
    struct binary_log *b, struct log_result *out);

#endif
