/*
 * The pictures of a report: inline SVG, readable without a script; with one they can be
 * zoomed and tell values.
 */
#ifndef CLOCKWITNESS_REPORT_PLOT_H
#define CLOCKWITNESS_REPORT_PLOT_H

#include "outlet.h"
#include "report_data.h"
#include "svg.h"

/* All of them have this one. */
struct svg_axis plot_time_axis(const struct report *r);

void plot_offset(struct outlet *o, const struct report *r);
void plot_frequency(struct outlet *o, const struct report *r);
void plot_servers(struct outlet *o, const struct report *r);

/* The samples for the script, and the script. */
void plot_script(struct outlet *o, const struct report *r);

#endif
