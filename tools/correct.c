#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "lines.h"
#include "log_clock.h"
#include "log_format.h"
#include "log_time.h"
#include "model.h"
#include "model_options.h"
#include "say.h"
#include "tally.h"

#define ANSWERS_MAX 16
#define DAY_S 86400

static const char usage[] =
    "usage: clockwitness correct -e EVIDENCE... [OPTIONS] [LOG...]\n"
    "\n"
    "Writes logs (or standard input) with each stamp at the beginning of a line corrected\n"
    "to UTC; every other octet is left as it is. Stamps: RFC 3164, ISO 8601 / RFC 3339.\n"
    "\n"
    "  -e EVIDENCE    evidence file or directory; more than once for more\n"
    "  -o FILE        write there, not to standard output\n"
    "  --style S      same (default): the form of the original, in its zone;\n"
    "                 iso: RFC 3339 in UTC\n"
    "  --method M     smooth (default): by all calibrations; linear: by the last one's\n"
    "                 offset and frequency alone\n"
    "  --timezone Z   of stamps without one: UTC, +01:00, Europe/Berlin; else the host's\n"
    "  --year Y       of the first RFC 3164 stamp; else the one nearest to the evidence\n"
    "  --beyond       go on over a boot or a suspend that the evidence did not see\n"
    "  --unverified   use evidence beyond a line that does not hold, or that no seal covers\n"
    "  --json         print the summary as an object a log\n"
    "  -q             no summary\n"
    "\n"
    "Exit status: 0 done; 1 done, but some stamps could not be corrected, or findings;\n"
    "2 usage; 3 cannot.\n";

struct correcting {
	struct model model;
	struct log_clock clock;
	struct model_options asked;
	const char *output, *timezone;
	bool iso, json, quiet;
	struct log_pattern digits, letters;
	/* of the log at hand */
	struct utc_time last_utc;
	bool has_last;
	struct tally tally;
};

/* ---- the correction */

static size_t
answers_for(
    struct correcting *c, struct system_time t, struct correction out[], size_t most)
{
	if (!c->asked.linear)
		return model_correct(&c->model, t, out, most);
	*out = model_correct_linear(&c->model, t);
	return 1;
}

struct choice {
	struct correction correction;
	struct system_time time;
};

/* Lines come in order: the first answer that is not before the line before it. */
static bool
choose(struct correcting *c, const struct log_time *t, struct choice *out)
{
	struct choice all[2 * ANSWERS_MAX];
	int64_t seconds[2];
	size_t n = 0;
	size_t readings = log_clock_seconds(&c->clock, t, seconds);
	size_t best = 0;

	*out = (struct choice){ .time = { 0 } };
	for (size_t i = 0; i < readings; i++) {
		struct correction found[ANSWERS_MAX];
		struct system_time at = { 0 };
		size_t k;

		if (__builtin_mul_overflow(seconds[i], NS_PER_SECOND, &at.ns)) {
			out->time.ns = seconds[i] < 0 ? INT64_MIN : INT64_MAX;
			continue;
		}
		at = system_after(at, (struct span){ t->fraction_ns });
		out->time = at;
		k = answers_for(c, at, found, ANSWERS_MAX);
		for (size_t j = 0; j < k; j++)
			all[n++] = (struct choice){ found[j], at };
	}
	if (n == 0) {
		c->tally.never_shown +=
		    readings == 0 || model_covers(&c->model, out->time);
		c->tally.not_covered +=
		    readings > 0 && !model_covers(&c->model, out->time);
		return false;
	}
	c->tally.ambiguous += n > 1;
	while (c->has_last && best + 1 < n &&
	       utc_since(c->last_utc, all[best].correction.utc).ns > 0)
		best++;
	*out = all[best];
	return true;
}

static size_t
print_stamp(const struct correcting *c, const struct log_time *t, struct utc_time utc,
    char out[LOG_TIME_MAX])
{
	if (c->iso)
		return log_time_print_iso(utc.ns, t->digits > 6 ? t->digits : 6, out);
	return log_time_print_same(t, log_clock_local(&c->clock, t, utc), out);
}

static size_t
on_head(void *arg, const char *head, size_t n, struct lines_sink *out)
{
	struct correcting *c = arg;
	char stamp[LOG_TIME_MAX];
	struct log_time t;
	struct choice chosen;
	size_t length;

	c->tally.lines++;
	if (!log_time_find(&c->digits, head, n, &t) &&
	    !log_time_find(&c->letters, head, n, &t))
		return 0;
	c->tally.stamps++;
	if (!choose(c, &t, &chosen))
		return 0;
	length = print_stamp(c, &t, chosen.correction.utc, stamp);
	if (length == 0) {
		c->tally.unprintable++;
		return 0;
	}
	tally_count(&c->tally, chosen.time, &chosen.correction);
	c->has_last = true;
	c->last_utc = chosen.correction.utc;
	lines_write(out, head, t.from);
	lines_write(out, stamp, length);
	return t.to;
}

static void
summarise(const struct correcting *c, const char *log)
{
	struct tally_setting s = {
		.host = c->model.host,
		.method = c->asked.linear ? "linear" : "smooth",
		.zone = c->clock.zone.name,
		.guessed_year = c->clock.guessed_year,
		.unverified = c->model.unverified,
	};

	if (c->json)
		tally_say_json(&c->tally, &s, log);
	else if (!c->quiet)
		tally_say(&c->tally, &s, log);
}

