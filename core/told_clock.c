#include "told_clock.h"

#include <math.h>

#define Z95 1.96
#define ROOT3 1.7320508075688772 /* of a uniform error: half-width / root 3 */
#define SKEW_LEAST 1e-6          /* s/s: a crystal's rate wanders by so much anyway */
#define SKEW_OVER_S 4096         /* what was said of the rate holds for so long */

/* Something told of the clock at one moment. */
struct anchor {
	struct system_time at;
	double offset; /* s, UTC - host */
	double error;  /* s, 95 % */
	double
	    slew; /* s/s of the host's clock: so fast it goes towards 0; 0: it does not */
	double skew; /* s/s; < 0: not told */
	enum daemon_author author;
	enum daemon_word word;
};

struct walk {
	const struct told_options *o;
	double rate; /* of adjtime(2), s/s; 0: unknown */
	struct told_stretch *out;
	size_t n;
	struct anchor last;
	bool has_last;
	bool steered;              /* the clock's rate has been set right */
	bool synced;               /* silence says that the clock is near */
	struct system_time border; /* nothing before it belongs to what comes */
	bool has_border;
};

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

static double
seconds_between(struct system_time a, struct system_time b)
{
	return span_seconds(system_since(b, a));
}

/* ---- stretches */

static double
growth(const struct walk *w)
{
	return w->steered ? TOLD_GROWTH_STEERED : TOLD_GROWTH_FREE;
}

static struct told_stretch *
stretch(struct walk *w, const struct anchor *a, struct system_time from,
    struct system_time to)
{
	struct told_stretch *s = &w->out[w->n];

	*s = (struct told_stretch){
		.from = from,
		.to = to,
		.offset = span_from_seconds(a->offset),
		.growth = growth(w),
		.author = a->author,
	};
	if (system_since(to, from).ns > 0)
		w->n++;
	return s;
}

/* How far steering may be from where it began: it is not said when it was done. */
static double
restless(const struct anchor *a)
{
	return a->word == WORD_OFFSET ? fabs(a->offset) : 0;
}

/* The ramp from a on; a becomes its end, or `until`, if that is earlier. */
static void
ramp(struct walk *w, struct anchor *a, struct system_time until)
{
	double length = fabs(a->offset) / a->slew;
	struct system_time end = system_after(a->at, span_from_seconds(length));
	struct told_stretch *s;
	double sign = a->offset < 0 ? -1 : 1;

	if (system_since(end, until).ns > 0) {
		end = until;
		length = seconds_between(a->at, until);
	}
	s = stretch(w, a, a->at, end);
	s->has_left = true;
	s->left = a->error;
	s->slope = -sign * a->slew;
	a->at = end;
	a->offset -= sign * a->slew * length;
	a->error += growth(w) * length;
	a->slew = 0;
}

static void
extrapolate(struct walk *w, struct system_time until)
{
	struct anchor a = w->last;
	struct system_time end = system_after(a.at, w->o->hold);
	struct told_stretch *s;

	if (system_since(end, until).ns > 0)
		end = until;
	if (a.slew > 0)
		ramp(w, &a, end);
	s = stretch(w, &a, a.at, end);
	s->has_left = true;
	s->left = a.error + restless(&a);
}

static void
extrapolate_back(struct walk *w, const struct anchor *a)
{
	struct system_time from = system_after(a->at, (struct span){ -w->o->hold.ns });
	struct told_stretch *s;

	if (w->has_border && system_since(w->border, from).ns > 0)
		from = w->border;
	s = stretch(w, a, from, a->at);
	s->has_right = true;
	s->right = a->error;
	s->growth = TOLD_GROWTH_FREE; /* of how it was steered then nothing is known */
}

/* ---- between two anchors */

/* By how much the path may leave the line between them. */
static double
bow(const struct anchor *a, const struct anchor *b)
{
	double apart = fabs(b->offset - a->offset);
	double most = larger(fabs(a->offset), fabs(b->offset));

	double drift = TOLD_GROWTH_FREE * seconds_between(a->at, b->at);

	/* each was steered away at once, or over all the time; but a clock that drifted
	 * to the second one was not far from it */
	if (a->word == WORD_OFFSET && b->word == WORD_OFFSET)
		return smaller(most, apart + drift);
	return a->word == WORD_SLEW ? apart / 2 : apart;
}

static double
growth_between(const struct walk *w, const struct anchor *a, const struct anchor *b)
{
	if (a->word == WORD_NEAR && b->word == WORD_NEAR && w->synced)
		return 0;
	if (a->skew >= 0 && b->skew >= 0 && seconds_between(a->at, b->at) <= SKEW_OVER_S)
		return larger(a->skew, b->skew) + SKEW_LEAST;
	return growth(w);
}

static void
line_to(struct walk *w, const struct anchor *a, const struct anchor *b, double off)
{
	struct told_stretch *s = stretch(w, a, a->at, b->at);

	s->slope = (b->offset - a->offset) / seconds_between(a->at, b->at);
	s->has_left = s->has_right = true;
	s->left = a->error + off;
	s->right = b->error + off;
	s->growth = growth_between(w, a, b);
}

