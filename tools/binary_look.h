/* Is a log one that is no text (binary_log.h), and may it be corrected as asked? */
#ifndef CLOCKWITNESS_BINARY_LOOK_H
#define CLOCKWITNESS_BINARY_LOOK_H

#include "binary_log.h"
#include "correct_log.h"

/*
 * Looks at the beginning of a log. BINARY_IS: take it with correct_binary(), or refuse it
 * if `refusal` says why. BINARY_IS_NOT: it is text. -errno.
 */
int binary_look(const struct log_job *job, struct lines *l, const char *name,
    struct binary_log *b, char refusal[LOG_REFUSAL]);

#endif
