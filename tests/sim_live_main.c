/*
 * What the daemon says live, against simulated truth.
 *
 *	simulate-live [-n SEEDS] [-s FIRST_SEED] [WORLD...]
 *
 * Built by `make build/simulate-live`. The worlds are those of simulate; here the
 * calibrator sees each exchange as it comes and is asked 2, 5, 15, 30 min and 1 h after
 * the start, and each 16 s or poll from the world's own begin of judgement to its end; in
 * worlds shorter than an hour, each 2 s of that alone.
 * For each: the error of UTC and of the frequency, and what noise, uncertainty, bound and
 * frequency error cover.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calibration.h"
#include "sim.h"
#include "sim_scenarios.h"

static const double moments[] = { 120, 300, 900, 1800, 3600 };

#define MOMENTS (sizeof(moments) / sizeof(*moments))
#define LATER MOMENTS

struct gathered {
	double *value;
	size_t used, room;
	double squares;
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
	g->squares += value * value;
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
	qsort(g->value, g->used, sizeof(*g->value), ascending);
	return g->value[(size_t)(q * (double)(g->used - 1))];
}

enum claim { NOISE, UNCERTAINTY, BOUND, FREQUENCY, CLAIMS };

static const char *const claim_names[CLAIMS] = { "noise", "uncert.", "bound", "freq." };

struct result {
	struct gathered time, frequency, width[CLAIMS];
	size_t held[CLAIMS], silent;
};

static struct calibrator calibrator;
static struct calibration known;
static double concluding;

static void
feed(const struct observation *o)
{
	struct exchange x = { .t1_raw = o->t1_raw,
		.t1 = { o->t1_raw.ns },
		.t1_read = { 50 },
		.t4_raw = o->t4_raw,
		.t4_read = { 50 },
		.t4 = { o->t4_raw.ns },
		.t2 = o->t2,
		.t3 = o->t3,
		.replied = true,
		.decoded = true,
		.version = 4,
		.stratum = 1,
		.precision = -20,
		.root_delay = o->root_delay,
		.root_dispersion = o->root_dispersion };
	struct clock_reading at = {
		.raw = o->t4_raw, .real = { o->t4_raw.ns }, .read = { 50 }
	};
	struct sample sample;

	if (sample_from_exchange(&x, &sample) != FAULT_NONE)
		return;
	host_rate_read(&calibrator.host_rate, &at);
	calibrator_exchange(&calibrator, o->server, &x, &sample);
}

static void
claim(struct result *r, enum claim c, double error, double width)
{
	r->held[c] += fabs(error) <= width;
	put(&r->width[c], width);
}

static void
judge(const struct sim *s, double t, struct result *r)
{
	struct raw_time raw = sim_raw(s, t);
	struct clock_reading now = { .raw = raw, .real = { raw.ns }, .read = { 50 } };
	clock_t begun = clock();
	double error;
	double frequency;

	calibrator_conclude(&calibrator, &now, &known);
	concluding += (double)(clock() - begun) / CLOCKS_PER_SEC;
	if (!known.selected) {
		r->silent++;
		return;
	}
	error = span_seconds(span_sub(known.utc_minus_raw, sim_utc_minus_raw(s, t)));
	frequency = known.oscillator - sim_frequency(s, t);
	put(&r->time, error);
	put(&r->frequency, frequency);
	claim(r, NOISE, error, span_seconds(known.noise));
	claim(r, UNCERTAINTY, error, span_seconds(known.uncertainty));
	claim(r, BOUND, error, span_seconds(known.bound));
	claim(r, FREQUENCY, frequency, 1.96 * known.frequency_error);
}

static void
begin(size_t servers)
{
	calibrator = (struct calibrator){ 0 };
	for (size_t i = 0; i < servers; i++) {
		char name[2] = { (char)('a' + i), '\0' };

		if (calibrator_add(&calibrator, name, "192.0.2.1:123", false) < 0)
			abort();
	}
}

static void
live(const struct sim_world *w, uint64_t seed, struct result results[])
{
	const struct sim_scenario *c = &w->scenario;
	bool brief = c->duration < moments[MOMENTS - 1];
	double each = c->poll > 16 ? c->poll : brief ? 2 : 16;
	double from = w->from > 0 ? w->from : 7200;
	struct sim s;
	size_t fed = 0;
	size_t m = brief ? MOMENTS : 0;

	sim_run(&s, c, seed);
	begin(c->servers);
	for (double t = brief ? from : moments[0]; t < c->duration;) {
		struct raw_time now = sim_raw(&s, t);

		for (; fed < s.n && s.o[fed].t4_raw.ns <= now.ns; fed++)
			feed(&s.o[fed]);
		judge(&s, t, &results[m < MOMENTS ? m : LATER]);
		m += m < MOMENTS;
		t = m < MOMENTS ? moments[m] : t < from ? from : t + each;
	}
	sim_free(&s);
}

static void
print_result(const char *when, struct result *r)
{
	size_t n = r->time.used;

	printf("  %-7s", when);
	if (n == 0) {
		printf(" silent %zu\n", r->silent);
		return;
	}
	printf(" %9.2f %9.2f %9.2f us  %9.5f %9.5f ppm ",
	    sqrt(r->time.squares / (double)n) * 1e6, quantile(&r->time, 0.95) * 1e6,
	    quantile(&r->time, 1) * 1e6, sqrt(r->frequency.squares / (double)n) * 1e6,
	    quantile(&r->frequency, 0.95) * 1e6);
	for (int i = 0; i < CLAIMS; i++) {
		printf(" %6.2f%% %-9.4g", 100.0 * (double)r->held[i] / (double)n,
		    quantile(&r->width[i], 0.5) * 1e6);
		free(r->width[i].value);
	}
	printf(r->silent > 0 ? " silent %zu\n" : "\n", r->silent);
	free(r->time.value);
	free(r->frequency.value);
}

static void
judge_world(const struct sim_world *w, uint64_t seed, int seeds)
{
	static struct result results[MOMENTS + 1];

	memset(results, 0, sizeof(results));
	for (int i = 0; i < seeds; i++)
		live(w, seed + (uint64_t)i, results);
	printf("%s: %s\n", w->scenario.name, w->sentence);
	printf("  %-7s %9s %9s %9s     %9s %9s      ", "after", "RMS", "95 %", "max",
	    "freq. RMS", "95 %");
	for (int i = 0; i < CLAIMS; i++)
		printf(" %7s %-9s", claim_names[i], i < FREQUENCY ? "us" : "ppm");
	printf("\n");
	for (size_t m = 0; m <= MOMENTS; m++) {
		char when[16];

		(void)snprintf(
		    when, sizeof(when), "%.0f s", m < MOMENTS ? moments[m] : 0);
		print_result(m < MOMENTS ? when : "later", &results[m]);
	}
	fflush(stdout);
}

static bool
wanted(const struct sim_world *w, char *const names[])
{
	if (names[0] == NULL)
		return w->scenario.duration < 1e6;
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
			judge_world(&sim_worlds[i], seed, seeds);
	printf("concluding took %.1f s\n", concluding);
	return 0;
}
