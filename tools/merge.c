#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calendar.h"
#include "case.h"
#include "commands.h"
#include "event.h"
#include "memory.h"
#include "merge_host.h"
#include "merge_run.h"
#include "picture.h"
#include "say.h"
#include "text.h"

static const char usage[] =
    "usage: clockwitness merge [-o FILE] [--form FORM] CASE\n"
    "       clockwitness merge [-o FILE] [--form FORM] --host NAME -e EVIDENCE... LOG...\n"
    "                          --host NAME -e EVIDENCE... LOG... ...\n"
    "\n"
    "The logs of several hosts to one timeline in UTC. Hosts' clocks are known to within an\n"
    "interval only, so some events have no certain order: each says how many certainly\n"
    "happened before it, and its place is one of those that are possible.\n"
    "\n"
    "  CASE           INI file: a [host NAME] each, with evidence =, segments =, log =,\n"
    "                 timezone =, year =, format =; [happened-before NAME] with cause =, effect =\n"
    "  --segments TABLE\n"
    "                 of this host, where there is no evidence: of import or export\n"
    "  -o FILE        write there, not to standard output\n"
    "  --form FORM    text (default), timesketch, csv, l2tcsv, tln, bodyfile, ecs, otlp\n"
    "  --from TIME, --to TIME\n"
    "                 only events that may lie in this window (RFC 3339)\n"
    "  --picture FILE the order of these events as an HTML page\n"
    "  --window N     events that may be concurrent, at most (65536)\n"
    "  --beyond       go on over a boot or a suspend that the evidence did not see: a guess\n"
    "  --unverified   use evidence beyond a line that does not hold, or that no seal covers\n"
    "  --json         the summary as an object\n"
    "  -q             no summary\n"
    "\n"
    "Exit status: 0 done; 1 done, but some lines have no corrected time or no order, or\n"
    "findings; 2 usage; 3 cannot.\n";

enum {
	OPTION_FORM = 256,
	OPTION_FROM,
	OPTION_TO,
	OPTION_PICTURE,
	OPTION_WINDOW,
	OPTION_HOST,
	OPTION_SEGMENTS
};

struct merging {
	struct merge_case of;
	struct case_host *now; /* that options are about */
	struct merge_host *host;
	const char *output, *picture;
	bool unverified, beyond, json, quiet;
	struct merge_run run;
};

static bool
open_hosts(struct merging *m, int *code)
{
	size_t room = 0;

	m->host = memory_grow(NULL, &room, m->of.hosts, sizeof(*m->host));
	memset(m->host, 0, m->of.hosts * sizeof(*m->host));
	for (size_t i = 0; i < m->of.hosts; i++) {
		*code = merge_host_open(
		    &m->host[i], &m->of.host[i], m->unverified, m->beyond);
		if (*code >= 0)
			return false;
	}
	return true;
}

static int
open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		(void)say_errno("%s", path);
	return fd;
}

static bool
close_file(int fd, const char *path, bool good)
{
	good = fsync(fd) == 0 && good;
	if (close(fd) == 0 && good)
		return true;
	(void)say_errno("%s", path);
	return false;
}

static bool
write_picture(const struct merging *m)
{
	static struct outlet o;

	if (m->picture == NULL)
		return true;
	o.fd = open_file(m->picture);
	return o.fd >= 0 &&
	       close_file(o.fd, m->picture, picture_write(&m->run.picture, &o));
}

static bool
has_findings(const struct merging *m)
{
	bool found = m->run.left > 0;

	for (size_t i = 0; i < m->of.hosts; i++)
		found |= m->host[i].model.findings > 0;
	for (size_t i = 0; i < m->run.logs; i++)
		found |= m->run.log[i].file.damaged;
	return found;
}

static int
merge(struct merging *m)
{
	static struct outlet out;
	int code = EXIT_CANNOT;
	bool good;

	if (!open_hosts(m, &code))
		return code;
	out.fd = m->output != NULL ? open_file(m->output) : STDOUT_FILENO;
	if (out.fd < 0)
		return EXIT_CANNOT;
	m->run.out = &out;
	m->run.wants_picture = m->picture != NULL;
	good = merge_run(&m->run, m->host, &m->of);
	good = outlet_flush(&out) && good;
	if (out.failed)
		(void)say_errno("%s", m->output != NULL ? m->output : "standard output");
	if (m->output != NULL)
		good = close_file(out.fd, m->output, good);
	good = write_picture(m) && good;
	if (good && m->json)
		merge_say_json(&m->run);
	else if (good && !m->quiet)
		merge_say(&m->run);
	if (!good)
		return EXIT_CANNOT;
	return has_findings(m) ? EXIT_FINDINGS : EXIT_DONE;
}

/* ---- options */

static int
take_time(const char *option, int64_t *ns)
{
	char text[RFC3339_LENGTH + 1] = "0000-00-00T00:00:00.000000000Z";
	size_t n = strlen(optarg);
	struct scan s = { text, text + RFC3339_LENGTH, false };

	/* as many digits of the second as it likes */
	if (n >= 20 && n <= RFC3339_LENGTH && optarg[n - 1] == 'Z' &&
	    (n == 20 || optarg[19] == '.')) {
		memcpy(text, optarg, n - 1);
		*ns = scan_rfc3339(&s);
		if (!s.failed)
			return -1;
	}
	say("%s '%s' is not allowed; allowed: a time as 2026-11-22T01:52:47.5Z", option,
	    optarg);
	return EXIT_USAGE;
}

