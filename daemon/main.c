/* clockwitnessd: watches this host's clock against NTP servers, and writes down what it
 * saw. */
#include <unistd.h>

#include "config.h"
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
configure(const struct options *o, int argc, char *argv[], struct config *c)
{
	const char *path =
	    o->config != NULL ? o->config : CLOCKWITNESS_SYSCONFDIR "/clockwitness.conf";
	bool arguments = o->first_server < argc;
	char message[CONFIG_MESSAGE_SIZE];

	config_defaults(c);
	if ((o->config != NULL || !arguments) && !config_load(path, c, message)) {
		log_line(LOG_ERROR, "%s", message);
		if (o->config == NULL && access(path, F_OK) != 0)
			log_line(LOG_ERROR, no_server, path);
		return false;
	}
	if (c->file[0] == '\0')
		config_bare(c);
	if (arguments)
		c->servers = 0;
	for (int i = o->first_server; i < argc; i++) {
		if (!config_add_argument(c, argv[i], message)) {
			log_line(LOG_ERROR, "%s", message);
			return false;
		}
	}
	if (!config_finish(c, path, message)) {
		log_line(LOG_ERROR, "%s", message);
		return false;
	}
	if (c->servers == 0)
		log_line(LOG_ERROR, no_server, path);
	return c->servers > 0;
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
	static struct witness witness;
	static struct config config;
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
	if (!configure(&options, argc, argv, &config))
		return EXIT_USAGE;
	log_set_level(config.log);
	if (config.syslog && !options.once)
		log_to_syslog();
	code = witness_open(&witness, &options, &config, argc, argv);
	if (code == 0)
		code = (int)witness_run(&witness);
	witness_close(&witness);
	return code;
}
