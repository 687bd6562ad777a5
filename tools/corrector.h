/*
 * Stamps -> UTC: a line, and what is known of the log so far, give the stamps of the line,
 * each with its correction or with the reason why it has none.
 */
#ifndef CLOCKWITNESS_CORRECTOR_H
#define CLOCKWITNESS_CORRECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "log_clock.h"
#include "recognition.h"
#include "segments.h"

/* What holds for all logs of a host. */
struct corrector {
	struct log_grammars grammars;
	struct recognition_wish wish;
	struct log_clock clock;
	struct segments segments;
	const struct boot_model *boot; /* that stamps since boot count from */
};

/* How long the host had been up when a time was shown, and in which boot. */
struct log_uptime {
	struct span up; /* by a clock that is never set */
	char boot[36];  /* its ID, without hyphens; empty: not known */
};

/* Of the log at hand, line after line. */
struct log_state {
	struct recognition recognition;
	struct log_order order;
	struct segment segment; /* the last one that was asked for */
	bool has_segment;
	struct utc_time last; /* of the stamp before */
	bool has_last;
	struct utc_time set_at;    /* when the clock was set, as the log says; 0: never */
	struct log_uptime uptime;  /* of a stamp before, ... */
	struct utc_time at_uptime; /* ... whose UTC was this */
};

/* Would lines become the same after either? Only what was counted may differ. */
bool log_state_agrees(const struct log_state *a, const struct log_state *b);

enum stamp_fate {
	STAMP_CORRECTED,
	STAMP_NEVER_SHOWN, /* the clock was watched, or the zone known, and it was not */
	STAMP_NOT_COVERED, /* nothing in the evidence can have shown it */
	STAMP_FOREIGN,     /* it is not of this host's clock */
	STAMP_NOT_SYNCHRONISED, /* so its own mark says */
	STAMP_EMPTY,            /* 0: no time at all */
	STAMP_FATES
};

/* "corrected", "never-shown", "not-covered", "foreign", "not-synchronised", "empty" */
extern const char *const stamp_fate_names[STAMP_FATES];

struct log_stamp {
	struct log_time t;
	size_t format;
	enum stamp_fate fate;
	struct system_time time; /* that the host's clock showed, by the choice made */
	/* if it is corrected */
	struct model_answer answer; /* its errors are the greatest of its segment */
	size_t which, of;           /* the answer chosen, of so many that were possible */
	bool straight;              /* the segment of the state holds for it */
};

/* false: the table of formats cannot be read (said). */
bool corrector_begin(struct corrector *c);

/* The clock of the host whose logs come; the model must stay. */
void corrector_take_model(struct corrector *c, const struct model *m, bool linear);

/* The boot that stamps since boot count from; NULL: the last one. false: there is none. */
bool corrector_choose_boot(
    struct corrector *c, const struct model *m, const char *boot_id);

/* By name; NULL: the host's zone as it was recorded, whose rules must be known here, too.
 * false: it is not known (said). */
bool corrector_choose_zone(
    struct corrector *c, const struct model *m, const char *timezone);

void log_state_begin(
    struct log_state *s, const struct corrector *c, const struct log_state *before);

/* The first stamp of a line of n octets; false: it has none. */
bool corrector_first(const struct corrector *c, struct log_state *s, const char *line,
    size_t n, struct log_stamp *out);

/* Another one behind it, if its format has more; which: 0.. */
bool corrector_more(const struct corrector *c, struct log_state *s,
    const struct log_stamp *before, size_t which, struct log_stamp *out);

/* A time that was read from what is no line, given with its format in *out; up: NULL, or
 * what stands beside it. */
void corrector_time(const struct corrector *c, struct log_state *s,
    const struct log_uptime *up, struct log_stamp *out);

/* The log says that here the clock was set; what comes behind is later. */
void corrector_clock_set(const struct corrector *c, struct log_state *s,
    struct system_time was, struct system_time is);

/* Its own errors in place of the segment's. */
void corrector_exact(const struct corrector *c, struct log_stamp *s);

#endif
