#include "report_plot.h"

#include <math.h>
#include <stdio.h>

#include "report_script.h"

#define BOTTOM 250

struct svg_axis
plot_time_axis(const struct report *r)
{
	struct svg_axis a = { 0, 1, SVG_LEFT, SVG_RIGHT };

	if (r->samples > 0) {
		a.from = (double)r->sample[0].at.ns / 1e9;
		a.to = (double)r->sample[r->samples - 1].at.ns / 1e9;
	}
	if (a.to <= a.from)
		a.to = a.from + 1;
	return a;
}

struct unit {
	const char *name;
	double per_second;
};

static struct unit
unit_for(double seconds)
{
	if (seconds >= 2)
		return (struct unit){ "s", 1 };
	if (seconds >= 2e-3)
		return (struct unit){ "ms", 1e3 };
	return seconds >= 2e-6 ? (struct unit){ "us", 1e6 } : (struct unit){ "ns", 1e9 };
}

enum shown {
	SHOWN_OFFSET,
	SHOWN_UPPER,
	SHOWN_LOWER,
	SHOWN_HIGH,
	SHOWN_LOW,
	SHOWN_PPM,
	SHOWN_PPM_UPPER,
	SHOWN_PPM_LOWER,
	SHOWN_PPM_HIGH,
	SHOWN_PPM_LOW,
};

/* Seconds, and ppm. */
static double
value(const struct report_sample *s, enum shown what)
{
	const double of[] = {
		[SHOWN_OFFSET] = span_seconds(s->offset),
		[SHOWN_UPPER] = span_seconds(span_add(s->offset, s->uncertainty)),
		[SHOWN_LOWER] = span_seconds(span_sub(s->offset, s->uncertainty)),
		[SHOWN_HIGH] = span_seconds(s->high),
		[SHOWN_LOW] = span_seconds(s->low),
		[SHOWN_PPM] = s->frequency * 1e6,
		[SHOWN_PPM_UPPER] = (s->frequency + s->frequency_error) * 1e6,
		[SHOWN_PPM_LOWER] = (s->frequency - s->frequency_error) * 1e6,
		[SHOWN_PPM_HIGH] = (s->frequency + s->rho) * 1e6,
		[SHOWN_PPM_LOW] = (s->frequency - s->rho) * 1e6,
	};

	return of[what];
}

/* From the least to the greatest of both, and a little more. */
static struct svg_axis
value_axis(const struct report *r, enum shown least, enum shown most)
{
	struct svg_axis a = { INFINITY, -INFINITY, BOTTOM, SVG_TOP };
	double more;

	for (size_t i = 0; i < r->samples; i++) {
		a.from = fmin(a.from, value(&r->sample[i], least));
		a.to = fmax(a.to, value(&r->sample[i], most));
	}
	if (r->samples == 0)
		a.from = a.to = 0;
	more = fmax((a.to - a.from) * 0.06, 1e-9);
	a.from -= more;
	a.to += more;
	return a;
}

static void
put_path(struct outlet *o, const struct report *r, enum shown what,
    const struct svg_axis *x, const struct svg_axis *y)
{
	put_text(o, "<path class=\"line\" d=\"");
	for (size_t i = 0; i < r->samples; i++) {
		const struct report_sample *s = &r->sample[i];

		svg_point(o, i == 0 || s->apart ? 'M' : 'L',
		    svg_place(x, (double)s->at.ns / 1e9), svg_place(y, value(s, what)));
	}
	put_text(o, "\"/>\n");
}

/* A stretch at a time: along its upper edge, and back along its lower one. */
static void
put_band(struct outlet *o, const struct report *r, const char *class,
    const enum shown edges[2], const struct svg_axis axes[2])
{
	size_t from = 0;

	put_text(o, "<path class=\"");
	put_text(o, class);
	put_text(o, "\" d=\"");
	while (from < r->samples) {
		size_t to = from + 1;

		while (to < r->samples && !r->sample[to].apart)
			to++;
		for (size_t i = from; i < to; i++)
			svg_point(o, i == from ? 'M' : 'L',
			    svg_place(&axes[0], (double)r->sample[i].at.ns / 1e9),
			    svg_place(&axes[1], value(&r->sample[i], edges[0])));
		for (size_t i = to; i-- > from;)
			svg_point(o, 'L',
			    svg_place(&axes[0], (double)r->sample[i].at.ns / 1e9),
			    svg_place(&axes[1], value(&r->sample[i], edges[1])));
		put_text(o, "Z");
		from = to;
	}
	put_text(o, "\"/>\n");
}

