#include "corrector_choice.h"

#include <stdlib.h>
#include <string.h>

#define TOLERANCE_S 10          /* lines of one writer may be out of order by so much */
#define TOLERANCE_AT_END_S 3600 /* where they are written when something ended */
#define SET_S 10                /* the clock is set within so long, as it is told */

static int
by_utc(const void *a, const void *b)
{
	const struct choice *x = a;
	const struct choice *y = b;

	return (x->utc.ns > y->utc.ns) - (x->utc.ns < y->utc.ns);
}

/* ---- by the order of lines */

/*
 * Lines come in order: the first answer that is not before the line before it. But lines
 * are not quite in order: an answer that is before it by a little is taken where that is
 * less than the way to the next one. None is from before the clock was set.
 */
static size_t
in_order(const struct log_state *s, const struct choices *all, int64_t tolerance_s)
{
	size_t first = 0;
	size_t best;
	struct span back;

	while (first + 1 < all->n && utc_since(s->set_at, all->of[first].utc).ns > 0)
		first++;
	best = first;
	if (!s->has_last)
		return first;
	while (best + 1 < all->n && utc_since(s->last, all->of[best].utc).ns > 0)
		best++;
	if (best == first)
		return first;
	back = utc_since(s->last, all->of[best - 1].utc);
	if (back.ns <= tolerance_s * NS_PER_SECOND &&
	    back.ns < utc_since(all->of[best].utc, s->last).ns)
		return best - 1;
	return best;
}

/* ---- by how long the host had been up */

/* As the kernel writes it, and as the journal does. */
static bool
is_boot(const char *with_hyphens, const char *without)
{
	while (*with_hyphens != '\0' && *without != '\0') {
		with_hyphens += *with_hyphens == '-';
		if (*with_hyphens++ != *without++)
			return false;
	}
	return *with_hyphens == *without;
}

static bool
is_of(const struct choice *c, const struct log_uptime *up)
{
	return c->answer.by != NULL && is_boot(c->answer.by->boot_id, up->boot);
}

/* By the raw clock, of which the one that journals show strays by some 100 ppm. */
static struct span
uptime_of(const struct segments *g, const struct choice *c)
{
	struct model_answer all[SEGMENT_ANSWERS];
	size_t n = segments_answers(g, c->time, all, SEGMENT_ANSWERS);
	const struct model_answer *a = c->which < n ? &all[c->which] : &c->answer;

	return raw_since(a->correction.raw, c->answer.by->model.boot);
}

/* What speaks against one: of a stamp before, not far off as a rule, or of the boot. */
static int64_t
misfit(const struct segments *g, const struct log_state *s, const struct choice *c,
    const struct log_uptime *up)
{
	struct span since = span_sub(up->up, s->uptime.up);

	if (strcmp(s->uptime.boot, up->boot) == 0)
		return span_abs(utc_since(c->utc, utc_after(s->at_uptime, since))).ns;
	return span_abs(span_sub(uptime_of(g, c), up->up)).ns;
}

/* all->n: none of these is of the boot. */
static size_t
by_uptime(const struct segments *g, const struct log_state *s, const struct choices *all,
    const struct log_uptime *up)
{
	size_t best = all->n;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < all->n; i++) {
		int64_t now;

		if (!is_of(&all->of[i], up))
			continue;
		now = misfit(g, s, &all->of[i], up);
		if (now < least) {
			least = now;
			best = i;
		}
	}
	return best;
}

const struct choice *
choose(const struct segments *g, struct log_state *s, struct choices *all, bool at_end,
    const struct log_uptime *up)
{
	size_t best = all->n;

	if (all->n > 1)
		qsort(all->of, all->n, sizeof(*all->of), by_utc);
	if (up != NULL)
		best = by_uptime(g, s, all, up);
	if (up != NULL && best < all->n) {
		s->uptime = *up;
		s->at_uptime = all->of[best].utc;
	} else {
		best = in_order(s, all, at_end ? TOLERANCE_AT_END_S : TOLERANCE_S);
	}
	return &all->of[best];
}

/* ---- by what the log says of the clock */

void
choose_set(struct log_state *s, const struct choices *before, const struct choices *after)
{
	int64_t least = SET_S * NS_PER_SECOND;

	for (size_t i = 0; i < before->n; i++) {
		for (size_t k = 0; k < after->n; k++) {
			struct utc_time at = after->of[k].utc;
			int64_t apart = span_abs(utc_since(at, before->of[i].utc)).ns;

			if (apart >= least)
				continue;
			least = apart;
			s->set_at = at;
		}
	}
}
