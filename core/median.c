#include "median.h"

void
sorted_insert(double sorted[], size_t n, double value)
{
	for (; n > 0 && sorted[n - 1] > value; n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = value;
}

double
sorted_median(const double sorted[], size_t n)
{
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}
