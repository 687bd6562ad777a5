/* What the start record says of the host: read, never changed. */
#ifndef CLOCKWITNESSD_CONTEXT_H
#define CLOCKWITNESSD_CONTEXT_H

#include "record.h"

/* Fills all but servers, configuration, confinement, previous and seal_*; what cannot be read is in
 * context.unread, with the reason. */
void context_read(struct record_start *out, int argc, char *const argv[]);

#endif
