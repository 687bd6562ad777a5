#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define LEFT 150
#define WIDTH 620
#define ROW 18
#define TOP 40
#define TEXT_SHOWN 90
#define COLOURS 6
#define TICKS 4

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<title>clockwitness: the order of events</title>\n<style>\n"
    ":root{--ink:#1b1b1b;--faint:#8a8a8a;--line:#dcdcdc;--paper:#fff;color-scheme:light dark}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--faint:#8f8f8f;--line:#3a3a3a;"
    "--paper:#161616}}\n"
    "body{font:14px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "margin:2rem}\n"
    "p{max-width:60rem}svg{max-width:100%;height:auto}\n"
    "text{font:12px ui-monospace,monospace;fill:var(--ink)}.f{fill:var(--faint)}\n"
    "line{stroke:var(--line)}.b{opacity:.45}g:hover .b{opacity:.9}\n"
    ".c0{fill:#3b6fb6}.c1{fill:#c0562f}.c2{fill:#3f8f5a}.c3{fill:#8d5bb0}.c4{fill:#b08a1e}"
    ".c5{fill:#2f9aa0}\n"
    "@media print{body{margin:0}.b{opacity:.6}}\n"
    "</style></head><body>\n<h1>The order of events</h1>\n"
    "<p>A row an event, in one order that agrees with all that is known. The dot is the "
    "corrected time, the bar what is guaranteed: the event happened somewhere in it. On "
    "different hosts, one event happened before another for certain where its bar ends "
    "before the other's begins; where bars overlap, either may have been first. Within a "
    "host and a file the order of the lines holds. The two numbers are the least and the "
    "greatest place that the event can have in any such order.</p>\n";

/* Hosts have colours in the order in which they come. */
static unsigned
colour_of(struct picture *p, const char *host)
{
	for (size_t i = p->rows; i-- > 0;)
		if (strcmp(p->row[i].host, host) == 0)
			return p->row[i].colour;
	return p->hosts++ % COLOURS;
}

void
picture_add(struct picture *p, const struct event *e)
{
	struct picture_row *r;
	unsigned colour;
	char *text;
	size_t n = strnlen(e->text, e->length);

	if (p->rows == PICTURE_ROWS_MAX || e->order == ORDER_UNCALIBRATED || e->guessed) {
		p->left_out++;
		return;
	}
	colour = colour_of(p, e->host);
	p->row = memory_grow(p->row, &p->room, p->rows + 1, sizeof(*p->row));
	r = &p->row[p->rows++];
	text = strndup(e->text, n < TEXT_SHOWN ? n : TEXT_SHOWN);
	*r = (struct picture_row){
		.host = memory_text(e->host),
		.text = text != NULL ? text : memory_text(""),
		.colour = colour,
		.utc = e->utc,
		.earliest = e->earliest,
		.latest = e->latest,
		.rank = e->rank,
		.rank_min = e->rank_min,
		.rank_max = e->rank_max,
		.open = e->rank_open,
		.common = e->common,
	};
	(void)snprintf(r->place, sizeof(r->place), "%s:%llu", e->source,
	    (unsigned long long)e->line);
}

struct span_of_time {
	int64_t from, to;
};

static struct span_of_time
whole_span(const struct picture *p)
{
	struct span_of_time s = { INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < p->rows; i++) {
		const struct picture_row *r = &p->row[i];

		s.from = r->earliest.ns < s.from ? r->earliest.ns : s.from;
		s.to = r->latest.ns > s.to ? r->latest.ns : s.to;
	}
	if (s.to <= s.from)
		s.to = s.from + 1;
	return s;
}

static double
x_of(const struct span_of_time *s, struct utc_time t)
{
	return LEFT + WIDTH * ((double)(t.ns - s->from) / (double)(s->to - s->from));
}

static void
put_measure(struct outlet *o, const char *name, double v)
{
	char text[64];

	(void)snprintf(text, sizeof(text), " %s=\"%.1f\"", name, v);
	put_text(o, text);
}

/* Ticks at 1, 2 or 5 times a power of ten, so few that nine digits have room. */
static int64_t
tick(const struct span_of_time *s)
{
	int64_t step = 1;

	while ((s->to - s->from) / step > TICKS) {
		if ((s->to - s->from) / (step * 2) <= TICKS)
			return step * 2;
		if ((s->to - s->from) / (step * 5) <= TICKS)
			return step * 5;
		step *= 10;
	}
	return step;
}

static int
digits_for(int64_t step)
{
	int digits = 9;

	while (digits > 0 && step % 10 == 0) {
		step /= 10;
		digits--;
	}
	return digits;
}

