/*
 * Watches the host's clock: reads it every so often, and at once when the kernel says
 * that somebody set it.
 */
#ifndef CLOCKWITNESSD_WATCH_H
#define CLOCKWITNESSD_WATCH_H

#include "clock_watch.h"
#include "exchange.h"
#include "loop.h"
#include "record.h"

/* Called when a reading showed something. */
typedef void watch_saw(
    void *arg, const struct watch_report *report, const struct clock_reading *at);

/* Called after each reading that the timer made. */
typedef void watch_looked(void *arg, const struct clock_reading *at);

struct watch {
	struct clock_watch clock;
	struct span every; /* 0: only watch_feed() reads */
	struct loop_timer *timer;
	int alarm; /* a timer that the kernel cancels when the clock is set; < 0: -errno */
	struct loop_watch *alarm_watch;
	bool alarmed; /* it rang, last at alarmed_at */
	struct raw_time alarmed_at;
	bool deaf;  /* too soon again: not armed before the timer's next call */
	bool blind; /* the kernel's state cannot be read, and never will be */
	watch_saw *saw;
	watch_looked *looked;
	void *arg;
};

/* saw, looked and arg are the caller's; not looking yet. 0 or -ENOMEM. */
int watch_open(struct watch *w, struct loop *l);
void watch_close(struct watch *w);

/* What of the clock can be read, and what cannot and why, for the start record. */
void watch_describe(const struct watch *w, struct record_start *out);

/* Notes in the start record, and says, that the watch goes without this; error: -errno,
 * or 0 and it does not. */
void watch_lacks(struct record_start *out, const char *what, int error);

/* How often it reads from now on. */
void watch_set(struct watch *w, struct span every);

/* A reading that was taken for another reason serves, too. */
void watch_feed(struct watch *w, const struct clock_reading *r);

/* Says what was still waiting for more readings. */
void watch_end(struct watch *w, const struct clock_reading *at);

#endif
