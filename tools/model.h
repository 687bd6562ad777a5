/*
 * Evidence -> clock models, one a boot. The evidence is verified on the way; what stands
 * after a broken line does not get in.
 */
#ifndef CLOCKWITNESS_MODEL_H
#define CLOCKWITNESS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock_model.h"
#include "estimate.h"
#include "record.h"

#define MODEL_TOLD_SIZE 24

/* Where a record stands. */
struct model_source {
	char *file;
	uint64_t seq;
};

/* A stretch in which the raw clock ran: a boot, or the part of one between two suspends
 * or two changes of the clocksource. */
struct boot_model {
	char boot_id[64];
	char clocksource[64];
	char host[RECORD_TEXT_SIZE];
	char told[MODEL_TOLD_SIZE]; /* whose log says so; empty: it is evidence */
	struct clock_model model;
	struct model_knot *knot; /* as they were read, sorted before use */
	size_t knots, knot_room;
	size_t thin_at; /* so many are thinned out; 0: for the first time */
	struct estimating estimating;
	struct model_source from, to; /* first and last record that points rest on */
	bool smoothed;                /* some of its points are the smoother's */
	size_t piece_room, run_room;
	struct span asleep, read; /* boot time - monotonic: how long the host had slept,
				     and how well that was read */
	bool unwatched;           /* by a process that wrote some of it */
	struct system_time first, last; /* readings of the host's clock */
	struct raw_time first_raw;
};

/* A piece of a table that came with --segments (clock_table.h). */
struct model_row {
	struct system_time from, to; /* [from, to) */
	struct span delta;           /* UTC - host's clock at `from` */
	double slope;                /* s/s */
	struct span noise, uncertainty, minus, plus;
	double rho;
	enum correction_kind kind;
	bool common;
	size_t source;
	int64_t reach; /* the greatest `to` of this row and all before it */
};

struct model {
	struct boot_model *boot;
	size_t boots;
	struct model_row *row; /* in order of `from` */
	size_t rows;
	struct boot_model *source; /* of whom rows are; no models in them */
	size_t sources;
	char host[RECORD_TEXT_SIZE];     /* of the last start record */
	char timezone[RECORD_TEXT_SIZE]; /* of the last start or continue record */
	int64_t utc_offset_s;            /* so is this */
	struct system_time begin, end;   /* of the host's clock: the earliest beginning of
					    a file, and the last record */
	struct linear_correction linear; /* by the last calibration */
	double linear_error; /* of its frequency, s/s, one standard deviation */
	struct span linear_noise, linear_uncertainty, linear_bound;
	bool linear_common;
	bool has_linear;
	bool mixed;                        /* evidence of more than one host */
	char other_host[RECORD_TEXT_SIZE]; /* if so: one besides `host` */
	bool smoothed;                     /* at least one boot's exchanges were */
	uint64_t findings;
	uint64_t unsealed; /* lines that hold, but that no seal covers */
	uint64_t files;    /* of the evidence */
	uint64_t unread;   /* of these, so many lie far from what was asked for */
	bool unverified;   /* it holds what did not verify */
	bool beyond;       /* answer over stops, too */
};

/* What is asked of it. */
struct model_request {
	char *const *paths; /* evidence: files and directories */
	size_t count;
	const char *table; /* of segments, used where the evidence does not reach; NULL */
	bool unverified;   /* what does not hold, or no seal covers, too */
	bool beyond;       /* go on over a boot, a suspend, another clocksource */
	/* if windowed: only times of the host's clock from..to will be asked for, and
	 * evidence that is far from them is not modelled, and files that lie wholly far
	 * from them are not read */
	bool windowed;
	struct system_time from, to;
	bool whole; /* files that are far from them are read and verified, too */
};

/*
 * Reads evidence. false: it cannot be read or holds no calibration (said on standard
 * error). Findings are said too, and counted. Where files were left unread it holds no
 * calibration as soon as those that were read hold none, and nothing is said.
 */
bool model_load(struct model *m, const struct model_request *r);

/* The host's zone as a record tells it. */
void model_take_zone(struct model *m, const char *timezone, int64_t utc_offset_s);

/* What was left unread, on standard error; what: "these times", from which it is far. */
void model_say_unread(const struct model *m, const char *what);

void model_free(struct model *m);

/* Takes a table of segments in. false: it cannot be read (said). */
bool model_take_table(struct model *m, const char *path);

/* Is this one of those that rows are of? */
bool model_is_tabled(const struct model *m, const struct boot_model *b);

/* A correction, and the stretch that it comes from (NULL: the linear one). */
struct model_answer {
	struct correction correction;
	const struct boot_model *by;
};

/* All corrections of a host time, earliest first, from all boots that can have shown it;
 * where none was watched then, from the table, if there is one that errs by less; with
 * `beyond`, where there are none, the nearest boot's guess. */
size_t model_answers(
    const struct model *m, struct system_time t, struct model_answer out[], size_t most);
size_t model_correct(
    const struct model *m, struct system_time t, struct correction out[], size_t most);

/* What keeps the nearest boot from an answer where there is none. */
enum model_stop model_stop_at(const struct model *m, struct system_time t);

/* Was some boot's clock being watched when it could have shown this? */
bool model_covers(const struct model *m, struct system_time t);

/* By the paper's method: always one. */
struct correction model_correct_linear(const struct model *m, struct system_time t);

#endif
