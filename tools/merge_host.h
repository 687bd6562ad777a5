/* A host of a case: its clock, and what turns its logs' times into UTC. */
#ifndef CLOCKWITNESS_MERGE_HOST_H
#define CLOCKWITNESS_MERGE_HOST_H

#include <stdbool.h>

#include "case.h"
#include "corrector.h"
#include "model.h"

struct merge_host {
	struct case_host *of;
	struct model model;
	struct corrector corrector;
};

/* -1, or the exit code: it was said what is wrong. */
int merge_host_open(
    struct merge_host *h, struct case_host *of, bool unverified, bool beyond);
void merge_host_close(struct merge_host *h);

#endif
