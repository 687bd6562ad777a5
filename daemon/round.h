/* When a calibration is due: at the end of a poll round, or when somebody's standing
 * changes. */
#ifndef CLOCKWITNESSD_ROUND_H
#define CLOCKWITNESSD_ROUND_H

#include <stdbool.h>

#include "calibration.h"
#include "roster.h"

/*
 * answered[i]: a request to peer i has ended since the last calibration. The peers that
 * are asked most often make the round.
 */
bool round_is_over(const struct roster *r, const bool answered[]);

/* Which of the believed is selected may wait for the round; who is believed may not.
 * The servers are the same. */
bool round_standing_changed(
    const struct calibration *before, const struct selection *now);

#endif
