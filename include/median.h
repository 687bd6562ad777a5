/* The median of few numbers, sorted as they come. */
#ifndef CLOCKWITNESS_MEDIAN_H
#define CLOCKWITNESS_MEDIAN_H

#include <stddef.h>

/* Into sorted[0..n), which has room for one more. */
void sorted_insert(double sorted[], size_t n, double value);

/* n >= 1; of an even number the mean of the middle two. */
double sorted_median(const double sorted[], size_t n);

#endif
