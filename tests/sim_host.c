#include "sim_host.h"

#include <math.h>
#include <stdlib.h>

#include "clock_watch.h"
#include "sim_methods.h"

#define READ_NS 50
#define CHRONY_POLL 64.0
#define SLEW_MOST (1.0 / 12)

static void *
grown(void *p, size_t *room, size_t used, size_t size)
{
	if (used < *room)
		return p;
	*room = *room * 2 + 1024;
	p = realloc(p, *room * size);
	if (p == NULL)
		abort();
	return p;
}

/* ---- the clock's history */

static double
raw_of(const struct sim_host *h, double t)
{
	return (double)(sim_raw(h->sim, t).ns - SIM_RAW_NS) / 1e9;
}

static const struct sim_break *
break_at(const struct sim_host *h, double t)
{
	size_t low = 0;
	size_t high = h->breaks;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (h->broken[middle].t <= t)
			low = middle;
		else
			high = middle;
	}
	return &h->broken[low];
}

/* host - raw, s, less its value at the start */
static double
ahead(const struct sim_host *h, double t)
{
	const struct sim_break *b = break_at(h, t);

	return b->ahead + b->rate * (raw_of(h, t) - raw_of(h, b->t));
}

static void
turn(struct sim_host *h, double t, double rate, double step)
{
	double now = h->breaks > 0 ? ahead(h, t) : 0;

	h->broken = grown(h->broken, &h->room, h->breaks, sizeof(*h->broken));
	h->broken[h->breaks++] = (struct sim_break){
		.t = t,
		.ahead = now + step,
		.rate = rate,
		.stepped = fabs(step) > 0,
	};
}

/* UTC - host, s, less its value at the start */
static double
behind(const struct sim_host *h, double t)
{
	return t - raw_of(h, t) - ahead(h, t);
}

/* As chronyd does it: a frequency, and for some seconds a slew of the offset it found. */
static void
steer(struct sim_host *h, double until)
{
	double poll = CHRONY_POLL * (1 + 0.05 * sim_uniform(&h->random));

	for (double t = 10; t < until; t += poll) {
		double rate = sim_frequency(h->sim, t) + 5e-8 * sim_normal(&h->random);
		double offset =
		    behind(h, t) + h->scenario->host.noise * sim_normal(&h->random);
		double slow = 3 + 17 * sim_uniform(&h->random);
		double most = fabs(offset) / SLEW_MOST;

		slow = slow > most ? slow : most;
		turn(h, t, rate + offset / slow, 0);
		if (slow < poll)
			turn(h, t + slow, rate, 0);
	}
}

static double
log_uniform(struct sim_random *r, double low, double high)
{
	double value = low * pow(high / low, sim_uniform(r));

	return sim_uniform(r) < 0.5 ? value : -value;
}

/* Steps of 1 us to 3 h; and slews of 500 ppm, there and back between two readings. */
static void
intrude(struct sim_host *h, double until)
{
	double rate = h->broken[0].rate;
	size_t n = h->scenario->host.intrusions;

	for (size_t i = 0; i < n; i++) {
		double t = until * ((double)i + sim_uniform(&h->random)) / (double)n;
		double length = 0.1 + 0.3 * sim_uniform(&h->random);

		if (i % 2 == 0) {
			turn(h, t, rate, log_uniform(&h->random, 1e-6, 10800));
			continue;
		}
		turn(h, t, rate + 480e-6, 0);
		turn(h, t + length, rate - 480e-6, 0);
		turn(h, t + 2 * length, rate, 0);
	}
}

void
sim_host_run(struct sim_host *h, const struct sim *s, const struct sim_scenario *c)
{
	const struct sim_clock *host = &c->host;

	*h = (struct sim_host){ .sim = s, .scenario = c, .random = s->random };
	turn(h, 0, host->rate, 0);
	if (host->noise > 0)
		steer(h, c->duration);
	intrude(h, c->duration);
	if (s->sleep_until > 0) /* the kernel sets the clock by the RTC */
		turn(h, s->sleep_until, host->rate,
		    s->sleep_until - s->sleep_from + 0.5 * sim_normal(&h->random));
}

/* ---- the truth */

