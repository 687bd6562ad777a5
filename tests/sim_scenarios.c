#include "sim_scenarios.h"

#include <math.h>

#define DAY 86400.0
#define HOUR 3600.0
#define AGEING (0.5e-6 / (365 * DAY))
#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PATH(t, b, j) .there = (t), .back = (b), .jitter = (j)
#define QUARTZ .frequency = 20e-6, .wander = 1e-9, .white = 1e-11
#define ONE_SERVER(label, delay, mean)                                                   \
	.scenario = { .name = (label),                                                   \
		.oscillator = { QUARTZ },                                                \
		.servers = 1,                                                            \
		.server = { { PATH(delay, delay, mean) } },                              \
		.duration = DAY,                                                         \
		.poll = 64 }
#define LAPTOP .jitter = 3e-3, .spike_rate = 0.05, .spike = 0.05, .loss = 0.02
#define DECLARED .root_delay = 2e-3, .root_dispersion = 2e-3
#define ISP(d, skew)                                                                     \
	.there = (d) * (1 + (skew)), .back = (d) * (1 - (skew)), .jitter = 1e-3,         \
	.congested_rate = 0.1, .congested = 0.02, .loss = 0.01, DECLARED

#define NEAR_PATH(d) PATH(d, d, 1e-3), DECLARED
#define WAN_SERVERS                                                                      \
	{ NEAR_PATH(5e-3) }, { NEAR_PATH(9e-3) }, { NEAR_PATH(12e-3) },                  \
	{                                                                                \
		NEAR_PATH(20e-3)                                                         \
	}
#define LAN_PATH                                                                         \
	{                                                                                \
		PATH(1e-4, 1e-4, 2e-5)                                                   \
	}
#define LAN_SERVERS LAN_PATH, LAN_PATH, LAN_PATH, LAN_PATH
#define HOST(label, ...)                                                                 \
	.scenario = { .name = (label),                                                   \
		.oscillator = { QUARTZ, .sine = 0.3e-6 },                                \
		.server = { WAN_SERVERS },                                               \
		.servers = 4,                                                            \
		.host = { .simulated = true, __VA_ARGS__ },                              \
		.duration = DAY,                                                         \
		.poll = 64 }

