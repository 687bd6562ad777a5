#include "config_value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ntp_packet.h"

bool
config_parse_number(const char *value, int low, int high, int *out)
{
	char *end;
	long v;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	v = strtol(value, &end, 10);
	if (*end != '\0' || errno != 0 || v < low || v > high)
		return false;
	*out = (int)v;
	return true;
}

bool
config_parse_yes_no(const char *value, bool *out)
{
	*out = strcmp(value, "yes") == 0;
	return *out || strcmp(value, "no") == 0;
}

bool
config_parse_text(const char *value, char *out, size_t size)
{
	return *value != '\0' && strlen(value) < size &&
	       snprintf(out, size, "%s", value) >= 0;
}

bool
config_parse_host(const char *value, char *out, size_t size)
{
	for (const char *c = value; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789.:_-%",
			*c) == NULL)
			return false;
	return config_parse_text(value, out, size);
}

bool
config_parse_level(const char *value, enum log_level *out)
{
	for (int i = LOG_ERROR; i < LOG_LEVELS; i++) {
		if (strcmp(value, log_level_names[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void
config_server_defaults(struct config_server *s)
{
	*s = (struct config_server){
		.port = NTP_PORT,
		.minpoll = -1,
		.maxpoll = -1,
		.burst = 4,
		.pool = 1,
	};
}
