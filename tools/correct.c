#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "commands.h"
#include "json.h"
#include "lines.h"
#include "log_time.h"
#include "model.h"
#include "say.h"
#include "zone.h"

#define ANSWERS_MAX 16
#define HALF_YEAR_S (INT64_C(182) * 86400)

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
    "  --unverified   use evidence beyond a line that does not hold\n"
    "  --json         print the summary as an object a log\n"
    "  -q             no summary\n"
    "\n"
    "Exit status: 0 done; 1 done, but some stamps could not be corrected, or findings;\n"
    "2 usage; 3 cannot.\n";

struct tally {
	uint64_t lines, stamps, inside, outside, ambiguous, never_shown, unprintable,
	    common;
	bool any;
	struct span least, most; /* corrections */
	struct span uncertainty; /* the greatest */
	int64_t guessed_year;    /* 0: none was */
};

struct correcting {
	struct model model;
	struct zone zone;
	char **evidence;
	size_t evidences;
	const char *output, *timezone;
	bool linear, iso, json, quiet, unverified;
	int64_t year; /* --year; 0: not given */
	/* of the log at hand */
	int64_t year_now;   /* of the last RFC 3164 stamp; 0: none yet */
	int64_t last_local; /* seconds */
	struct utc_time last_utc;
	bool has_last;
	struct tally tally;
};

/* ---- which time of the clock a stamp stands for */

static int64_t
nearest_year(const struct correcting *c, const struct log_time *t)
{
	const struct boot_model *last = &c->model.boot[c->model.boots - 1];
	int64_t about = last->last.ns / NS_PER_SECOND;
	int64_t year = civil_from_seconds(about).year;
	int64_t best = year;

	for (int64_t y = year - 1; y <= year + 1; y++)
		if (llabs(log_time_local_seconds(t, y) - about) <
		    llabs(log_time_local_seconds(t, best) - about))
			best = y;
	return best;
}

/* Lines come in order: a jump of half a year is the turn of one. */
static int64_t
year_in_order(const struct correcting *c, const struct log_time *t)
{
	int64_t moved = log_time_local_seconds(t, c->year_now) - c->last_local;

	if (moved < -HALF_YEAR_S)
		return c->year_now + 1;
	return moved > HALF_YEAR_S ? c->year_now - 1 : c->year_now;
}

static int64_t
year_of(struct correcting *c, const struct log_time *t)
{
	int64_t year;

	if (t->grammar != LOG_RFC3164)
		return 0;
	if (c->year_now != 0) {
		year = year_in_order(c, t);
	} else if (c->year != 0) {
		year = c->year;
	} else {
		year = nearest_year(c, t);
		c->tally.guessed_year = year;
	}
	c->year_now = year;
	c->last_local = log_time_local_seconds(t, year);
	return year;
}

/* Seconds of the host's clock, up to two; and the stamp's zone at each. */
static size_t
clock_seconds(struct correcting *c, const struct log_time *t, int64_t out[2])
{
	int64_t local = log_time_local_seconds(t, year_of(c, t));

	if (t->zone == ZONE_NONE)
		return zone_to_clock(&c->zone, local, out);
	out[0] = local - (int64_t)t->zone_minutes * 60;
	return 1;
}

static int64_t
local_offset(const struct correcting *c, const struct log_time *t, struct utc_time utc)
{
	if (t->zone != ZONE_NONE)
		return (int64_t)t->zone_minutes * 60;
	return zone_offset_at(&c->zone, utc.ns / NS_PER_SECOND);
}

/* ---- the correction */

static size_t
answers_for(
    struct correcting *c, struct system_time t, struct correction out[], size_t most)
{
	if (!c->linear)
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
	size_t readings = clock_seconds(c, t, seconds);
	size_t best = 0;

	for (size_t i = 0; i < readings; i++) {
		struct correction found[ANSWERS_MAX];
		struct system_time at = { 0 };
		size_t k;

		if (__builtin_mul_overflow(seconds[i], NS_PER_SECOND, &at.ns))
			continue;
		at = system_after(at, (struct span){ t->fraction_ns });
		k = answers_for(c, at, found, ANSWERS_MAX);
		for (size_t j = 0; j < k; j++)
			all[n++] = (struct choice){ found[j], at };
	}
	if (n == 0)
		return false;
	c->tally.ambiguous += n > 1;
	while (c->has_last && best + 1 < n &&
	       utc_since(c->last_utc, all[best].correction.utc).ns > 0)
		best++;
	*out = all[best];
	return true;
}

