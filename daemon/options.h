/* The command line. */
#ifndef CLOCKWITNESSD_OPTIONS_H
#define CLOCKWITNESSD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "timescale.h"

/* design's exit codes; RestartPreventExitStatus=2 */
enum exit_code {
	EXIT_AS_ASKED = 0,    /* stopped as asked, or --once with a majority */
	EXIT_NO_MAJORITY = 1, /* or nothing usable */
	EXIT_USAGE = 2,       /* or configuration */
	EXIT_CANNOT = 3,      /* the host does not let us */
};

#define OPTIONS_SETTINGS 32

struct options {
	const char *config;   /* NULL: not given */
	const char *evidence; /* NULL: not given; "-": standard output */
	bool once;
	struct span stop_after;                /* --for; 0: not given */
	double until;                          /* --until, s/s; 0: not given */
	struct span poll;                      /* --poll; 0: not given */
	const char *setting[OPTIONS_SETTINGS]; /* --set, "key=value" each */
	size_t settings;
	int first_server; /* index in argv; argc: none */
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* OPTIONS_DONE: --help or --version was answered; OPTIONS_WRONG: said what is wrong. */
enum options_result options_parse(struct options *o, int argc, char *argv[]);

/* "90s", "15m", "6h", "2d", "1.5s"; false: not such. At most ten years. */
bool options_duration(const char *text, struct span *out);

#endif
