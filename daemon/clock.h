/*
 * Reads the host's clocks; nothing here, or anywhere, sets one.
 */
#ifndef CLOCKWITNESSD_CLOCK_H
#define CLOCKWITNESSD_CLOCK_H

#include <stddef.h>

#include "exchange.h"

/*
 * Raw, then the others, then raw again: the middle of the bracket and the host's time
 * belong together, to half the bracket's width, and so do any two of the others to its
 * width. The narrowest of a few tries, since a program may be interrupted.
 */
void clock_read(struct clock_reading *out);

/*
 * The name of the i-th clock that a kernel may lack, NULL after the last. *error: 0 or
 * why it cannot be read, -errno. Without a raw clock the monotonic one stands in for it.
 */
const char *clock_missing(size_t i, int *error);

/* The raw clock alone, for the machines that ask what to do now. */
struct raw_time clock_raw(void);

#endif
