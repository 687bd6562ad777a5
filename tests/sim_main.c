/*
 * The simulation as an instrument: virtual oscillators, host clocks, networks and servers
 * whose truth is known.
 *
 *	simulate [-n SEEDS] [-s FIRST_SEED] [WORLD...]
 *
 * Built by `make build/simulate`. For each world: error of the corrected time and of the
 * frequency with 2, 5, 15 min, 1 h and all of the evidence, for the smoother, the paper's
 * line and weighted least squares; what noise, uncertainty and guaranteed interval cover,
 * and how wide they are, inside of the evidence and outside. Then a table of all worlds;
 * with -q that alone. Exit status 1: a promise of that table was broken.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim_host.h"
#include "sim_methods.h"
#include "sim_result.h"

#define POINTS 2000
#define POINTS_OUTSIDE 200
#define YEAR_POINTS 40000
#define LONG_NS (64 * NS_PER_SECOND)
#define HOUR 3600.0
#define WORLDS_MAX 64
#define ANSWERS 16

/* One run of one world. */
struct run {
	const struct sim_world *world;
	struct sim sim;
	struct sim_host host;
	struct sim_model model;
	struct bound *bound;
	double *t; /* the truth points */
	size_t points;
};

/* A half-width of what is said of one point, and whether it holds. */
struct said {
	double error, noise, uncertainty, width;
	bool guaranteed, feasible;
};

static void
judge_said(const struct said *s, struct sim_covers *out)
{
	double u = s->feasible && s->uncertainty > s->width ? s->width : s->uncertainty;

	sim_put_cover(&out->noise, fabs(s->error) <= s->noise + 1e-9, s->noise);
	sim_put_cover(&out->uncertainty,
	    fabs(s->error) <= s->uncertainty && (!s->feasible || s->guaranteed), u);
	out->infeasible += !s->feasible;
	if (s->feasible)
		sim_put_cover(&out->guarantee, s->guaranteed, s->width);
}

