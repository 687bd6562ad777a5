/* clockwitness: turns the evidence of clockwitnessd into corrected times. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"
#include "seal.h"

static const struct {
	const char *name;
	int (*run)(int argc, char *argv[]);
	const char *sentence;
} commands[] = {
	{ "verify", verify_main, "is the evidence what was written, and all of it?" },
	{ "anchor", anchor_main, "time-stamps that prove when evidence existed" },
	{ "convert", convert_main, "single times of the host's clock to UTC" },
	{ "correct", correct_main, "logs with the host's times to logs with UTC" },
	{ "merge", merge_main, "logs of many hosts to one timeline" },
	{ "report", report_main,
	    "what the evidence says of the clock, to read and to print" },
	{ "export", export_main, "the clock model as a table, for other engines" },
	{ "import", import_main, "a table from what a host's own time daemon logged" },
	{ "formats", formats_main, "the formats of logs that are known" },
	{ "status", status_main, "how does the daemon of this host stand?" },
};

static void
usage(FILE *out)
{
	(void)fputs("usage: clockwitness COMMAND [OPTIONS] ...\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		(void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].sentence);
	(void)fputs(
	    "\n'clockwitness COMMAND --help' says more. Exit status: 0 done; 1 done, "
	    "with findings;\n2 usage; 3 cannot.\n",
	    out);
}

static int
run(int argc, char *argv[])
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		(void)puts("clockwitness " CLOCKWITNESS_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    strcmp(name, "help") == 0) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (*name != '\0')
		say("there is no command '%s'", name);
	usage(stderr);
	return EXIT_USAGE;
}

int
main(int argc, char *argv[])
{
	int code;

	if (!seal_begin()) {
		say("libsodium cannot be used");
		return EXIT_CANNOT;
	}
	code = run(argc, argv);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	return say_errno("standard output"); /* what could not be written was not done */
}
