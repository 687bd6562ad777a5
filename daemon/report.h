/* What the daemon tells people: lines about changes, the table of --once, progress. */
#ifndef CLOCKWITNESSD_REPORT_H
#define CLOCKWITNESSD_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "calibration.h"
#include "exchange.h"

/* One line for each server whose standing changed, one if the conclusion did. */
void report_changes(const struct calibration *before, const struct calibration *now);

/* "+3.200012 s (slow), +-0.4 ms, frequency +40.0 ppm (slow)": one sentence. */
void report_sentence(const struct calibration *c, char *out, size_t size);

/* What stopping now would be worth a day away, for an operator who waits. */
void report_progress(const struct calibration *c);

/* Every field of each server's last reply, the verdicts and the selection. */
void report_table(FILE *out, const struct calibration *c, const struct exchange last[]);

#endif
