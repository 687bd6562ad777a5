/* Servers and settings on the command line. */
#include <string.h>

#include "config.h"
#include "config_key.h"
#include "config_value.h"

/* Splits "host:port" and "[v6]:port"; an address with several colons has no port. */
static bool
split_port(const char *argument, char *host, size_t size, const char **port)
{
	const char *colon = strrchr(argument, ':');
	const char *bracket = strchr(argument, ']');
	size_t n = strlen(argument);
	size_t skip = *argument == '[';

	*port = NULL;
	if (skip && bracket == NULL)
		return false;
	if (skip) {
		if (bracket[1] != '\0' && bracket[1] != ':')
			return false;
		*port = bracket[1] == ':' ? bracket + 2 : NULL;
		n = (size_t)(bracket - argument) - 1;
	} else if (colon != NULL && strchr(argument, ':') == colon) {
		*port = colon + 1;
		n = (size_t)(colon - argument);
	}
	if (n == 0 || n >= size)
		return false;
	memcpy(host, argument + skip, n);
	host[n] = '\0';
	return true;
}

static bool
parse_argument(const char *argument, struct config_server *s)
{
	char host[RECORD_TEXT_SIZE];
	const char *port;

	return split_port(argument, host, sizeof(host), &port) &&
	       config_parse_host(host, s->address, sizeof(s->address)) &&
	       (port == NULL || config_parse_number(port, 1, 65535, &s->port)) &&
	       config_parse_text(argument, s->name, sizeof(s->name));
}

bool
config_add_argument(
    struct config *c, const char *argument, char message[CONFIG_MESSAGE_SIZE])
{
	struct config_server *s = &c->server[c->servers];
	const char *wrong = NULL;

	if (c->servers == MAX_SERVERS)
		wrong = "too many servers, at most 64";
	for (size_t i = 0; i < c->servers && wrong == NULL; i++)
		if (strcmp(c->server[i].name, argument) == 0)
			wrong = "is given twice";
	if (wrong == NULL) {
		config_server_defaults(s);
		if (!parse_argument(argument, s))
			wrong =
			    "is no server; allowed: HOST, HOST:PORT, [IPV6]:PORT, IPV6";
	}
	if (wrong != NULL) {
		(void)snprintf(message, CONFIG_MESSAGE_SIZE, "'%s' %s", argument, wrong);
		return false;
	}
	c->servers++;
	return true;
}

static bool
set_all_servers(struct config *c, const char *key, const char *value)
{
	for (size_t i = 0; i < c->servers; i++)
		if (!config_set_server(&c->server[i], key, value))
			return false;
	return true;
}

bool
config_add_setting(
    struct config *c, const char *setting, char message[CONFIG_MESSAGE_SIZE])
{
	const char *value = strchr(setting, '=');
	char key[32] = "";
	const struct config_key *k;
	bool server;

	if (value != NULL && (size_t)(value - setting) < sizeof(key))
		memcpy(key, setting, (size_t)(value++ - setting));
	k = config_find_key(config_daemon_keys, config_daemon_key_count, key);
	server = k == NULL;
	if (server)
		k = config_find_key(config_server_keys, config_server_key_count, key);
	/* one address for all servers would make one of them */
	if (k == NULL || strcmp(key, "address") == 0) {
		(void)snprintf(message, CONFIG_MESSAGE_SIZE,
		    "--set '%s': allowed: KEY=VALUE with a key of clockwitness.conf(5), "
		    "but address",
		    setting);
		return false;
	}
	if (server ? set_all_servers(c, key, value) : config_set_daemon(c, key, value))
		return true;
	(void)snprintf(message, CONFIG_MESSAGE_SIZE,
	    "--set %s: '%s' is not allowed; allowed: %s", key, value, k->allowed);
	return false;
}
