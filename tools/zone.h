/* The zone that a log without one is written in: rules of tzdata, or a fixed distance. */
#ifndef CLOCKWITNESS_ZONE_H
#define CLOCKWITNESS_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

struct zone {
	bool fixed;
	int64_t offset_s; /* local - UTC, if fixed */
	char name[RECORD_TEXT_SIZE];
};

/* "UTC", "+01:00", "-0330", or a name of the zone database, as Europe/Berlin. */
bool zone_parse(const char *text, struct zone *out);

void zone_fixed(int64_t offset_s, struct zone *out);

/*
 * Local seconds -> seconds of the host's clock (which counts UTC): none in the hour that
 * a change of rules skips, two in the hour that it repeats.
 */
size_t zone_to_clock(const struct zone *z, int64_t local, int64_t out[2]);

/* local - UTC at this time of the clock */
int64_t zone_offset_at(const struct zone *z, int64_t clock_seconds);

/* Is this its name at that time of the clock, as CST or CDT? */
bool zone_is_called(
    const struct zone *z, int64_t clock_seconds, const char *name, size_t n);

#endif
