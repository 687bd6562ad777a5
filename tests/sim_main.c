/*
 * The simulation as an instrument.
 *
 *	simulate [-n SEEDS] [-s FIRST_SEED] [WORLD...]
 *
 * Built by `make build/simulate`. For each world: error of the corrected time and of the
 *frequency with 2, 5, 15 min, 1 h and all of the evidence, for the smoother, the paper's
 *line and weighted least squares; what noise, uncertainty and guaranteed interval cover,
 *and how wide they are.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"
#include "sim_methods.h"
#include "sim_scenarios.h"

#define POINTS 2000
#define YEAR_POINTS 40000
#define LONG_NS (64 * NS_PER_SECOND)

enum method { SMOOTHER, LINEAR, WLS, METHODS };

static const char *const method_names[METHODS] = { "smoother", "linear", "wls" };
static const double horizons[] = { 120, 300, 900, 3600, 1e99 };

#define HORIZONS (sizeof(horizons) / sizeof(*horizons))

/* Numbers gathered for a mean, a percentile, a maximum. */
struct gathered {
	double *value;
	size_t used, room;
};

static void
put(struct gathered *g, double value)
{
	if (g->used == g->room) {
		g->room = g->room * 2 + 1024;
		g->value = realloc(g->value, g->room * sizeof(*g->value));
		if (g->value == NULL)
			abort();
	}
	g->value[g->used++] = fabs(value);
}

