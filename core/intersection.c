#include "intersection.h"

static void
insert(int64_t sorted[], size_t n, int64_t value)
{
	for (; n > 0 && sorted[n - 1] > value; n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = value;
}

/* The lowest point is a lower end: the first with enough intervals begun and not ended.
 * By sorting both kinds of ends apart, depth at low[i] = i + 1 - (high ends below it). */
static bool
lowest(const int64_t low[], const int64_t high[], size_t n, size_t wanted, int64_t *out)
{
	size_t ended = 0;

	for (size_t i = 0; i < n; i++) {
		while (ended < n && high[ended] < low[i])
			ended++;
		if (i + 1 >= wanted + ended) {
			*out = low[i];
			return true;
		}
	}
	return false;
}

static int64_t
highest(const int64_t low[], const int64_t high[], size_t n, size_t wanted)
{
	size_t begun = n;

	for (size_t i = n; i-- > 0;) {
		while (begun > 0 && low[begun - 1] > high[i])
			begun--;
		if (begun >= i + wanted)
			return high[i];
	}
	return high[0];
}

bool
intersection_find(
    const struct interval v[], size_t n, size_t wanted, struct interval *out)
{
	int64_t low[MAX_SERVERS];
	int64_t high[MAX_SERVERS];
	size_t used = 0;

	for (size_t i = 0; i < n && used < MAX_SERVERS; i++) {
		if (v[i].low.ns > v[i].high.ns)
			continue;
		insert(low, used, v[i].low.ns);
		insert(high, used, v[i].high.ns);
		used++;
	}
	if (wanted == 0 || used < wanted ||
	    !lowest(low, high, used, wanted, &out->low.ns))
		return false;
	out->high.ns = highest(low, high, used, wanted);
	return true;
}
