/*
 * The clock of a network interface that stamps packets itself (a PTP hardware clock): is
 * it there, is its stamping switched on, what does it say. Nothing is switched here.
 */
#ifndef CLOCKWITNESSD_PHC_H
#define CLOCKWITNESSD_PHC_H

#include <stdbool.h>
#include <stddef.h>

#include "stamp.h"

struct phc {
	int fd;        /* of /dev/ptpN */
	int interface; /* its index; 0: there is none to read */
};

/* false: why says what is in the way, and what would help. */
bool phc_open(struct phc *p, const char *interface, char *why, size_t size);
void phc_close(struct phc *p);

/* Both clocks now. false: they cannot be read; there is none, for one. */
bool phc_read(const struct phc *p, struct device_reading *out);

#endif
