/* What the files of the evidence share; who writes evidence includes evidence.h. */
#ifndef CLOCKWITNESSD_EVIDENCE_PARTS_H
#define CLOCKWITNESSD_EVIDENCE_PARTS_H

#include "evidence.h"

#define SEAL_ROOM ((size_t)2048) /* octets that a seal may need */

/* Encodes, chains and writes; `keep`: so much room is left for what must follow. */
bool evidence_put(struct evidence *e, struct record *r, size_t keep);

/* A gap record; log: that it goes on. */
bool evidence_put_gap(struct evidence *e, const struct clock_reading *now);

bool evidence_put_continue(struct evidence *e, const struct clock_reading *now,
    const char *old_file, const char *reason);

/* Signs with the announced key, which is gone then. */
bool evidence_put_seal(struct evidence *e, const struct clock_reading *now, bool last);

/* Writes what waits into the present file. */
void evidence_flush(struct evidence *e);

/* The present file is given up. Said once an outage, not once a try. */
void evidence_abandon(struct evidence *e, int error, const char *what);

/* May a record be appended now? Mends, notices a full disk, tells of gaps. */
bool evidence_ready(struct evidence *e, const struct clock_reading *now);

#endif
