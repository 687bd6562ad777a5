/* What happened at once between two readings: steps, suspends, leap seconds. */
#ifndef CLOCKWITNESS_WATCH_JUMPS_H
#define CLOCKWITNESS_WATCH_JUMPS_H

#include "clock_watch.h"

/* Fills stepped, step, suspended and suspend. */
void watch_look_for_jumps(const struct clock_reading *a, const struct clock_reading *b,
    struct watch_report *out);

/*
 * The step that was seen before r is a second, at midnight UTC, and the kernel had been
 * told to insert or delete one (`status`).
 */
bool watch_is_leap(
    const struct watch_report *seen, const struct clock_reading *r, int status);

#endif
