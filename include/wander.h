/*
 * A, the power of the random walk of an oscillator's frequency, fitted to what it did:
 * the value that makes the innovations of the Kalman filter most likely.
 */
#ifndef CLOCKWITNESS_WANDER_H
#define CLOCKWITNESS_WANDER_H

#include <stddef.h>

#define WANDER_START 1e-18 /* 1/s: 1e-9 / sqrt(s), a common quartz */

/* Calls deviance(subject, A), -2 ln likelihood up to a constant, at about ten values of A
 * from 1e-22 to 1e-12 / s. A prior of WANDER_START within 1.5 decades decides where few
 * data cannot. */
double wander_fit(
    double (*deviance)(const void *subject, double wander), const void *subject);

/* The same to the nearest decade, at about four values: for who asks often. */
double wander_fit_roughly(
    double (*deviance)(const void *subject, double wander), const void *subject);

/* ln of a product of many positive factors, from multiplications only. All zero is the
 * empty product, ln 1 = 0. */
struct log_product {
	double beyond_one;  /* mantissa - 1, in [0, 1) */
	long long exponent; /* of 2 */
};

void log_product_times(struct log_product *p, double factor);
double log_product_ln(const struct log_product *p);

#endif
