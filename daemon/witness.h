/*
 * The witness: composes peers, calibrator and evidence, and says what changed. One
 * process, one thread; it lives from witness_open() to witness_close().
 */
#ifndef CLOCKWITNESSD_WITNESS_H
#define CLOCKWITNESSD_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "archive.h"
#include "calibration.h"
#include "config.h"
#include "ledger.h"
#include "loop.h"
#include "options.h"
#include "replay.h"
#include "roster.h"
#include "status.h"
#include "surroundings.h"
#include "watch.h"

#define REFUSALS_PER_SERVER_NS                                                           \
	NS_PER_SECOND /* each fault is recorded so often at most                         \
		       */

/* What a server's refused replies have left for the next record. */
struct refusals {
	bool seen[FAULTS];
	struct raw_time last[FAULTS];
	uint64_t suppressed;
	struct exchange newest; /* of those that were suppressed */
};

struct witness {
	const struct options *options;
	struct config config;
	int argc;
	char *const *argv;
	struct loop *loop;
	struct ledger ledger;
	struct archive archive;
	struct status status;
	struct clock_reading since; /* its start record's */
	struct watch watch;
	struct surroundings surroundings;
	struct replay replay; /* of the records as they are written */
	struct phc phc;
	struct roster roster;
	struct refusals refusals[MAX_SERVERS];
	struct exchange last_exchange[MAX_SERVERS]; /* for --once's table */
	bool answered[MAX_SERVERS]; /* a request has ended since the last calibration */
	struct calibration last;    /* the last one that was concluded */
	bool calibrated;            /* a calibration has been recorded */
	struct loop_timer *end_timer, *progress_timer, *alive_timer;
	uint64_t exchanges, samples, faults, calibrations;
	bool hurried; /* the servers were asked out of turn, last at hurried_at */
	struct raw_time hurried_at;
	bool stopping;
	enum exit_code code;
};

/* *w: all zero but for its configuration. 0, or the exit code; what is wrong has been
 * said. */
int witness_open(
    struct witness *w, const struct options *o, int argc, char *const argv[]);

/* Runs until it is told to stop; its exit code. */
enum exit_code witness_run(struct witness *w);

void witness_close(struct witness *w);

#endif