const struct sim_world sim_worlds[] = {
	{ ONE_SERVER("one-10us", 100e-6, 10e-6), .target = 1.6e-6,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "one server, 10 us jitter, poll 64 s" },
	{ ONE_SERVER("one-100us", 1e-3, 100e-6), .target = 6.5e-6,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "one server, 100 us jitter, poll 64 s" },
	{ ONE_SERVER("one-1ms", 10e-3, 1e-3), .target = 33e-6, .promises = SIM_SYMMETRIC,
	    .sentence = "one server, 1 ms jitter, poll 64 s" },
	{ ONE_SERVER("one-10ms", 30e-3, 10e-3), .target = 170e-6,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "one server, 10 ms jitter, poll 64 s" },
	{ .scenario = { .name = "lan",
	      .oscillator = { .frequency = 20e-6, .wander = 1e-10, .white = 1e-11 },
	      .server = { LAN_SERVERS },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .target = 0.36e-6,
	    .from = 6 * HOUR,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "four servers of a LAN" },
	{ .scenario = { .name = "daily-sine",
	      .oscillator = { QUARTZ, .sine = 1e-6 },
	      .server = { { PATH(5e-3, 5e-3, 3e-4) }, { PATH(5e-3, 5e-3, 3e-4) },
		  { PATH(5e-3, 5e-3, 3e-4) }, { PATH(5e-3, 5e-3, 3e-4) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .target = 5.4e-6,
	    .from = 6 * HOUR,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "the day's temperature: +-1 ppm" },
	{ .scenario = { .name = "laptop",
	      .oscillator = { .frequency = 40e-6,
		  .wander = 3e-9,
		  .load = 0.5e-6,
		  .load_period = 2 * HOUR },
	      .server = { { .there = 8e-3, .back = 8e-3, LAPTOP },
		  { .there = 12e-3, .back = 12e-3, LAPTOP },
		  { .there = 18e-3, .back = 18e-3, LAPTOP },
		  { .there = 25e-3, .back = 25e-3, LAPTOP } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .target = 68e-6,
	    .from = 6 * HOUR,
	    .promises = SIM_SYMMETRIC,
	    .sentence = "laptop: 40 ppm, load, spikes, loss" },
	{ .scenario = { .name = "one-liar",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(6e-3, 6e-3, 1e-3) }, { PATH(9e-3, 9e-3, 1e-3) },
		  { PATH(12e-3, 12e-3, 1e-3), .error = 0.05 },
		  { PATH(15e-3, 15e-3, 1e-3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .target = 18e-6,
	    .from = 6 * HOUR,
	    .sentence = "one liar of four, 50 ms off" },
	{ .scenario = { .name = "small-lie",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(6e-3, 6e-3, 1e-3) }, { PATH(9e-3, 9e-3, 1e-3) },
		  { PATH(12e-3, 12e-3, 1e-3), .lie = 6e-3, .lie_from = 8 * HOUR,
		      .lie_until = 11 * HOUR },
		  { PATH(15e-3, 15e-3, 1e-3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .from = 6 * HOUR,
	    .sentence = "one of four is 6 ms off for 3 h, within its interval" },
	{ .scenario = { .name = "wan-asymmetric",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(10e-3, 10e-3, 1e-3) }, { PATH(15e-3, 13e-3, 1e-3) },
		  { PATH(20e-3, 16e-3, 1e-3) }, { PATH(19e-3, 25e-3, 1e-3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 16 },
	    .target = 440e-6,
	    .from = 6 * HOUR,
	    .sentence = "fixed asymmetries 0/+2/+4/-6 ms" },
	{ .scenario = { .name = "route-one",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(10e-3, 10e-3, 1e-3), .change_from = 9.3 * HOUR,
		  .change_until = 15 * HOUR, .change_there = 20e-3 } },
	      .servers = 1,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "one server, +20 ms on the way there for 6 h" },
	{ .scenario = { .name = "route-four",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(6e-3, 6e-3, 1e-3), .change_from = 7 * HOUR,
			      .change_until = 1e9, .change_there = 9e-3,
			      .change_back = 1e-3 },
		  { PATH(9e-3, 9e-3, 1e-3), .change_from = 12 * HOUR,
		      .change_until = 13 * HOUR, .change_back = 30e-3 },
		  { PATH(12e-3, 12e-3, 1e-3), .change_from = 1 * HOUR,
		      .change_until = 20 * HOUR, .change_there = -4e-3 },
		  { PATH(15e-3, 15e-3, 1e-3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "changes of route at three of four servers" },
	{ .scenario = { .name = "congested-wan",
	      .oscillator = { .frequency = -40e-6, .wander = 1e-9, .sine = 0.3e-6 },
	      .server = { { ISP(5e-3, 0.3), .error = 1e-3 }, { ISP(15e-3, -0.2) },
		  { ISP(25e-3, 0.1), .error = -1e-3 }, { ISP(40e-3, -0.3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "asymmetry +-30 %, server errors, congested slots" },
	{ .scenario = { .name = "liars-two-of-five",
	      .oscillator = { QUARTZ, .sine = 0.3e-6 },
	      .server = { { ISP(8e-3, 0.2) },
		  { ISP(3e-3, 0), .error = -0.02, .error_drift = 1e-6 },
		  { ISP(12e-3, -0.1) },
		  { ISP(4e-3, 0), .lie = 0.1, .lie_from = 5 * HOUR,
		      .lie_until = 9 * HOUR },
		  { ISP(20e-3, 0.1) } },
	      .servers = 5,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "one drifts 1 ppm, one steps 100 ms for 4 h" },
	{ .scenario = { .name = "smear",
	      .oscillator = { QUARTZ },
	      .server = { { ISP(8e-3, 0.1) },
		  { ISP(3e-3, 0), .smear_from = 2 * HOUR, .smear_until = 22 * HOUR },
		  { ISP(12e-3, -0.1) } },
	      .servers = 3,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "one of three smears a leap second over 20 h" },
	{ .scenario = { .name = "quiet-liar",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(6e-3, 6e-3, 1e-3), DECLARED },
		  { PATH(9e-3, 9e-3, 1e-3), DECLARED },
		  { PATH(8e-3, 8e-3, 5e-6), .error = -2e-3, .error_drift = 0.1e-6,
		      DECLARED },
		  { PATH(15e-3, 15e-3, 1e-3), DECLARED } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 64 },
	    .target = 100e-6,
	    .sentence =
		"one of four jitters little and drifts by 0.1 ppm within its interval" },
	{ .scenario = { .name = "asymmetry-any",
	      .oscillator = { QUARTZ },
	      .server = { { PATH(5e-3, 5e-3, 1e-3) }, { PATH(8e-3, 8e-3, 1e-3) },
		  { PATH(11.5e-3, 11.5e-3, 1e-3) }, { PATH(15e-3, 15e-3, 1e-3) } },
	      .servers = 4,
	      .asymmetry = 0.3,
	      .duration = DAY,
	      .poll = 64 },
	    .sentence = "asymmetries drawn within +-30 %" },
	{ .scenario = { .name = "lan-asymmetric",
	      .oscillator = { QUARTZ },
	      .server = { LAN_SERVERS },
	      .servers = 4,
	      .asymmetry = 0.3,
	      .duration = DAY,
	      .poll = 16 },
	    .from = 6 * HOUR,
	    .sentence = "a LAN, asymmetries drawn within +-30 %" },
	{ .scenario = { .name = "lan-brief",
	      .oscillator = { .frequency = 40e-6, .wander = 1e-9 },
	      .server = { LAN_SERVERS },
	      .servers = 4,
	      .asymmetry = 0.3,
	      .duration = 180,
	      .poll = 1 },
	    .from = 30,
	    .sentence = "the same LAN, three minutes at poll 1 s" },
	{ HOST("host-free", .watch = 1, .rate = 11e-6), .promises = SIM_SYMMETRIC,
	    .sentence = "through a host clock that nobody steers" },
	{ HOST("host-steered", .watch = 1, .rate = 11e-6, .noise = 100e-6),
	    .promises = SIM_SYMMETRIC,
	    .sentence = "through one that a time daemon steers each 64 s" },
	{ HOST("host-unwatched", .rate = 11e-6, .noise = 100e-6),
	    .sentence = "the same, its clocks read at exchanges only" },
	{ HOST("host-intruder", .watch = 1, .rate = 11e-6, .intrusions = 10),
	    .promises = SIM_UNFORESEEN,
	    .sentence = "five steps of 1 us to 3 h, five slews there and back" },
	{ .scenario = { .name = "host-asleep",
	      .oscillator = { QUARTZ, .sine = 0.3e-6 },
	      .server = { WAN_SERVERS },
	      .servers = 4,
	      .host = { .simulated = true, .watch = 1, .rate = 11e-6 },
	      .duration = DAY,
	      .sleep_from = 9 * HOUR,
	      .sleep_until = 13 * HOUR,
	      .poll = 64 },
	    .sentence = "four hours asleep, the clock then set by the RTC" },
	{ .scenario = { .name = "sparse",
	      .oscillator = { .frequency = 60e-6, .wander = 1e-9, .sine = 0.3e-6 },
	      .server = { { ISP(5e-3, 0.3), .error = 1e-3 }, { ISP(15e-3, -0.2) },
		  { ISP(25e-3, 0.1), .error = -1e-3 }, { ISP(40e-3, -0.3) } },
	      .servers = 4,
	      .duration = DAY,
	      .poll = 1024 },
	    .sentence = "the same WAN at poll 1024 s" },
	{ .scenario = { .name = "year",
	      .oscillator = { .frequency = 10e-6,
		  .wander = 1e-9,
		  .sine = 0.3e-6,
		  .season = 1e-6,
		  .ageing = AGEING },
	      .server = { { ISP(5e-3, 0.3), .error = 1e-3 }, { ISP(15e-3, -0.2) },
		  { ISP(25e-3, 0.1), .error = -1e-3 }, { ISP(40e-3, -0.3) } },
	      .servers = 4,
	      .duration = 365 * DAY,
	      .poll = 1024,
	      .grid = 16 },
	    .sentence = "a year of seasons, +-1 ppm, poll 1024 s" },
	{ .scenario = { .name = "year-of-eight",
	      .oscillator = { .frequency = 10e-6,
		  .wander = 1e-9,
		  .sine = 0.3e-6,
		  .season = 1e-6,
		  .ageing = AGEING },
	      .server = { { ISP(5e-3, 0.3), .error = 1e-3 }, { ISP(15e-3, -0.2) },
		  { ISP(25e-3, 0.1), .error = -1e-3 }, { ISP(40e-3, -0.3) },
		  { ISP(8e-3, 0.2) }, { ISP(12e-3, -0.1) },
		  { ISP(9e-3, 0), .lie = 0.5, .lie_from = 100 * DAY,
		      .lie_until = 130 * DAY },
		  { ISP(20e-3, 0.1) } },
	      .servers = 8,
	      .duration = 365 * DAY,
	      .poll = 64,
	      .grid = 16 },
	    .promises = SIM_ON_REQUEST,
	    .sentence =
		"the same year, eight servers at poll 64 s: 4 million exchanges" },
};

const size_t sim_worlds_count = COUNT(sim_worlds);

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
