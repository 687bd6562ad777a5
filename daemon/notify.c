#include "notify.h"

#ifdef WITHOUT_SYSTEMD

void
notify_ready(void)
{
}

void
notify_stopping(void)
{
}

void
notify_status(const char *sentence)
{
	(void)sentence;
}

struct span
notify_alive_each(void)
{
	return (struct span){ 0 };
}

void
notify_alive(void)
{
}

void
notify_reloading(void)
{
}

bool
notify_journal_listens(void)
{
	return false;
}

bool
notify_journal(int priority, const char *line)
{
	(void)priority;
	(void)line;
	return false;
}

bool
notify_journal_fields(
    int priority, const char *line, const struct notify_field field[], size_t fields)
{
	(void)field;
	(void)fields;
	return notify_journal(priority, line);
}

#else

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#define FIELD_SIZE 4608 /* a path and the words around it */

void
notify_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

void
notify_status(const char *sentence)
{
	(void)sd_notifyf(0, "STATUS=%s", sentence);
}

struct span
notify_alive_each(void)
{
	uint64_t us = 0;

	if (sd_watchdog_enabled(0, &us) <= 0 || us > INT64_MAX / 1000)
		return (struct span){ 0 };
	return (struct span){ (int64_t)us * 1000 / 2 };
}

void
notify_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

void
notify_reloading(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIi64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

/* systemd names device and inode of the journal's socket; it may have been redirected. */
bool
notify_journal_listens(void)
{
	static int listens = -1;
	const char *named = getenv("JOURNAL_STREAM");
	char own[64] = "";
	struct stat s;

	if (listens < 0 && fstat(STDERR_FILENO, &s) == 0)
		(void)snprintf(own, sizeof(own), "%llu:%llu",
		    (unsigned long long)s.st_dev, (unsigned long long)s.st_ino);
	if (listens < 0)
		listens = named != NULL && strcmp(named, own) == 0;
	return listens != 0;
}

static struct iovec
print_field(char text[FIELD_SIZE], const char *name, const char *value)
{
	int n = snprintf(text, FIELD_SIZE, "%s=%s", name, value);
	size_t length = n < 0 ? 0 : (size_t)n;

	return (struct iovec){ text, length < FIELD_SIZE ? length : FIELD_SIZE - 1 };
}

bool
notify_journal_fields(
    int priority, const char *line, const struct notify_field field[], size_t fields)
{
	char text[NOTIFY_FIELDS_MAX + 3][FIELD_SIZE];
	struct iovec v[NOTIFY_FIELDS_MAX + 3];
	char level[] = { (char)('0' + priority), '\0' };
	size_t n = 0;

	if (!notify_journal_listens() || fields > NOTIFY_FIELDS_MAX)
		return false;
	v[n] = print_field(text[n], "MESSAGE", line);
	n++;
	v[n] = print_field(text[n], "PRIORITY", level);
	n++;
	v[n] = print_field(text[n], "SYSLOG_IDENTIFIER", "clockwitnessd");
	n++;
	for (size_t i = 0; i < fields; i++, n++)
		v[n] = print_field(text[n], field[i].name, field[i].value);
	return sd_journal_sendv(v, (int)n) == 0;
}

bool
notify_journal(int priority, const char *line)
{
	return notify_journal_fields(priority, line, NULL, 0);
}

#endif
