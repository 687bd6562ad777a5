/* The times of the host's clock that logs ask for, found before the evidence is read. */
#ifndef CLOCKWITNESS_LOG_SPAN_H
#define CLOCKWITNESS_LOG_SPAN_H

#include <stdbool.h>
#include <stddef.h>

#include "corrector.h"

struct log_span {
	struct system_time from, to;
};

/* Octets of regular files, as they lie there; -1: one of them is none, and cannot be read
 * twice. */
int64_t log_span_size(char *const logs[], size_t n);

/*
 * Of all logs, by a corrector that has zone, year and the end of the evidence, and no
 * model. false: it cannot be told: a log cannot be read twice or is no text, has no stamp,
 * or stamps that count from a boot.
 */
bool log_span_find(
    const struct corrector *c, char *const logs[], size_t n, struct log_span *out);

#endif
