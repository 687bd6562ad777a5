/* Worlds that are drawn: any crystal, any servers, liars in a minority. */
#include <math.h>

#include "sim_scenarios.h"

#define DAY 86400.0

/* Log-uniform. */
static double
between(struct sim_random *r, double low, double high)
{
	return low * pow(high / low, sim_uniform(r));
}

static double
either_way(struct sim_random *r, double low, double high)
{
	double value = between(r, low, high);

	return sim_uniform(r) < 0.5 ? value : -value;
}

static bool
chance(struct sim_random *r, double probability)
{
	return sim_uniform(r) < probability;
}

static struct sim_server
any_server(struct sim_random *r)
{
	double delay = between(r, 50e-6, 50e-3);
	double skew = 0.5 * (2 * sim_uniform(r) - 1);
	struct sim_server v = {
		.there = delay * (1 + skew),
		.back = delay * (1 - skew),
		.jitter = delay * between(r, 0.02, 0.5),
		.spike_rate = 0.05 * sim_uniform(r),
		.spike = between(r, 1e-3, 0.1),
		.congested_rate = 0.3 * sim_uniform(r),
		.congested = between(r, 1e-3, 0.05),
		.loss = 0.05 * sim_uniform(r),
		.root_delay = between(r, 1e-6, 5e-3),
		.root_dispersion = between(r, 1e-6, 5e-3),
	};

	v.error = (2 * sim_uniform(r) - 1) * (v.root_delay / 2 + v.root_dispersion);
	if (chance(r, 0.5)) {
		v.change_from = DAY * sim_uniform(r);
		v.change_until = v.change_from + between(r, 600, DAY);
		v.change_there = between(r, 1e-4, 0.1) * (double)chance(r, 0.7);
		v.change_back = between(r, 1e-4, 0.1) * (double)chance(r, 0.7);
	}
	return v;
}

static void
let_lie(struct sim_random *r, struct sim_server *v)
{
	v->error = chance(r, 0.5) ? either_way(r, 1e-4, 1) : 0;
	v->error_drift = chance(r, 0.5) ? either_way(r, 1e-9, 1e-5) : 0;
	v->lie = chance(r, 0.5) ? either_way(r, 1e-4, 1) : 0;
	v->lie_from = DAY * sim_uniform(r);
	v->lie_until = v->lie_from + between(r, 600, DAY);
	v->root_dispersion = 1e-5;
}

struct sim_scenario
sim_any_world(struct sim_random *r)
{
	struct sim_scenario c = {
		.name = "any",
		.oscillator = { .frequency = either_way(r, 1e-7, 1e-4),
		    .wander = between(r, 1e-11, 3e-9),
		    .white = between(r, 1e-12, 1e-10),
		    .sine = between(r, 1e-8, 1e-6),
		    .load = chance(r, 0.3) ? 0.5e-6 : 0,
		    .load_period = 7200 },
		.servers = 1 + (size_t)(7 * sim_uniform(r)),
		.duration = between(r, 600, DAY),
		.poll = between(r, 16, 1024),
		.no_burst = chance(r, 0.3),
	};
	size_t liars = (size_t)(sim_uniform(r) * (double)((c.servers + 1) / 2));

	for (size_t i = 0; i < c.servers; i++) {
		c.server[i] = any_server(r);
		if (i < liars)
			let_lie(r, &c.server[i]);
	}
	return c;
}
