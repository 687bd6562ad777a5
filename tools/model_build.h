/* The second half of model_load(): what was gathered of each boot becomes its model. */
#ifndef CLOCKWITNESS_MODEL_BUILD_H
#define CLOCKWITNESS_MODEL_BUILD_H

#include "model.h"

void model_build(struct model *m);

/* Leaves out readings that others imply. */
void model_thin(struct boot_model *b);

/* What must be added to the clocks that a namespace shows, to have the host's. */
struct model_namespace {
	struct span monotonic, boottime; /* monotonic: raw, too */
};

void model_leave_namespace(struct record *r, const struct model_namespace *n);

#endif
