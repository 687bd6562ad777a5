#include "svg.h"

#include <math.h>
#include <stdio.h>

#include "calendar.h"

double
svg_place(const struct svg_axis *a, double v)
{
	return a->low + (a->high - a->low) * (v - a->from) / (a->to - a->from);
}

static void
put_real(struct outlet *o, double v)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.1f", v);
	put_text(o, text);
}

void
svg_line(struct outlet *o, const char *class, const double at[4])
{
	static const char *const names[] = { "x1", "y1", "x2", "y2" };

	put_text(o, "<line class=\"");
	put_text(o, class);
	for (size_t i = 0; i < 4; i++) {
		put_text(o, "\" ");
		put_text(o, names[i]);
		put_text(o, "=\"");
		put_real(o, at[i]);
	}
	put_text(o, "\"/>");
}

void
svg_label(struct outlet *o, const char *class, double x, double y, const char *text)
{
	put_text(o, "<text class=\"");
	put_text(o, class);
	put_text(o, "\" x=\"");
	put_real(o, x);
	put_text(o, "\" y=\"");
	put_real(o, y);
	put_text(o, "\">");
	put_text(o, text);
	put_text(o, "</text>\n");
}

/* ---- axes */

static const double steps_s[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
	7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000,
	31536000 };

static double
time_step(double length)
{
	for (size_t i = 0; i < sizeof(steps_s) / sizeof(*steps_s); i++)
		if (length / steps_s[i] <= 8)
			return steps_s[i];
	return 63072000;
}

void
svg_time_axis(struct outlet *o, const struct svg_axis *x, double bottom)
{
	double step = time_step(x->to - x->from);
	double first = ceil(x->from / step);

	for (int i = 0; (first + i) * step <= x->to; i++) {
		struct civil c = civil_from_seconds((int64_t)((first + i) * step));
		char text[64];
		double at = svg_place(x, (first + i) * step);

		(void)snprintf(text, sizeof(text),
		    step < 86400 ? "%02d:%02d:%02d" : "%02d-%02d",
		    step < 86400 ? c.hour : c.month, step < 86400 ? c.minute : c.day,
		    c.second);
		svg_line(o, "grid", (const double[]){ at, SVG_TOP, at, bottom });
		svg_label(o, "tick mid", at, bottom + 16, text);
	}
}

/* 1, 2 or 5 times a power of ten. */
static double
nice_step(double length)
{
	double power = 1;
	double norm;

	while (power > length / 5)
		power /= 10;
	while (power * 10 <= length / 5)
		power *= 10;
	norm = length / 5 / power;
	return power * (norm >= 5 ? 5 : norm >= 2 ? 2 : 1);
}

void
svg_value_axis(struct outlet *o, const struct svg_axis *y, const char *unit)
{
	double step = nice_step(y->to - y->from);
	double first = ceil(y->from / step);
	int digits = 0;

	while (step * pow(10, digits) < 0.999 && digits < 9)
		digits++;
	for (int i = 0; (first + i) * step <= y->to; i++) {
		char text[64];
		double v = (first + i) * step;

		(void)snprintf(
		    text, sizeof(text), "%.*f", digits, fabs(v) < step / 2 ? 0.0 : v);
		svg_line(o, "grid",
		    (const double[]){
			SVG_LEFT, svg_place(y, v), SVG_RIGHT, svg_place(y, v) });
		svg_label(o, "tick end", SVG_LEFT - 8, svg_place(y, v) + 4, text);
	}
	svg_label(o, "tick end", SVG_LEFT - 8, SVG_TOP - 8, unit);
}

void
svg_point(struct outlet *o, char command, double x, double y)
{
	char text[64];

	(void)snprintf(
	    text, sizeof(text), "%c%.1f %.1f", command, x, fmax(fmin(y, 20000), -20000));
	put_text(o, text);
}

void
svg_begin(struct outlet *o, const char *name, const char *title, double height)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
	    "<svg id=\"%s\" class=\"plot\" viewBox=\"0 0 1000 %.0f\" role=\"img\" "
	    "aria-label=\"%s\"><defs><clipPath id=\"clip-%s\"><rect x=\"%d\" y=\"%d\" "
	    "width=\"%d\" height=\"%.0f\"/></clipPath></defs>\n"
	    "<g class=\"axes\">",
	    name, height, title, name, SVG_LEFT, SVG_TOP, SVG_RIGHT - SVG_LEFT,
	    height - SVG_TOP - 26);
	put_text(o, text);
}

void
svg_data(struct outlet *o, const char *name)
{
	put_text(o, "</g><g class=\"data\" clip-path=\"url(#clip-");
	put_text(o, name);
	put_text(o, ")\">\n");
}

void
svg_end(struct outlet *o)
{
	put_text(o, "</g></svg>\n");
}
