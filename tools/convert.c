#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "commands.h"
#include "json.h"
#include "log_time.h"
#include "model.h"
#include "model_options.h"
#include "say.h"
#include "text.h"

#define ANSWERS_MAX 16

static const char usage[] =
    "usage: clockwitness convert -e EVIDENCE... [--method smooth|linear] [--json]\n"
    "                            [--unverified] TIME...\n"
    "\n"
    "Times that the host's clock showed, as RFC 3339 or Unix seconds ('-': one a line from\n"
    "standard input), to UTC with noise, uncertainty and guaranteed interval.\n"
    "\n"
    "  -e EVIDENCE   evidence file or directory; more than once for more\n"
    "  --method M    smooth (default): by all calibrations; linear: by the last one's offset\n"
    "                and frequency alone\n"
    "  --json        one object a line\n"
    "  --unverified  use evidence beyond a line that does not hold, or that no seal covers\n"
    "\n"
    "Exit status: 0 done; 1 a time that the clock never showed, or findings; 2 usage; 3 cannot.\n";

struct conversion {
	struct model model;
	struct model_options asked;
	bool json;
	bool missed; /* a time was not shown, or not understood */
};

static void
print_time(char out[RFC3339_LENGTH + 1], int64_t ns)
{
	struct text t = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	*t.at = '\0';
}

static const char *
basis(const struct conversion *c, const struct correction *a)
{
	static const char *const by_kind[][CORRECTION_KINDS] = {
		{ "the calibrations on either side",
		    "the first calibration, extrapolated",
		    "the last calibration, extrapolated" },
		{ "all exchanges, smoothed", "all exchanges, extrapolated",
		    "all exchanges, extrapolated" },
	};

	if (c->model.unverified)
		return "evidence that did not verify";
	return c->asked.linear ? "the last calibration alone"
			       : by_kind[c->model.smoothed][a->kind];
}

/* Why there is no answer: the clock was watched and never showed it, or nobody watched.
 */
static const char *
why_none(const struct conversion *c, struct system_time t)
{
	return model_covers(&c->model, t) ? "never-shown" : "not-covered";
}

static void
answer_json(const struct conversion *c, struct system_time t, const struct correction *a)
{
	struct json *j = json_begin();

	json_text(j, "host", c->model.host);
	json_time(j, "time", t.ns);
	if (a == NULL) {
		json_text(j, "kind", why_none(c, t));
		json_end(j, stdout);
		return;
	}
	json_time(j, "utc", a->utc.ns);
	json_number(j, "noise_ns", a->noise.ns);
	json_number(j, "uncertainty_ns", a->uncertainty.ns);
	json_time(j, "earliest", a->earliest.ns);
	json_time(j, "latest", a->latest.ns);
	json_ppm(j, "frequency_ppm", a->frequency);
	json_ppm(j, "rho_ppm", a->rho);
	json_text(j, "kind", c->asked.linear ? "linear" : correction_kind_names[a->kind]);
	json_text(j, "basis", basis(c, a));
	json_text(j, "timescale", a->common ? "common time" : "UTC");
	json_flag(j, "conflict", a->conflict);
	json_end(j, stdout);
}

static void
answer_text(const struct conversion *c, struct system_time t, const struct correction *a)
{
	char from[RFC3339_LENGTH + 1];
	char utc[RFC3339_LENGTH + 1];
	char earliest[RFC3339_LENGTH + 1];
	char latest[RFC3339_LENGTH + 1];

	print_time(from, t.ns);
	if (a == NULL) {
		(void)printf("%s  %s\n", from,
		    model_covers(&c->model, t)
			? "was never shown by this clock"
			: "is beyond the boot that the evidence is of; nothing bridges it");
		return;
	}
	print_time(utc, a->utc.ns);
	print_time(earliest, a->earliest.ns);
	print_time(latest, a->latest.ns);
	(void)printf("%s  is %s %s +-%.6f s (95 %%), noise %.6f s\n"
		     "  not before %s, not after %s,\n"
		     "    if %s and the oscillator strays by at most %.3f ppm\n"
		     "  frequency %+.3f ppm; %s, by %s%s\n",
	    from, a->common ? "common time" : "UTC", utc, span_seconds(a->uncertainty),
	    span_seconds(a->noise), earliest, latest,
	    c->asked.linear || !c->model.smoothed ? "the selected server is true"
						  : "most servers are true",
	    a->rho * 1e6, a->frequency * 1e6,
	    c->asked.linear ? "linear" : correction_kind_names[a->kind], basis(c, a),
	    a->conflict ? "; CALIBRATIONS CONTRADICT EACH OTHER HERE" : "");
}

