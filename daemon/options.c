#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: clockwitnessd [-c FILE] [-o DIR|-] [--once | --for DURATION] [--until PPM]\n"
    "                     [--poll SECONDS] [--set KEY=VALUE] [SERVER...]\n"
    "\n"
    "Watches this host's clock against NTP servers and records what it saw as evidence.\n"
    "It never sets or steers the clock.\n"
    "\n"
    "  SERVER          HOST, HOST:PORT, [IPV6]:PORT; replaces the servers of the file\n"
    "  -c FILE         configuration; else " CLOCKWITNESS_SYSCONFDIR
    "/clockwitness.conf,\n"
    "                  or none if servers are given\n"
    "  -o DIR|-        write evidence into DIR, or to standard output\n"
    "  --once          measure each server in a short burst, print a table, exit\n"
    "  --for DURATION  stop after 90s, 15m, 6h or 2d\n"
    "  --until PPM     stop when the frequency is known to this standard error\n"
    "  --poll SECONDS  ask each server at this interval (fractions allowed)\n"
    "  --set KEY=VALUE a key of clockwitness.conf(5), as confine=no or common=yes\n"
    "  -h, --help      print this\n"
    "  -V, --version   print the version\n"
    "\n"
    "Exit status: 0 stopped as asked, or --once with a majority; 1 no majority or nothing\n"
    "usable; 2 usage or configuration; 3 the host does not let it.\n"
    "\n"
    "  clockwitnessd --once ntp1.example.org ntp2.example.org ntp3.example.org\n"
    "  clockwitnessd -o /mnt/usb/case7 --for 15m 192.0.2.1 192.0.2.2 192.0.2.3\n";

enum { OPTION_ONCE = 256, OPTION_FOR, OPTION_UNTIL, OPTION_POLL, OPTION_SET };

static const struct option long_options[] = {
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ "poll", required_argument, NULL, OPTION_POLL },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool
positive_number(const char *text, double most, double *out, char **end)
{
	if ((*text < '0' || *text > '9') && *text != '.')
		return false;
	*out = strtod(text, end);
	return *end != text && *out > 0 && *out <= most;
}

bool
options_duration(const char *text, struct span *out)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
	double n;
	char *end;

	if (!positive_number(text, 315360000, &n, &end))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(end, units[i].unit) == 0 &&
		    n * units[i].seconds <= 315360000) {
			*out = span_from_seconds(n * units[i].seconds);
			return true;
		}
	}
	return false;
}

static bool
parse_poll(const char *text, struct span *out)
{
	double seconds;
	char *end;

	if (!positive_number(text, 131072, &seconds, &end) || *end != '\0' ||
	    seconds < 0.01)
		return false;
	*out = span_from_seconds(seconds);
	return true;
}

static bool
parse_until(const char *text, double *out)
{
	char *end;

	if (!positive_number(text, 1000, out, &end) || *end != '\0')
		return false;
	*out /= 1e6;
	return true;
}

static enum options_result
wrong(const char *what, const char *value, const char *allowed)
{
	(void)fprintf(stderr, "clockwitnessd: %s '%s' is not allowed; allowed: %s\n",
	    what, value, allowed);
	return OPTIONS_WRONG;
}

static enum options_result
take_setting(struct options *o, const char *setting)
{
	if (o->settings == OPTIONS_SETTINGS)
		return wrong("--set", setting, "32 of them");
	o->setting[o->settings++] = setting;
	return OPTIONS_RUN;
}

static enum options_result
take(struct options *o, int option)
{
	switch (option) {
	case 'c':
		o->config = optarg;
		return OPTIONS_RUN;
	case 'o':
		o->evidence = optarg;
		return *optarg != '\0' ? OPTIONS_RUN
				       : wrong("-o", optarg, "a directory, or -");
	case OPTION_ONCE:
		o->once = true;
		return OPTIONS_RUN;
	case OPTION_FOR:
		return options_duration(optarg, &o->stop_after)
			   ? OPTIONS_RUN
			   : wrong("--for", optarg,
				 "a number and s, m, h or d, as 90s or 15m");
	case OPTION_UNTIL:
		return parse_until(optarg, &o->until)
			   ? OPTIONS_RUN
			   : wrong(
				 "--until", optarg, "a number of ppm up to 1000, as 0.1");
	case OPTION_POLL:
		return parse_poll(optarg, &o->poll)
			   ? OPTIONS_RUN
			   : wrong("--poll", optarg,
				 "a number of seconds from 0.01 to 131072");
	case OPTION_SET:
		return take_setting(o, optarg);
	case 'h':
		(void)fputs(usage, stdout);
		return OPTIONS_DONE;
	case 'V':
		(void)puts("clockwitnessd " CLOCKWITNESS_VERSION);
		return OPTIONS_DONE;
	default:
		(void)fputs("try 'clockwitnessd --help'\n", stderr);
		return OPTIONS_WRONG;
	}
}

enum options_result
options_parse(struct options *o, int argc, char *argv[])
{
	enum options_result result = OPTIONS_RUN;
	int option;

	*o = (struct options){ .first_server = argc };
	while (result == OPTIONS_RUN &&
	       (option = getopt_long(argc, argv, "c:o:hV", long_options, NULL)) != -1)
		result = take(o, option);
	o->first_server = optind;
	if (result == OPTIONS_RUN && o->once && (o->stop_after.ns > 0 || o->until > 0)) {
		(void)fputs(
		    "clockwitnessd: --once ends by itself; it goes with neither --for "
		    "nor --until\n",
		    stderr);
		return OPTIONS_WRONG;
	}
	return result;
}
