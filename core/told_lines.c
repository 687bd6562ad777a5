/* Lines of logs, before they become a clock: when they were, and which of them count. */
#include <math.h>

#include "told_clock.h"

#define RATE_OPENBSD 5000e-6 /* kern_tc.c, ntp_update_second(): 5 ms a second */
#define RATE_LINUX 500e-6    /* kernel/time/ntp.c, MAX_TICKADJ: 500 us a second */
#define RATE_OVER_S 20.0     /* over less, stamps of whole seconds tell no rate */
#define OVERRULED_S 60.0
#define PATH_FOR_S 3600.0 /* a path's delay is one's for so long */

static struct utc_time
ahead_by(struct system_time t, double offset)
{
	return system_to_utc(t, span_from_seconds(offset));
}

/* chronyd says whom it follows, and in the next moment how wrong the clock is. */
static bool
is_overruled(const struct told_line *near, const struct told_line *next)
{
	return next != NULL && next->said.word == WORD_OFFSET &&
	       next->said.author == near->said.author &&
	       span_seconds(span_abs(system_since(next->at, near->at))) < OVERRULED_S;
}

/* What the lines to come say of those before them. */
struct ahead {
	double offset;                /* s, UTC - host's clock */
	const struct told_line *next; /* that says so */
};

static void
tell(struct ahead *a, const struct told_line *l, double offset)
{
	a->offset = offset;
	a->next = l;
}

/* Of a word that has its own moment. */
static void
find_time(struct told_line *l, struct ahead *a)
{
	double own = l->said.offset;

	switch (l->said.word) {
	case WORD_OFFSET:
	case WORD_SLEW:
	case WORD_STEPPING:
		tell(a, l, own);
		l->when = ahead_by(l->at, own);
		break;
	case WORD_STEP:
		tell(a, l, own);
		l->when = ahead_by(l->at, 0);
		break;
	case WORD_NEAR:
	case WORD_FIRST:
		a->offset = 0;
		l->when = ahead_by(l->at, 0);
		break;
	case WORD_BREAK:
		l->when = ahead_by(l->at, a->offset);
		a->offset = 0;
		break;
	case WORD_NONE:
	case WORD_ALIVE:
	case WORD_STEERED:
	case WORD_LOST:
	case DAEMON_WORDS:
		l->when = ahead_by(l->at, a->offset);
		break;
	}
}

void
told_times(struct told_line line[], size_t n)
{
	struct ahead a = { 0, NULL };

	for (size_t i = n; i-- > 0;) {
		if (line[i].said.word == WORD_NEAR && is_overruled(&line[i], a.next))
			line[i].said.word = WORD_ALIVE;
		find_time(&line[i], &a);
	}
}

static bool
has(const struct told_line line[], size_t n, enum daemon_statistics of)
{
	for (size_t i = 0; i < n; i++)
		if (line[i].of == of && line[i].said.word == WORD_OFFSET)
			return true;
	return false;
}

/* The path that peerstats told last, to the loopstats after it. */
static void
lend_paths(struct told_line line[], size_t n)
{
	const struct told_line *peer = NULL;

	for (size_t i = 0; i < n; i++) {
		struct told_line *l = &line[i];

		if (l->of == STATISTICS_PEERSTATS && l->said.word == WORD_OFFSET)
			peer = l;
		if (l->of == STATISTICS_LOOPSTATS && peer != NULL &&
		    span_seconds(utc_since(l->when, peer->when)) < PATH_FOR_S)
			l->said.path = peer->said.path;
	}
}

static void
silence(struct told_line line[], size_t n, enum daemon_statistics of)
{
	for (size_t i = 0; i < n; i++)
		if (line[i].of == of)
			line[i].said.word = WORD_NONE;
}

void
told_prefer(struct told_line line[], size_t n)
{
	lend_paths(line, n);
	if (has(line, n, STATISTICS_LOOPSTATS))
		silence(line, n, STATISTICS_PEERSTATS);
	if (has(line, n, STATISTICS_TRACKING))
		silence(line, n, STATISTICS_MEASUREMENTS);
}

/* Between two amounts in a row; 0: they tell nothing. */
static double
rate_between(const struct told_line *a, const struct told_line *b)
{
	double length = span_seconds(system_since(b->at, a->at));
	double shrunk = fabs(a->said.offset) - fabs(b->said.offset);

	if (length < RATE_OVER_S || a->said.offset * b->said.offset <= 0)
		return 0;
	return shrunk / length;
}

static bool
is_near(double rate, double of)
{
	return rate > 0.8 * of && rate < 1.2 * of;
}

double
told_slew_rate(const struct told_line line[], size_t n)
{
	const struct told_line *before = NULL;
	size_t faster = 0;
	size_t slower = 0;

	for (size_t i = 0; i < n; i++) {
		const struct told_line *l = &line[i];

		if (l->said.word == WORD_BREAK || l->said.word == WORD_STEP)
			before = NULL;
		if (l->said.word != WORD_SLEW)
			continue;
		if (before != NULL) {
			faster += is_near(rate_between(before, l), RATE_OPENBSD);
			slower += is_near(rate_between(before, l), RATE_LINUX);
		}
		before = l;
	}
	if (faster == 0 && slower == 0)
		return 0;
	return faster > slower ? RATE_OPENBSD : RATE_LINUX;
}
