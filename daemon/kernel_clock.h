/*
 * How the kernel steers the host's clock: read, never told. The only place that calls
 * adjtimex(2).
 */
#ifndef CLOCKWITNESSD_KERNEL_CLOCK_H
#define CLOCKWITNESSD_KERNEL_CLOCK_H

#include "steering.h"

/* 0 or -errno: a sandbox may forbid it. Needs no privilege. */
int kernel_clock_read(struct steering *out);

#endif