static void
put_marks(
    struct outlet *o, const struct report *r, const struct svg_axis *x, double bottom)
{
	for (size_t i = 0; i < r->marks; i++) {
		const struct report_mark *m = &r->mark[i];
		double at = svg_place(x, (double)m->at.ns / 1e9);

		if (at < SVG_LEFT - 1 || at > SVG_RIGHT + 1)
			continue;
		put_text(o, "<g class=\"mark\"><title>");
		put_time(o, m->at.ns, 3);
		put_text(o, "Z ");
		put_text(o, m->kind);
		put_text(o, ": ");
		put_html(o, m->what);
		put_text(o, "</title>");
		svg_line(o, "mark", (const double[]){ at, SVG_TOP, at, bottom });
		put_text(o, "</g>\n");
	}
}

void
plot_offset(struct outlet *o, const struct report *r)
{
	struct svg_axis axes[2] = { plot_time_axis(r),
		value_axis(r, SHOWN_LOWER, SHOWN_UPPER) };
	struct unit u = unit_for(fmax(fabs(axes[1].from), fabs(axes[1].to)));
	struct svg_axis labels = axes[1];

	labels.from *= u.per_second;
	labels.to *= u.per_second;
	svg_begin(o, "offset", "offset over time", BOTTOM + 26);
	svg_time_axis(o, &axes[0], BOTTOM);
	svg_value_axis(o, &labels, u.name);
	svg_data(o, "offset");
	put_band(o, r, "bound", (const enum shown[]){ SHOWN_HIGH, SHOWN_LOW }, axes);
	put_band(o, r, "sure", (const enum shown[]){ SHOWN_UPPER, SHOWN_LOWER }, axes);
	put_path(o, r, SHOWN_OFFSET, &axes[0], &axes[1]);
	put_marks(o, r, &axes[0], BOTTOM);
	svg_end(o);
}

void
plot_frequency(struct outlet *o, const struct report *r)
{
	struct svg_axis axes[2] = { plot_time_axis(r),
		value_axis(r, SHOWN_PPM_LOWER, SHOWN_PPM_UPPER) };

	svg_begin(o, "frequency", "frequency over time", BOTTOM + 26);
	svg_time_axis(o, &axes[0], BOTTOM);
	svg_value_axis(o, &axes[1], "ppm");
	svg_data(o, "frequency");
	put_band(
	    o, r, "bound", (const enum shown[]){ SHOWN_PPM_HIGH, SHOWN_PPM_LOW }, axes);
	put_band(
	    o, r, "sure", (const enum shown[]){ SHOWN_PPM_UPPER, SHOWN_PPM_LOWER }, axes);
	put_path(o, r, SHOWN_PPM, &axes[0], &axes[1]);
	put_marks(o, r, &axes[0], BOTTOM);
	svg_end(o);
}

/* ---- for the script: seconds since the first sample, and seconds */

static void
put_array(struct outlet *o, const struct report *r, const char *name, enum shown what)
{
	char text[64];

	put_text(o, name);
	put_text(o, ":[");
	for (size_t i = 0; i < r->samples; i++) {
		(void)snprintf(text, sizeof(text), "%s%.12g", i > 0 ? "," : "",
		    value(&r->sample[i], what));
		put_text(o, text);
	}
	put_text(o, "],\n");
}

void
plot_script(struct outlet *o, const struct report *r)
{
	char text[64];

	if (r->samples == 0)
		return;
	put_text(o, "<script>\nconst D={t0:");
	put_number(o, r->sample[0].at.ns / 1000000);
	put_text(o, ",\nt:[");
	for (size_t i = 0; i < r->samples; i++) {
		(void)snprintf(text, sizeof(text), "%s%.6f", i > 0 ? "," : "",
		    span_seconds(utc_since(r->sample[i].at, r->sample[0].at)));
		put_text(o, text);
	}
	put_text(o, "],\n");
	put_array(o, r, "o", SHOWN_OFFSET);
	put_array(o, r, "u", SHOWN_UPPER);
	put_array(o, r, "l", SHOWN_LOWER);
	put_array(o, r, "h", SHOWN_HIGH);
	put_array(o, r, "b", SHOWN_LOW);
	put_array(o, r, "f", SHOWN_PPM);
	put_array(o, r, "fu", SHOWN_PPM_UPPER);
	put_array(o, r, "fl", SHOWN_PPM_LOWER);
	put_array(o, r, "fh", SHOWN_PPM_HIGH);
	put_array(o, r, "fb", SHOWN_PPM_LOW);
	put_text(o, "apart:[");
	for (size_t i = 0; i < r->samples; i++)
		put_text(o, r->sample[i].apart ? "1," : "0,");
	put_text(o, "]};\n");
	put_text(o, report_script);
	put_text(o, "</script>\n");
}
