#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
progress_show(struct progress *p, const struct source *s)
{
	struct timespec now;

	if (p->name == NULL || s->size <= 0 ||
	    clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0 || now.tv_sec == p->shown)
		return;
	if (p->shown != 0)
		(void)fprintf(stderr, "\r%s: %" PRIi64 " %% ", p->name,
		    source_position(s) * 100 / s->size);
	p->shown = now.tv_sec;
}

void
progress_end(const struct progress *p)
{
	if (p->shown != 0)
		(void)fprintf(stderr, "\r%*s\r", (int)strlen(p->name) + 8, "");
}
