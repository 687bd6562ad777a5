/* The host's time zone: what is configured, and what it means in these years. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "context_parts.h"
#include "host_file.h"
#include "host_text.h"
#include "record.h"

#define LOCALTIME "/etc/localtime"
#define DAY_S INT64_C(86400)
#define BACK_S (INT64_C(366) * DAY_S)  /* the changes that logs of the last year need, */
#define AHEAD_S (INT64_C(732) * DAY_S) /* and those to come */
#define TABLE_MAX ((size_t)64 * 1024)

static void
read_table(struct record_context *c)
{
	char *table = malloc(TABLE_MAX + 1);
	char rule[CONTEXT_WORD_SIZE];
	struct host_file file;
	int error = -ENOMEM;

	if (table != NULL)
		error = host_file_read(LOCALTIME, table, TABLE_MAX + 1, &file);
	if (error < 0) {
		context_failed(c, "localtime", error);
		free(table);
		return;
	}
	c->has_localtime = true;
	c->localtime_digest = digest_bytes(table, file.length);
	if (host_text_zone_rule(table, file.length, rule, sizeof(rule)))
		record_copy_text(c->zone_rule, sizeof(c->zone_rule), rule);
	else
		context_unread(c, "zone_rule", "the file has none");
	free(table);
}

static bool
offset_at(int64_t t, int64_t *offset, char abbreviation[16])
{
	time_t seconds = t;
	struct tm local;

	if (localtime_r(&seconds, &local) == NULL)
		return false;
	*offset = local.tm_gmtoff;
	record_copy_text(abbreviation, 16, local.tm_zone != NULL ? local.tm_zone : "");
	return true;
}

/* The first second in (before, after] at which the offset is that of `after`. */
static int64_t
find_change(int64_t before, int64_t after, int64_t offset_before)
{
	char name[16];

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;
		int64_t offset;

		if (offset_at(middle, &offset, name) && offset == offset_before)
			before = middle;
		else
			after = middle;
	}
	return after;
}

static void
add_change(struct record_context *c, int64_t at)
{
	struct context_zone_change *z = &c->zone_change[c->zone_changes];

	if (c->zone_changes < CONTEXT_ZONE_CHANGES &&
	    offset_at(at, &z->utc_offset_s, z->abbreviation)) {
		z->at.ns = at * NS_PER_SECOND;
		c->zone_changes++;
	}
}

/* By libc's own rules, those by which programs here write local times. */
static void
read_changes(struct record_context *c)
{
	int64_t now = time(NULL);
	int64_t before;
	char name[16];

	if (!offset_at(now - BACK_S, &before, name)) {
		context_unread(c, "zone_changes", "no local time for the host's clock");
		return;
	}
	for (int64_t t = now - BACK_S; t < now + AHEAD_S; t += DAY_S) {
		int64_t after;

		if (!offset_at(t + DAY_S, &after, name) || after == before)
			continue;
		add_change(c, find_change(t, t + DAY_S, before));
		before = after;
	}
}

void
context_read_zone(struct record_context *c)
{
	const char *tz = getenv("TZ");
	char target[PATH_MAX];
	ssize_t n = readlink(LOCALTIME, target, sizeof(target) - 1);

	c->has_tz = tz != NULL;
	if (tz != NULL)
		record_copy_text(c->tz, sizeof(c->tz), tz);
	target[n > 0 ? n : 0] = '\0';
	record_copy_text(c->localtime, sizeof(c->localtime), n > 0 ? target : LOCALTIME);
	read_table(c);
	read_changes(c);
}