/* ---- files and options */

static bool
correct_log(struct correcting *c, const char *name, struct lines_sink *out)
{
	bool standard = strcmp(name, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int error;

	c->tally = (struct tally){ .lines = 0 };
	log_clock_begin(&c->clock);
	c->has_last = false;
	if (fd < 0) {
		(void)say_errno("%s", name);
		return false;
	}
	error = lines_filter(fd, out, on_head, c);
	if (!standard)
		close(fd);
	if (error < 0) {
		errno = -error;
		(void)say_errno("%s", out->failed ? "the output" : name);
		return false;
	}
	summarise(c, standard ? "standard input" : name);
	return true;
}

/* The host's zone as it was recorded; its rules must be known here, too. */
static bool
choose_zone(struct correcting *c)
{
	const char *name = c->model.timezone;

	if (c->timezone != NULL) {
		if (zone_parse(c->timezone, &c->clock.zone))
			return true;
		say("--timezone '%s' is not known here; allowed: UTC, +hh:mm, or a name of the "
		    "zone database",
		    c->timezone);
		return false;
	}
	if (zone_parse(name, &c->clock.zone))
		return true;
	if (c->model.utc_offset_s < -DAY_S || c->model.utc_offset_s > DAY_S) {
		say("the evidence has no distance from UTC that could be; name the zone with "
		    "--timezone");
		return false;
	}
	zone_fixed(c->model.utc_offset_s, &c->clock.zone);
	if (*name != '\0')
		say("the host's zone '%s' is not known here; using %s, as it was at the start "
		    "of the evidence",
		    name, c->clock.zone.name);
	return true;
}

static bool
open_output(const struct correcting *c, struct lines_sink *out)
{
	out->fd = STDOUT_FILENO;
	if (c->output != NULL)
		out->fd = open(c->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out->fd < 0)
		(void)say_errno("%s", c->output);
	return out->fd >= 0;
}

static bool
from_standard_input(const struct correcting *c)
{
	for (size_t i = 0; i < c->asked.evidences; i++)
		if (strcmp(c->asked.evidence[i], "-") == 0)
			return true;
	return false;
}

static bool
compile(struct correcting *c)
{
	size_t column;

	return log_pattern_compile(log_formats[log_format_find("iso8601")].pattern,
		   &c->digits, &column) &&
	       log_pattern_compile(
		   log_formats[log_format_find("rfc3164")].pattern, &c->letters, &column);
}

static bool
prepare(struct correcting *c)
{
	c->clock.about = c->model.boot[c->model.boots - 1].last.ns / NS_PER_SECOND;
	return choose_zone(c) && compile(c);
}

static int
correct(struct correcting *c, char *const logs[])
{
	static struct lines_sink out;
	static char dash[] = "-";
	static char *const standard_input[] = { dash, NULL };
	struct model_request wanted = model_options_request(&c->asked);
	bool good = true;
	bool left = false;

	if (*logs == NULL && from_standard_input(c)) {
		say("the evidence and the log cannot both come from standard input");
		return EXIT_USAGE;
	}
	if (!model_load(&c->model, &wanted))
		return EXIT_CANNOT;
	if (!prepare(c))
		return EXIT_USAGE;
	if (!open_output(c, &out))
		return EXIT_CANNOT;
	for (logs = *logs != NULL ? logs : standard_input; *logs != NULL && good;
	     logs++) {
		good = correct_log(c, *logs, &out);
		left |=
		    c->tally.never_shown + c->tally.not_covered + c->tally.unprintable >
		    0;
	}
	if (c->output != NULL && (fsync(out.fd) != 0 || close(out.fd) != 0) && good) {
		(void)say_errno("%s", c->output);
		good = false;
	}
	if (!good)
		return EXIT_CANNOT;
	return left || c->model.findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

static const struct option options[] = {
	MODEL_LONG_OPTIONS,
	{ "style", required_argument, NULL, 's' },
	{ "timezone", required_argument, NULL, 'z' },
	{ "year", required_argument, NULL, 'y' },
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int
take_year(struct correcting *c)
{
	char *end;

	c->clock.year = strtol(optarg, &end, 10);
	if (*end == '\0' && c->clock.year >= 1970 && c->clock.year <= 2261)
		return -1;
	say("--year '%s' is not allowed; allowed: 1970 to 2261", optarg);
	return EXIT_USAGE;
}

static int
take_option(struct correcting *c, int option)
{
	static const struct command_words words = { "correct", usage };

	switch (option) {
	case 'o':
		c->output = optarg;
		return -1;
	case 's':
		return model_option_word("--style", "same", "iso", &c->iso);
	case 'z':
		c->timezone = optarg;
		return -1;
	case 'y':
		return take_year(c);
	case 'j':
		c->json = true;
		return -1;
	case 'q':
		c->quiet = true;
		return -1;
	default:
		return model_option(&c->asked, option, &words);
	}
}

int
correct_main(int argc, char *argv[])
{
	struct correcting c = { .iso = false };
	int option;
	int code = -1;

	while (
	    code < 0 && (option = getopt_long(argc, argv, "e:o:qh", options, NULL)) != -1)
		code = take_option(&c, option);
	if (code < 0 && c.asked.evidences == 0) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = correct(&c, argv + optind);
	model_free(&c.model);
	model_options_free(&c.asked);
	return code;
}