struct system_time
sim_host_time(const struct sim_host *h, double t)
{
	return (struct system_time){ SIM_EPOCH_NS - 3200000000 + sim_raw(h->sim, t).ns -
				     SIM_RAW_NS + llround(ahead(h, t) * 1e9) };
}

double
sim_host_frequency(const struct sim_host *h, double t)
{
	double rate = break_at(h, t)->rate;

	return (sim_frequency(h->sim, t) - rate) / (1 + rate);
}

/* ---- what is seen of it */

static double
slept(const struct sim *s, double t)
{
	return s->sleep_until > 0 && t >= s->sleep_until ? s->sleep_until - s->sleep_from
							 : 0;
}

/* All that steps add up to does not count in CLOCK_MONOTONIC. */
static double
stepped(const struct sim_host *h, double t)
{
	const struct sim_break *last = break_at(h, t);
	double sum = 0;

	for (const struct sim_break *b = h->broken + 1; b <= last; b++)
		if (b->stepped)
			sum += b->ahead - b[-1].ahead -
			       b[-1].rate * (raw_of(h, b->t) - raw_of(h, b[-1].t));
	return sum;
}

struct reader {
	double stepped;             /* sum of the steps so far, s */
	const struct sim_break *at; /* and until where */
};

static int64_t
jitter(struct sim_host *h)
{
	return llround((2 * sim_uniform(&h->random) - 1) * READ_NS);
}

static struct clock_reading
read_clocks(struct sim_host *h, struct reader *r, double t)
{
	struct raw_time raw = sim_raw(h->sim, t);
	struct system_time real = sim_host_time(h, t);
	int64_t mono;

	if (break_at(h, t) != r->at) {
		r->at = break_at(h, t);
		r->stepped = stepped(h, t);
	}
	mono = raw.ns + llround((ahead(h, t) - r->stepped) * 1e9);
	return (struct clock_reading){
		.raw = raw,
		.real = { real.ns + jitter(h) },
		.mono = { mono + jitter(h) },
		.boot = { mono + llround(slept(h->sim, t) * 1e9) + jitter(h) },
		.read = { READ_NS },
		.has_mono = true,
		.has_boot = true,
	};
}

static void
add_knot(struct sim_stretch *s, struct model_knot k)
{
	s->knot = grown(s->knot, &s->room, s->knots, sizeof(*s->knot));
	s->knot[s->knots++] = k;
}

static void
add_reading(struct sim_stretch *s, const struct clock_reading *r, bool set)
{
	add_knot(s, (struct model_knot){ r->raw, r->real, r->read, .stepped = set });
}

/* As tools/model_load.c takes the daemon's records. */
static void
take_report(struct sim_stretch *s, const struct watch_report *report,
    const struct clock_reading *at)
{
	for (size_t i = 0; i < report->entries; i++) {
		const struct clock_bend *b = &report->entry[i].change.bend;

		if (!report->entry[i].change.bent)
			continue;
		add_knot(s, (struct model_knot){ b->knot.raw, b->knot.real, b->knot.read,
				.loose = b->loose, .slew_limit = b->slew_limit });
	}
	if (!report->stepped)
		return;
	add_reading(s, &report->before, false);
	add_reading(s, at, true);
}

/* What adjtimex says: a rate by the frequency, and what is more by the tick. */
static struct steering
read_steering(const struct reader *r)
{
	double rate = r->at->rate;
	int64_t ticks = fabs(rate) > WATCH_SLEW_LIMIT ? llround(rate * STEERING_TICK) : 0;

	return (struct steering){
		.frequency = rate - (double)ticks / STEERING_TICK,
		.tick = STEERING_TICK + ticks,
	};
}

