/*
 * A picture of the order of events: one HTML file with inline SVG that needs nothing
 * else. A row an event, in the order of the timeline; a bar from its earliest to its
 * latest time, a dot at the estimate, so that bars which overlap are what is concurrent.
 */
#ifndef CLOCKWITNESS_PICTURE_H
#define CLOCKWITNESS_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

#define PICTURE_ROWS_MAX 1000 /* what a person can look through */

struct picture_row {
	char *host, *text;
	char place[96];
	struct utc_time utc, earliest, latest;
	uint64_t rank, rank_min, rank_max;
	unsigned colour;
	bool open, common;
};

struct picture {
	struct picture_row *row;
	size_t rows, room;
	unsigned hosts;
	uint64_t left_out; /* beyond PICTURE_ROWS_MAX, or without a correction */
};

/* Copies what it needs. */
void picture_add(struct picture *p, const struct event *e);

/* false: errno. */
bool picture_write(const struct picture *p, struct outlet *o);

void picture_free(struct picture *p);

#endif
