#include "wander.h"

#define LN_2 0.69314718055994530942
#define STEPS 40 /* quarter decades from 1e-22 to 1e-12 */
#define START 16 /* 1e-18 */
#define PRIOR_STEPS 6.0
#define DECADE 4

void
log_product_times(struct log_product *p, double factor)
{
	double mantissa = (1 + p->beyond_one) * factor;

	if (!(mantissa > 0) || mantissa > 1e300)
		return;
	for (; mantissa < 1.0 / 4294967296; p->exponent -= 32)
		mantissa *= 4294967296;
	for (; mantissa < 1; p->exponent--)
		mantissa *= 2;
	for (; mantissa >= 2; p->exponent++)
		mantissa /= 2;
	p->beyond_one = mantissa - 1;
}

/* ln m = 2 (q + q^3/3 + q^5/5 ...), q = (m - 1) / (m + 1) <= 1/3 */
double
log_product_ln(const struct log_product *p)
{
	double q = p->beyond_one / (2 + p->beyond_one);
	double power = q;
	double sum = 0;

	for (int i = 1; i < 32; i += 2) {
		sum += power / i;
		power *= q * q;
	}
	return 2 * sum + (double)p->exponent * LN_2;
}

static double
wander_of(int step)
{
	double wander = 1e-22;

	for (; step >= 4; step -= 4)
		wander *= 10;
	for (; step > 0; step--)
		wander *= 1.7782794100389228; /* 10^(1/4) */
	return wander;
}

struct search {
	double (*deviance)(const void *subject, double wander);
	const void *subject;
	int best;
	double least;
};

static void
look_at(struct search *s, int step)
{
	double off = (step - START) / PRIOR_STEPS;
	double found;

	if (step < 0 || step > STEPS)
		return;
	found = s->deviance(s->subject, wander_of(step)) + off * off;
	if (found < s->least) {
		s->least = found;
		s->best = step;
	}
}

static double
fit_to(int finest, double (*deviance)(const void *subject, double wander),
    const void *subject)
{
	struct search s = { deviance, subject, START,
		deviance(subject, wander_of(START)) };

	for (int stride = DECADE; stride >= finest; stride /= 2) {
		int from;

		do {
			from = s.best;
			look_at(&s, from + stride);
			if (s.best == from)
				look_at(&s, from - stride);
		} while (stride == DECADE && s.best != from);
	}
	return wander_of(s.best);
}

double
wander_fit(double (*deviance)(const void *subject, double wander), const void *subject)
{
	return fit_to(1, deviance, subject);
}

double
wander_fit_roughly(
    double (*deviance)(const void *subject, double wander), const void *subject)
{
	return fit_to(DECADE, deviance, subject);
}
