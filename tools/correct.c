#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "correct_ahead.h"
#include "correct_log.h"
#include "json.h"
#include "log_model.h"
#include "model_options.h"
#include "say.h"
#include "sequence.h"

static const char usage[] =
    "usage: clockwitness correct -e EVIDENCE... [--segments TABLE] [OPTIONS] [LOG...]\n"
    "       clockwitness correct --undo MANIFEST [-o FILE] [CORRECTED]\n"
    "\n"
    "Writes logs (or standard input) with the stamps of their lines corrected to UTC; every\n"
    "other octet is left as it is. So are utmp, pcap and other logs that are no text. What a\n"
    "log is written in is found by its beginning; 'clockwitness formats' lists what is known.\n"
    "Logs may be compressed.\n"
    "\n"
    "  -e EVIDENCE    evidence file or directory; more than once for more\n"
    "  --segments TABLE\n"
    "                 where there is no evidence: a table of import or export\n"
    "  -o FILE        write there, not to standard output\n"
    "  -j N           correct by N threads; the output is the same\n"
    "  --style S      same (default): the form of the original, in its zone; iso: RFC 3339\n"
    "                 in UTC; annotate: the original behind UTC and its uncertainty\n"
    "  --format F     auto (default), a name, or a pattern as of strptime(3)\n"
    "  --method M     smooth (default): by all calibrations; linear: by the last one's\n"
    "                 offset and frequency alone\n"
    "  --timezone Z   of stamps without one: UTC, +01:00, Europe/Berlin; else the host's\n"
    "  --year Y       of the first stamp without one; else the one nearest to the evidence\n"
    "  --boot ID      that stamps since boot count from; else the last one\n"
    "  --beyond       go on over a boot or a suspend that the evidence did not see\n"
    "  --unverified   use evidence beyond a line that does not hold, or that no seal covers\n"
    "  --whole        read all evidence, not only the files that reach near the logs' times\n"
    "  --explain      say of each stamp what its correction rests on\n"
    "  --manifest M   write to M what was changed; --undo M gives the original back\n"
    "  --json         print the summary as an object a log, --explain's as one a stamp\n"
    "  -q             no summary\n"
    "\n"
    "Exit status: 0 done; 1 done, but some stamps could not be corrected, or findings;\n"
    "2 usage; 3 cannot.\n";

struct correcting {
	struct model model;
	struct corrector corrector;
	struct model_options asked;
	struct log_job job;
	struct manifest manifest;
	const char *output, *timezone, *boot, *manifest_path, *undo;
	bool quiet, boot_guessed;
	bool whole;               /* evidence far from the logs is read, too */
	struct log_result result; /* of the log at hand */
	bool left;                /* something as it was that should not be */
};

/* ---- the summary */

static bool
counts_from_boot(const struct recognition *r)
{
	for (size_t i = 0; i < log_format_count; i++)
		if (r->lines[i] > 0 &&
		    log_pattern_has(&r->grammars->pattern[i], FIELD_SINCE_BOOT) &&
		    (log_formats[i].rules & LOG_FOREIGN) == 0)
			return true;
	return false;
}

static struct tally_setting
setting(const struct correcting *c, const char *log)
{
	const struct log_result *r = &c->result;
	const struct recognition *found = &r->state.recognition;

	return (struct tally_setting){
		.log = log,
		.host = c->model.host,
		.method = c->asked.linear ? "linear" : "smooth",
		.zone = c->corrector.clock.zone.name,
		.recognition = found,
		.order = &r->state.order,
		.encoding =
		    r->encoding != ENCODING_OCTETS ? encoding_names[r->encoding] : NULL,
		.damage = r->damage[0] != '\0' ? r->damage : NULL,
		.framing = r->framing,
		.boot = c->boot_guessed && counts_from_boot(found)
			    ? c->corrector.boot->boot_id
			    : NULL,
		.unverified = c->model.unverified,
	};
}

static void
summarise(struct correcting *c, const char *log)
{
	struct tally_setting s = setting(c, log);

	if (c->job.manifest != NULL) {
		char *text = json_end_text(tally_json(&c->result.tally, &s));

		manifest_end(c->job.manifest, text);
		free(text);
	}
	if (c->job.json)
		json_end(tally_json(&c->result.tally, &s), stderr);
	else if (!c->quiet)
		tally_say(&c->result.tally, &s);
}

