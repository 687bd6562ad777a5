/*
 * The host's clock over the virtual oscillator: free, steered by another time daemon, set
 * by an intruder, asleep. It is read as the daemon reads it, its knots are found by
 * core/clock_watch, and core/clock_model is asked for UTC.
 */
#ifndef CLOCKWITNESS_TESTS_SIM_HOST_H
#define CLOCKWITNESS_TESTS_SIM_HOST_H

#include "clock_model.h"
#include "sim.h"

#define SIM_STRETCHES 2

/* A point where the host's clock was given another rate or time. */
struct sim_break {
	double t;     /* true time, s */
	double ahead; /* host - raw from there on, s, less its value at the start */
	double rate;  /* d(host - raw)/d(raw), s/s */
	bool stepped;
};

struct sim_stretch {
	struct clock_model model;
	struct model_knot *knot;
	size_t knots, room;
	double from, until; /* true time, s */
};

struct sim_host {
	const struct sim *sim;
	const struct sim_scenario *scenario;
	struct sim_break *broken;
	size_t breaks, room;
	struct sim_random random;
	struct sim_stretch stretch[SIM_STRETCHES];
	size_t stretches;
};

/* The clock's history, then a model of what is seen of it in [from, until], s. */
void sim_host_run(struct sim_host *h, const struct sim *s, const struct sim_scenario *c);
void sim_host_model(struct sim_host *h, double from, double until);
void sim_host_forget(struct sim_host *h); /* the model */
void sim_host_free(struct sim_host *h);

/* The truth: what the clock showed, and d(UTC - host)/d(host). */
struct system_time sim_host_time(const struct sim_host *h, double t);
double sim_host_frequency(const struct sim_host *h, double t);

/* All corrections of a time. */
size_t sim_host_ask(const struct sim_host *h, struct system_time shown,
    struct correction out[], size_t most);

#endif
