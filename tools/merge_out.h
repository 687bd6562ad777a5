/* Events of a merge wait until their place is known, and go out in order. */
#ifndef CLOCKWITNESS_MERGE_OUT_H
#define CLOCKWITNESS_MERGE_OUT_H

#include "merge_run.h"

/* The next one; if it is ORDER_CONCURRENT, it is the timeline's newest. */
void merge_enqueue(struct merge_run *m, const struct merge_event *e);

/* What stands at the front goes out as soon as its place is known; anyway: one event
 * that can be ranked does so even if it is not. */
void merge_drain(struct merge_run *m, bool anyway);

/* Forgets those that still wait. */
void merge_drop(struct merge_run *m);

#endif