static void
convert_time(struct conversion *c, struct system_time t)
{
	struct correction answers[ANSWERS_MAX];
	size_t n = 1;

	if (c->asked.linear)
		answers[0] = model_correct_linear(&c->model, t);
	else
		n = model_correct(&c->model, t, answers, ANSWERS_MAX);
	c->missed |= n == 0;
	for (size_t i = 0; i < (n > 0 ? n : 1); i++) {
		const struct correction *a = n > 0 ? &answers[i] : NULL;

		if (c->json)
			answer_json(c, t, a);
		else
			answer_text(c, t, a);
	}
}

/* Seconds since 1970 with up to nine decimals, without a detour through a double. */
static bool
parse_unix(const char *text, int64_t *ns)
{
	int64_t sign = *text == '-' ? -1 : 1;
	struct scan s = { text + (sign < 0), text + strlen(text), false };
	uint64_t seconds = scan_uint(&s);
	int64_t fraction = 0;
	int digits = 0;

	if (!s.failed && scan_peek(&s, ".")) {
		s.at++;
		for (; digits < 9 && s.at < s.end; digits++)
			fraction = fraction * 10 + (int64_t)scan_digits(&s, 1);
	}
	for (; digits < 9; digits++)
		fraction *= 10;
	return !s.failed && s.at == s.end && seconds < INT64_MAX / NS_PER_SECOND &&
	       !__builtin_mul_overflow(
		   sign, (int64_t)seconds * NS_PER_SECOND + fraction, ns);
}

static bool
parse_rfc3339(const char *text, int64_t *ns)
{
	struct log_time t;

	if (!log_time_find(text, strlen(text), &t) || t.grammar != LOG_ISO8601 ||
	    t.zone == ZONE_NONE || t.to != strlen(text))
		return false;
	return !__builtin_mul_overflow(
		   log_time_local_seconds(&t, 0) - (int64_t)t.zone_minutes * 60,
		   NS_PER_SECOND, ns) &&
	       !__builtin_add_overflow(*ns, t.fraction_ns, ns);
}

static bool
convert_text(struct conversion *c, const char *text)
{
	struct system_time t;

	if (!parse_rfc3339(text, &t.ns) && !parse_unix(text, &t.ns)) {
		say("'%s' is no time; allowed: RFC 3339 with Z or +hh:mm, as "
		    "2026-11-22T12:00:00Z, or Unix seconds, as 1795348800.5",
		    text);
		return false;
	}
	convert_time(c, t);
	return true;
}

static bool
convert_lines(struct conversion *c)
{
	char *line = NULL;
	size_t room = 0;
	bool good = true;

	while (getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line != '\0')
			good &= convert_text(c, line);
		(void)fflush(stdout);
	}
	free(line);
	return good;
}

static const struct option options[] = {
	MODEL_LONG_OPTIONS,
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

static int
take_option(struct conversion *c, int option)
{
	static const struct command_words words = { "convert", usage };

	if (option != 'j')
		return model_option(&c->asked, option, &words);
	c->json = true;
	return -1;
}

static int
convert(struct conversion *c, char *const times[])
{
	const struct model_options *asked = &c->asked;
	bool understood = true;

	if (!model_load(&c->model, asked->evidence, asked->evidences, asked->unverified))
		return EXIT_CANNOT;
	for (; *times != NULL; times++)
		understood &=
		    strcmp(*times, "-") == 0 ? convert_lines(c) : convert_text(c, *times);
	if (!understood)
		return EXIT_USAGE;
	return c->missed || c->model.findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

int
convert_main(int argc, char *argv[])
{
	struct conversion c = { .json = false };
	int option;
	int code = -1;

	while (code < 0 && (option = getopt_long(argc, argv, "e:h", options, NULL)) != -1)
		code = take_option(&c, option);
	if (code < 0 && (c.asked.evidences == 0 || optind == argc)) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = convert(&c, argv + optind);
	model_free(&c.model);
	model_options_free(&c.asked);
	return code;
}
