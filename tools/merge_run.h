/* Many logs -> one timeline: the merge itself, and what is said of it. */
#ifndef CLOCKWITNESS_MERGE_RUN_H
#define CLOCKWITNESS_MERGE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.h"
#include "event.h"
#include "merge_cause.h"
#include "merge_file.h"
#include "merge_host.h"
#include "outlet.h"
#include "picture.h"
#include "timeline.h"
#include "tournament.h"

/* A log, and its event at the front. */
struct merge_log {
	struct merge_file file;
	const char *host;
	size_t chain;
	struct merge_line *head; /* NULL: there are no more */
	bool waited;             /* it is an effect whose cause was waited for */
	struct cause_key awaited;
};

/* An event on its way out. */
struct merge_event {
	struct merge_line *line;
	struct merge_log *log;
	enum event_order order;
};

struct merge_run {
	/* what is asked for */
	const struct event_form *form;
	struct outlet *out;
	int64_t from, to;
	size_t window;
	bool wants_picture;
	/* what came of it */
	struct picture picture;
	uint64_t lines, events, printed, certain, concurrent, open, late, uncalibrated;
	uint64_t matched;       /* effects that came after their cause */
	uint64_t effects_alone; /* whose cause never came */
	uint64_t left;          /* events without a time or an order */
	size_t logs;
	struct merge_log *log;
	/* inside */
	struct causes causes;
	struct timeline timeline;
	struct tournament front;   /* of the logs' heads */
	struct merge_event *queue; /* from `first`, `queued` of them, in turn */
	size_t first, queued, queue_room;
	uint64_t pushed, popped, ranked_out;
	struct utc_time now;
};

/* Reads, merges, writes. false: a log or the output failed (a log: said). */
bool merge_run(
    struct merge_run *m, struct merge_host hosts[], const struct merge_case *of);

/* The summary, to standard error. */
void merge_say(const struct merge_run *m);
void merge_say_json(const struct merge_run *m);

#endif
