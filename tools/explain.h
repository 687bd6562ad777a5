/* What a corrected stamp rests on. */
#ifndef CLOCKWITNESS_EXPLAIN_H
#define CLOCKWITNESS_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "corrector.h"

/* On standard error, in words or as a JSON object. */
void explain_stamp(const struct log_stamp *s, const char *log, uint64_t line, bool json);

#endif
