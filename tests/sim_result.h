/* What the engines erred by and covered, gathered over seeds, and how it is printed. */
#ifndef CLOCKWITNESS_TESTS_SIM_RESULT_H
#define CLOCKWITNESS_TESTS_SIM_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "sim_scenarios.h"

enum sim_method { SIM_SMOOTHER, SIM_LINEAR, SIM_WLS, SIM_METHODS };

#define SIM_HORIZONS 5

/* s: how much evidence there is; the last: all of it. */
extern const double sim_horizons[SIM_HORIZONS];

/* Where a truth point lies. */
enum sim_place { SIM_INSIDE, SIM_NEAR, SIM_FAR, SIM_PLACES };

/* Numbers gathered for a mean, a percentile, a maximum. */
struct sim_numbers {
	double *value;
	size_t used, room;
};

struct sim_errors {
	struct sim_numbers time, frequency;
	double time_rms, frequency_rms; /* sums over seeds of each seed's RMS */
};

struct sim_cover {
	struct sim_numbers width;
	size_t inside, points;
};

struct sim_covers {
	struct sim_cover noise, uncertainty, guarantee;
	size_t infeasible;
};

struct sim_result {
	struct sim_errors errors[SIM_HORIZONS][SIM_METHODS];
	struct sim_covers at[SIM_PLACES];
	size_t answers, asked, unanswered; /* host times; of which 1 answer is the rule */
	size_t moved_out; /* estimates outside of the guaranteed interval */
	double seconds;
	int seeds;
};

void sim_put_error(struct sim_errors *e, double time, double frequency);

/* Ends a seed: `points` errors, of which the squares add up to these. */
void sim_put_rms(struct sim_errors *e, double time, double frequency, size_t points);
void sim_put_cover(struct sim_cover *c, bool inside, double half_width);

/* The world in full; and its line in the table at the end. Prints the numbers away. */
struct sim_summary {
	const char *name;
	double rms, linear, wls, target;      /* s */
	double noise, uncertainty, guarantee; /* % covered */
	double noise_width, uncertainty_width,
	    guarantee_width; /* median half-widths, s */
	unsigned promises;
	size_t points;
};

struct sim_summary sim_print_world(const struct sim_world *w, struct sim_result *r);

/* How many promises were broken. */
int sim_print_table(const struct sim_summary s[], size_t n);

#endif
