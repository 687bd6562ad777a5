#include "report_plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "report_script.h"
#include "selection.h"

#define LEFT 90
#define RIGHT 990
#define TOP 24
#define BOTTOM 250
#define ROW 18

struct axis {
	double from, to;  /* data */
	double low, high; /* px, of from and to */
};

static double
place(const struct axis *a, double v)
{
	return a->low + (a->high - a->low) * (v - a->from) / (a->to - a->from);
}

static struct axis
time_axis(const struct report *r)
{
	struct axis a = { 0, 1, LEFT, RIGHT };

	if (r->samples > 0) {
		a.from = (double)r->sample[0].at.ns / 1e9;
		a.to = (double)r->sample[r->samples - 1].at.ns / 1e9;
	}
	if (a.to <= a.from)
		a.to = a.from + 1;
	return a;
}

static void
put_real(struct outlet *o, double v)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.1f", v);
	put_text(o, text);
}

static void
put_line(struct outlet *o, const char *class, const double at[4])
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

static void
put_label(struct outlet *o, const char *class, double x, double y, const char *text)
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

static void
put_time_axis(struct outlet *o, const struct axis *x, double bottom)
{
	double step = time_step(x->to - x->from);
	double first = ceil(x->from / step);

	for (int i = 0; (first + i) * step <= x->to; i++) {
		struct civil c = civil_from_seconds((int64_t)((first + i) * step));
		char text[64];
		double at = place(x, (first + i) * step);

		(void)snprintf(text, sizeof(text),
		    step < 86400 ? "%02d:%02d:%02d" : "%02d-%02d",
		    step < 86400 ? c.hour : c.month, step < 86400 ? c.minute : c.day,
		    c.second);
		put_line(o, "grid", (const double[]){ at, TOP, at, bottom });
		put_label(o, "tick mid", at, bottom + 16, text);
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

static void
put_value_axis(struct outlet *o, const struct axis *y, const char *unit)
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
		put_line(
		    o, "grid", (const double[]){ LEFT, place(y, v), RIGHT, place(y, v) });
		put_label(o, "tick end", LEFT - 8, place(y, v) + 4, text);
	}
	put_label(o, "tick end", LEFT - 8, TOP - 8, unit);
}

/* ---- what is drawn */

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
static struct axis
value_axis(const struct report *r, enum shown least, enum shown most)
{
	struct axis a = { INFINITY, -INFINITY, BOTTOM, TOP };
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
put_point(struct outlet *o, char command, double x, double y)
{
	char text[64];

	(void)snprintf(
	    text, sizeof(text), "%c%.1f %.1f", command, x, fmax(fmin(y, 20000), -20000));
	put_text(o, text);
}

static void
put_path(struct outlet *o, const struct report *r, enum shown what, const struct axis *x,
    const struct axis *y)
{
	put_text(o, "<path class=\"line\" d=\"");
	for (size_t i = 0; i < r->samples; i++) {
		const struct report_sample *s = &r->sample[i];

		put_point(o, i == 0 || s->apart ? 'M' : 'L',
		    place(x, (double)s->at.ns / 1e9), place(y, value(s, what)));
	}
	put_text(o, "\"/>\n");
}

/* A stretch at a time: along its upper edge, and back along its lower one. */
static void
put_band(struct outlet *o, const struct report *r, const char *class,
    const enum shown edges[2], const struct axis axes[2])
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
			put_point(o, i == from ? 'M' : 'L',
			    place(&axes[0], (double)r->sample[i].at.ns / 1e9),
			    place(&axes[1], value(&r->sample[i], edges[0])));
		for (size_t i = to; i-- > from;)
			put_point(o, 'L',
			    place(&axes[0], (double)r->sample[i].at.ns / 1e9),
			    place(&axes[1], value(&r->sample[i], edges[1])));
		put_text(o, "Z");
		from = to;
	}
	put_text(o, "\"/>\n");
}

static void
put_marks(struct outlet *o, const struct report *r, const struct axis *x, double bottom)
{
	for (size_t i = 0; i < r->marks; i++) {
		const struct report_mark *m = &r->mark[i];
		double at = place(x, (double)m->at.ns / 1e9);

		if (at < LEFT - 1 || at > RIGHT + 1)
			continue;
		put_text(o, "<g class=\"mark\"><title>");
		put_time(o, m->at.ns, 3);
		put_text(o, "Z ");
		put_text(o, m->kind);
		put_text(o, ": ");
		put_html(o, m->what);
		put_text(o, "</title>");
		put_line(o, "mark", (const double[]){ at, TOP, at, bottom });
		put_text(o, "</g>\n");
	}
}

static void
begin_picture(struct outlet *o, const char *name, const char *title, double height)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
	    "<svg id=\"%s\" class=\"plot\" viewBox=\"0 0 1000 %.0f\" role=\"img\" "
	    "aria-label=\"%s\"><defs><clipPath id=\"clip-%s\"><rect x=\"%d\" y=\"%d\" "
	    "width=\"%d\" height=\"%.0f\"/></clipPath></defs>\n",
	    name, height, title, name, LEFT, TOP, RIGHT - LEFT, height - TOP - 26);
	put_text(o, text);
}

