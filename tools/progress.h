/* How far a log has been read, on a terminal, once a second. */
#ifndef CLOCKWITNESS_PROGRESS_H
#define CLOCKWITNESS_PROGRESS_H

#include <time.h>

#include "source.h"

struct progress {
	const char *name; /* of the log; NULL: nothing is to be shown */
	time_t shown;     /* monotonic seconds; 0: not yet */
};

/* Not in its first second, and not of what has no end that is known. */
void progress_show(struct progress *p, const struct source *s);

/* Takes away what was shown. */
void progress_end(const struct progress *p);

#endif
