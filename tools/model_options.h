/* The options of every command that asks a model: -e, --segments, --method, --beyond,
 * --unverified, --help. */
#ifndef CLOCKWITNESS_MODEL_OPTIONS_H
#define CLOCKWITNESS_MODEL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"

struct model_options {
	char **evidence; /* files and directories */
	size_t evidences, room;
	const char *table; /* of segments; NULL: none */
	bool linear, unverified, beyond;
};

/* What a command says of itself. */
struct command_words {
	const char *name, *usage;
};

#define MODEL_LONG_OPTIONS                                                               \
	{ "evidence", required_argument, NULL, 'e' },                                    \
	    { "segments", required_argument, NULL, 'S' },                                \
	    { "method", required_argument, NULL, 'm' },                                  \
	    { "beyond", no_argument, NULL, 'b' },                                        \
	    { "unverified", no_argument, NULL, 'u' },                                    \
	{                                                                                \
		"help", no_argument, NULL, 'h'                                           \
	}

/* Takes an option that getopt_long() met, or says that there is none such. -1: go on,
 * else the exit code. */
int model_option(struct model_options *o, int option, const struct command_words *words);

/* optarg is one of two words. -1: go on, else the exit code. */
int model_option_word(
    const char *option, const char *first, const char *second, bool *is_second);

/* Is there neither evidence nor a table? Or a method asked for that needs evidence (said)? */
bool model_options_empty(const struct model_options *o);

struct model_request model_options_request(const struct model_options *o);

void model_options_free(struct model_options *o);

#endif
