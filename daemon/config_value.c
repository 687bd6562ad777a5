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

/* A whole number and one letter of units[]; 0 alone. */
static bool
parse_units(const char *value, const char *letters, const int64_t units[], int64_t *out)
{
	const char *letter;
	char *end;
	long long v;

	*out = 0;
	if (strcmp(value, "0") == 0)
		return true;
	if (*value < '1' || *value > '9')
		return false;
	errno = 0;
	v = strtoll(value, &end, 10);
	letter = *end != '\0' ? strchr(letters, *end) : NULL;
	return errno == 0 && letter != NULL && end[1] == '\0' &&
	       !__builtin_mul_overflow((int64_t)v, units[letter - letters], out);
}

bool
config_parse_size(const char *value, int64_t *octets)
{
	static const int64_t units[] = { 1024, 1048576, 1073741824 };

	return parse_units(value, "KMG", units, octets);
}

bool
config_parse_duration(const char *value, int64_t *seconds)
{
	static const int64_t units[] = { 1, 60, 3600, 86400 };

	return parse_units(value, "smhd", units, seconds) && *seconds <= 315360000;
}

bool
config_parse_path(const char *value, char *out, size_t size)
{
	*out = '\0';
	return strcmp(value, "none") == 0 ||
	       (*value == '/' && config_parse_text(value, out, size));
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
