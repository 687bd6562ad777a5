/*
 * From the exchanges of one stretch of raw time to the points of a clock model: estimate
 * by the smoother, guarantee by the interval sweep. Where there are many, this is done in
 * blocks that overlap, as they come: memory is bounded by a block, besides the points.
 */
#ifndef CLOCKWITNESS_ESTIMATE_H
#define CLOCKWITNESS_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "clock_model.h"
#include "leaps.h"
#include "observation.h"
#include "record.h"

#define ESTIMATE_BLOCK ((size_t)65536) /* exchanges */

struct estimate_server {
	char name[SERVER_NAME_SIZE], address[SERVER_ADDRESS_SIZE];
};

struct estimate_servers {
	struct estimate_server server[MAX_SERVERS];
	size_t count;
};

/* What was found on the way. */
struct estimate_findings {
	size_t untrusted;            /* observations of falsetickers; overlaps twice */
	size_t infeasible;           /* points at which no majority can be true */
	struct raw_time first, last; /* of them */
	struct estimate_servers contradicting; /* the majority, anywhere */
};

struct estimate_points {
	struct model_point *point;
	size_t count, room;
};

/* All zero: no exchange yet. */
struct estimating {
	struct observation *o; /* not settled, or still wanted as neighbours */
	size_t count, room;
	size_t block; /* 0: ESTIMATE_BLOCK */
	struct estimate_servers servers;
	struct leaps leaps;
	bool common;                         /* an unsynchronised server is among them */
	struct estimate_points calibrations; /* later than what is settled */
	struct estimate_points settled;
	struct raw_time until; /* settled up to here; if blocks > 0 */
	size_t blocks;
	struct estimate_findings found;
};

/* An exchange that gave a sample; others, and those of a 65th server, are passed over. Of
 * a round trip that has two, of basic and interleaved mode, the second counts. */
void estimate_add(struct estimating *e, const struct record_exchange *x);

/* An observation of a server that is in the table; near the order of time. */
void estimate_take(struct estimating *e, const struct observation *o);

/* A calibration, on which points fall back where exchanges are too few, are not of UTC,
 * or nowhere near a majority. */
void estimate_calibration(struct estimating *e, const struct model_point *p);

/* All points, in order, in memory that the caller frees. */
struct model_point *estimate_finish(struct estimating *e, size_t *count);

void estimate_free(struct estimating *e);

#endif
