/*
 * Pieces of one rotated log among the logs given: messages, messages.1, messages.2.gz, or
 * messages-20260301. They are one log, the oldest first.
 */
#ifndef CLOCKWITNESS_SEQUENCE_H
#define CLOCKWITNESS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

/* Puts the pieces of each log together in their order, in the place of the first one. */
void sequence_sort(char *logs[], size_t n);

/* Is b the piece of the same log that follows a? */
bool sequence_goes_on(const char *a, const char *b);

#endif
