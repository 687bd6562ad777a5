#include "kalman.h"

struct covariance {
	double tt, ty, yy;
};

/* Of two states; ty maps the frequency to theta. */
struct matrix {
	double tt, ty, yt, yy;
};

/* M C M'. */
static struct covariance
sandwich(const struct matrix *m, const struct covariance *c)
{
	double a = m->tt * c->tt + m->ty * c->ty;
	double b = m->tt * c->ty + m->ty * c->yy;
	double d = m->yt * c->tt + m->yy * c->ty;
	double e = m->yt * c->ty + m->yy * c->yy;

	return (struct covariance){
		.tt = a * m->tt + b * m->ty,
		.ty = a * m->yt + b * m->yy,
		.yy = d * m->yt + e * m->yy,
	};
}

static struct covariance
process_noise(double tau, double wander)
{
	return (struct covariance){
		.tt = tau * PATH_WHITE + wander * tau * tau * tau / 3,
		.ty = wander * tau * tau / 2,
		.yy = wander * tau,
	};
}

/*
 * P F' (F P F' + Q)^-1, multiplied out, with det F = 1: what cancels is gone before it is
 * computed. Early on, F P F' is singular to double's precision, and the plain product
 * would divide rounding by rounding.
 */
static struct matrix
gain(const struct kalman *k, double tau, const struct covariance *q)
{
	double own = k->tt * k->yy - k->ty * k->ty;
	double a = k->tt + tau * k->ty;
	double b = k->ty + tau * k->yy;
	double determinant = own + q->tt * q->yy - q->ty * q->ty + (a + tau * b) * q->yy -
			     2 * b * q->ty + k->yy * q->tt;

	return (struct matrix){
		.tt = (own + a * q->yy - k->ty * q->ty) / determinant,
		.ty = (k->ty * q->tt - a * q->ty - tau * own) / determinant,
		.yt = (b * q->yy - k->yy * q->ty) / determinant,
		.yy = (own + k->yy * q->tt - b * q->ty) / determinant,
	};
}

/*
 * x += G (xs - xp). The covariance is the sum (I - G F) P (I - G F)' + G (Ps + Q) G',
 * which equals the usual P + G (Ps - Pp) G', but stays positive: near the first exchange
 * the frequency's variance shrinks by ten orders of magnitude, and the difference of two
 * such numbers is nothing but rounding.
 */
void
kalman_smooth(struct kalman *k, double tau, double wander, const struct kalman *smoothed)
{
	struct kalman predicted = kalman_predict(k, tau, wander);
	struct covariance q = process_noise(tau, wander);
	struct matrix g = gain(k, tau, &q);
	struct matrix rest = { 1 - g.tt, -(tau * g.tt + g.ty), -g.yt,
		1 - (tau * g.yt + g.yy) };
	struct covariance own = { k->tt, k->ty, k->yy };
	struct covariance later = {
		smoothed->tt + q.tt,
		smoothed->ty + q.ty,
		smoothed->yy + q.yy,
	};
	double theta = smoothed->theta - predicted.theta;
	double frequency = smoothed->frequency - predicted.frequency;

	own = sandwich(&rest, &own);
	later = sandwich(&g, &later);
	k->theta += g.tt * theta + g.ty * frequency;
	k->frequency += g.yt * theta + g.yy * frequency;
	k->tt = own.tt + later.tt;
	k->ty = own.ty + later.ty;
	k->yy = own.yy + later.yy;
}
