/* The clock model for logs: of the time that they cover, where that can be told first. */
#ifndef CLOCKWITNESS_LOG_MODEL_H
#define CLOCKWITNESS_LOG_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "corrector.h"
#include "model.h"

struct log_model {
	struct model_request evidence;
	char *const *logs; /* in the order in which they will be read */
	size_t count;
	const char *timezone; /* NULL: the host's */
	bool all;             /* answers will rest on all of the evidence */
};

/*
 * Loads the model, and takes it into the corrector, and the zone. A large evidence of which
 * the logs cover a part is modelled from two days before to two days after them, and
 * files that lie wholly elsewhere are not read, unless the request says so: which is said.
 * -1: good, else the exit code; said why.
 */
int log_model_load(const struct log_model *l, struct corrector *c, struct model *m);

#endif
