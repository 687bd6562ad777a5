#include "kernel_clock.h"

#include <errno.h>
#include <sys/timex.h>

#define PPM_PER_UNIT (1.0 / 65536) /* of freq */

/* With modes = 0 it changes nothing; what it fills in is thrown away after each call. */
int
kernel_clock_read(struct steering *out)
{
	struct timex state = { .modes = 0 };

	if (adjtimex(&state) < 0)
		return -errno;
	*out = (struct steering){
		.frequency = (double)state.freq * PPM_PER_UNIT * 1e-6,
		.tick = state.tick,
		.status = state.status,
		.constant = state.constant,
		.tai = state.tai,
	};
	return 0;
}