/* ---- files */

/* A log whose end is damaged is corrected as far as it could be read. */
static bool
correct_one(struct correcting *c, const char *name, const struct log_state *before)
{
	const char *said = strcmp(name, "-") == 0 ? "standard input" : name;
	int error = correct_log(&c->job, name, before, &c->result);

	if (error == 0 && c->result.refusal[0] != '\0') {
		say("%s: %s", said, c->result.refusal);
		return false;
	}
	if (error < 0) {
		errno = -error;
		(void)say_errno("%s", c->job.sink->failed ? "the output" : said);
		return false;
	}
	summarise(c, said);
	c->left |= tally_has_findings(&c->result.tally) || c->result.framing != NULL;
	if (c->result.damage[0] == '\0')
		return true;
	say("%s: read only up to where it is damaged: %s", said, c->result.damage);
	return false;
}

/* Pieces of one rotated log go on from each other. */
static bool
correct_all(struct correcting *c, char *logs[], size_t n)
{
	static struct log_state before;
	bool good = true;

	for (size_t i = 0; i < n && !c->job.sink->failed; i++) {
		bool goes_on = i > 0 && sequence_goes_on(logs[i - 1], logs[i]);

		before = c->result.state;
		good &= correct_one(c, logs[i], goes_on ? &before : NULL);
	}
	return good;
}

static bool
choose_boot(struct correcting *c)
{
	size_t known = 0;

	for (size_t i = 0; i < c->model.boots; i++)
		known += c->model.boot[i].model.points > 0;
	c->boot_guessed = c->boot == NULL && known > 1;
	if (corrector_choose_boot(&c->corrector, &c->model, c->boot))
		return true;
	say("--boot '%s' is none of the boots in the evidence", c->boot);
	return false;
}

static bool
open_output(struct correcting *c, struct lines_sink *out)
{
	out->fd = STDOUT_FILENO;
	if (c->output != NULL)
		out->fd = open(c->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out->fd < 0)
		(void)say_errno("%s", c->output);
	return out->fd >= 0;
}

static bool
close_output(const struct correcting *c, const struct lines_sink *out)
{
	if (c->output == NULL || (fsync(out->fd) == 0 && close(out->fd) == 0))
		return true;
	(void)say_errno("%s", c->output);
	return false;
}

static bool
open_manifest(struct correcting *c)
{
	if (c->manifest_path == NULL)
		return true;
	c->job.manifest = &c->manifest;
	return manifest_open(&c->manifest, c->manifest_path);
}

static bool
from_standard_input(const struct correcting *c)
{
	for (size_t i = 0; i < c->asked.evidences; i++)
		if (strcmp(c->asked.evidence[i], "-") == 0)
			return true;
	return false;
}

/* -1: go on, else the exit code. */
static int
prepare(struct correcting *c, char *const logs[], size_t n)
{
	struct log_model wanted = {
		.evidence = model_options_request(&c->asked),
		.logs = logs,
		.count = n,
		.timezone = c->timezone,
		.all = c->asked.linear || c->asked.beyond || c->boot != NULL ||
		       c->asked.table != NULL,
	};
	int code;

	wanted.evidence.whole = c->whole;
	code = log_model_load(&wanted, &c->corrector, &c->model);
	if (code >= 0)
		return code;
	if (!choose_boot(c))
		return EXIT_USAGE;
	corrector_take_model(&c->corrector, &c->model, c->asked.linear);
	c->job.corrector = &c->corrector;
	c->job.quiet = c->quiet;
	c->job.progress = !c->quiet && isatty(STDERR_FILENO) == 1;
	return -1;
}

