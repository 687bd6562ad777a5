/*
 * The estimate: UTC - raw clock as a function of raw time, from all exchanges of all
 * truechimers in one boot segment; a Kalman filter forward, a Rauch-Tung-Striebel
 * smoother backward.
 *
 * States: UTC - raw and its frequency. Process noise over tau seconds (Zucca and Tavella,
 * IEEE UFFC 52(2), 2005), with white FM sigma1^2 and random-walk FM A:
 *   sigma1^2 [[tau, 0], [0, 0]] + A [[tau^3/3, tau^2/2], [tau^2/2, tau]]
 * A is fitted to the data: it maximises the likelihood of the innovations.
 *
 * Measurement variance of an observation: h^2 / 3, an offset uniform in +- h, where
 * h = (delay - delay_min) / 2 + (0.01 + 0.6 / sqrt(n) + 4 / n) * typical excess
 *     + 0.1 delay_min / n + 50 ns:
 * the least of n exponential delays lies, on the mean, 0.63 excess / sqrt(n) above the
 * true least, and of few more. (That the floor follows the level and its number, and is
 * no constant, the simulation decided.)
 * It is scaled by how the level's residuals really scatter, and grows where an
 * observation stands further from the path than its delay explains.
 *
 * Every level of delay of every server has a bias (the asymmetry of its path), estimated
 * against the common path; the weighted mean of the biases is zero, so servers that come
 * and go do not move the path. A server's weight is 1 / (delay_min / 2 + E)^2,
 * of its least level that has one; it is shared by its levels as they tell of that one's
 * bias: a detour of D may move it by +-D / 2. None has a level that stands so far from
 * other servers that chance does not explain how closely these agree. What the mean
 * itself may be wrong by is `systematic`:
 *   u = sum over levels of weight * (delay_min / 2 + E) / sqrt(3), added linearly.
 */
#ifndef CLOCKWITNESS_SMOOTHER_H
#define CLOCKWITNESS_SMOOTHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock_path.h"
#include "kalman.h"
#include "levels.h"
#include "observation.h"
#include "truechimers.h"

struct smoother_work {
	struct kalman state; /* theta from the first observation's value */
	double variance;     /* of the measurement, s^2 */
	double before;       /* the same, a round earlier */
	size_t previous;     /* observation of the same level; n: none */
};

/*
 * Memory of the caller's, with any content: arrays of one element for each observation
 * (in a block). `joined` is for smoother_run_blocks only: n elements or, with a spacing,
 * two for each spacing of raw time and four for each block.
 */
struct smoother_memory {
	struct standing *standing; /* afterwards: each observation's level and verdict */
	struct smoother_work *work;
	struct path_node *node;   /* afterwards: the path, or the last block's */
	struct path_node *joined; /* afterwards: the path through all blocks */
};

struct smoother_options {
	double wander;       /* A, 1/s; 0: fitted */
	size_t block;        /* observations in a block, >= 64; for smoother_run_blocks */
	struct span spacing; /* least between two nodes, about; 0: all. Likewise */
};

/* What a level of one server was found to be. */
struct smoother_level {
	double bias;      /* s; positive: its offsets are larger than the common path */
	double scale;     /* of its variances, found from its residuals; 1: as modelled */
	double share;     /* of its observations, how much is believed; 0..1 */
	double weight;    /* in the common zero; they sum to 1 */
	double precision; /* of bias, 1/s^2 */
};

struct smoother_report {
	struct levels levels;
	struct smoother_level of[LEVELS_MAX];
	struct truechimers truechimers;
	double wander; /* A used, 1/s */
	size_t nodes;
};

/*
 * o[0..n), n >= 1, in order of time (`at`), of one boot segment. Writes at most n nodes,
 * one for each instant, and returns how many. O(n).
 */
size_t smoother_run(const struct observation o[], size_t n,
    const struct smoother_options *options, const struct smoother_memory *memory,
    struct smoother_report *report);

/*
 * The same in blocks of options->block observations that overlap by a quarter, for a year
 * in bounded memory. Fits A, levels and biases for each block. The report is the last
 * block's, but truechimers and nodes are of all (overlaps count twice). O(n).
 */
size_t smoother_run_blocks(const struct observation o[], size_t n,
    const struct smoother_options *options, const struct smoother_memory *memory,
    struct smoother_report *report);

#endif