static void
end_picture(struct outlet *o)
{
	put_text(o, "</g></svg>\n");
}

void
plot_offset(struct outlet *o, const struct report *r)
{
	struct axis axes[2] = { time_axis(r), value_axis(r, SHOWN_LOWER, SHOWN_UPPER) };
	struct unit u = unit_for(fmax(fabs(axes[1].from), fabs(axes[1].to)));
	struct axis labels = axes[1];

	labels.from *= u.per_second;
	labels.to *= u.per_second;
	begin_picture(o, "offset", "offset over time", BOTTOM + 26);
	put_text(o, "<g class=\"axes\">");
	put_time_axis(o, &axes[0], BOTTOM);
	put_value_axis(o, &labels, u.name);
	put_text(o, "</g><g class=\"data\" clip-path=\"url(#clip-offset)\">\n");
	put_band(o, r, "bound", (const enum shown[]){ SHOWN_HIGH, SHOWN_LOW }, axes);
	put_band(o, r, "sure", (const enum shown[]){ SHOWN_UPPER, SHOWN_LOWER }, axes);
	put_path(o, r, SHOWN_OFFSET, &axes[0], &axes[1]);
	put_marks(o, r, &axes[0], BOTTOM);
	end_picture(o);
}

void
plot_frequency(struct outlet *o, const struct report *r)
{
	struct axis axes[2] = { time_axis(r),
		value_axis(r, SHOWN_PPM_LOWER, SHOWN_PPM_UPPER) };

	begin_picture(o, "frequency", "frequency over time", BOTTOM + 26);
	put_text(o, "<g class=\"axes\">");
	put_time_axis(o, &axes[0], BOTTOM);
	put_value_axis(o, &axes[1], "ppm");
	put_text(o, "</g><g class=\"data\" clip-path=\"url(#clip-frequency)\">\n");
	put_band(
	    o, r, "bound", (const enum shown[]){ SHOWN_PPM_HIGH, SHOWN_PPM_LOW }, axes);
	put_band(
	    o, r, "sure", (const enum shown[]){ SHOWN_PPM_UPPER, SHOWN_PPM_LOWER }, axes);
	put_path(o, r, SHOWN_PPM, &axes[0], &axes[1]);
	put_marks(o, r, &axes[0], BOTTOM);
	end_picture(o);
}

static const char *
verdict_class(enum verdict v)
{
	if (v == VERDICT_SELECTED)
		return "v-selected";
	if (v == VERDICT_ELIGIBLE)
		return "v-eligible";
	return v == VERDICT_FALSETICKER ? "v-false" : "v-other";
}

static void
put_standing(struct outlet *o, const struct report *r, const struct report_standing *s,
    const struct axis *x)
{
	double from = fmax(place(x, (double)s->from.ns / 1e9), LEFT);
	double to = fmin(place(x, (double)s->to.ns / 1e9), RIGHT);
	char text[200];

	if (to < LEFT || from > RIGHT)
		return;
	(void)snprintf(text, sizeof(text),
	    "<rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"12\"><title>",
	    verdict_class(s->verdict), from, TOP + 3 + ROW * s->server,
	    fmax(to - from, 1));
	put_text(o, text);
	put_html(o, r->server[s->server].name);
	put_text(o, ": ");
	put_text(o, verdict_names[s->verdict]);
	put_text(o, " from ");
	put_time(o, s->from.ns, 0);
	put_text(o, "Z to ");
	put_time(o, s->to.ns, 0);
	put_text(o, "Z</title></rect>\n");
}

/* Ends tell more than beginnings, of addresses and of names of one pool. */
static void
put_short(struct outlet *o, const char *name)
{
	size_t n = strlen(name);

	if (n > 13)
		put_text(o, "...");
	put_html(o, n > 13 ? name + n - 11 : name);
}

void
plot_servers(struct outlet *o, const struct report *r)
{
	struct axis x = time_axis(r);
	double bottom = TOP + (double)(ROW * r->servers) + 4;

	begin_picture(o, "servers", "verdicts over time", bottom + 26);
	put_text(o, "<g class=\"axes\">");
	put_time_axis(o, &x, bottom);
	for (size_t i = 0; i < r->servers; i++) {
		put_text(o, "<text class=\"tick end\" x=\"82\" y=\"");
		put_unsigned(o, TOP + 13 + ROW * i);
		put_text(o, "\">");
		put_short(o, r->server[i].name);
		put_text(o, "</text>\n");
	}
	put_text(o, "</g><g class=\"data\" clip-path=\"url(#clip-servers)\">\n");
	for (size_t i = 0; i < r->standings; i++)
		put_standing(o, r, &r->standing[i], &x);
	end_picture(o);
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
