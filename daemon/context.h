/* What the start record says of the host: read, never changed. */
#ifndef CLOCKWITNESSD_CONTEXT_H
#define CLOCKWITNESSD_CONTEXT_H

#include "record.h"

/* Fills all but servers, previous and seal_*; what cannot be read stays empty. */
void context_read(struct record_start *out, int argc, char *const argv[]);

#endif