static void
judge_point(const struct run *r, size_t i, struct sim_result *out, enum sim_place place)
{
	const struct bound *b = &r->bound[i];
	struct path_estimate e = clock_path_at(&r->model.path, b->at);
	struct span truth = sim_utc_minus_raw(&r->sim, r->t[i]);
	struct said s = {
		.error = span_seconds(span_sub(truth, e.utc_minus_raw)),
		.noise = path_noise(&e),
		.uncertainty = path_uncertainty(&e),
		.width = span_seconds(span_sub(b->high, b->low)) / 2,
		.guaranteed = truth.ns >= b->low.ns && truth.ns <= b->high.ns,
		.feasible = b->feasible,
	};

	out->moved_out += b->feasible && (e.utc_minus_raw.ns < b->low.ns ||
					     e.utc_minus_raw.ns > b->high.ns);
	judge_said(&s, &out->at[place]);
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
ask(const struct run *r, size_t n, enum sim_method method, size_t i, struct memory *m)
{
	struct raw_time at = r->bound[i].at;
	struct span truth = sim_utc_minus_raw(&r->sim, r->t[i]);
	double frequency = sim_frequency(&r->sim, r->t[i]);
	struct path_estimate e;
	struct sim_linear l;
	struct drift d = { 0 };

	switch (method) {
	case SIM_SMOOTHER:
		e = clock_path_at(&r->model.path, at);
		return (struct answer){ span_seconds(span_sub(e.utc_minus_raw, truth)),
			e.frequency - frequency };
	case SIM_LINEAR:
		l = m->linear;
		return (
		    struct answer){ span_seconds(span_sub(l.utc_minus_raw, truth)) +
					l.frequency * span_seconds(raw_since(at, l.at)),
			l.frequency - frequency };
	case SIM_WLS:
		if (!sim_wls_at(&m->wls, r->sim.o, n, at, &d))
			return (struct answer){ NAN, NAN };
		return (struct answer){ span_seconds(span_sub(d.utc_minus_raw, truth)),
			d.frequency - frequency };
	case SIM_METHODS:
		break;
	}
	abort();
}

static void
judge_errors(const struct run *r, size_t n, struct sim_errors errors[SIM_METHODS])
{
	for (int m = 0; m < SIM_METHODS; m++) {
		struct memory memory = { .linear = sim_linear_fit(r->sim.o, n),
			.wls = { .server = sim_nearest(r->sim.o, n) } };
		double time = 0;
		double frequency = 0;
		size_t asked = 0;

		for (size_t i = 0; i < r->points; i++) {
			struct answer a = ask(r, n, (enum sim_method)m, i, &memory);

			if (isnan(a.time))
				continue;
			asked++;
			time += a.time * a.time;
			frequency += a.frequency * a.frequency;
			sim_put_error(&errors[m], a.time, a.frequency);
		}
		sim_put_rms(&errors[m], time, frequency, asked);
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
judge_horizon(struct run *r, size_t h, struct sim_result *out)
{
	const struct sim_scenario *c = &r->world->scenario;
	bool whole = sim_horizons[h] >= c->duration;
	double end = whole ? c->duration : sim_horizons[h];
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
			judge_point(r, i, out, SIM_INSIDE);
	}
	forget_points(r);
	sim_model_free(&r->model);
}

/* ---- outside of the evidence: eight hours of a day are given */

static void
judge_outside(struct run *r, struct sim_result *out)
{
	static const double ends[][2] = { { 7, 8 }, { 16, 17 }, { 2, 7 }, { 17, 22 } };
	size_t from = observations_until(&r->sim, 8 * HOUR);
	size_t n = observations_until(&r->sim, 16 * HOUR) - from;
	const struct observation *o = &r->sim.o[from];

	if (r->world->scenario.duration < 23 * HOUR ||
	    r->world->scenario.duration > 1e6 || n < 8)
		return;
	sim_model_build(&r->model, o, n, (struct span){ 0 });
	for (size_t k = 0; k < 4; k++) {
		choose_points(r, ends[k][0] * HOUR, ends[k][1] * HOUR, POINTS_OUTSIDE);
		sim_bounds(&r->model, o, n, r->bound, r->points);
		for (size_t i = 0; i < r->points; i++)
			judge_point(r, i, out, k < 2 ? SIM_NEAR : SIM_FAR);
		forget_points(r);
	}
	sim_model_free(&r->model);
}

/* ---- through the host's clock */

/* The answer that comes nearest to the truth: which of several it is nobody can know. */
static struct correction
nearest(const struct correction c[], size_t n, struct utc_time truth)
{
	struct correction best = c[0];

	for (size_t i = 1; i < n; i++)
		if (span_abs(utc_since(c[i].utc, truth)).ns <
		    span_abs(utc_since(best.utc, truth)).ns)
			best = c[i];
	return best;
}

static struct answer
judge_time(const struct run *r, double t, struct sim_result *out, enum sim_place place)
{
	struct utc_time truth = { SIM_EPOCH_NS + llround(t * 1e9) };
	struct correction found[ANSWERS];
	size_t n = sim_host_ask(&r->host, sim_host_time(&r->host, t), found, ANSWERS);
	struct said s = { .feasible = true };
	struct correction c;

	out->asked++;
	out->answers += n;
	if (n == 0) {
		out->unanswered++;
		return (struct answer){ NAN, NAN };
	}
	c = nearest(found, n, truth);
	s.error = span_seconds(utc_since(c.utc, truth));
	s.noise = span_seconds(c.noise);
	s.uncertainty = span_seconds(c.uncertainty);
	s.width = span_seconds(utc_since(c.latest, c.earliest)) / 2;
	s.guaranteed = truth.ns >= c.earliest.ns && truth.ns <= c.latest.ns;
	out->moved_out += c.utc.ns < c.earliest.ns || c.utc.ns > c.latest.ns;
	judge_said(&s, &out->at[place]);
	return (struct answer){ s.error, c.frequency - sim_host_frequency(&r->host, t) };
}

static void
judge_times(const struct run *r, double from, double to, struct sim_result *out,
    enum sim_place place)
{
	struct sim_errors *errors = &out->errors[SIM_HORIZONS - 1][SIM_SMOOTHER];
	double time = 0;
	double frequency = 0;
	size_t asked = 0;

	for (size_t i = 0; i < r->points; i++) {
		double t = from + (to - from) * r->t[i];
		struct answer a;

		if (t > r->sim.sleep_from && t < r->sim.sleep_until)
			continue;
		a = judge_time(r, t, out, place);
		if (isnan(a.time) || place != SIM_INSIDE)
			continue;
		asked++;
		time += a.time * a.time;
		frequency += a.frequency * a.frequency;
		sim_put_error(errors, a.time, a.frequency);
	}
	if (place == SIM_INSIDE)
		sim_put_rms(errors, time, frequency, asked);
}

static void
judge_host(struct run *r, struct sim_result *out)
{
	double end = r->world->scenario.duration;
	clock_t begun = clock();

	sim_host_run(&r->host, &r->sim, &r->world->scenario);
	sim_host_model(&r->host, 0, end);
	out->seconds += (double)(clock() - begun) / CLOCKS_PER_SEC;
	choose_points(r, 0, 1, POINTS);
	judge_times(r, 60, end - 60, out, SIM_INSIDE);
	sim_host_forget(&r->host);
	r->points = POINTS_OUTSIDE;
	if ((r->world->promises & SIM_UNFORESEEN) == 0 && r->sim.sleep_until <= 0) {
		sim_host_model(&r->host, 8 * HOUR, 16 * HOUR);
		judge_times(r, 7 * HOUR, 8 * HOUR, out, SIM_NEAR);
		judge_times(r, 16 * HOUR, 17 * HOUR, out, SIM_NEAR);
		judge_times(r, 2 * HOUR, 7 * HOUR, out, SIM_FAR);
		judge_times(r, 17 * HOUR, 22 * HOUR, out, SIM_FAR);
		sim_host_forget(&r->host);
	}
	forget_points(r);
	sim_host_free(&r->host);
}

static void
judge_seed(const struct sim_world *w, uint64_t seed, struct sim_result *out)
{
	static struct run r;

	r = (struct run){ .world = w };
	sim_run(&r.sim, &w->scenario, seed);
	if (w->scenario.host.simulated) {
		judge_host(&r, out);
	} else {
		for (size_t h = 0; h < SIM_HORIZONS; h++)
			judge_horizon(&r, h, out);
		judge_outside(&r, out);
	}
	sim_free(&r.sim);
	out->seeds++;
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

static struct sim_summary
judge_world(const struct sim_world *w, uint64_t seed, int seeds)
{
	static struct sim_result result;
	bool progress = isatty(STDERR_FILENO) == 1;

	result = (struct sim_result){ .seeds = 0 };
	for (int i = 0; i < seeds; i++) {
		judge_seed(w, seed + (uint64_t)i, &result);
		if (progress)
			(void)fprintf(stderr, "\r\033[K%s: %d of %d seeds",
			    w->scenario.name, i + 1, seeds);
	}
	if (progress)
		(void)fprintf(stderr, "\r\033[K");
	return sim_print_world(w, &result);
}

int
main(int argc, char *argv[])
{
	static struct sim_summary table[WORLDS_MAX];
	uint64_t seed = 1;
	int seeds = 20;
	size_t n = 0;

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
	for (size_t i = 0; i < sim_worlds_count && n < WORLDS_MAX; i++)
		if (wanted(&sim_worlds[i], &argv[optind]))
			table[n++] = judge_world(&sim_worlds[i], seed,
			    sim_worlds[i].scenario.duration > 1e6 ? (seeds + 9) / 10
								  : seeds);
	return sim_print_table(table, n) > 0 ? 1 : 0;
}
