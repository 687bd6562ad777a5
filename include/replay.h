/*
 * From records to conclusions. Fed with every record in order, it keeps a calibrator as
 * the head of calibration.h says. The daemon feeds it with each record as it is written;
 * who checks the evidence feeds it with each record as it is read, and learns whether
 * what the record concludes follows from what stands before it.
 *
 * All zero: a replay that begins in the middle of the records of a process. Then, and
 * after a gap, a calibration can be replayed only once all it may rest on lies behind:
 * of each server the last eight requests that ended and the samples that fit.h remembers,
 * or a reload or suspend since, and two spans of host_rate.h.
 */
#ifndef CLOCKWITNESS_REPLAY_H
#define CLOCKWITNESS_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "calibration.h"
#include "record.h"

/* What was seen of a server since the replay began, or a gap. */
struct replay_seen {
	bool whole; /* nothing that counts was before it */
	unsigned ended, samples;
	struct raw_time first; /* of the samples */
};

struct replay {
	struct calibrator calibrator;
	struct record_servers servers; /* as configured; none: no record said */
	bool configured;
	bool listed;  /* whose names the calibrator has, by a record since `from` */
	bool foreign; /* the start record names a method that is not ours */
	bool whole;   /* the host's rate rests on nothing that was before */
	bool begun;
	struct raw_time from; /* of the first record, or the one after a gap */
	struct replay_seen seen[MAX_SERVERS]; /* as calibrator.server */
};

/* Takes a record that was written: of itself it is true. */
void replay_take(struct replay *p, const struct record *r);

enum replay_verdict {
	REPLAY_NOTHING, /* the record concludes nothing */
	REPLAY_FOLLOWS,
	REPLAY_DIFFERS,
	REPLAY_NOT_YET, /* what it rests on is not all there: see above */
	REPLAY_FOREIGN, /* it was concluded by a method that this version does not know */
};

struct replay_finding {
	enum replay_verdict verdict;
	struct record_difference difference; /* recorded first; of REPLAY_DIFFERS */
};

/* Takes a record that was read, and says whether its conclusion follows. */
void replay_check(struct replay *p, const struct record *r, struct replay_finding *out);

#endif
