/* What `convert` says of a time: for people, or one JSON object. */
#ifndef CLOCKWITNESS_CONVERT_PRINT_H
#define CLOCKWITNESS_CONVERT_PRINT_H

#include "model.h"
#include "model_options.h"

struct conversion {
	struct model model;
	struct model_options asked;
	bool json;
	bool whole;  /* far files are read, too */
	bool missed; /* a time was not shown, or not understood */
};

/* One answer for host time t, to standard output; NULL: there is none, and why. */
void convert_print(
    const struct conversion *c, struct system_time t, const struct model_answer *answer);

#endif
