/* The methods that are compared, each from observations to an estimate at an instant. */
#ifndef CLOCKWITNESS_TESTS_SIM_METHODS_H
#define CLOCKWITNESS_TESTS_SIM_METHODS_H

#include "bounds.h"
#include "drift.h"
#include "smoother.h"

/* The two engines, run over o[0..n). */
struct sim_model {
	struct smoother_memory memory;
	struct smoother_report report;
	struct path_node *node;
	struct clock_path path;
};

#define SIM_BLOCK 32768

void sim_model_build(
    struct sim_model *m, const struct observation o[], size_t n, struct span spacing);
void sim_model_free(struct sim_model *m);
void sim_bounds(const struct sim_model *m, const struct observation o[], size_t n,
    struct bound b[], size_t points);

/* The server of least root distance: delay_min / 2 + error. */
uint16_t sim_nearest(const struct observation o[], size_t n);

/* The paper's: one offset and a frequency from 15 min, both from least delays of eight.
 */
struct sim_linear {
	struct raw_time at;
	struct span utc_minus_raw;
	double frequency;
};

struct sim_linear sim_linear_fit(const struct observation o[], size_t n);

/* Weighted least squares, causal: samples up to `at` only. */
struct sim_wls {
	struct drift_history history;
	size_t fed;
	uint16_t server;
};

bool sim_wls_at(struct sim_wls *w, const struct observation o[], size_t n,
    struct raw_time at, struct drift *out);

#endif
