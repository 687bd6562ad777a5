/* Who else sets or steers this host's clock: processes, by their names. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context_parts.h"
#include "host_file.h"
#include "host_text.h"
#include "record.h"

#define PROCESSES_MAX 65536
#define COMM_SIZE 32

/* Arguments are separated by NULs. */
static void
read_command(const char *pid, char *out, size_t size)
{
	char path[64];
	char text[CONTEXT_PATH_SIZE];
	struct host_file file = { .length = 0 };

	(void)snprintf(path, sizeof(path), "/proc/%.16s/cmdline", pid);
	(void)host_file_read(path, text, sizeof(text), &file);
	for (size_t i = 0; i + 1 < file.length; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	record_copy_text(out, size, text);
}

static void
look_at_process(struct record_context *c, const char *pid)
{
	char path[64];
	char name[COMM_SIZE];
	char command[CONTEXT_PATH_SIZE];
	const char *program;
	struct context_time_daemon *d;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	if (host_file_line(path, name, sizeof(name)) < 0 ||
	    host_text_time_daemon(name, "") == NULL)
		return;
	if (c->time_daemons == CONTEXT_TIME_DAEMONS) {
		context_unread(c, "time_daemons", "there are more than eight");
		return;
	}
	read_command(pid, command, sizeof(command));
	program = host_text_time_daemon(name, command);
	d = &c->time_daemon[c->time_daemons++];
	record_copy_text(d->program, sizeof(d->program), program);
	record_copy_text(d->command, sizeof(d->command), command);
	d->pid = strtoll(pid, NULL, 10);
}

/* Where /proc hides other users' processes, an empty list says nothing. */
static bool
is_hidden(void)
{
	return access("/proc/1/comm", F_OK) != 0;
}

/* Everybody can see which units of systemd have a control group: they run. */
static void
look_at_units(struct record_context *c)
{
	static const char *const roots[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/systemd" };
	static const struct {
		const char *unit, *program;
	} units[] = {
		{ "chrony", "chrony" },
		{ "chronyd", "chrony" },
		{ "ntp", "ntpd" },
		{ "ntpd", "ntpd" },
		{ "ntpsec", "ntpsec" },
		{ "openntpd", "openntpd" },
		{ "ntpd-rs", "ntpd-rs" },
		{ "systemd-timesyncd", "systemd-timesyncd" },
		{ "ptp4l", "ptp4l" },
		{ "phc2sys", "phc2sys" },
	};
	char path[CONTEXT_PATH_SIZE];

	for (size_t i = 0; i < 2 * (sizeof(units) / sizeof(*units)); i++) {
		struct context_time_daemon *d = &c->time_daemon[c->time_daemons];

		(void)snprintf(path, sizeof(path), "%s/system.slice/%s.service",
		    roots[i % 2], units[i / 2].unit);
		if (c->time_daemons == CONTEXT_TIME_DAEMONS || access(path, F_OK) != 0)
			continue;
		c->time_daemons++;
		record_copy_text(d->program, sizeof(d->program), units[i / 2].program);
		record_copy_text(d->command, sizeof(d->command), path);
	}
}

void
context_read_daemons(struct record_context *c)
{
	DIR *proc = opendir("/proc");
	const struct dirent *d;
	int left = PROCESSES_MAX;

	if (proc == NULL) {
		context_failed(c, "time_daemons", -errno);
		return;
	}
	while (left > 0 && (d = readdir(proc)) != NULL) {
		if (d->d_name[0] < '1' || d->d_name[0] > '9')
			continue;
		left--;
		look_at_process(c, d->d_name);
	}
	closedir(proc);
	if (left == 0)
		context_unread(c, "time_daemons", "too many processes to look at all");
	if (!is_hidden())
		return;
	context_unread(c, "time_daemons",
	    "/proc hides other users' processes: units of systemd only");
	look_at_units(c);
}