static void
count(struct tally *t, const struct choice *chosen)
{
	const struct correction *a = &chosen->correction;
	struct span moved = utc_minus_system(a->utc, chosen->time);

	t->inside += a->kind == CORRECTION_INSIDE;
	t->outside += a->kind != CORRECTION_INSIDE;
	t->common += a->common;
	t->least = t->any ? span_min(t->least, moved) : moved;
	t->most = t->any ? span_max(t->most, moved) : moved;
	t->uncertainty = span_max(t->uncertainty, a->uncertainty);
	t->any = true;
}

static size_t
print_stamp(const struct correcting *c, const struct log_time *t, struct utc_time utc,
    char out[LOG_TIME_MAX])
{
	int64_t local = local_offset(c, t, utc);

	if (c->iso)
		return log_time_print_iso(utc.ns, t->digits > 6 ? t->digits : 6, out);
	return log_time_print_same(
	    t, utc_after(utc, (struct span){ local * NS_PER_SECOND }).ns, out);
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
	if (!log_time_find(head, n, &t))
		return 0;
	c->tally.stamps++;
	if (!choose(c, &t, &chosen)) {
		c->tally.never_shown++;
		return 0;
	}
	length = print_stamp(c, &t, chosen.correction.utc, stamp);
	if (length == 0) {
		c->tally.unprintable++;
		return 0;
	}
	count(&c->tally, &chosen);
	c->has_last = true;
	c->last_utc = chosen.correction.utc;
	lines_write(out, head, t.from);
	lines_write(out, stamp, length);
	return t.to;
}

/* ---- the summary */

static void
summarise_json(const struct correcting *c, const char *name)
{
	const struct tally *t = &c->tally;
	struct json *j = json_begin();

	json_text(j, "log", name);
	json_text(j, "host", c->model.host);
	json_text(j, "method", c->linear ? "linear" : "smooth");
	json_text(j, "timezone", c->zone.name);
	json_number(j, "lines", (int64_t)t->lines);
	json_number(j, "stamps", (int64_t)t->stamps);
	json_number(j, "inside", (int64_t)t->inside);
	json_number(j, "extrapolated", (int64_t)t->outside);
	json_number(j, "ambiguous", (int64_t)t->ambiguous);
	json_number(j, "never_shown", (int64_t)t->never_shown);
	json_number(j, "unprintable", (int64_t)t->unprintable);
	json_number(j, "least_correction_ns", t->least.ns);
	json_number(j, "greatest_correction_ns", t->most.ns);
	json_number(j, "greatest_uncertainty_ns", t->uncertainty.ns);
	json_number(j, "guessed_year", t->guessed_year);
	json_text(j, "timescale", t->common > 0 ? "common time" : "UTC");
	json_flag(j, "verified", !c->model.unverified);
	json_end(j, stderr);
}

static void
summarise(const struct correcting *c, const char *name)
{
	const struct tally *t = &c->tally;

	if (c->quiet)
		return;
	if (c->json) {
		summarise_json(c, name);
		return;
	}
	say("%s: %" PRIu64 " lines, %" PRIu64 " stamps: %" PRIu64
	    " inside the evidence, %" PRIu64 " extrapolated, %" PRIu64
	    " never shown by the clock%s",
	    name, t->lines, t->stamps, t->inside, t->outside, t->never_shown,
	    t->never_shown > 0 ? " (left unchanged)" : "");
	if (t->any)
		say("%s: corrected by %+.6f s to %+.6f s, +-%.6f s (95 %%) at most, to %s",
		    name, span_seconds(t->least), span_seconds(t->most),
		    span_seconds(t->uncertainty),
		    t->common > 0 ? "common time, not UTC" : "UTC");
	if (t->ambiguous > 0)
		say("%s: %" PRIu64
		    " stamps that the clock or the zone shows twice; decided by "
		    "the order of lines",
		    name, t->ambiguous);
	if (t->unprintable > 0)
		say("%s: %" PRIu64
		    " stamps whose year does not fit their form, left unchanged",
		    name, t->unprintable);
	if (t->guessed_year != 0)
		say("%s: year %" PRIi64 " assumed for the first stamp (--year)", name,
		    t->guessed_year);
	if (c->model.unverified)
		say("%s: corrected by evidence that did NOT verify", name);
}

