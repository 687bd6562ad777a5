#include "steering.h"

#include <math.h>
#include <stddef.h>

#define FREQUENCY_UNIT (1e-6 / 65536) /* of adjtimex's freq, s/s */

bool
steering_changed(const struct steering_change *c)
{
	return c->frequency || c->tick || c->status || c->constant || c->tai;
}

bool
steering_compare(const struct steering *before, const struct steering *now,
    struct steering_change *out)
{
	bool all = before == NULL;

	*out = (struct steering_change){ .now = { .frequency = 0 } };
	out->frequency =
	    all || fabs(now->frequency - before->frequency) > FREQUENCY_UNIT / 2;
	out->tick = all || now->tick != before->tick;
	out->status = all || now->status != before->status;
	out->constant = all || now->constant != before->constant;
	out->tai = all || now->tai != before->tai;
	out->now = *now;
	return steering_changed(out);
}

void
steering_change_add(struct steering_change *to, const struct steering_change *later)
{
	to->frequency |= later->frequency;
	to->tick |= later->tick;
	to->status |= later->status;
	to->constant |= later->constant;
	to->tai |= later->tai;
	if (steering_changed(later))
		to->now = later->now;
}
