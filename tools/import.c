/* The logs of a host's own time daemons -> a table of its clock that --segments reads. */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock_model.h"
#include "clock_table.h"
#include "commands.h"
#include "import_log.h"
#include "memory.h"
#include "outlet.h"
#include "say.h"
#include "sequence.h"

#define HOLD_S 86400
#define HOLD_MAX_S (366 * 86400)

static const char usage[] =
    "usage: clockwitness import [OPTIONS] LOG...\n"
    "\n"
    "The clock of a host that left no evidence, by what its own time daemon logged: ntpd,\n"
    "ntpsec, ntpdate, openntpd, chronyd, systemd-timesyncd in syslog, a log of their own or\n"
    "journalctl's output, and loopstats, peerstats, tracking.log, measurements.log. Writes\n"
    "the table of segments that 'correct --segments' and others read. It is no evidence: such\n"
    "logs are not sealed, and nothing is guaranteed; all that rests on it says so.\n"
    "\n"
    "  -o FILE        write there, not to standard output\n"
    "  --form F       csv (default), jsonl, sql (CREATE TABLE and INSERT)\n"
    "  --host NAME    the host's name; else as the logs have it\n"
    "  --format F     auto (default), a name of 'clockwitness formats', or a pattern\n"
    "  --timezone Z   of stamps without one: UTC (default), +01:00, Europe/Berlin\n"
    "  --year Y       of the first stamp without one; else by the file's time\n"
    "  --slew PPM     how fast the kernel slews: 500 (Linux), 5000 (OpenBSD); else\n"
    "                 as the logged amounts shrink\n"
    "  --hold HOURS   so far from what was logged an estimate goes (24)\n"
    "  -q             no summary\n"
    "\n"
    "Exit status: 0 done; 1 the logs tell nothing of the clock; 2 usage; 3 cannot.\n";

struct importing {
	struct import_log log;
	struct told_options told;
	enum table_form form;
	const char *output, *host, *timezone;
	bool quiet;
	struct outlet out;
	struct table_row row; /* the next one, which may still grow; if it has a host */
	size_t rows;
};

/* ---- out */

static bool
continues(const struct table_row *a, const struct table_row *b)
{
	return a->to.ns == b->from.ns && a->delta.ns == b->delta.ns &&
	       fabs(a->slope) <= 0 && fabs(b->slope) <= 0 &&
	       a->uncertainty.ns == b->uncertainty.ns &&
	       strcmp(a->basis, b->basis) == 0 && a->incarnation == b->incarnation;
}

static void
put_row(struct importing *m)
{
	if (m->row.host != NULL)
		table_put(&m->out, m->form, m->rows++, &m->row);
	m->row.host = NULL;
}

static void
put_piece(struct importing *m, const struct told_stretch *s, const struct told_piece *p,
    unsigned incarnation)
{
	struct table_row r = {
		.host = m->host,
		.boot_id = "",
		.kind = correction_kind_names[CORRECTION_TOLD],
		.timescale = "UTC",
		.timezone = m->log.clock.zone.name,
		.basis = daemon_author_names[s->author],
		.incarnation = incarnation,
		.from = p->from,
		.to = p->to,
		.delta = p->offset,
		.slope = p->slope,
		.noise = p->error, /* what of it is noise they do not say */
		.uncertainty = p->error,
	};

	if (m->row.host != NULL && continues(&m->row, &r)) {
		m->row.to = r.to;
		return;
	}
	put_row(m);
	m->row = r;
}

/* Stretches come in the order of UTC; where the clock shows less than before, it was set. */
static void
put_all(struct importing *m, const struct told_stretch s[], size_t n)
{
	unsigned incarnation = 0;

	table_begin(&m->out, m->form);
	for (size_t i = 0; i < n; i++) {
		struct system_time at = s[i].from;

		if (i > 0 && system_since(s[i].from, s[i - 1].to).ns < 0)
			incarnation++;
		while (system_since(s[i].to, at).ns > 0) {
			struct told_piece p = told_piece(&s[i], at);

			put_piece(m, &s[i], &p, incarnation);
			at = p.to;
		}
	}
	put_row(m);
}

