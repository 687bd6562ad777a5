/*
 * A log that is no text (binary_log.h) as events: one of each record that has a time. Its
 * text says which record of what it is, with the words that stand in it.
 */
#ifndef CLOCKWITNESS_MERGE_BINARY_H
#define CLOCKWITNESS_MERGE_BINARY_H

#include "merge_file.h"

/* Looks at its beginning; then f->binary is set if it is none of lines. false: it cannot
 * be read (said). */
bool merge_binary_begin(struct merge_file *f);

/* false: there is no more, or f->error. */
bool merge_binary_take(struct merge_file *f);

#endif