static int
ascending(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
quantile(struct gathered *g, double q)
{
	if (g->used == 0)
		return NAN;
	qsort(g->value, g->used, sizeof(*g->value), ascending);
	return g->value[(size_t)(q * (double)(g->used - 1))];
}

struct errors {
	struct gathered time, frequency;
	double time_rms, frequency_rms; /* sums over seeds of each seed's RMS */
};

struct cover {
	struct gathered width;
	size_t inside, points;
};

struct result {
	struct errors errors[HORIZONS][METHODS];
	struct cover noise, uncertainty, guarantee;
	size_t infeasible;
	double seconds;
};

/* One run of one world. */
struct run {
	const struct sim_world *world;
	struct sim sim;
	struct sim_model model;
	struct bound *bound;
	double *t; /* the truth points */
	size_t points;
};

static void
covers(struct cover *c, bool inside, double half_width)
{
	c->inside += inside;
	c->points++;
	put(&c->width, half_width);
}

static void
judge_point(const struct run *r, size_t i, struct result *out)
{
	const struct bound *b = &r->bound[i];
	struct path_estimate e = clock_path_at(&r->model.path, b->at);
	struct span truth = sim_utc_minus_raw(&r->sim, r->t[i]);
	struct span error = span_sub(truth, e.utc_minus_raw);
	double u = path_uncertainty(&e);
	double noise = path_noise(&e);
	double width = span_seconds(span_sub(b->high, b->low)) / 2;
	bool inside = truth.ns >= b->low.ns && truth.ns <= b->high.ns;

	covers(&out->noise, fabs(span_seconds(error)) <= noise + 1e-9, noise);
	covers(&out->uncertainty,
	    fabs(span_seconds(error)) <= u && (!b->feasible || inside),
	    b->feasible && u > width ? width : u);
	out->infeasible += !b->feasible;
	if (b->feasible)
		covers(&out->guarantee, inside, width);
}

static void
choose_points(struct run *r, double from, double to, size_t points)
{
	r->points = points;
	r->t = malloc(points * sizeof(*r->t));
	r->bound = calloc(points, sizeof(*r->bound));
	if (r->t == NULL || r->bound == NULL)
		abort();
	for (size_t i = 0; i < points; i++) {
		r->t[i] = from + (to - from) * ((double)i + sim_uniform(&r->sim.random)) /
				     (double)points;
		r->bound[i].at = sim_raw(&r->sim, r->t[i]);
	}
}

static void
forget_points(struct run *r)
{
	free(r->t);
	free(r->bound);
}

struct answer {
	double time, frequency; /* errors: s, s/s */
};

/* What the methods carry from point to point. */
struct memory {
	struct sim_linear linear;
	struct sim_wls wls;
};

/* What a method errs by at point i, given o[0..n). */
static struct answer
ask(const struct run *r, size_t n, enum method method, size_t i, struct memory *m)
{
	struct raw_time at = r->bound[i].at;
	struct span truth = sim_utc_minus_raw(&r->sim, r->t[i]);
	double frequency = sim_frequency(&r->sim, r->t[i]);
	struct path_estimate e;
	struct sim_linear l;
	struct drift d = { 0 };

	switch (method) {
	case SMOOTHER:
		e = clock_path_at(&r->model.path, at);
		return (struct answer){ span_seconds(span_sub(e.utc_minus_raw, truth)),
			e.frequency - frequency };
	case LINEAR:
		l = m->linear;
		return (
		    struct answer){ span_seconds(span_sub(l.utc_minus_raw, truth)) +
					l.frequency * span_seconds(raw_since(at, l.at)),
			l.frequency - frequency };
	case WLS:
		if (!sim_wls_at(&m->wls, r->sim.o, n, at, &d))
			return (struct answer){ NAN, NAN };
		return (struct answer){ span_seconds(span_sub(d.utc_minus_raw, truth)),
			d.frequency - frequency };
	case METHODS:
		break;
	}
	abort();
}

static void
judge_errors(const struct run *r, size_t n, struct errors errors[METHODS])
{
	for (int m = 0; m < METHODS; m++) {
		struct memory memory = { .linear = sim_linear_fit(r->sim.o, n),
			.wls = { .server = sim_nearest(r->sim.o, n) } };
		double time = 0;
		double frequency = 0;
		size_t asked = 0;

		for (size_t i = 0; i < r->points; i++) {
			struct answer a = ask(r, n, (enum method)m, i, &memory);

			if (isnan(a.time))
				continue;
			asked++;
			time += a.time * a.time;
			frequency += a.frequency * a.frequency;
			put(&errors[m].time, a.time);
			put(&errors[m].frequency, a.frequency);
		}
		errors[m].time_rms += sqrt(time / (double)(asked > 0 ? asked : 1));
		errors[m].frequency_rms +=
		    sqrt(frequency / (double)(asked > 0 ? asked : 1));
	}
}

static size_t
observations_until(const struct sim *s, double t)
{
	struct raw_time end = sim_raw(s, t);
	size_t n = 0;

	while (n < s->n && s->o[n].at.ns <= end.ns)
		n++;
	return n;
}

static void
judge_horizon(struct run *r, size_t h, struct result *out)
{
	const struct sim_scenario *c = &r->world->scenario;
	bool whole = horizons[h] >= c->duration;
	double end = whole ? c->duration : horizons[h];
	bool longer = c->duration > 1e6;
	struct span spacing = { longer ? LONG_NS : 0 };
	size_t n = observations_until(&r->sim, end);
	clock_t begun;

	if (n == 0)
		return;
	begun = clock();
	sim_model_build(&r->model, r->sim.o, n, spacing);
	out->seconds += (double)(clock() - begun) / CLOCKS_PER_SEC;
	choose_points(r, whole ? r->world->from : 0, end,
	    !whole   ? 200
	    : longer ? YEAR_POINTS
		     : POINTS);
	judge_errors(r, n, out->errors[h]);
	if (whole) {
		sim_bounds(&r->model, r->sim.o, n, r->bound, r->points);
		for (size_t i = 0; i < r->points; i++)
			judge_point(r, i, out);
	}
	forget_points(r);
	sim_model_free(&r->model);
}

static void
print_errors(struct errors errors[METHODS], double horizon, double seeds)
{
	for (int m = 0; m < METHODS; m++) {
		struct errors *e = &errors[m];

		if (e->time.used == 0)
			continue;
		if (horizon < 1e9)
			printf("  %6.0f s  ", horizon);
		else
			printf("  all       ");
		printf("%-8s  %10.2f %10.2f %10.2f us   %9.4f %9.4f %9.4f ppm\n",
		    method_names[m], e->time_rms / seeds * 1e6,
		    quantile(&e->time, 0.95) * 1e6, quantile(&e->time, 1) * 1e6,
		    e->frequency_rms / seeds * 1e6, quantile(&e->frequency, 0.95) * 1e6,
		    quantile(&e->frequency, 1) * 1e6);
		free(e->time.value);
		free(e->frequency.value);
	}
}

static void
print_cover(const char *name, struct cover *c)
{
	printf("  %-12s covers %zu of %zu = %.3f %%, median half-width %.2f us\n", name,
	    c->inside, c->points, 100.0 * (double)c->inside / (double)c->points,
	    quantile(&c->width, 0.5) * 1e6);
	free(c->width.value);
}

static void
print_world(const struct sim_world *w, struct result *r, double seeds)
{
	double rms = r->errors[HORIZONS - 1][SMOOTHER].time_rms / seeds;

	printf("%s: %s\n", w->scenario.name, w->sentence);
	printf("  evidence  method     time: RMS       95 %%        max      "
	       "frequency: RMS     95 %%       max\n");
	for (size_t h = 0; h < HORIZONS; h++)
		print_errors(r->errors[h], horizons[h], seeds);
	print_cover("noise", &r->noise);
	print_cover("uncertainty", &r->uncertainty);
	print_cover("guarantee", &r->guarantee);
	if (r->infeasible > 0)
		printf("  infeasible at %zu points\n", r->infeasible);
	printf("  smoothing took %.3f s a seed\n", r->seconds / seeds);
	if (w->target > 0)
		printf("  target %.2f us: %s\n", w->target * 1e6,
		    rms <= w->target ? "met" : "MISSED");
	fflush(stdout);
}

static void
judge_world(const struct sim_world *w, uint64_t seed, int seeds)
{
	static struct result result;

	result = (struct result){ 0 };
	for (int i = 0; i < seeds; i++) {
		static struct run r;

		r = (struct run){ .world = w };
		sim_run(&r.sim, &w->scenario, seed + (uint64_t)i);
		for (size_t h = 0; h < HORIZONS; h++)
			judge_horizon(&r, h, &result);
		sim_free(&r.sim);
	}
	print_world(w, &result, seeds);
}

static bool
wanted(const struct sim_world *w, char *const names[])
{
	if (names[0] == NULL)
		return (w->promises & SIM_ON_REQUEST) == 0;
	for (; *names != NULL; names++)
		if (strcmp(w->scenario.name, *names) == 0)
			return true;
	return false;
}

int
main(int argc, char *argv[])
{
	uint64_t seed = 1;
	int seeds = 20;

	for (int option; (option = getopt(argc, argv, "n:s:")) != -1;) {
		if (option == 'n')
			seeds = atoi(optarg);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	printf("seeds %llu..%llu\n", (unsigned long long)seed,
	    (unsigned long long)seed + (unsigned long long)seeds - 1);
	for (size_t i = 0; i < sim_worlds_count; i++)
		if (wanted(&sim_worlds[i], &argv[optind]))
			judge_world(&sim_worlds[i], seed,
			    sim_worlds[i].scenario.duration > 1e6 ? (seeds + 9) / 10
								  : seeds);
	return 0;
}