static int
write_table(struct importing *m)
{
	const struct import_log *l = &m->log;
	size_t room = 0;
	struct told_stretch *s =
	    memory_grow(NULL, &room, TOLD_STRETCHES * l->lines + 1, sizeof(*s));
	size_t n = told_build(l->line, l->lines, &m->told, s);

	if (n == 0) {
		say("the logs tell nothing of the clock: no amount, no step, no word of being "
		    "synchronised");
		free(s);
		return EXIT_FINDINGS;
	}
	m->out.fd = STDOUT_FILENO;
	if (m->output != NULL)
		m->out.fd =
		    open(m->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (m->out.fd < 0) {
		free(s);
		return say_errno("%s", m->output);
	}
	put_all(m, s, n);
	free(s);
	if (outlet_flush(&m->out) && (m->output == NULL || close(m->out.fd) == 0))
		return EXIT_DONE;
	return say_errno("%s", m->output != NULL ? m->output : "standard output");
}

/* ---- what was read */

static void
say_words(const struct importing *m)
{
	const struct import_log *l = &m->log;

	for (size_t a = AUTHOR_NONE + 1; a < DAEMON_AUTHORS; a++)
		if (l->told[a] > 0)
			say("%s: %" PRIu64 " lines of the clock, %" PRIu64 " others",
			    daemon_author_names[a], l->told[a], l->alive[a]);
	if (l->passed_over > 0)
		say("%" PRIu64
		    " lines of statistics were passed over: of servers that the "
		    "daemon does not say it followed, or less than others say",
		    l->passed_over);
}

static void
say_settings(const struct importing *m)
{
	const struct import_log *l = &m->log;
	double rate = m->told.slew > 0 ? m->told.slew : told_slew_rate(l->line, l->lines);

	if (l->zoneless > 0)
		say("stamps without a zone taken for %s%s", l->clock.zone.name,
		    m->timezone == NULL ? " (--timezone)" : "");
	if (l->guessed_year != 0)
		say("year %" PRIi64 " assumed (--year)", l->guessed_year);
	if (l->has_slew && rate > 0)
		say("the kernel slews by %.0f ppm here%s", rate * 1e6,
		    m->told.slew > 0 ? "" : ", as the amounts shrink");
	else if (l->has_slew)
		say("how fast the kernel slews does not show (--slew): between an amount "
		    "and the next word anything is possible");
	say("%zu pieces; NOT EVIDENCE: what a time daemon itself logged; it is not sealed, "
	    "and nothing is guaranteed",
	    m->rows);
}

static int
import(struct importing *m, char *logs[], size_t n)
{
	int code;

	if (!zone_parse(m->timezone != NULL ? m->timezone : "UTC", &m->log.clock.zone)) {
		say("timezone '%s' is not known here; allowed: UTC, +hh:mm, or a name of the "
		    "zone database",
		    m->timezone);
		return EXIT_USAGE;
	}
	sequence_sort(logs, n);
	for (size_t i = 0; i < n; i++) {
		bool goes_on = i > 0 && sequence_goes_on(logs[i - 1], logs[i]);

		if (!import_log_read(&m->log, logs[i], goes_on))
			return EXIT_CANNOT;
	}
	import_log_close(&m->log);
	if (m->host == NULL)
		m->host = m->log.host;
	code = write_table(m);
	if (!m->quiet)
		say_words(m);
	if (!m->quiet && code == EXIT_DONE)
		say_settings(m);
	return code;
}

/* ---- options */

enum { OPTION_HOST = 256, OPTION_FORMAT, OPTION_SLEW, OPTION_HOLD };

static const struct option options[] = {
	{ "form", required_argument, NULL, 'f' },
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "timezone", required_argument, NULL, 'z' },
	{ "year", required_argument, NULL, 'y' },
	{ "slew", required_argument, NULL, OPTION_SLEW },
	{ "hold", required_argument, NULL, OPTION_HOLD },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
take_whole(const char *name, int64_t least, int64_t most, int64_t *out)
{
	char *end;

	*out = strtol(optarg, &end, 10);
	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' && *out >= least &&
	    *out <= most)
		return -1;
	say("--%s '%s' is not allowed; allowed: %" PRIi64 " to %" PRIi64, name, optarg,
	    least, most);
	return EXIT_USAGE;
}

static int
take_slew(struct importing *m)
{
	int64_t ppm;
	int code = take_whole("slew", 1, 100000, &ppm);

	m->told.slew = (double)ppm / 1e6;
	return code;
}

static int
take_hold(struct importing *m)
{
	int64_t hours;
	int code = take_whole("hold", 0, HOLD_MAX_S / 3600, &hours);

	m->told.hold.ns = hours * 3600 * NS_PER_SECOND;
	return code;
}

static int
take_option(struct importing *m, int option)
{
	switch (option) {
	case 'o':
		m->output = optarg;
		return -1;
	case 'f':
		return table_form_take(optarg, &m->form);
	case OPTION_HOST:
		m->host = optarg;
		return -1;
	case OPTION_FORMAT:
		return recognition_wish_parse(optarg, &m->log.wish) ? -1 : EXIT_USAGE;
	case 'z':
		m->timezone = optarg;
		return -1;
	case 'y':
		return take_whole("year", 1970, 2261, &m->log.clock.year);
	case OPTION_SLEW:
		return take_slew(m);
	case OPTION_HOLD:
		return take_hold(m);
	case 'q':
		m->quiet = true;
		return -1;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_DONE;
	default:
		(void)fputs("try 'clockwitness import --help'\n", stderr);
		return EXIT_USAGE;
	}
}

int
import_main(int argc, char *argv[])
{
	static struct importing m;
	int option;
	int code = -1;

	if (!import_log_begin(&m.log))
		return EXIT_CANNOT;
	m.told.hold.ns = HOLD_S * NS_PER_SECOND;
	while (
	    code < 0 && (option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1)
		code = take_option(&m, option);
	if (code < 0 && optind == argc) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = import(&m, argv + optind, (size_t)(argc - optind));
	import_log_free(&m.log);
	return code;
}
