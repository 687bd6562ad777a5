/* The keys: what each is, what it may be, and where its value goes. */
#include "config_key.h"

#include <stddef.h>
#include <string.h>

#include "config_value.h"

#define POLL_ALLOWED "a whole number from 0 to 17: the interval is 2^N seconds"

const struct config_key config_daemon_keys[] = {
	{ "evidence", "/var/lib/clockwitness", "an absolute directory name" },
	{ "minpoll", "6", POLL_ALLOWED },
	{ "maxpoll", "10", POLL_ALLOWED },
	{ "watch", "1", "a whole number of seconds from 0 to 60" },
	{ "seal", "60", "a whole number of seconds from 1 to 3600" },
	{ "sync", "1", "a whole number of seconds from 0 to 60" },
	{ "status", "/run/clockwitness/status", "an absolute file name, or none" },
	{ "rotate-size", "64M", CONFIG_SIZE_ALLOWED },
	{ "rotate-age", "1d", CONFIG_DURATION_ALLOWED },
	{ "keep-size", "0", CONFIG_SIZE_ALLOWED },
	{ "compress", "yes", "yes or no" },
	{ "announce", "1h", CONFIG_DURATION_ALLOWED },
	{ "syslog", "yes", "yes or no" },
	{ "hwtimestamp", NULL, "the name of a network interface, as eth0" },
	{ "user", NULL, "the name of a user" },
	{ "confine", "yes", "yes or no" },
	{ "log", "info", "error, warning, info or debug" },
};
const size_t config_daemon_key_count =
    sizeof(config_daemon_keys) / sizeof(*config_daemon_keys);

const struct config_key config_server_keys[] = {
	{ "address", NULL, "a host name or an IP address, without a port" },
	{ "port", "123", "a whole number from 1 to 65535" },
	{ "minpoll", NULL, POLL_ALLOWED },
	{ "maxpoll", NULL, POLL_ALLOWED },
	{ "burst", "4", "a whole number from 0 to 16" },
	{ "pool", "1", "a whole number from 1 to 16" },
	{ "common", "no", "yes or no" },
	{ "interleaved", "no", "yes or no" },
};
const size_t config_server_key_count =
    sizeof(config_server_keys) / sizeof(*config_server_keys);

const struct config_key *
config_find_key(const struct config_key keys[], size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].key, key) == 0)
			return &keys[i];
	return NULL;
}

/* What becomes of the files, and who is told of them. */
static bool
set_files(struct config *c, const char *key, const char *value)
{
	if (strcmp(key, "rotate-size") == 0)
		return config_parse_size(value, &c->rotate_size);
	if (strcmp(key, "rotate-age") == 0)
		return config_parse_duration(value, &c->rotate_age);
	if (strcmp(key, "keep-size") == 0)
		return config_parse_size(value, &c->keep_size);
	if (strcmp(key, "compress") == 0)
		return config_parse_yes_no(value, &c->compress);
	if (strcmp(key, "announce") == 0)
		return config_parse_duration(value, &c->announce);
	return config_parse_yes_no(value, &c->syslog);
}

bool
config_set_daemon(struct config *c, const char *key, const char *value)
{
	if (strcmp(key, "evidence") == 0)
		return *value == '/' &&
		       config_parse_text(value, c->evidence, sizeof(c->evidence));
	if (strcmp(key, "minpoll") == 0)
		return config_parse_number(
		    value, POLL_EXPONENT_MIN, POLL_EXPONENT_MAX, &c->minpoll);
	if (strcmp(key, "maxpoll") == 0)
		return config_parse_number(
		    value, POLL_EXPONENT_MIN, POLL_EXPONENT_MAX, &c->maxpoll);
	if (strcmp(key, "watch") == 0)
		return config_parse_number(value, 0, 60, &c->watch);
	if (strcmp(key, "seal") == 0)
		return config_parse_number(value, 1, 3600, &c->seal);
	if (strcmp(key, "sync") == 0)
		return config_parse_number(value, 0, 60, &c->sync);
	if (strcmp(key, "status") == 0)
		return config_parse_path(value, c->status, sizeof(c->status));
	if (strcmp(key, "user") == 0)
		return config_parse_host(value, c->user, sizeof(c->user));
	if (strcmp(key, "confine") == 0)
		return config_parse_yes_no(value, &c->confine);
	if (strcmp(key, "log") == 0)
		return config_parse_level(value, &c->log);
	if (strcmp(key, "hwtimestamp") == 0)
		return config_parse_host(value, c->hwtimestamp, sizeof(c->hwtimestamp));
	return set_files(c, key, value);
}

bool
config_set_server(struct config_server *s, const char *key, const char *value)
{
	if (strcmp(key, "address") == 0)
		return config_parse_host(value, s->address, sizeof(s->address));
	if (strcmp(key, "port") == 0)
		return config_parse_number(value, 1, 65535, &s->port);
	if (strcmp(key, "minpoll") == 0)
		return config_parse_number(
		    value, POLL_EXPONENT_MIN, POLL_EXPONENT_MAX, &s->minpoll);
	if (strcmp(key, "maxpoll") == 0)
		return config_parse_number(
		    value, POLL_EXPONENT_MIN, POLL_EXPONENT_MAX, &s->maxpoll);
	if (strcmp(key, "burst") == 0)
		return config_parse_number(value, 0, BURST_MAX, &s->burst);
	if (strcmp(key, "pool") == 0)
		return config_parse_number(value, 1, LOOP_ADDRESSES_MAX, &s->pool);
	return config_parse_yes_no(
	    value, strcmp(key, "common") == 0 ? &s->common : &s->interleaved);
}

void
config_defaults(struct config *c)
{
	memset(c, 0, offsetof(struct config, server));
	c->minpoll = 6;
	c->maxpoll = 10;
	c->watch = 1;
	c->seal = 60;
	c->sync = 1;
	c->rotate_size = INT64_C(64) << 20;
	c->rotate_age = 86400;
	c->compress = true;
	c->announce = 3600;
	c->syslog = true;
	c->confine = true;
	c->log = LOG_INFO;
	(void)snprintf(c->status, sizeof(c->status), "/run/clockwitness/status");
	(void)snprintf(
	    c->evidence, sizeof(c->evidence), "%s", config_daemon_keys[0].fallback);
}

void
config_bare(struct config *c)
{
	c->status[0] = '\0';
	c->syslog = false;
}
