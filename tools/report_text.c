/* The report for a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report_pages.h"

#define COLUMNS 79

static void
put_wrapped(struct outlet *o, const char *s)
{
	size_t column = 0;

	while (*s != '\0') {
		size_t word = strcspn(s, " ");

		if (column > 0 && column + 1 + word > COLUMNS) {
			put_text(o, "\n");
			column = 0;
		}
		put_text(o, column > 0 ? " " : "");
		column += word + (column > 0);
		put_plain(o, s, word, '\0');
		s += word + strspn(s + word, " ");
	}
	put_text(o, "\n");
}

static void
put_words(struct outlet *o, const char *title, const struct report_words *w)
{
	put_text(o, "\n");
	put_text(o, title);
	put_text(o, "\n");
	for (size_t i = 0; i < w->n; i++)
		put_wrapped(o, w->of[i]);
}

static void
put_samples(struct outlet *o, const struct report *r)
{
	size_t step = r->samples / 24 + 1;
	/* of a minute's evidence several lines fall into one second */
	int digits = r->samples > 0 &&
		     utc_since(r->sample[r->samples - 1].at, r->sample[0].at).ns <
			 120 * NS_PER_SECOND;
	char text[160];

	put_text(o, "\nOFFSET AND FREQUENCY\nUTC");
	put_text(o, digits > 0 ? "  " : "");
	put_text(
	    o, "                       offset, s  95 %: +-, s  surely +-, s       ppm\n");
	for (size_t i = 0; i < r->samples; i += step) {
		const struct report_sample *s = &r->sample[i];

		put_time(o, s->at.ns, digits);
		(void)snprintf(text, sizeof(text), "Z %+14.6f  %11.6f  %11.6f  %9.4f\n",
		    span_seconds(s->offset), span_seconds(s->uncertainty),
		    span_seconds(span_max(
			span_sub(s->high, s->offset), span_sub(s->offset, s->low))),
		    s->frequency * 1e6);
		put_text(o, text);
	}
}

static void
put_marks(struct outlet *o, const struct report *r)
{
	put_text(o, "\nWHAT HAPPENED\n");
	for (size_t i = 0; i < r->marks; i++) {
		const struct report_mark *m = &r->mark[i];

		put_time(o, m->at.ns, 3);
		put_text(o, "Z  ");
		put_text(o, m->kind);
		put_text(o, ": ");
		put_plain(o, m->what, strlen(m->what), '\0');
		put_text(o, "  (");
		put_plain(o, m->where, strlen(m->where), '\0');
		put_text(o, ")\n");
	}
}

static void
put_servers(struct outlet *o, const struct report *r)
{
	char text[400];

	put_text(o, "\nSERVERS\n");
	for (size_t i = 0; i < r->servers; i++) {
		const struct report_server *s = &r->server[i];

		(void)snprintf(text, sizeof(text),
		    "%-22.100s %" PRIu64 " exchanges, %" PRIu64 " samples; last %s\n",
		    s->name, s->exchanges, s->samples,
		    s->has_standing ? verdict_names[r->standing[s->standing].verdict]
				    : "not judged");
		if (strcmp(s->name, s->address) != 0) {
			put_plain(o, s->address, strlen(s->address), '\0');
			put_text(o, "  ");
		}
		put_plain(o, text, strlen(text) - 1, '\0');
		put_text(o, "\n");
	}
}

static void
put_digest(struct outlet *o, const char *name, const struct digest *d)
{
	put_text(o, name);
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		char hex[3];

		(void)snprintf(hex, sizeof(hex), "%02x", d->byte[i]);
		put_text(o, hex);
	}
	put_text(o, "\n");
}

static void
put_files(struct outlet *o, const struct report *r)
{
	put_text(o, "\nEVIDENCE\n");
	for (size_t i = 0; i < r->files; i++) {
		const struct report_file *f = &r->file[i];

		put_plain(o, f->path, strlen(f->path), '\0');
		put_text(o, ": ");
		put_unsigned(o, f->lines);
		put_text(o, " lines that hold, ");
		put_unsigned(o, f->sealed);
		put_text(o, f->broken  ? " sealed; then a line that does not\n"
			    : f->ended ? " sealed; closed by its last seal\n"
				       : " sealed; open end\n");
		if (f->has_digest)
			put_digest(o, "  SHA-256     ", &f->digest);
		put_digest(o, "  fingerprint ", &f->fingerprint);
		put_digest(o, "  head        ", &f->head);
	}
}

void
report_text(struct outlet *o, const struct report *r)
{
	struct report_words w;

	put_text(o, "THE CLOCK OF ");
	put_plain(o, r->model.host, strlen(r->model.host), '\0');
	put_text(o, "\n");
	report_summary(r, &w);
	put_words(o, "SUMMARY", &w);
	put_samples(o, r);
	put_marks(o, r);
	put_servers(o, r);
	report_method(r, &w);
	put_words(o, "METHOD", &w);
	report_limits(r, &w);
	put_words(o, "LIMITS", &w);
	put_files(o, r);
}