static int
correct(struct correcting *c, char *logs[], size_t n)
{
	static struct lines_sink out;
	static char dash[] = "-";
	static char *standard_input[] = { dash };
	int code;
	bool good;

	if (n == 0 && from_standard_input(c)) {
		say("the evidence and the log cannot both come from standard input");
		return EXIT_USAGE;
	}
	sequence_sort(logs, n);
	code = prepare(c, logs, n);
	if (code >= 0)
		return code;
	if (!open_output(c, &out) || !open_manifest(c))
		return EXIT_CANNOT;
	c->job.sink = &out;
	good = n > 0 ? correct_all(c, logs, n) : correct_all(c, standard_input, 1);
	good &= close_output(c, &out);
	if (c->job.manifest != NULL)
		good &= manifest_close(&c->manifest, c->manifest_path);
	if (!good)
		return EXIT_CANNOT;
	return c->left || c->model.findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

static int
undo(const struct correcting *c, char *const logs[], size_t n)
{
	FILE *out = c->output != NULL ? fopen(c->output, "wxe") : stdout;
	int code;

	if (n > 1) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (out == NULL)
		return say_errno("%s", c->output);
	code = manifest_undo(c->undo, n == 1 ? logs[0] : "-", out);
	if (out != stdout && fclose(out) != 0 && code < EXIT_CANNOT)
		code = say_errno("%s", c->output);
	return code;
}

/* ---- options */

enum {
	OPTION_EXPLAIN = 256,
	OPTION_WHOLE,
	OPTION_JSON,
	OPTION_MANIFEST,
	OPTION_UNDO,
	OPTION_BOOT,
	OPTION_FORMAT
};

static const struct option options[] = {
	MODEL_LONG_OPTIONS,
	{ "style", required_argument, NULL, 's' },
	{ "timezone", required_argument, NULL, 'z' },
	{ "year", required_argument, NULL, 'y' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "boot", required_argument, NULL, OPTION_BOOT },
	{ "whole", no_argument, NULL, OPTION_WHOLE },
	{ "explain", no_argument, NULL, OPTION_EXPLAIN },
	{ "manifest", required_argument, NULL, OPTION_MANIFEST },
	{ "undo", required_argument, NULL, OPTION_UNDO },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ NULL, 0, NULL, 0 },
};

static int
take_year(struct correcting *c)
{
	char *end;
	int64_t year = strtol(optarg, &end, 10);

	c->corrector.clock.year = year;
	if (*end == '\0' && year >= 1970 && year <= 2261)
		return -1;
	say("--year '%s' is not allowed; allowed: 1970 to 2261", optarg);
	return EXIT_USAGE;
}

static int
take_style(struct correcting *c)
{
	for (int i = 0; i < STYLES; i++) {
		if (strcmp(optarg, style_names[i]) == 0) {
			c->job.style = (enum style)i;
			return -1;
		}
	}
	say("--style '%s' is not allowed; allowed: same, iso, annotate", optarg);
	return EXIT_USAGE;
}

static int
take_threads(struct correcting *c)
{
	char *end;
	unsigned long n = strtoul(optarg, &end, 10);

	c->job.threads = n;
	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' && n >= 1 &&
	    n <= THREADS_MOST)
		return -1;
	say("-j '%s' is not allowed; allowed: 1 to %d", optarg, THREADS_MOST);
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
	case 'j':
		return take_threads(c);
	case 's':
		return take_style(c);
	case 'z':
		c->timezone = optarg;
		return -1;
	case 'y':
		return take_year(c);
	case OPTION_FORMAT:
		return recognition_wish_parse(optarg, &c->corrector.wish) ? -1
									  : EXIT_USAGE;
	case OPTION_BOOT:
		c->boot = optarg;
		return -1;
	case OPTION_WHOLE:
		c->whole = true;
		return -1;
	case OPTION_EXPLAIN:
		c->job.explain = true;
		return -1;
	case OPTION_MANIFEST:
		c->manifest_path = optarg;
		return -1;
	case OPTION_UNDO:
		c->undo = optarg;
		return -1;
	case OPTION_JSON:
		c->job.json = true;
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
	static struct correcting c;
	int option;
	int code = -1;

	if (!corrector_begin(&c.corrector))
		return EXIT_CANNOT;
	c.corrector.wish.format = log_format_count;
	c.job.threads = 1;
	while (code < 0 &&
	       (option = getopt_long(argc, argv, "e:j:o:qh", options, NULL)) != -1)
		code = take_option(&c, option);
	if (code < 0 && c.undo != NULL)
		return undo(&c, argv + optind, (size_t)(argc - optind));
	if (code < 0 && model_options_empty(&c.asked)) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = correct(&c, argv + optind, (size_t)(argc - optind));
	segments_free(&c.corrector.segments);
	model_free(&c.model);
	model_options_free(&c.asked);
	return code;
}
