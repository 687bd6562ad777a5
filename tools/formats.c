/* clockwitness formats: the table of the formats of logs that are known by name. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "corrector.h"
#include "json.h"
#include "say.h"

static const char usage[] =
    "usage: clockwitness formats [--json]\n"
    "\n"
    "Lists the formats of logs that are known: name, where it is met, the pattern of its\n"
    "stamp, resolution, zone, year, and an example. Each name can be given to --format.\n"
    "\n"
    "  --json         one object a line\n"
    "\n"
    "Exit status: 0 done; 2 usage; 3 cannot.\n";

/* The resolution is that of the example, and what its pattern can have. */
static const char *
resolution(const struct log_pattern *p)
{
	static const enum log_field fractions[] = { FIELD_FRACTION, FIELD_DIGITS,
		FIELD_FRACTION_TRIMMED, FIELD_MILLISECONDS, FIELD_TAI64 };

	for (size_t i = 0; i < sizeof(fractions) / sizeof(*fractions); i++)
		if (log_pattern_has(p, fractions[i]))
			return "1 s, or its last digit";
	return log_pattern_has(p, FIELD_EPOCH) ? "its last digit" : "1 s";
}

static const char *
order(const struct log_format *f)
{
	return (f->rules & LOG_AT_END) != 0 ? "written when something ended"
					    : "by the stamp";
}

static void
print_json(const struct log_format *f, const struct log_pattern *p)
{
	struct json *j = json_begin();

	json_text(j, "name", f->name);
	json_text(j, "where", f->where);
	json_text(j, "pattern", f->pattern);
	json_text(j, "resolution", resolution(p));
	json_text(j, "zone", log_format_zone(f, p));
	json_text(j, "year", log_format_year(p));
	json_text(j, "order", order(f));
	json_flag(j, "foreign", (f->rules & LOG_FOREIGN) != 0);
	json_flag(j, "loose", (f->rules & LOG_LOOSE) != 0);
	json_flag(j, "guess", (f->rules & LOG_GUESS) != 0);
	json_text(j, "example", f->example);
	json_end(j, stdout);
}

static void
print_words(const struct log_format *f, const struct log_pattern *p)
{
	(void)printf("%s\n    %s\n    pattern     %s\n", f->name, f->where, f->pattern);
	(void)printf("    resolution  %s; zone: %s; year: %s; order: %s\n", resolution(p),
	    log_format_zone(f, p), log_format_year(p), order(f));
	(void)printf("    example     %s\n", f->example);
}

static void
print_binary_json(const struct binary_format_words *f)
{
	struct json *j = json_begin();

	json_text(j, "name", f->name);
	json_text(j, "where", f->where);
	json_text(j, "stamps", f->stamps);
	json_flag(j, "binary", true);
	json_end(j, stdout);
}

/* The journal's export is in the table of lines, too. */
static void
print_binary(bool json)
{
	for (int i = BINARY_NONE + 1; i < BINARY_FORMATS; i++) {
		const struct binary_format_words *f = &binary_formats[i];

		if (log_format_find(f->name) < log_format_count)
			continue;
		if (json)
			print_binary_json(f);
		else
			(void)printf("%s\n    %s\n    no text; stamps: %s\n", f->name,
			    f->where, f->stamps);
	}
}

static int
list(bool json)
{
	static struct corrector c;

	if (!corrector_begin(&c))
		return EXIT_CANNOT;
	for (size_t i = 0; i < log_format_count; i++) {
		if (json)
			print_json(&log_formats[i], &c.grammars.pattern[i]);
		else
			print_words(&log_formats[i], &c.grammars.pattern[i]);
	}
	print_binary(json);
	return EXIT_DONE;
}

int
formats_main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_DONE;
		}
		if (option != 'j') {
			(void)fputs("try 'clockwitness formats --help'\n", stderr);
			return EXIT_USAGE;
		}
		json = true;
	}
	if (optind < argc) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return list(json);
}
