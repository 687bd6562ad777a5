#include "model_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "say.h"

int
model_option_word(
    const char *option, const char *first, const char *second, bool *is_second)
{
	*is_second = strcmp(optarg, second) == 0;
	if (*is_second || strcmp(optarg, first) == 0)
		return -1;
	say("%s '%s' is not allowed; allowed: %s, %s", option, optarg, first, second);
	return EXIT_USAGE;
}

int
model_option(struct model_options *o, int option, const struct command_words *words)
{
	switch (option) {
	case 'e':
		o->evidence = memory_grow(
		    o->evidence, &o->room, o->evidences + 1, sizeof(*o->evidence));
		o->evidence[o->evidences++] = optarg;
		return -1;
	case 'S':
		if (o->table == NULL) {
			o->table = optarg;
			return -1;
		}
		say("--segments can be given once");
		return EXIT_USAGE;
	case 'm':
		return model_option_word("--method", "smooth", "linear", &o->linear);
	case 'b':
		o->beyond = true;
		return -1;
	case 'u':
		o->unverified = true;
		return -1;
	case 'h':
		(void)fputs(words->usage, stdout);
		return EXIT_DONE;
	default:
		(void)fprintf(stderr, "try 'clockwitness %s --help'\n", words->name);
		return EXIT_USAGE;
	}
}

bool
model_options_empty(const struct model_options *o)
{
	if (o->evidences > 0)
		return false;
	if (o->table != NULL && o->linear)
		say("--method linear goes by a calibration: it needs -e EVIDENCE");
	return o->table == NULL || o->linear;
}

struct model_request
model_options_request(const struct model_options *o)
{
	return (struct model_request){
		.paths = o->evidence,
		.count = o->evidences,
		.table = o->table,
		.unverified = o->unverified,
		.beyond = o->beyond,
	};
}

void
model_options_free(struct model_options *o)
{
	free(o->evidence);
	*o = (struct model_options){ .evidences = 0 };
}
