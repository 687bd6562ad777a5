#include "configure.h"

const char *
configure_path(const struct options *o)
{
	return o->config != NULL ? o->config
				 : CLOCKWITNESS_SYSCONFDIR "/clockwitness.conf";
}

static bool
take_servers(const struct options *o, char *const argv[], struct config *c,
    char message[CONFIG_MESSAGE_SIZE])
{
	c->servers = 0;
	for (int i = o->first_server; argv[i] != NULL; i++)
		if (!config_add_argument(c, argv[i], message))
			return false;
	return true;
}

bool
configure(const struct options *o, char *const argv[], struct config *out,
    char message[CONFIG_MESSAGE_SIZE])
{
	const char *path = configure_path(o);
	bool arguments = argv[o->first_server] != NULL;

	config_defaults(out);
	if (o->config == NULL && arguments)
		config_bare(out);
	else if (!config_load(path, out, message))
		return false;
	if (arguments && !take_servers(o, argv, out, message))
		return false;
	for (size_t i = 0; i < o->settings; i++)
		if (!config_add_setting(out, o->setting[i], message))
			return false;
	return config_finish(
	    out, out->file[0] != '\0' ? path : "the command line", message);
}
