/* clockwitnessd: watches this host's clock against NTP servers, and writes down what it
 * saw. */
#include <unistd.h>

#include "config.h"
#include "configure.h"
#include "log.h"
#include "options.h"
#include "privilege.h"
#include "seal.h"
#include "witness.h"

static const char no_server[] =
    "no server is configured; name some, for example\n"
    "  clockwitnessd --once ntp1.example.org ntp2.example.org ntp3.example.org\n"
    "or in %s\n"
    "  [server one]\n"
    "  address = ntp1.example.org";

static bool
read_configuration(const struct options *o, char *const argv[], struct config *c)
{
	const char *path = configure_path(o);
	char message[CONFIG_MESSAGE_SIZE];
	bool good = configure(o, argv, c, message);

	if (!good)
		log_line(LOG_ERROR, "%s", message);
	if (good ? c->servers == 0 : o->config == NULL && access(path, F_OK) != 0)
		log_line(LOG_ERROR, no_server, path);
	return good && c->servers > 0;
}

static bool
needs_evidence(const struct options *o, int argc)
{
	return o->evidence == NULL && !o->once && o->first_server < argc &&
	       o->config == NULL;
}

int
main(int argc, char *argv[])
{
	static struct witness witness; /* of all that it has room for little is touched */
	struct options options;
	int code;
	int error;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_DONE:
		return EXIT_AS_ASKED;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	if (needs_evidence(&options, argc)) {
		log_line(
		    LOG_ERROR, "servers on the command line need -o DIR, -o - or --once");
		return EXIT_USAGE;
	}
	error = privilege_drop_set_time();
	if (error < 0) {
		(void)log_fail(error, "cannot give away the privilege to set the clock");
		return EXIT_CANNOT;
	}
	if (!seal_begin()) {
		log_line(LOG_ERROR, "libsodium cannot be used");
		return EXIT_CANNOT;
	}
	if (!read_configuration(&options, argv, &witness.config))
		return EXIT_USAGE;
	log_set_level(witness.config.log);
	if (witness.config.syslog && !options.once)
		log_to_syslog();
	code = witness_open(&witness, &options, argc, argv);
	if (code == 0)
		code = (int)witness_run(&witness);
	witness_close(&witness);
	return code;
}
