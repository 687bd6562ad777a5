/* Pictures as inline SVG: a frame, axes, lines and labels. What they show is others' business. */
#ifndef CLOCKWITNESS_SVG_H
#define CLOCKWITNESS_SVG_H

#include "outlet.h"

/* px: the frame that data stand in */
#define SVG_LEFT 90
#define SVG_RIGHT 990
#define SVG_TOP 24

struct svg_axis {
	double from, to;  /* data */
	double low, high; /* px, of from and to */
};

double svg_place(const struct svg_axis *a, double v);

/*
 * A picture of this height: axes and what else is not to be cut off come first, data after
 * svg_data(), svg_end() last. The name is its id, the title for those who cannot see it.
 */
void svg_begin(struct outlet *o, const char *name, const char *title, double height);
void svg_data(struct outlet *o, const char *name);
void svg_end(struct outlet *o);

/* at: x1, y1, x2, y2; the text is HTML */
void svg_line(struct outlet *o, const char *class, const double at[4]);
void svg_label(struct outlet *o, const char *class, double x, double y, const char *text);

/* A step of a path: M or L. */
void svg_point(struct outlet *o, char command, double x, double y);

/* Ticks at round times, UTC seconds, below `bottom`; at round values, with their unit. */
void svg_time_axis(struct outlet *o, const struct svg_axis *x, double bottom);
void svg_value_axis(struct outlet *o, const struct svg_axis *y, const char *unit);

#endif
