/* What building a clock model and asking it have in common. */
#ifndef CLOCKWITNESS_CLOCK_MODEL_PIECE_H
#define CLOCKWITNESS_CLOCK_MODEL_PIECE_H

#include "clock_model.h"

/* d(host - raw)/d(raw) in a piece, s/s; its raw_length is > 0. */
double clock_model_piece_rate(const struct model_piece *p);

#endif
