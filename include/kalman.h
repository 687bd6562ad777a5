/*
 * A Kalman filter of two states, the clock's offset and its frequency, and the
 * Rauch-Tung-Striebel step back (Zucca and Tavella, IEEE UFFC 52(2), 2005; Rauch, Tung,
 * Striebel, AIAA J. 3(8), 1965).
 */
#ifndef CLOCKWITNESS_KALMAN_H
#define CLOCKWITNESS_KALMAN_H

struct kalman {
	double theta;      /* s */
	double frequency;  /* s/s */
	double tt, ty, yy; /* covariance: s^2, s, 1 */
};

/* Forward by tau >= 0 seconds: white FM PATH_WHITE and random-walk FM `wander`. */
struct kalman kalman_predict(const struct kalman *k, double tau, double wander);

/* A measurement of theta, s, with its variance, s^2, > 0. */
void kalman_update(struct kalman *k, double theta, double variance);

/* What the later state, already smoothed, tells of this filtered one, tau seconds before.
 */
void kalman_smooth(
    struct kalman *k, double tau, double wander, const struct kalman *smoothed);

#endif
