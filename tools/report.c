#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "model_options.h"
#include "report_data.h"
#include "report_pages.h"
#include "say.h"

static const char usage[] =
    "usage: clockwitness report [-o FILE] [--text] [--unverified] EVIDENCE...\n"
    "\n"
    "What the evidence says of the clock, as one HTML page that needs nothing else:\n"
    "summary, offset and frequency over time, what happened, servers, method, proof.\n"
    "\n"
    "  -o FILE       write there, not to standard output\n"
    "  --text        for a terminal\n"
    "  --unverified  use evidence beyond a line that does not hold, or that no seal covers\n"
    "\n"
    "Exit status: 0 done; 1 done, with findings; 2 usage; 3 cannot.\n";

struct reporting {
	struct report report;
	const char *output;
	bool text, unverified;
	struct outlet out;
};

static const struct option options[] = {
	{ "text", no_argument, NULL, 't' },
	{ "unverified", no_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool
write_report(struct reporting *r)
{
	const char *name = r->output != NULL ? r->output : "standard output";
	bool good;

	r->out.fd = STDOUT_FILENO;
	if (r->output != NULL)
		r->out.fd =
		    open(r->output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (r->out.fd < 0) {
		(void)say_errno("%s", name);
		return false;
	}
	if (r->text)
		report_text(&r->out, &r->report);
	else
		report_page(&r->out, &r->report);
	good = outlet_flush(&r->out);
	if (r->output != NULL)
		good = fsync(r->out.fd) == 0 && close(r->out.fd) == 0 && good;
	if (!good)
		(void)say_errno("%s", name);
	return good;
}

static int
report(struct reporting *r, char *const paths[], size_t n)
{
	struct model_request wanted = {
		.paths = paths,
		.count = n,
		.unverified = r->unverified,
	};

	if (!report_gather(&r->report, &wanted) || !write_report(r))
		return EXIT_CANNOT;
	return r->report.findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

int
report_main(int argc, char *argv[])
{
	static struct reporting r;
	int option;
	int code = -1;

	while (
	    code < 0 && (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'o') {
			r.output = optarg;
		} else if (option == 't') {
			r.text = true;
		} else if (option == 'u') {
			r.unverified = true;
		} else if (option == 'h') {
			(void)fputs(usage, stdout);
			code = EXIT_DONE;
		} else {
			(void)fputs("try 'clockwitness report --help'\n", stderr);
			code = EXIT_USAGE;
		}
	}
	if (code < 0 && optind == argc) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = report(&r, argv + optind, (size_t)(argc - optind));
	report_free(&r.report);
	return code;
}
