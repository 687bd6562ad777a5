#include "clock_watch.h"

#include <math.h>

#include "crossing.h"
#include "watch_jumps.h"
#include "watch_line.h"

#define SLEW_MIN 1e-6 /* s/s: a smaller change of the rate is no event */
#define TURN_MIN 1e-5 /* s/s: less bends a line by no more than its tolerance */
#define TELLINGS 4
#define TELLING_EVERY_NS (64 * NS_PER_SECOND)

/* Nobody looked for too long: the clock may have gone anywhere between. */
static bool
looked_away(const struct clock_watch *w, const struct clock_reading *r)
{
	return w->patience.ns > 0 &&
	       raw_since(r->raw, w->last.at.raw).ns > w->patience.ns;
}

/* The rate that the kernel is told, s/s. */
static double
told_to_run(const struct steering *s)
{
	return s->frequency + (double)(s->tick - STEERING_TICK) / STEERING_TICK;
}

/* True: frequency and tick are known, and what they were at the reading before. */
static bool
note_steering(
    struct clock_watch *w, const struct clock_reading *r, const struct steering *s)
{
	struct steering_change change = { .tick = false };
	bool known = w->steered;

	w->steered = s != NULL;
	if (s == NULL)
		return false;
	if (w->begun && steering_compare(known ? &w->steering : NULL, s, &change)) {
		if (!steering_changed(&w->pending))
			w->pending_at = r->raw;
		steering_change_add(&w->pending, &change);
		w->turned |=
		    known && fabs(told_to_run(s) - told_to_run(&w->steering)) > TURN_MIN;
	}
	w->steering = *s;
	return known && !change.frequency && !change.tick;
}

/* The oldest reading on the line since the kernel's state changed; w->known: none. */
static size_t
first_since_change(const struct clock_watch *w)
{
	size_t i = w->known;

	while (i > 0 && raw_since(w->on[i - 1].at.raw, w->pending_at).ns < 0)
		i--;
	return i > 0 ? i - 1 : w->known;
}

/*
 * With the knot, if there is one. A change of frequency or tick alone waits for three
 * readings, to see whether there will be one.
 */
static void
tell_steering(struct clock_watch *w, struct watch_report *out)
{
	bool of_rate = !w->pending.status && !w->pending.constant && !w->pending.tai;
	size_t first = first_since_change(w);
	bool due = w->off == 0 && first >= 2 && first < w->known;

	if (!steering_changed(&w->pending))
		return;
	if (out->entries == 0 && of_rate && !due)
		return;
	if (out->entries == 0 && !(due && watch_line_bend_at(w, first, out)))
		out->entry[out->entries++] = (struct watch_entry){ .slewed = false };
	out->entry[out->entries - 1].change.steering = w->pending;
	w->pending = (struct steering_change){ .tick = false };
}

void
clock_watch_end(struct clock_watch *w, struct watch_report *out)
{
	*out = (struct watch_report){ .before = w->last.at };
	watch_line_end(w, out);
	if (out->entries == 0 && !steering_changed(&w->pending))
		return;
	if (out->entries == 0)
		out->entries = 1;
	out->entry[out->entries - 1].change.steering = w->pending;
	w->pending = (struct steering_change){ .tick = false };
}

static bool
may_tell(struct clock_watch *w, struct raw_time now)
{
	while (w->tellings < TELLINGS &&
	       raw_since(now, w->telling_at).ns >= TELLING_EVERY_NS) {
		w->tellings++;
		w->telling_at =
		    raw_after(w->telling_at, (struct span){ TELLING_EVERY_NS });
	}
	if (w->tellings == TELLINGS)
		w->telling_at = now;
	return w->tellings > 0;
}

/* A knot tells the new rate; else the last readings do, once they agree on it. */
static bool
rate_now(
    const struct clock_watch *w, const struct watch_entry *e, double *rate, double *error)
{
	struct trio trio = watch_line_trio(w, 0);
	struct trio before = watch_line_trio(w, 1);

	if (w->off > 0 || w->known < 3)
		return false;
	*error = trio_slope_error(&trio);
	*rate = trio_slope(&trio);
	if (e != NULL && e->change.bend.has_rate) {
		*rate = e->change.bend.rate;
		return true;
	}
	return w->retell && w->known > 3 &&
	       fabs(trio_slope(&before) - *rate) <= 2 * *error;
}

static void
tell_slew(struct clock_watch *w, const struct clock_reading *r, struct watch_report *out)
{
	struct watch_entry *e = out->entries > 0 ? &out->entry[out->entries - 1] : NULL;
	double rate;
	double error;

	if (!rate_now(w, e, &rate, &error))
		return;
	w->retell = false;
	if (!w->told) {
		w->told = true;
		w->told_rate = rate;
		w->tellings = TELLINGS;
	}
	if (fabs(rate - w->told_rate) < SLEW_MIN + 4 * error || !may_tell(w, r->raw))
		return;
	if (e == NULL) {
		e = &out->entry[out->entries++];
		*e = (struct watch_entry){ .slewed = true };
	}
	e->slewed = true;
	e->slew = (struct clock_slew){ rate - w->told_rate, w->told_rate, rate };
	w->told_rate = rate;
	w->tellings--;
}

static void
take_look(struct clock_watch *w, const struct watch_look *look, bool steady,
    struct watch_report *out)
{
	out->before = w->last.at;
	watch_look_for_jumps(&w->last.at, &look->at, out);
	if (out->stepped || out->suspended)
		watch_line_break(w, look, out);
	else if (looked_away(w, &look->at))
		watch_line_gap(w, look, steady, out);
	else
		watch_line_look(w, look, out);
}

void
clock_watch_read(struct clock_watch *w, const struct clock_reading *r,
    const struct steering *steering, struct watch_report *out)
{
	struct watch_look look = {
		.at = *r,
		.plain = steering != NULL && steering->tick == STEERING_TICK,
	};
	int status = w->steered ? w->steering.status : 0;
	bool steady;

	*out = (struct watch_report){ .entries = 0 };
	if (w->begun && raw_since(r->raw, w->last.at.raw).ns <= 0)
		return;
	steady = note_steering(w, r, steering);
	look.turned = w->turned;
	status |= steering != NULL ? steering->status : 0;
	if (w->begun)
		take_look(w, &look, steady, out);
	else
		watch_line_begin(w, &look);
	out->leap = out->stepped && watch_is_leap(out, r, status);
	w->begun = true;
	w->last = look;
	tell_steering(w, out);
	tell_slew(w, r, out);
}
