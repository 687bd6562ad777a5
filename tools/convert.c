#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "commands.h"
#include "convert_print.h"
#include "log_time.h"
#include "say.h"
#include "text.h"

#define ANSWERS_MAX 16

static const char usage[] =
    "usage: clockwitness convert -e EVIDENCE... [--segments TABLE] [--json]\n"
    "                            [--method smooth|linear] [--beyond] [--unverified] [--whole] TIME...\n"
    "\n"
    "Times that the host's clock showed, as RFC 3339 or Unix seconds ('-': one a line from\n"
    "standard input), to UTC with noise, uncertainty and guaranteed interval.\n"
    "\n"
    "  -e EVIDENCE   evidence file or directory; more than once for more\n"
    "  --segments TABLE\n"
    "                where there is no evidence: a table of import or export\n"
    "  --method M    smooth (default): by all calibrations; linear: by the last one's offset\n"
    "                and frequency alone\n"
    "  --json        one object a line\n"
    "  --beyond      go on over a boot or a suspend that the evidence did not see: a guess\n"
    "  --unverified  use evidence beyond a line that does not hold, or that no seal covers\n"
    "  --whole       read all files, not only those that reach near the times\n"
    "\n"
    "Exit status: 0 done; 1 a time that the clock never showed, or findings; 2 usage; 3 cannot.\n";

static void
convert_time(struct conversion *c, struct system_time t)
{
	struct model_answer answers[ANSWERS_MAX] = { { .by = NULL } };
	size_t n = 1;

	if (c->asked.linear)
		answers[0].correction = model_correct_linear(&c->model, t);
	else
		n = model_answers(&c->model, t, answers, ANSWERS_MAX);
	c->missed |= n == 0;
	for (size_t i = 0; i < (n > 0 ? n : 1); i++)
		convert_print(c, t, n > 0 ? &answers[i] : NULL);
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
	static const struct civil nothing_is_missing;
	struct log_pattern iso8601;
	struct log_time t;
	size_t column;

	if (!log_pattern_compile("%F%^%T%.%z", &iso8601, &column) ||
	    !log_time_find(&iso8601, text, strlen(text), &t) || t.zone == LOG_ZONE_NONE ||
	    t.to != strlen(text))
		return false;
	return !__builtin_mul_overflow(log_time_local_seconds(&t, &nothing_is_missing) -
					   (int64_t)t.zone_minutes * 60,
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
	{ "whole", no_argument, NULL, 'w' },
	{ NULL, 0, NULL, 0 },
};

static int
take_option(struct conversion *c, int option)
{
	static const struct command_words words = { "convert", usage };

	c->json |= option == 'j';
	c->whole |= option == 'w';
	return option == 'j' || option == 'w' ? -1
					      : model_option(&c->asked, option, &words);
}

/* Only these times will be asked for; false: who knows which. */
static bool
choose_window(
    const struct conversion *c, char *const times[], struct model_request *wanted)
{
	struct system_time t;

	wanted->from.ns = INT64_MAX;
	wanted->to.ns = INT64_MIN;
	for (; *times != NULL; times++) {
		if (!parse_rfc3339(*times, &t.ns) && !parse_unix(*times, &t.ns))
			return false;
		wanted->from.ns = t.ns < wanted->from.ns ? t.ns : wanted->from.ns;
		wanted->to.ns = t.ns > wanted->to.ns ? t.ns : wanted->to.ns;
	}
	return !c->asked.linear;
}

static bool
answers_all(const struct conversion *c, char *const times[])
{
	struct model_answer answers[ANSWERS_MAX];
	struct system_time t;

	for (; *times != NULL; times++)
		if ((parse_rfc3339(*times, &t.ns) || parse_unix(*times, &t.ns)) &&
		    model_answers(&c->model, t, answers, ANSWERS_MAX) == 0)
			return false;
	return true;
}

/* What lies near the times is modelled; all of it only where that does not do. */
static bool
load(struct conversion *c, char *const times[])
{
	struct model_request wanted = model_options_request(&c->asked);
	bool good;

	wanted.whole = c->whole;
	wanted.windowed = choose_window(c, times, &wanted);
	good = model_load(&c->model, &wanted);
	if (!wanted.windowed || wanted.count == 0 ||
	    (good ? answers_all(c, times) : c->model.unread == 0 || c->model.mixed))
		return good;
	model_free(&c->model);
	wanted.windowed = false;
	return model_load(&c->model, &wanted);
}

static int
convert(struct conversion *c, char *const times[])
{
	bool understood = true;

	if (!load(c, times))
		return EXIT_CANNOT;
	model_say_unread(&c->model, "these times");
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
	if (code < 0 && (model_options_empty(&c.asked) || optind == argc)) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = convert(&c, argv + optind);
	model_free(&c.model);
	model_options_free(&c.asked);
	return code;
}
