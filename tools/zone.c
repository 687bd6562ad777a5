#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define DAY_S 86400

void
zone_fixed(int64_t offset_s, struct zone *out)
{
	*out = (struct zone){ .fixed = true, .offset_s = offset_s };
	(void)snprintf(out->name, sizeof(out->name), "%c%02d:%02d",
	    offset_s < 0 ? '-' : '+', (int)(llabs(offset_s) / 3600),
	    (int)(llabs(offset_s) / 60 % 60));
}

static bool
parse_distance(const char *text, int64_t *offset_s)
{
	struct scan s = { text, text + strlen(text), false };
	int64_t sign = *text == '-' ? -1 : 1;
	int64_t minutes = 0;
	int64_t hours;

	scan_literal(&s, sign < 0 ? "-" : "+");
	hours = (int64_t)scan_digits(&s, 2);
	if (!s.failed && scan_peek(&s, ":"))
		s.at++;
	if (!s.failed && s.at < s.end)
		minutes = (int64_t)scan_digits(&s, 2);
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return !s.failed && s.at == s.end && hours <= 24 && minutes < 60;
}

/* libc takes any word for a zone and means UTC: ask the database itself, in which stand
 * directories and tables, too. */
static bool
in_database(const char *name)
{
	static const char magic[4] = "TZif";
	char path[RECORD_TEXT_SIZE + 32];
	char begins[sizeof(magic)] = "";
	FILE *f;

	if (*name == '/' || strstr(name, "..") != NULL)
		return false;
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	if (fread(begins, 1, sizeof(begins), f) != sizeof(begins))
		begins[0] = '\0';
	(void)fclose(f);
	return memcmp(begins, magic, sizeof(magic)) == 0;
}

bool
zone_parse(const char *text, struct zone *out)
{
	int64_t offset_s;

	if (strcmp(text, "UTC") == 0 || strcmp(text, "Etc/UTC") == 0) {
		zone_fixed(0, out);
		return true;
	}
	if (parse_distance(text, &offset_s)) {
		zone_fixed(offset_s, out);
		return true;
	}
	*out = (struct zone){ .fixed = false };
	if (*text == '\0' || strlen(text) >= sizeof(out->name) || !in_database(text))
		return false;
	memcpy(out->name, text, strlen(text) + 1);
	(void)setenv("TZ", out->name, 1);
	tzset();
	return true;
}

int64_t
zone_offset_at(const struct zone *z, int64_t clock_seconds)
{
	time_t t = clock_seconds;
	struct tm local;

	if (z->fixed || localtime_r(&t, &local) == NULL)
		return z->offset_s;
	return local.tm_gmtoff;
}

size_t
zone_to_clock(const struct zone *z, int64_t local, int64_t out[2])
{
	const int64_t around[2] = { zone_offset_at(z, local - DAY_S),
		zone_offset_at(z, local + DAY_S) };
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		int64_t t = local - around[i];

		if (zone_offset_at(z, t) == around[i] && (n == 0 || out[0] != t))
			out[n++] = t;
	}
	if (n == 2 && out[0] > out[1]) {
		int64_t later = out[0];

		out[0] = out[1];
		out[1] = later;
	}
	return n;
}

bool
zone_is_called(const struct zone *z, int64_t clock_seconds, const char *name, size_t n)
{
	time_t t = clock_seconds;
	struct tm local;

	if (z->fixed || localtime_r(&t, &local) == NULL)
		return false;
	return strlen(local.tm_zone) == n && memcmp(local.tm_zone, name, n) == 0;
}