/* ---- files and options */

static bool
correct_log(struct correcting *c, const char *name, struct lines_sink *out)
{
	bool standard = strcmp(name, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int error;

	c->tally = (struct tally){ .lines = 0 };
	c->year_now = 0;
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
		if (zone_parse(c->timezone, &c->zone))
			return true;
		say("--timezone '%s' is not known here; allowed: UTC, +hh:mm, or a name of the "
		    "zone database",
		    c->timezone);
		return false;
	}
	if (zone_parse(name, &c->zone))
		return true;
	zone_fixed(c->model.utc_offset_s, &c->zone);
	if (*name != '\0')
		say("the host's zone '%s' is not known here; using %s, as it was at the start "
		    "of the evidence",
		    name, c->zone.name);
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

static int
correct(struct correcting *c, char *const logs[])
{
	static struct lines_sink out;
	static char dash[] = "-";
	static char *const standard_input[] = { dash, NULL };
	bool good = true;
	bool left = false;

	if (!model_load(&c->model, c->evidence, c->evidences, c->unverified))
		return EXIT_CANNOT;
	if (!choose_zone(c))
		return EXIT_USAGE;
	if (!open_output(c, &out))
		return EXIT_CANNOT;
	for (logs = *logs != NULL ? logs : standard_input; *logs != NULL && good;
	     logs++) {
		good = correct_log(c, *logs, &out);
		left |= c->tally.never_shown > 0 || c->tally.unprintable > 0;
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
	{ "evidence", required_argument, NULL, 'e' },
	{ "style", required_argument, NULL, 's' },
	{ "method", required_argument, NULL, 'm' },
	{ "timezone", required_argument, NULL, 'z' },
	{ "year", required_argument, NULL, 'y' },
	{ "json", no_argument, NULL, 'j' },
	{ "unverified", no_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* One of two words; -1: go on. */
static int
take_word(const char *option, const char *first, const char *second, bool *is_second)
{
	*is_second = strcmp(optarg, second) == 0;
	if (*is_second || strcmp(optarg, first) == 0)
		return -1;
	say("%s '%s' is not allowed; allowed: %s, %s", option, optarg, first, second);
	return EXIT_USAGE;
}

static int
take_year(struct correcting *c)
{
	char *end;

	c->year = strtol(optarg, &end, 10);
	if (*end == '\0' && c->year >= 1970 && c->year <= 2261)
		return -1;
	say("--year '%s' is not allowed; allowed: 1970 to 2261", optarg);
	return EXIT_USAGE;
}

static int
take_option(struct correcting *c, int option)
{
	switch (option) {
	case 'e':
		c->evidence[c->evidences++] = optarg;
		return -1;
	case 'o':
		c->output = optarg;
		return -1;
	case 's':
		return take_word("--style", "same", "iso", &c->iso);
	case 'm':
		return take_word("--method", "smooth", "linear", &c->linear);
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
	case 'u':
		c->unverified = true;
		return -1;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_DONE;
	default:
		(void)fputs("try 'clockwitness correct --help'\n", stderr);
		return EXIT_USAGE;
	}
}

int
correct_main(int argc, char *argv[])
{
	struct correcting c = { .evidence = calloc((size_t)argc, sizeof(char *)) };
	int option;
	int code = c.evidence != NULL ? -1 : EXIT_CANNOT;

	while (
	    code < 0 && (option = getopt_long(argc, argv, "e:o:qh", options, NULL)) != -1)
		code = take_option(&c, option);
	if (code < 0 && c.evidences == 0) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = correct(&c, argv + optind);
	model_free(&c.model);
	free(c.evidence);
	return code;
}