/* Each `watch` s, and a record of each exchange; unwatched: these alone. */
static void
watch(struct sim_host *h, struct sim_stretch *s)
{
	double every = h->scenario->host.watch;
	struct clock_watch w = { .patience = { llround(5 * every * 1e9) } };
	struct reader reader = { .at = NULL };
	struct watch_report report;
	struct clock_reading last = { .read = { 0 } };
	double next = s->from;
	size_t k = 0;

	while (k < h->sim->n && h->sim->o[k].at.ns < sim_raw(h->sim, s->from).ns)
		k++;
	for (double t = s->from; t<s->until; t += every> 0 ? every : 16) {
		struct clock_reading r = read_clocks(h, &reader, t);
		struct steering steering = read_steering(&reader);
		bool recorded = false;

		report = (struct watch_report){ .entries = 0 };
		for (; k < h->sim->n && h->sim->o[k].at.ns < r.raw.ns; k++)
			recorded = true;
		if (every > 0)
			clock_watch_read(&w, &r, &steering, &report);
		take_report(s, &report, &r);
		if (recorded || t >= next)
			add_reading(s, &r, false);
		next = t >= next ? t + 1024 : next;
		last = r;
	}
	clock_watch_end(&w, &report);
	take_report(s, &report, &last);
}

/* ---- the model */

static int
by_raw(const void *a, const void *b)
{
	return clock_model_knot_order(a, b);
}

static void
model_points(const struct sim *s, struct sim_stretch *stretch)
{
	struct clock_model *m = &stretch->model;
	struct raw_time first = sim_raw(s, stretch->from);
	struct raw_time last = sim_raw(s, stretch->until);
	struct sim_model own;
	struct bound *b;
	size_t from = 0;
	size_t to = s->n;

	while (from < to && s->o[from].t1_raw.ns < first.ns)
		from++;
	while (to > from && s->o[to - 1].t4_raw.ns > last.ns)
		to--;
	if (to - from < 8)
		return;
	sim_model_build(&own, &s->o[from], to - from, (struct span){ 0 });
	b = calloc(own.path.used, sizeof(*b));
	m->point = calloc(own.path.used, sizeof(*m->point));
	if (b == NULL || m->point == NULL)
		abort();
	for (size_t i = 0; i < own.path.used; i++)
		b[i].at = own.path.node[i].at;
	sim_bounds(&own, &s->o[from], to - from, b, own.path.used);
	for (size_t i = 0; i < own.path.used; i++)
		m->point[i] = clock_model_smoothed(&own.path.node[i], &b[i]);
	m->points = own.path.used;
	free(b);
	sim_model_free(&own);
}

static void
model_stretch(struct sim_host *h, struct sim_stretch *s)
{
	struct clock_model *m = &s->model;

	watch(h, s);
	qsort(s->knot, s->knots, sizeof(*s->knot), by_raw);
	m->watched = h->scenario->host.watch > 0;
	m->piece = calloc(2 * s->knots + 2, sizeof(*m->piece));
	m->run = calloc(s->knots + 2, sizeof(*m->run));
	if (m->piece == NULL || m->run == NULL)
		abort();
	for (size_t i = 0; i < s->knots; i++)
		clock_model_add(m, &s->knot[i]);
	model_points(h->sim, s);
	clock_model_close(m);
}

void
sim_host_model(struct sim_host *h, double from, double until)
{
	double asleep = h->sim->sleep_from;
	double awake = h->sim->sleep_until;

	h->stretches = 1;
	h->stretch[0] = (struct sim_stretch){ .from = from, .until = until };
	if (awake > 0) {
		h->stretches = 2;
		h->stretch[0].until = asleep;
		h->stretch[0].model.back = STOP_SUSPEND;
		h->stretch[1] = (struct sim_stretch){ .from = awake, .until = until };
		h->stretch[1].model.front = STOP_SUSPEND;
		h->stretch[0].model.reach[1] = sim_raw(h->sim, awake + 1);
		h->stretch[1].model.reach[0] = sim_raw(h->sim, asleep - 1);
	}
	for (size_t i = 0; i < h->stretches; i++)
		model_stretch(h, &h->stretch[i]);
}

size_t
sim_host_ask(const struct sim_host *h, struct system_time shown, struct correction out[],
    size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < h->stretches && n < most; i++)
		n += clock_model_correct(&h->stretch[i].model, shown, &out[n], most - n);
	return n;
}

void
sim_host_forget(struct sim_host *h)
{
	for (size_t i = 0; i < h->stretches; i++) {
		free(h->stretch[i].knot);
		free(h->stretch[i].model.piece);
		free(h->stretch[i].model.run);
		free(h->stretch[i].model.point);
	}
	h->stretches = 0;
}

void
sim_host_free(struct sim_host *h)
{
	free(h->broken);
}
