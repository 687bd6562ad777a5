/*
 * Reads the host's clocks; nothing here, or anywhere, sets one.
 */
#ifndef CLOCKWITNESSD_CLOCK_H
#define CLOCKWITNESSD_CLOCK_H

#include "exchange.h"

/*
 * Raw, host, monotonic, boot, raw: the middle of the bracket and the other times belong
 * together, to half the bracket's width. The narrowest of a few tries, since a program
 * may be interrupted.
 */
void clock_read(struct clock_reading *out);

/* The raw clock alone, for the machines that ask what to do now. */
struct raw_time clock_raw(void);

#endif