static void
put_axis(struct outlet *o, const struct span_of_time *s, size_t rows)
{
	int64_t step = tick(s);
	int64_t at = s->from + (step - (s->from % step + step) % step) % step;

	for (; at <= s->to; at += step) {
		double x = x_of(s, (struct utc_time){ at });

		put_text(o, "<line");
		put_measure(o, "x1", x);
		put_measure(o, "x2", x);
		put_measure(o, "y1", TOP - 6);
		put_measure(o, "y2", TOP + ROW * (double)rows);
		put_text(o, "/><text class=\"f\" text-anchor=\"middle\"");
		put_measure(o, "x", x);
		put_measure(o, "y", TOP - 10);
		put_text(o, ">");
		put_time_of_day(o, at, digits_for(step)); /* the date is in the caption */
		put_text(o, "</text>\n");
	}
}

static void
put_title(struct outlet *o, const struct picture_row *r)
{
	put_text(o, "<title>");
	put_html(o, r->host);
	put_text(o, " ");
	put_html(o, r->place);
	put_text(o, "\n");
	put_time(o, r->utc.ns, 9);
	put_text(o, r->common ? " common time\nearliest " : "Z\nearliest ");
	put_time(o, r->earliest.ns, 9);
	put_text(o, "\nlatest   ");
	put_time(o, r->latest.ns, 9);
	put_text(o, "\n");
	put_html(o, r->text);
	put_text(o, "</title>");
}

static void
put_row(
    struct outlet *o, const struct picture_row *r, size_t i, const struct span_of_time *s)
{
	double y = TOP + ROW * (double)i;
	double from = x_of(s, r->earliest);
	double to = x_of(s, r->latest);
	char class[32];

	(void)snprintf(class, sizeof(class), " class=\"b c%u\"", r->colour);
	put_text(o, "<g>");
	put_title(o, r);
	put_text(o, "<rect");
	put_text(o, class);
	put_measure(o, "x", from);
	put_measure(o, "y", y + 3);
	put_measure(o, "width", to - from > 1 ? to - from : 1);
	put_text(o, " height=\"12\" rx=\"2\"/><circle");
	(void)snprintf(class, sizeof(class), " class=\"c%u\"", r->colour);
	put_text(o, class);
	put_measure(o, "cx", x_of(s, r->utc));
	put_measure(o, "cy", y + 9);
	put_text(o, " r=\"3\"/><text x=\"0\"");
	put_measure(o, "y", y + 13);
	put_text(o, ">");
	put_html(o, r->host);
	put_text(o, "</text><text class=\"f\"");
	put_measure(o, "x", LEFT + WIDTH + 12);
	put_measure(o, "y", y + 13);
	put_text(o, ">");
	put_unsigned(o, r->rank_min);
	put_text(o, "..");
	if (r->open)
		put_text(o, "?");
	else
		put_unsigned(o, r->rank_max);
	put_text(o, "</text><text");
	put_measure(o, "x", LEFT + WIDTH + 100);
	put_measure(o, "y", y + 13);
	put_text(o, ">");
	put_html(o, r->text);
	put_text(o, "</text></g>\n");
}

static void
put_caption(struct outlet *o, const struct picture *p, const struct span_of_time *s)
{
	put_text(o, "<p>From ");
	put_time(o, s->from, 6);
	put_text(o, "Z to ");
	put_time(o, s->to, 6);
	put_text(o, "Z, ");
	put_unsigned(o, p->rows);
	put_text(o, p->rows == 1 ? " event" : " events");
	if (p->left_out > 0) {
		put_text(o, "; ");
		put_unsigned(o, p->left_out);
		put_text(o,
		    " more are not shown: they have no corrected time, or are too "
		    "many for one picture; a narrower --from and --to shows them");
	}
	put_text(o, ".</p>\n");
}

bool
picture_write(const struct picture *p, struct outlet *o)
{
	struct span_of_time s = whole_span(p);
	char size[128];

	put_text(o, head);
	if (p->rows == 0) {
		put_text(o, "<p>There is no event in this window.</p></body></html>\n");
		return outlet_flush(o);
	}
	put_caption(o, p, &s);
	(void)snprintf(size, sizeof(size),
	    "<svg viewBox=\"0 0 %d %zu\" width=\"%d\" role=\"img\">\n",
	    LEFT + WIDTH + 800, TOP + ROW * p->rows + 10, LEFT + WIDTH + 800);
	put_text(o, size);
	put_axis(o, &s, p->rows);
	for (size_t i = 0; i < p->rows; i++)
		put_row(o, &p->row[i], i, &s);
	put_text(o, "</svg></body></html>\n");
	return outlet_flush(o);
}

void
picture_free(struct picture *p)
{
	for (size_t i = 0; i < p->rows; i++) {
		free(p->row[i].host);
		free(p->row[i].text);
	}
	free(p->row);
	*p = (struct picture){ .rows = 0 };
}
