/*
 * Replays evidence, its chain aside: prog_replay [SKIP] < FILE
 *
 * SKIP: so many lines at the beginning are not there. Prints a line for each conclusion
 * that does not follow ("SEQ FIELD RECORDED FOLLOWS") and then the counts. The exit
 * status is 1 if one did not follow.
 */
#include <stdio.h>
#include <stdlib.h>

#include "replay.h"

static struct replay replay;
static struct record record;
static struct replay_finding finding;

static void
check(const char *line, size_t n, unsigned count[])
{
	size_t column;

	if (record_decode(line, n, &record, &column) != RECORD_OK) {
		(void)fprintf(stderr, "column %zu of %s", column, line);
		exit(3);
	}
	replay_check(&replay, &record, &finding);
	count[finding.verdict]++;
	if (finding.verdict == REPLAY_DIFFERS)
		(void)printf("%llu %s %s %s\n", (unsigned long long)record.seq,
		    finding.difference.field, finding.difference.first,
		    finding.difference.second);
}

int
main(int argc, char *argv[])
{
	static char line[RECORD_LINE_MAX + 1];
	unsigned count[REPLAY_FOREIGN + 1] = { 0 };
	long skip = argc > 1 ? strtol(argv[1], NULL, 10) : 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		size_t n = 0;

		while (line[n] != '\0')
			n++;
		if (skip-- <= 0)
			check(line, n, count);
	}
	(void)printf("follow %u, differ %u, not yet %u, foreign %u\n",
	    count[REPLAY_FOLLOWS], count[REPLAY_DIFFERS], count[REPLAY_NOT_YET],
	    count[REPLAY_FOREIGN]);
	return count[REPLAY_DIFFERS] > 0;
}
