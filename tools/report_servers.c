/* Verdicts over time: a row for each server. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_plot.h"
#include "selection.h"

#define ROW 18

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
    const struct svg_axis *x)
{
	double from = fmax(svg_place(x, (double)s->from.ns / 1e9), SVG_LEFT);
	double to = fmin(svg_place(x, (double)s->to.ns / 1e9), SVG_RIGHT);
	char text[200];

	if (to < SVG_LEFT || from > SVG_RIGHT)
		return;
	(void)snprintf(text, sizeof(text),
	    "<rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"12\"><title>",
	    verdict_class(s->verdict), from, SVG_TOP + 3 + ROW * s->server,
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
	struct svg_axis x = plot_time_axis(r);
	double bottom = SVG_TOP + (double)(ROW * r->servers) + 4;

	svg_begin(o, "servers", "verdicts over time", bottom + 26);
	svg_time_axis(o, &x, bottom);
	for (size_t i = 0; i < r->servers; i++) {
		put_text(o, "<text class=\"tick end\" x=\"82\" y=\"");
		put_unsigned(o, SVG_TOP + 13 + ROW * i);
		put_text(o, "\">");
		put_short(o, r->server[i].name);
		put_text(o, "</text>\n");
	}
	svg_data(o, "servers");
	for (size_t i = 0; i < r->standings; i++)
		put_standing(o, r, &r->standing[i], &x);
	svg_end(o);
}
