/* The report as one HTML page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report_pages.h"
#include "report_plot.h"

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--ink:#1c1c1c;--faint:#6f6f6f;--rule:#d9d9d9;"
    "--paper:#fff;--line:#1f5fa8;--sure:#1f5fa855;--bound:#1f5fa822;--bad:#b3341f;"
    "--good:#2e7d4f}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e4e4;--faint:#9a9a9a;--rule:#3c3c3c;"
    "--paper:#151515;--line:#7db4f0;--sure:#7db4f055;--bound:#7db4f022;--bad:#f0836d;"
    "--good:#79c798}}\n"
    "body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:64rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}\n"
    "table{border-collapse:collapse;width:100%;font-size:.87rem}\n"
    "th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--rule);"
    "vertical-align:top;overflow-wrap:anywhere}\n"
    "td.k{white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}code,.m{font:.8rem ui-monospace,"
    "monospace;overflow-wrap:anywhere}\n"
    ".summary{font-size:1.05rem}.faint{color:var(--faint)}.bad{color:var(--bad)}"
    ".good{color:var(--good)}\n"
    "svg.plot{width:100%;height:auto;touch-action:none;user-select:none}\n"
    ".grid{stroke:var(--rule);stroke-width:1}.tick{font:12px system-ui;fill:var(--faint)}"
    ".mid{text-anchor:middle}.end{text-anchor:end}\n"
    ".line{fill:none;stroke:var(--line);stroke-width:1.5}.sure{fill:var(--sure)}"
    ".bound{fill:var(--bound)}line.mark{stroke:var(--bad);stroke-width:1.5;"
    "stroke-dasharray:3 3}\n"
    ".v-selected{fill:var(--good)}.v-eligible{fill:var(--good);opacity:.45}"
    ".v-false{fill:var(--bad)}.v-other{fill:var(--faint);opacity:.5}"
    ".select{fill:var(--line);opacity:.15}\n"
    "#readout{font:.82rem ui-monospace,monospace;min-height:1.4em}\n"
    ".key i{display:inline-block;width:1.1em;height:.7em;margin:0 .3em 0 1em}\n"
    "@media print{body{margin:0;max-width:none}h2{break-after:avoid}svg,tr{break-inside:avoid}"
    "#readout,.hint{display:none}}\n"
    "</style>\n";

static void
put_words(struct outlet *o, const char *class, const struct report_words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		put_text(o, "<p class=\"");
		put_text(o, class);
		put_text(o, "\">");
		put_html(o, w->of[i]);
		put_text(o, "</p>\n");
	}
}

static void
heading(struct outlet *o, const char *text)
{
	put_text(o, "<h2>");
	put_text(o, text);
	put_text(o, "</h2>\n");
}

static void
cell(struct outlet *o, const char *text)
{
	put_text(o, "<td>");
	put_html(o, text);
	put_text(o, "</td>");
}

static void
number_cell(struct outlet *o, uint64_t v)
{
	put_text(o, "<td class=\"n\">");
	put_unsigned(o, v);
	put_text(o, "</td>");
}

static void
span_cell(struct outlet *o, struct span v)
{
	char text[64];

	(void)snprintf(
	    text, sizeof(text), "<td class=\"n\">%.3f ms</td>", span_seconds(v) * 1e3);
	put_text(o, v.ns == INT64_MAX ? "<td class=\"n\">-</td>" : text);
}

static void
put_pictures(struct outlet *o, const struct report *r)
{
	heading(o, "Offset: how far the clock was from UTC");
	put_text(o,
	    "<p class=\"faint key\">Positive: the clock was behind."
	    "<i style=\"background:var(--line);height:.2em\"></i>estimate"
	    "<i style=\"background:var(--sure)\"></i>95 %"
	    "<i style=\"background:var(--bound)\"></i>guaranteed, which may reach "
	    "beyond the picture <span class=\"hint\">&nbsp; Drag to zoom, double "
	    "click for the whole.</span></p>\n<div id=\"readout\"></div>\n");
	plot_offset(o, r);
	heading(o, "Frequency: how fast it drifted");
	plot_frequency(o, r);
	heading(o, "Servers: whom the majority bore out");
	put_text(o,
	    "<p class=\"faint key\"><i style=\"background:var(--good)\"></i>selected"
	    "<i style=\"background:var(--good);opacity:.45\"></i>agrees with the "
	    "majority<i style=\"background:var(--bad)\"></i>contradicts it"
	    "<i style=\"background:var(--faint);opacity:.5\"></i>not usable</p>\n");
	plot_servers(o, r);
}

static void
put_servers(struct outlet *o, const struct report *r)
{
	put_text(o, "<table><tr><th>server</th><th>address</th><th>exchanges</th>"
		    "<th>samples</th><th>least delay</th><th>root distance, last</th>"
		    "<th>verdict, last</th><th>refused</th></tr>\n");
	for (size_t i = 0; i < r->servers; i++) {
		const struct report_server *s = &r->server[i];

		put_text(o, "<tr>");
		cell(o, s->name);
		cell(o, s->address);
		number_cell(o, s->exchanges);
		number_cell(o, s->samples);
		span_cell(o, s->least_delay);
		span_cell(o, s->root_distance);
		cell(o, s->has_standing ? verdict_names[r->standing[s->standing].verdict]
					: "not judged");
		put_text(o, "<td>");
		for (size_t f = 1; f < FAULTS; f++) {
			if (s->faults[f] == 0)
				continue;
			put_text(o, fault_names[f]);
			put_text(o, " ");
			put_unsigned(o, s->faults[f]);
			put_text(o, " ");
		}
		put_text(o, "</td></tr>\n");
	}
	put_text(o, "</table>\n");
}

/* The whole path stands in the table of files. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
put_marks(struct outlet *o, const struct report *r)
{
	heading(o, "What happened");
	put_text(o, "<table><tr><th>UTC</th><th>host's clock</th><th></th><th></th>"
		    "<th>record</th></tr>\n");
	for (size_t i = 0; i < r->marks; i++) {
		const struct report_mark *m = &r->mark[i];

		put_text(o, "<tr><td class=\"m k\">");
		put_time(o, m->at.ns, 3);
		put_text(o, "Z</td><td class=\"m k\">");
		put_time(o, m->host.ns, 6);
		put_text(o, "</td><td class=\"k\">");
		put_text(o, m->kind);
		put_text(o, "</td>");
		cell(o, m->what);
		put_text(o, "<td class=\"m\">");
		put_html(o, base_name(m->where));
		put_text(o, "</td></tr>\n");
	}
	put_text(o, "</table>\n");
}

static void
fact(struct outlet *o, const char *name, const char *value)
{
	put_text(o, "<tr><th>");
	put_text(o, name);
	put_text(o, "</th>");
	cell(o, *value != '\0' ? value : "not known");
	put_text(o, "</tr>\n");
}

static void
put_host(struct outlet *o, const struct report *r)
{
	const struct record_start *s = &r->start;
	const struct record_context *c = &s->context;
	char text[640];

	heading(o, "The host");
	put_text(o, "<table>\n");
	fact(o, "name", s->host);
	fact(o, "machine id", s->machine_id);
	fact(o, "boot id, last", s->boot_id);
	fact(o, "kernel", s->kernel);
	fact(o, "clocksource", s->clocksource);
	fact(o, "time zone", s->timezone);
	fact(o, "container", c->container);
	fact(o, "program", s->program);
	fact(o, "command line", s->command_line);
	for (size_t i = 0; i < c->time_daemons; i++)
		fact(o, "time daemon", c->time_daemon[i].program);
	for (size_t i = 0; i < c->unreads; i++) {
		(void)snprintf(
		    text, sizeof(text), "%s: %s", c->unread[i].item, c->unread[i].reason);
		fact(o, "could not be read", text);
	}
	put_text(o, "</table>\n");
}

static void
put_digest(struct outlet *o, const char *name, const struct digest *d)
{
	put_text(o, "<br>");
	put_text(o, name);
	put_text(o, " <code>");
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		char hex[3];

		(void)snprintf(hex, sizeof(hex), "%02x", d->byte[i]);
		put_text(o, hex);
	}
	put_text(o, "</code>");
}

static void
put_files(struct outlet *o, const struct report *r)
{
	heading(o, "The evidence");
	put_text(o, "<table><tr><th>file</th><th>octets</th><th>lines that hold</th>"
		    "<th>sealed</th><th>end</th></tr>\n");
	for (size_t i = 0; i < r->files; i++) {
		const struct report_file *f = &r->file[i];

		put_text(o, "<tr><td>");
		put_html(o, f->path);
		if (f->has_digest)
			put_digest(o, "SHA-256", &f->digest);
		put_digest(o, "fingerprint", &f->fingerprint);
		put_digest(o, "head", &f->head);
		put_text(o, "</td>");
		number_cell(o, f->octets);
		number_cell(o, f->lines);
		number_cell(o, f->sealed);
		cell(o, f->broken  ? "a line that does not hold"
			: f->ended ? "closed by its last seal"
				   : "open");
		put_text(o, "</tr>\n");
	}
	put_text(o,
	    "</table>\n<p class=\"faint\">The fingerprint and the head were printed "
	    "when the program began and ended; compare them with the custody form. "
	    "<code>clockwitness verify</code> recomputes every conclusion.</p>\n");
}

void
report_page(struct outlet *o, const struct report *r)
{
	struct report_words w;

	put_text(o, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	put_html(o, r->model.host);
	put_text(o, ": its clock</title>\n");
	put_text(o, style);
	put_text(o, "</head><body>\n<h1>The clock of ");
	put_html(o, r->model.host);
	put_text(o, "</h1>\n");
	report_summary(r, &w);
	put_words(o, r->findings > 0 ? "summary bad" : "summary", &w);
	if (r->samples > 0)
		put_pictures(o, r);
	put_servers(o, r);
	put_marks(o, r);
	heading(o, "Method, and what it assumes");
	report_method(r, &w);
	put_words(o, "", &w);
	heading(o, "What it does not show");
	report_limits(r, &w);
	put_words(o, "", &w);
	put_host(o, r);
	put_files(o, r);
	if (r->samples > 0)
		plot_script(o, r);
	put_text(o, "</body></html>\n");
}
