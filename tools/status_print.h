/* The daemon's answer for people, and for machines that draw curves. */
#ifndef CLOCKWITNESS_STATUS_PRINT_H
#define CLOCKWITNESS_STATUS_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* Is it an answer of the daemon's that this program understands? */
bool status_is_whole(const struct json *answer);

/* A server is selected, and the evidence is written. */
bool status_is_well(const struct json *answer);

void status_print(const struct json *answer, FILE *out);

/* OpenMetrics 1.0 */
void status_print_metrics(const struct json *answer, FILE *out);

#endif
