/* The halves of model_load(): records are gathered by boot, and become its model. */
#ifndef CLOCKWITNESS_MODEL_BUILD_H
#define CLOCKWITNESS_MODEL_BUILD_H

#include "model.h"

/* A record's readings, exchange and calibration, for the stretch that it was written in;
 * what it tells of the one before goes there. */
void model_add(struct model *m, struct boot_model *b, const struct record *r);

/* An event of that kind? */
bool model_event(const struct record *r, enum event_kind kind);

void model_build(struct model *m);

/* Leaves out readings that others imply. */
void model_thin(struct boot_model *b);

/* What must be added to the clocks that a namespace shows, to have the host's. */
struct model_namespace {
	struct span monotonic, boottime; /* monotonic: raw, too */
};

void model_leave_namespace(struct record *r, const struct model_namespace *n);

#endif
