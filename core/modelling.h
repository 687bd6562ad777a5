/*
 * What the parts of the clock model share. Private to core/clock_model*.c.
 */
#ifndef CLOCKWITNESS_MODELLING_H
#define CLOCKWITNESS_MODELLING_H

#include "clock_model.h"

#define MODELLING_Z95 1.959964

/* UTC at raw time c, which the host's clock may have shown while it was on piece p. */
struct correction modelling_at(
    const struct clock_model *m, struct raw_time c, const struct model_piece *p);

/* The same, if it is known that this is the last point at or before c, or the first. */
struct correction modelling_from(const struct clock_model *m, size_t point,
    struct raw_time c, const struct model_piece *p);

/* d(host - raw)/d(raw) on a piece, s/s. */
double modelling_rate(const struct model_piece *p);

/* The host's clock at a time outside its readings, [0] before, [1] after: a correction
 * as if no stop lay between. false: t is not outside on that side. */
bool modelling_outside(const struct clock_model *m, struct system_time t, size_t side,
    struct correction *out);

/* What forbids it; STOP_NONE: nothing. */
enum model_stop modelling_stop(
    const struct clock_model *m, const struct correction *c, size_t side);

#endif
