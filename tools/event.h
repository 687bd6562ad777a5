/*
 * An event of a timeline, and the forms in which other programs read one: text for
 * people, Timesketch (JSONL and CSV), log2timeline's l2tcsv and TLN, The Sleuth Kit's
 * bodyfile, Elastic Common Schema, OpenTelemetry.
 */
#ifndef CLOCKWITNESS_EVENT_H
#define CLOCKWITNESS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outlet.h"
#include "timescale.h"

/* How an event stands to all others. */
enum event_order {
	ORDER_CERTAIN,    /* its place is the only one */
	ORDER_CONCURRENT, /* it may have happened before or after others: rank_min..max */
	ORDER_LATE,       /* so far from its place in its file that it has none here */
	ORDER_UNCALIBRATED, /* no correction: printed where its file has it */
	EVENT_ORDERS
};

extern const char *const event_order_names[EVENT_ORDERS];

struct event {
	const char *host, *source; /* the file */
	const char *format;        /* of its stamp: its name in the grammar */
	uint64_t line;             /* 1.. */
	const char *text; /* the whole line, or lines, without the last newline */
	size_t length;
	const char *stamp; /* as it stood there; NULL: none */
	size_t stamp_length;
	enum event_order order;
	struct utc_time utc, earliest,
	    latest;              /* unless uncalibrated, so the next three */
	struct span uncertainty; /* 95 %, either way of utc */
	struct span offset;      /* utc - what the stamp says */
	unsigned incarnation; /* of the host's clock: raised each time it was set back */
	bool common;          /* a common time base, not UTC */
	bool guessed; /* nothing is guaranteed: extrapolated beyond a stop, as asked, or
			 told */
	const char *told; /* by whose own log, which is no evidence; NULL: it is */
	uint64_t rank;    /* its place in this output, 0.. */
	uint64_t rank_min, rank_max;
	bool rank_open; /* rank_max is not known */
};

struct event_form {
	const char *name, *what;
	void (*begin)(struct outlet *o); /* may be NULL */
	void (*event)(struct outlet *o, const struct event *e);
};

extern const struct event_form event_forms[];
extern const size_t event_form_count;

/* NULL: no form of this name. */
const struct event_form *event_form(const char *name);

#endif
