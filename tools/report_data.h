/* What a report is made of: gathered from the records and from the model. */
#ifndef CLOCKWITNESS_REPORT_DATA_H
#define CLOCKWITNESS_REPORT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "model.h"
#include "record.h"
#include "records.h"

/* The clock at one moment. */
struct report_sample {
	struct utc_time at;
	struct span offset; /* UTC - host clock */
	struct span uncertainty, low, high;
	double frequency;       /* d(UTC - host)/d(host), s/s */
	double frequency_error; /* 95 % */
	double rho;             /* the guarantee's, s/s */
	bool apart;             /* the one before belongs to another stretch */
};

/* Something that happened, or was found. */
struct report_mark {
	struct utc_time at;
	struct system_time host;
	bool unplaced;    /* UTC was not known yet */
	const char *kind; /* "step", "suspend"..., "gap", "start", "stop", "finding" */
	char what[640];
	char where[320]; /* file and line */
};

/* A server kept a verdict for so long. */
struct report_standing {
	size_t server;
	enum verdict verdict;
	struct utc_time from, to;
};

struct report_server {
	char name[SERVER_NAME_SIZE], address[SERVER_ADDRESS_SIZE];
	uint64_t exchanges, samples, faults[FAULTS];
	struct span least_delay;
	struct span root_distance; /* at its last verdict */
	size_t standing;           /* its present one, in standings */
	bool has_standing;
};

struct report_file {
	char path[320];
	struct digest digest, fingerprint, head;
	bool has_digest;
	uint64_t octets, lines, sealed, torn;
	bool stopped, ended, broken;
	struct system_time from, to;
};

struct report {
	struct model model;
	struct record_start start; /* the last one */
	bool has_start;
	uint64_t processes, calibrations, without_majority, seals;
	double rho; /* the greatest that a guarantee rests on */
	struct report_sample *sample;
	size_t samples, sample_room;
	struct report_mark *mark;
	size_t marks, mark_room;
	struct report_standing *standing;
	size_t standings, standing_room;
	struct report_server *server;
	size_t servers, server_room;
	struct report_file *file;
	size_t files, file_room;
	struct span last_offset; /* of the last calibration, to place host times */
	bool has_offset;
	struct span worst_uncertainty, worst_bound; /* over the samples */
	uint64_t findings;
};

/* false: it cannot be read or holds no calibration (said). */
bool report_gather(struct report *r, const struct model_request *wanted);
void report_free(struct report *r);

#endif
