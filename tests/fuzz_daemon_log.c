/*
 * Lines of time daemons, and the clock that follows from them. An input is lines, each
 * with an octet before it that moves its time. Laws: numbers are finite, stretches are not
 * empty and have an error, pieces make up their stretch.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "told_clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define LINES 64
#define PIECES 100000

static struct told_line line[LINES];
static struct told_stretch stretch[TOLD_STRETCHES * LINES];

static void
check_line(const struct daemon_line *d)
{
	if (!isfinite(d->offset) || fabs(d->offset) >= 1e18 || !isfinite(d->error) ||
	    d->error < 0 || !isfinite(d->path) || !isfinite(d->skew))
		abort();
}

static void
take(const char *text, size_t n, int64_t seconds, struct told_line *out)
{
	*out = (struct told_line){
		.at = { (INT64_C(1700000000) + seconds) * NS_PER_SECOND },
		.resolution = { NS_PER_SECOND },
	};
	out->of = daemon_log_statistics(text, n, &out->said);
	check_line(&out->said);
	if (out->of == STATISTICS_NONE)
		(void)daemon_log_message(text, n, &out->said);
	check_line(&out->said);
}

static void
check_stretch(const struct told_stretch *s)
{
	struct system_time at = s->from;

	if (s->from.ns >= s->to.ns || (!s->has_left && !s->has_right))
		abort();
	for (size_t pieces = 0; at.ns < s->to.ns; pieces++) {
		struct told_piece p = told_piece(s, at);

		if (p.from.ns != at.ns || p.to.ns <= at.ns || p.to.ns > s->to.ns ||
		    p.error.ns < 0 || pieces > PIECES)
			abort();
		at = p.to;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *at = (const char *)data;
	const char *end = at + n;
	struct told_options options = { .hold = { 86400 * NS_PER_SECOND } };
	int64_t seconds = 0;
	size_t lines = 0;
	size_t found;

	while (at < end && lines < LINES) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline != NULL ? newline + 1 : end;

		seconds += (int64_t)(signed char)*at * 60;
		take(at + 1, (size_t)(next - at - 1), seconds, &line[lines]);
		line[lines].place = lines;
		lines++;
		at = next;
	}
	told_times(line, lines);
	told_prefer(line, lines);
	found = told_build(line, lines, &options, stretch);
	if (found > TOLD_STRETCHES * lines)
		abort();
	for (size_t i = 0; i < found; i++)
		check_stretch(&stretch[i]);
	return 0;
}
