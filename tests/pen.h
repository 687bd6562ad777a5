/*
 * Writes evidence of a host that never was, through the product's own core: what the
 * daemon would have written had it seen what a seed says. Conclusions follow from the
 * exchanges, seals are made by keys of its own.
 */
#ifndef CLOCKWITNESS_PEN_H
#define CLOCKWITNESS_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "record.h"
#include "replay.h"

struct pen {
	/* told to it */
	uint64_t seed;
	size_t servers; /* <= MAX_SERVERS */
	int64_t poll_ns;
	int boot;       /* number of the boot */
	int64_t set_ns; /* the host's clock has been set by so much */
	bool has_previous;
	struct record_previous previous;
	void (*put)(void *arg, const char *line, size_t n);
	void *arg;
	/* what it knows */
	struct chain chain;
	struct seal_key key;
	int64_t elapsed_ns;
	struct replay replay;
	struct record record; /* the last one */
};

void pen_begin(struct pen *p);
/* Another file, after this one: its first record. */
void pen_continue(struct pen *p, const char *previous_file);
void pen_round(struct pen *p); /* an exchange a server, a calibration, a seal */
void pen_end(struct pen *p);   /* stop, and the last seal */

/* One record in the chain; of p->record the body is what is asked for. */
void pen_write(struct pen *p, enum record_type type);
void pen_seal(struct pen *p, bool last);

uint64_t pen_random(struct pen *p);

#endif
