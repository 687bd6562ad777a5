/*
 * What becomes of closed files: compressed, and the oldest deleted when all together take
 * too much. One file at a time, a slice at a time, from the event loop. A crash at any
 * point leaves each file whole under one of its two names at least.
 */
#ifndef CLOCKWITNESSD_ARCHIVE_H
#define CLOCKWITNESSD_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "compress.h"
#include "ledger.h"
#include "loop.h"
#include "record.h"

struct archive {
	struct ledger *ledger;
	struct loop_timer *timer;
	bool compress;
	uint64_t keep_size; /* octets; 0: all are kept */
	/* what failed is said once, and tried again when the next file was closed */
	bool compressing_failed, deleting_failed;
	/* the evidence says already that this one goes, by record number `word` */
	char condemned[RECORD_TEXT_SIZE];
	uint64_t word;
	/* at work, while `compressor` is there */
	struct compressor *compressor;
	int from, to;
	char file[RECORD_TEXT_SIZE];
	uint64_t kept; /* octets of all files, when last looked */
};

/* 0 or -ENOMEM. Nothing is done before archive_begin(). */
int archive_open(struct archive *a, struct ledger *l, struct loop *loop);
void archive_close(struct archive *a); /* what is half done goes */

/* Looks for something to do; called at the start and whenever a file was closed. */
void archive_begin(struct archive *a);

#endif
