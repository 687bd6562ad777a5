/* The sentences of a report. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "report_pages.h"
#include "text.h"

static void __attribute__((format(printf, 2, 3)))
add(struct report_words *w, const char *format, ...)
{
	va_list args;

	if (w->n == REPORT_SENTENCES)
		return;
	va_start(args, format);
	(void)vsnprintf(w->of[w->n], REPORT_SENTENCE, format, args);
	va_end(args);
	w->n++;
}

#define WORD 48

/* "3.200 s", "+-0.4 ms": three digits, in a unit that people read. */
static const char *
length(char out[WORD], double s)
{
	double v = fabs(s);
	double k = v >= 1 ? 1 : v >= 1e-3 ? 1e3 : v >= 1e-6 ? 1e6 : 1e9;
	const char *unit = v >= 1 ? "s" : v >= 1e-3 ? "ms" : v >= 1e-6 ? "us" : "ns";

	(void)snprintf(out, WORD, v * k >= 100 ? "%.0f %s" : "%.3g %s", v * k, unit);
	if (v >= 1000)
		(void)snprintf(out, WORD, "%.3f s", v);
	return out;
}

static const char *
second(char out[WORD], int64_t ns)
{
	char text[RFC3339_LENGTH + 1] = "";
	struct text t = { text, text + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	(void)snprintf(out, WORD, "%.10s %.8s", text, text + 11);
	return out;
}

static const char *
side(double offset)
{
	return offset >= 0 ? "slow" : "fast";
}

static size_t
count_marks(const struct report *r, const char *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->marks; i++)
		n += strcmp(r->mark[i].kind, kind) == 0;
	return n;
}

static void
say_offset(const struct report *r, struct report_words *w)
{
	const struct report_sample *first = &r->sample[0];
	const struct report_sample *last = &r->sample[r->samples - 1];
	double a = span_seconds(first->offset);
	double b = span_seconds(last->offset);
	char from[WORD];
	char to[WORD];
	char one[WORD];
	char two[WORD];

	add(w,
	    "From %s to %s UTC the clock of host %s was watched. At the beginning it was %s "
	    "%s, at the end %s %s.",
	    second(from, first->at.ns), second(to, last->at.ns), r->model.host,
	    length(one, a), side(a), length(two, b), side(b));
	add(w,
	    "A time that it showed in between is turned into UTC with an error of at most "
	    "%s in 95 cases of 100, and of never more than %s if most of the time servers "
	    "kept within the errors that they state of themselves.",
	    length(one, span_seconds(r->worst_uncertainty)),
	    length(two, span_seconds(r->worst_bound)));
}

static void
say_servers(const struct report *r, struct report_words *w)
{
	size_t liars = 0;
	size_t used = 0;

	for (size_t i = 0; i < r->servers; i++) {
		bool false_once = false;
		bool true_once = false;

		for (size_t k = 0; k < r->standings; k++) {
			if (r->standing[k].server != i)
				continue;
			false_once |= r->standing[k].verdict == VERDICT_FALSETICKER;
			true_once |= r->standing[k].verdict <= VERDICT_ELIGIBLE;
		}
		liars += false_once;
		used += true_once;
	}
	add(w,
	    "It was compared with %zu time server%s, of which %zu agreed with the majority "
	    "at some time.",
	    r->servers, r->servers == 1 ? "" : "s", used);
	if (liars > 0)
		add(w,
		    "%zu of them contradicted the majority at some time, and %s not believed "
		    "then.",
		    liars, liars == 1 ? "was" : "were");
	if (r->without_majority > 0)
		add(w,
		    "In %" PRIu64 " of %" PRIu64
		    " conclusions there was no majority, and nothing was claimed.",
		    r->without_majority, r->calibrations);
}

static void
say_times(struct report_words *w, const char *what, size_t n, const char *rest)
{
	if (n == 1)
		add(w, "%s once%s.", what, rest);
	else
		add(w, "%s %zu times%s.", what, n, rest);
}

static void
say_events(const struct report *r, struct report_words *w)
{
	size_t steps = count_marks(r, "step");
	size_t sleeps = count_marks(r, "suspend");
	size_t gaps = count_marks(r, "gap");

	if (steps == 0)
		add(w, "Nobody set the clock while it was watched.");
	else
		say_times(w, "The clock was set", steps,
		    " while it was watched; when and by how much stands below");
	if (sleeps > 0)
		say_times(w, "The host slept", sleeps, "");
	if (gaps > 0)
		say_times(w, "Records could not be written", gaps,
		    "; these gaps are stated below");
}

static void
say_proof(const struct report *r, struct report_words *w)
{
	uint64_t lines = 0;
	uint64_t sealed = 0;

	for (size_t i = 0; i < r->files; i++) {
		lines += r->file[i].lines;
		sealed += r->file[i].sealed;
	}
	if (r->findings > 0)
		add(w,
		    "The examination had %" PRIu64
		    " findings; they stand below, and this report rests on what is not "
		    "touched by them%s.",
		    r->findings,
		    r->model.unverified ? ", and, as was asked for, on what is" : "");
	else
		add(w,
		    "All %" PRIu64
		    " lines of the evidence are as they were written; %" PRIu64
		    " of them are covered by a seal.",
		    lines, sealed);
}

void
report_summary(const struct report *r, struct report_words *out)
{
	out->n = 0;
	if (r->samples > 0)
		say_offset(r, out);
	else
		add(out, "The evidence does not tell UTC at any time.");
	say_servers(r, out);
	say_events(r, out);
	say_proof(r, out);
}

void
report_method(const struct report *r, struct report_words *out)
{
	out->n = 0;
	add(out,
	    "Offset is UTC - host clock: positive, the clock is behind; it is what must be "
	    "added. Frequency is how fast that grows: positive, the clock loses.");
	add(out,
	    "UTC was fitted against the raw counter of the host, which nobody can set or "
	    "steer (%s), by a Kalman filter and a smoother over all exchanges of all "
	    "servers that agree with the majority; the host's clock was read against the "
	    "same counter at every record, %s.",
	    r->start.clocksource,
	    r->start.watch_s > 0 ? "and watched in between"
				 : "but not watched in between");
	add(out,
	    "The 95 %% interval holds the noise of the network and, in full, what no "
	    "averaging removes: half of each path's delay, and the server's own error.");
	add(out,
	    "The guaranteed interval is where UTC lies if a majority of the servers keeps "
	    "within root delay / 2 + root dispersion as they state it, and the oscillator "
	    "strays from the smoothed path by no more than rho, here at most %.3f ppm: a "
	    "request cannot arrive before it was sent, nor a reply before it left.",
	    r->rho * 1e6);
}

void
report_limits(const struct report *r, struct report_words *out)
{
	(void)r;
	out->n = 0;
	add(out,
	    "Who was root on the host before the program began can have fed it lies; "
	    "what had left the host by then, and what other hosts saw, is the remedy.");
	add(out,
	    "A tail that was cut off is noticed only with the head that was printed at "
	    "stop, or by a later file that names the file before it.");
	add(out,
	    "Who controls the network path can shift the offset by up to half the delay; "
	    "the guaranteed interval allows for that.");
}
