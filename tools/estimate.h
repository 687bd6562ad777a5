/*
 * From the exchanges of one stretch of raw time to the points of a clock model: estimate
 * by the smoother, guarantee by the interval sweep.
 */
#ifndef CLOCKWITNESS_ESTIMATE_H
#define CLOCKWITNESS_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "clock_model.h"
#include "observation.h"
#include "record.h"

struct estimate_server {
	char name[SERVER_NAME_SIZE], address[SERVER_ADDRESS_SIZE];
	size_t newest; /* of its observations; when it has any */
};

/* All zero: no exchange yet. */
struct estimating {
	struct observation *o;
	size_t count, room;
	struct estimate_server server[MAX_SERVERS];
	size_t servers;
	bool common; /* an unsynchronised server is among them */
};

/* What was found on the way. */
struct estimate_findings {
	size_t observations, untrusted; /* of falsetickers */
	bool undecided;                 /* somewhere there was no majority: no points */
	size_t infeasible;              /* points at which no majority can be true */
	struct raw_time first, last;    /* of them */
	uint64_t contradicting; /* servers that contradicted the majority anywhere, a bit
				   each */
	double wander, rho;     /* A, 1/s; the greatest rho, s/s */
};

/* An exchange that gave a sample; others, and those of a 65th server, are passed over. Of
 * a round trip that has two, of basic and interleaved mode, the second counts. */
void estimate_add(struct estimating *e, const struct record_exchange *x);

/*
 * The points, in memory that the caller frees; NULL: there are too few exchanges, they
 * are not of UTC, or nowhere near a majority.
 */
struct model_point *estimate_points(
    struct estimating *e, size_t *count, struct estimate_findings *findings);

void estimate_free(struct estimating *e);

#endif