static void
connect(struct walk *w, const struct anchor *b)
{
	struct anchor a = w->last;
	double length = seconds_between(a.at, b->at);

	if (length > 2 * span_seconds(w->o->hold)) {
		extrapolate(w, b->at);
		w->has_border = false;
		extrapolate_back(w, b);
		return;
	}
	if (a.slew > 0 && fabs(a.offset) / a.slew < length) {
		ramp(w, &a, b->at);
		line_to(w, &a, b, bow(&a, b));
	} else if (a.slew > 0) {
		double sign = a.offset < 0 ? -1 : 1;
		double by_rate = a.offset - sign * a.slew * length;

		line_to(w, &a, b, fabs(by_rate - b->offset) / 2);
	} else {
		line_to(w, &a, b, bow(&a, b));
	}
}

/* Of two that were told at one moment, or out of order, the surer counts. */
static void
take(struct walk *w, const struct anchor *b)
{
	struct system_time at = b->at;

	if (!w->has_last) {
		extrapolate_back(w, b);
	} else if (seconds_between(w->last.at, at) > 0) {
		connect(w, b);
	} else {
		at = w->last.at;
		if (w->last.error < b->error && b->slew <= 0)
			return;
	}
	w->last = *b;
	w->last.at = at;
	w->has_last = true;
}

/* ---- lines */

static double
error_of(const struct daemon_line *l)
{
	double path = (l->path >= 0 ? l->path : TOLD_PATH) / ROOT3;

	return Z95 * sqrt(l->error * l->error + path * path);
}

/* The rate at which the clock's own seconds see an amount shrink. */
static double
slew_seen(double rate, double offset)
{
	return offset < 0 ? rate / (1 - rate) : rate / (1 + rate);
}

static struct anchor
anchor_of(const struct walk *w, const struct told_line *l)
{
	const struct daemon_line *d = &l->said;
	struct anchor a = {
		.at = system_after(l->at, (struct span){ l->resolution.ns / 2 }),
		.offset = d->offset,
		.error = error_of(d),
		.skew = d->skew,
		.author = d->author,
		.word = d->word,
	};

	if (d->word == WORD_NEAR || d->word == WORD_FIRST) {
		a.error = d->error;
		a.word = WORD_NEAR;
	}
	if (d->word == WORD_SLEW && w->rate > 0) {
		a.slew = slew_seen(w->rate, d->offset);
		a.error += a.slew * span_seconds(l->resolution) / 2;
	} else if (d->word == WORD_SLEW) {
		a.word = WORD_OFFSET; /* who knows how fast */
	}
	return a;
}

/* What comes after it is of another clock, or of one that nobody followed. */
static void
cut(struct walk *w, const struct told_line *l)
{
	if (w->has_last)
		extrapolate(w, system_after((struct system_time){ l->when.ns },
				   span_from_seconds(-w->last.offset)));
	w->has_last = w->synced = false;
	w->border = l->at;
	w->has_border = true;
}

/* Up to the step the clock was wrong by what it was set by; then it is right. */
static void
step(struct walk *w, const struct told_line *l)
{
	struct anchor a = anchor_of(w, l);
	struct span by = span_from_seconds(l->said.offset);

	a.at = l->said.word == WORD_STEP
		   ? system_after(l->at, span_sub(l->resolution, by))
		   : system_after(l->at, l->resolution);
	take(w, &a);
	w->last.at = l->said.word == WORD_STEP ? l->at : system_after(l->at, by);
	w->last.offset = 0;
	w->synced = false;
}

/* Its author runs on, and would have said so if the clock were no longer near. */
static void
stay_near(struct walk *w, struct anchor *a)
{
	if (!w->synced || w->last.word != WORD_NEAR || w->last.author != a->author)
		return;
	a->word = WORD_NEAR;
	a->error = w->last.error;
	take(w, a);
}

static void
take_line(struct walk *w, const struct told_line *l)
{
	struct anchor a = anchor_of(w, l);

	switch (l->said.word) {
	case WORD_NONE:
	case DAEMON_WORDS:
		break;
	case WORD_STEERED:
		w->steered = true;
		stay_near(w, &a);
		break;
	case WORD_ALIVE:
		stay_near(w, &a);
		break;
	case WORD_FIRST:
		cut(w, l);
		take(w, &a);
		w->synced = true;
		break;
	case WORD_NEAR:
		take(w, &a);
		w->synced = true;
		break;
	case WORD_OFFSET:
		w->steered = w->steered || l->said.skew >= 0;
		take(w, &a);
		break;
	case WORD_SLEW:
		w->synced = false;
		take(w, &a);
		break;
	case WORD_STEP:
	case WORD_STEPPING:
		step(w, l);
		break;
	case WORD_LOST:
		w->synced = false;
		break;
	case WORD_BREAK:
		cut(w, l);
		w->steered = false;
		break;
	}
}

size_t
told_build(const struct told_line line[], size_t n, const struct told_options *o,
    struct told_stretch out[])
{
	struct walk w = {
		.o = o,
		.rate = o->slew > 0 ? o->slew : told_slew_rate(line, n),
		.out = out,
	};

	for (size_t i = 0; i < n; i++)
		take_line(&w, &line[i]);
	if (w.has_last)
		extrapolate(&w, system_after(w.last.at, o->hold));
	return w.n;
}
