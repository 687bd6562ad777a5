#include "levels.h"

#include <math.h>
#include <stdbool.h>

#include "selection.h"

#define WINDOW_COUNT 24
#define WINDOW_NS (1500 * NS_PER_SECOND)
#define THRESHOLD_FLOOR_NS                                                               \
	10000.0 /* scheduling moves delays by this much, routes by more */

/* What is remembered of one server while its observations pass. */
struct track {
	bool begun;
	uint16_t level;
	struct span least;  /* of the level */
	double root_excess; /* sum of sqrt(delay - least), sqrt(ns), and how many */
	double count;
	size_t windows;  /* complete ones of this level */
	size_t last_low; /* the last observation near `least` */
	struct span window_least;
	struct raw_time window_start;
	size_t window_count;
};

/* Twice the typical excess. With exponential queueing both ways all of 24 delays exceed
 * this by chance once in 1e9 windows. */
static double
threshold(const struct track *t)
{
	double mean = t->count > 0 ? t->root_excess / t->count : 0;

	return 1.3 * mean * mean + THRESHOLD_FLOOR_NS;
}

static double
above(const struct track *t, struct span delay)
{
	return (double)span_sub(delay, t->least).ns;
}

static void
window_begin(struct track *t, const struct observation *o)
{
	t->window_least = o->delay;
	t->window_start = o->at;
	t->window_count = 0;
}

/*
 * The highest known level of the server that this delay can belong to: not far below it,
 * and above it by no more than a first delay usually is. (Were it a new one after all,
 * the next whole window says so.)
 */
static uint16_t
known_level(const struct levels *all, uint16_t server, struct span delay, double within)
{
	uint16_t found = LEVELS_MAX;

	for (uint16_t i = 0; i < all->used; i++) {
		const struct level *l = &all->level[i];
		double excess = (double)span_sub(delay, l->delay_min).ns;

		if (l->server == server && excess >= -within / 2 &&
		    excess <= 3 * within &&
		    (found == LEVELS_MAX ||
			l->delay_min.ns > all->level[found].delay_min.ns))
			found = i;
	}
	return found;
}

static bool
level_enter(
    struct levels *all, struct track *t, const struct observation *o, struct span least)
{
	uint16_t level = known_level(all, o->server, least, threshold(t));

	if (level == LEVELS_MAX && all->used == LEVELS_MAX)
		return false;
	if (level == LEVELS_MAX) {
		level = (uint16_t)all->used++;
		all->level[level] =
		    (struct level){ .server = o->server, .delay_min = least };
	}
	t->level = level;
	t->least = span_min(least, all->level[level].delay_min);
	t->windows = 0;
	return true;
}

static bool
window_complete(const struct track *t, const struct observation *o)
{
	return t->window_count >= WINDOW_COUNT &&
	       raw_since(o->at, t->window_start).ns >= WINDOW_NS;
}

/* A whole window above the level: it ended after the last observation near it. */
static void
shift_up(const struct observation o[], size_t i, struct track *t, struct levels *all,
    struct standing of[])
{
	if (!level_enter(all, t, &o[i], t->window_least))
		return;
	for (size_t k = t->last_low + 1; k <= i; k++)
		if (o[k].server == o[i].server && above(t, o[k].delay) >= -threshold(t)) {
			of[k].level = t->level;
			t->least = span_min(t->least, o[k].delay);
		}
	all->level[t->level].delay_min = t->least;
	t->last_low = i;
}

static void
observe(const struct observation o[], size_t i, struct track *t, struct levels *all,
    struct standing of[])
{
	double excess = above(t, o[i].delay);

	if (excess < 0) {
		if (t->windows > 0 && excess < -threshold(t))
			level_enter(all, t, &o[i], o[i].delay);
		t->least = span_min(t->least, o[i].delay);
		all->level[t->level].delay_min =
		    span_min(t->least, all->level[t->level].delay_min);
		excess = 0;
	}
	if (excess <= threshold(t))
		t->last_low = i;
	t->root_excess += sqrt(excess);
	t->count++;
	t->window_least = span_min(t->window_least, o[i].delay);
	t->window_count++;
	of[i].level = t->level;
	if (!window_complete(t, &o[i]))
		return;
	if (above(t, t->window_least) > threshold(t) && t->windows > 0)
		shift_up(o, i, t, all, of);
	t->windows++;
	window_begin(t, &o[i]);
}

double
level_excess(const struct level *l, const struct observation *o)
{
	double excess = span_seconds(span_sub(o->delay, l->delay_min)) / 2;

	return excess > 0 ? excess : 0;
}

/* The square of the mean root: 5 % of spikes move it little. */
static void
describe(const struct observation o[], size_t n, struct levels *all,
    const struct standing of[])
{
	for (size_t i = n; i-- > 0;) {
		struct level *l = &all->level[of[i].level];

		l->count++;
		l->first = i;
		l->excess += sqrt(level_excess(l, &o[i]));
		l->error += span_seconds(observation_error(&o[i]));
	}
	for (size_t i = 0; i < all->used; i++) {
		struct level *l = &all->level[i];
		double count = l->count > 0 ? (double)l->count : 1;

		l->excess = l->excess / count * (l->excess / count);
		l->error /= count;
	}
}

void
levels_find(
    const struct observation o[], size_t n, struct levels *out, struct standing of[])
{
	struct track tracks[MAX_SERVERS] = { 0 };

	out->used = 0;
	for (size_t i = 0; i < n; i++) {
		struct track *t = &tracks[o[i].server];

		if (!t->begun) {
			t->begun = true;
			level_enter(out, t, &o[i], o[i].delay);
			window_begin(t, &o[i]);
		}
		observe(o, i, t, out, of);
	}
	describe(o, n, out, of);
}
