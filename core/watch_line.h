/*
 * The straight line that the host's clock draws over the raw clock, and where it breaks.
 */
#ifndef CLOCKWITNESS_WATCH_LINE_H
#define CLOCKWITNESS_WATCH_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "clock_watch.h"
#include "crossing.h"

/* A new line at this reading. */
void watch_line_begin(struct clock_watch *w, const struct watch_look *look);

/* One more reading: on the line, off it, or the third off it, which settles a bend. */
void watch_line_look(
    struct clock_watch *w, const struct watch_look *look, struct watch_report *out);

/*
 * The first reading after nobody looked for too long. `steady`: the kernel's state is
 * what it was; then a reading that was foretold goes on the line.
 */
void watch_line_gap(struct clock_watch *w, const struct watch_look *look, bool steady,
    struct watch_report *out);

/* The first reading after a step or a suspend. */
void watch_line_break(
    struct clock_watch *w, const struct watch_look *look, struct watch_report *out);

/* No more readings will come: those off the line become knots. */
void watch_line_end(struct clock_watch *w, struct watch_report *out);

/*
 * The line still holds, but before on[first], first >= 2, its rate changed so much that
 * soon it will not: reports the knot. False: it did not.
 */
bool watch_line_bend_at(struct clock_watch *w, size_t first, struct watch_report *out);

/* on[newest + 2], on[newest + 1], on[newest]. */
struct trio watch_line_trio(const struct clock_watch *w, size_t newest);

#endif
