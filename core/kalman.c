#include "kalman.h"

#include "clock_path.h"

struct kalman
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

void
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

/* G = P F' Pp^-1; x += G (xs - xp); P += G (Ps - Pp) G' */
void
kalman_smooth(struct kalman *k, double tau, const struct kalman *predicted,
    const struct kalman *smoothed)
{
	double determinant =
	    predicted->tt * predicted->yy - predicted->ty * predicted->ty;
	double a = k->tt + tau * k->ty;
	double b = k->ty + tau * k->yy;
	double g00 = (a * predicted->yy - k->ty * predicted->ty) / determinant;
	double g01 = (k->ty * predicted->tt - a * predicted->ty) / determinant;
	double g10 = (b * predicted->yy - k->yy * predicted->ty) / determinant;
	double g11 = (k->yy * predicted->tt - b * predicted->ty) / determinant;
	double theta = smoothed->theta - predicted->theta;
	double frequency = smoothed->frequency - predicted->frequency;
	double tt = smoothed->tt - predicted->tt;
	double ty = smoothed->ty - predicted->ty;
	double yy = smoothed->yy - predicted->yy;

	k->theta += g00 * theta + g01 * frequency;
	k->frequency += g10 * theta + g11 * frequency;
	k->tt += g00 * (g00 * tt + 2 * g01 * ty) + g01 * g01 * yy;
	k->ty += g10 * (g00 * tt + g01 * ty) + g11 * (g00 * ty + g01 * yy);
	k->yy += g10 * (g10 * tt + 2 * g11 * ty) + g11 * g11 * yy;
}
