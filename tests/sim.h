/*
 * A virtual oscillator, networks and servers with known truth: what the engines are
 * judged by. Everything follows from the seed. All times in seconds of true time from the
 * start.
 */
#ifndef CLOCKWITNESS_TESTS_SIM_H
#define CLOCKWITNESS_TESTS_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "observation.h"

#define SIM_SERVERS 8
#define SIM_EPOCH_NS INT64_C(1760000000000000000) /* UTC at the start */
#define SIM_RAW_NS INT64_C(500000000000)          /* raw clock at the start */

struct sim_random {
	uint64_t state;
};

uint64_t sim_bits(struct sim_random *r);
double sim_uniform(struct sim_random *r); /* in [0, 1) */
double sim_normal(struct sim_random *r);
double sim_exponential(struct sim_random *r, double mean);

struct sim_oscillator {
	double frequency;   /* d(UTC - raw)/d(raw), s/s */
	double wander;      /* random-walk FM, s/s per sqrt(s) */
	double white;       /* white FM, s/s at 1 s */
	double sine;        /* amplitude of a daily sine, s/s */
	double season;      /* amplitude of a yearly sine, s/s */
	double ageing;      /* of the frequency, s/s per s */
	double load;        /* frequency under load, s/s, through 10 min of thermal lag */
	double load_period; /* s; load lasts a quarter of it */
};

struct sim_server {
	double there, back; /* least one-way delays, s */
	double jitter;      /* mean of an exponential, each way, s */
	double spike_rate, spike;
	double congested_rate,
	    congested; /* of 10 min slots; mean added on the way there */
	double loss;
	double change_from, change_until; /* another route, which adds: */
	double change_there, change_back; /* s */
	double error;                     /* server's clock - UTC, s, constant */
	double error_drift;               /* s/s */
	double lie_from, lie_until, lie;  /* s added to its clock then */
	double smear_from, smear_until;   /* a leap second smeared: 0 to 1 s slow */
	double root_delay, root_dispersion;
	double poll; /* s; 0: the scenario's */
};

/* The host's clock; all zero: none, the oscillator alone is asked for. */
struct sim_clock {
	double watch;      /* s between readings; 0: at exchanges only */
	double rate;       /* d(host - raw)/d(raw) at the start, s/s */
	double noise;      /* s: it is steered, by offsets that err by so much */
	size_t intrusions; /* steps, and slews there and back, by turns */
	bool simulated;
};

struct sim_scenario {
	const char *name;
	struct sim_oscillator oscillator;
	struct sim_server server[SIM_SERVERS];
	size_t servers;
	double duration, poll, grid;
	bool no_burst;
	double asymmetry; /* each path's, drawn within +- this share of its delay */
	struct sim_clock host;
	double sleep_from, sleep_until; /* the host sleeps: the raw clock stands still */
};

struct sim {
	struct observation *o;
	size_t n;
	double *x; /* UTC - raw, s from its first value, on a grid of true time */
	size_t points;
	double grid;
	double sleep_from, sleep_until;
	struct sim_random random;
};

/* Allocates; ends the program when memory is out. */
void sim_run(struct sim *s, const struct sim_scenario *scenario, uint64_t seed);
void sim_free(struct sim *s);

/* The truth. */
struct raw_time sim_raw(const struct sim *s, double t);
struct span sim_utc_minus_raw(const struct sim *s, double t);
double sim_frequency(const struct sim *s, double t);

#endif
