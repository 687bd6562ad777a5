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

/* s^2/s: white FM, sigma_y = 1e-11 at 1 s. */
#define PATH_WHITE 1e-22

/* Forward by tau >= 0 seconds: white FM PATH_WHITE and random-walk FM `wander`. Inline, as
 * is the next: a fit takes thousands of these steps. */
static inline struct kalman
kalman_predict(const struct kalman *k, double tau, double wander)
{
	double half = wander * tau * tau / 2;

	return (struct kalman){
		.theta = k->theta + tau * k->frequency,
		.frequency = k->frequency,
		.tt = k->tt + tau * (2 * k->ty + tau * k->yy + PATH_WHITE) +
		      wander * tau * tau * tau / 3,
		.ty = k->ty + tau * k->yy + half,
		.yy = k->yy + wander * tau,
	};
}

/* A measurement of theta, s, with its variance, s^2, > 0. */
static inline void
kalman_update(struct kalman *k, double theta, double variance)
{
	double total = k->tt + variance;
	double gain_t = k->tt / total;
	double gain_y = k->ty / total;
	double innovation = theta - k->theta;

	k->theta += gain_t * innovation;
	k->frequency += gain_y * innovation;
	k->yy -= gain_y * k->ty;
	k->ty *= variance / total;
	k->tt *= variance / total;
}

/* What the later state, already smoothed, tells of this filtered one, tau seconds before.
 */
void kalman_smooth(
    struct kalman *k, double tau, double wander, const struct kalman *smoothed);

#endif