static int
take_window(struct merging *m)
{
	char *end;
	unsigned long n = strtoul(optarg, &end, 10);

	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' && n >= 16 && n <= 1 << 24) {
		m->run.window = n;
		return -1;
	}
	say("--window '%s' is not allowed; allowed: 16 to 16777216", optarg);
	return EXIT_USAGE;
}

static int
take_form(struct merging *m)
{
	m->run.form = event_form(optarg);
	if (m->run.form != NULL)
		return -1;
	say("--form '%s' is not known; known:", optarg);
	for (size_t i = 0; i < event_form_count; i++)
		(void)fprintf(
		    stderr, "  %-10s  %s\n", event_forms[i].name, event_forms[i].what);
	return EXIT_USAGE;
}

static int
take_host(struct merging *m)
{
	m->now = case_add_host(&m->of, optarg);
	if (m->now != NULL)
		return -1;
	say("--host '%s' is given twice", optarg);
	return EXIT_USAGE;
}

static int
take_evidence(struct merging *m)
{
	if (m->now == NULL) {
		say("-e %s: name the host first, with --host", optarg);
		return EXIT_USAGE;
	}
	case_add_path(&m->now->evidence, optarg);
	return -1;
}

static int
take_segments(struct merging *m)
{
	if (m->now == NULL || m->now->table != NULL) {
		say("--segments %s: %s", optarg,
		    m->now == NULL ? "name the host first, with --host"
				   : "this host has one already");
		return EXIT_USAGE;
	}
	m->now->table = memory_text(optarg);
	return -1;
}

/* A word that is no option: a log of the host, or the case. */
static int
take_word(struct merging *m, const char *word)
{
	if (m->now != NULL) {
		case_add_path(&m->now->logs, word);
		return -1;
	}
	if (m->of.hosts > 0) {
		say("one CASE only; it has all hosts");
		return EXIT_USAGE;
	}
	return case_read(&m->of, word) ? -1 : EXIT_USAGE;
}

static int
take_option(struct merging *m, int option)
{
	switch (option) {
	case 1:
		return take_word(m, optarg);
	case OPTION_HOST:
		return take_host(m);
	case 'e':
		return take_evidence(m);
	case OPTION_SEGMENTS:
		return take_segments(m);
	case 'o':
		m->output = optarg;
		return -1;
	case OPTION_FORM:
		return take_form(m);
	case OPTION_FROM:
		return take_time("--from", &m->run.from);
	case OPTION_TO:
		return take_time("--to", &m->run.to);
	case OPTION_PICTURE:
		m->picture = optarg;
		return -1;
	case OPTION_WINDOW:
		return take_window(m);
	case 'b':
		m->beyond = true;
		return -1;
	case 'u':
		m->unverified = true;
		return -1;
	case 'j':
		m->json = true;
		return -1;
	case 'q':
		m->quiet = true;
		return -1;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_DONE;
	default:
		(void)fputs("try 'clockwitness merge --help'\n", stderr);
		return EXIT_USAGE;
	}
}

static const struct option options[] = {
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "evidence", required_argument, NULL, 'e' },
	{ "segments", required_argument, NULL, OPTION_SEGMENTS },
	{ "form", required_argument, NULL, OPTION_FORM },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "to", required_argument, NULL, OPTION_TO },
	{ "picture", required_argument, NULL, OPTION_PICTURE },
	{ "window", required_argument, NULL, OPTION_WINDOW },
	{ "beyond", no_argument, NULL, 'b' },
	{ "unverified", no_argument, NULL, 'u' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
check_hosts(const struct merging *m)
{
	for (size_t i = 0; i < m->of.hosts; i++) {
		const struct case_host *h = &m->of.host[i];

		bool known = h->evidence.count > 0 || h->table != NULL;

		if (known && h->logs.count > 0)
			continue;
		say("host %s has no %s", h->name,
		    known ? "log" : "evidence (-e), nor a table (--segments)");
		return EXIT_USAGE;
	}
	if (m->of.hosts > 0)
		return -1;
	(void)fputs(usage, stderr);
	return EXIT_USAGE;
}

int
merge_main(int argc, char *argv[])
{
	static struct merging m;
	int option;
	int code = -1;

	m.run.form = &event_forms[0];
	m.run.from = INT64_MIN;
	m.run.to = INT64_MAX;
	m.run.window = 65536;
	/* "-": options and logs of a host stand behind its --host */
	while (code < 0 &&
	       (option = getopt_long(argc, argv, "-e:o:qh", options, NULL)) != -1)
		code = take_option(&m, option);
	while (code < 0 && optind < argc)
		code = take_word(&m, argv[optind++]);
	if (code < 0)
		code = check_hosts(&m);
	if (code < 0)
		code = merge(&m);
	for (size_t i = 0; m.host != NULL && i < m.of.hosts; i++)
		merge_host_close(&m.host[i]);
	free(m.host);
	picture_free(&m.run.picture);
	case_free(&m.of);
	return code;
}
