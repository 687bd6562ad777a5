/* The worlds in which the engines are judged. */
#ifndef CLOCKWITNESS_TESTS_SIM_SCENARIOS_H
#define CLOCKWITNESS_TESTS_SIM_SCENARIOS_H

#include "sim.h"

enum sim_promise {
	SIM_SYMMETRIC = 1, /* symmetric paths, exact servers: noise must cover 93..99 % */
	SIM_ON_REQUEST = 2, /* large: simulated only where named */
	SIM_UNFORESEEN = 4, /* what happens outside of the evidence cannot be foreseen */
};

struct sim_world {
	struct sim_scenario scenario;
	double target; /* RMS error of time, s; 0: none is set */
	double from;   /* s: errors count from here to the end */
	unsigned promises;
	const char *sentence;
};

extern const struct sim_world sim_worlds[];
extern const size_t sim_worlds_count;

/*
 * Any world in which the guarantee must hold: 1..7 servers on any paths, with any changes
 * of route, congestion and loss; less than half of them lie as they like; the others keep
 * within what they declare.
 */
struct sim_scenario sim_any_world(struct sim_random *r);

#endif
