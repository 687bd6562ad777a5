#include "observation.h"

#define FIELD_ROUNDING_NS 22889 /* 1.5 * 2^-16 s, rounded up */

struct observation
observation_of(const struct exchange *x, const struct sample *s, uint16_t server)
{
	return (struct observation){
		.at = s->at,
		.utc_minus_raw = s->utc_minus_raw,
		.delay = s->delay,
		.dispersion = s->dispersion,
		.root_delay = x->root_delay,
		.root_dispersion = x->root_dispersion,
		.t1_raw = x->t1_raw,
		.t4_raw = x->t4_raw,
		.t2 = x->t2,
		.t3 = x->t3,
		.server = server,
	};
}

struct span
observation_error(const struct observation *o)
{
	struct span root =
	    span_add((struct span){ o->root_delay.ns / 2 + 1 }, o->root_dispersion);

	return span_add(
	    span_add(root, o->dispersion), (struct span){ FIELD_ROUNDING_NS });
}
