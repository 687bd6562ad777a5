#include "timescale.h"

struct span
span_from_seconds(double seconds)
{
	double ns = seconds * 1e9;

	if (!(ns < 9223372036854774784.0))
		return (struct span){ INT64_MAX };
	if (ns <= -9223372036854774784.0)
		return (struct span){ INT64_MIN };
	return (struct span){ (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5) };
}
