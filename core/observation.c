#include "observation.h"

#define FIELD_ROUNDING_NS 22889 /* 1.5 * 2^-16 s, rounded up */

struct span
observation_error(const struct observation *o)
{
	struct span root =
	    span_add((struct span){ o->root_delay.ns / 2 + 1 }, o->root_dispersion);

	return span_add(
	    span_add(root, o->dispersion), (struct span){ FIELD_ROUNDING_NS });
}
