#include "context.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "context_parts.h"
#include "host_file.h"

#define PROGRAM "clockwitnessd " CLOCKWITNESS_VERSION

void
context_unread(struct record_context *c, const char *item, const char *reason)
{
	struct context_unread *u = &c->unread[c->unreads];

	for (size_t i = 0; i < c->unreads; i++)
		if (strcmp(c->unread[i].item, item) == 0)
			return; /* the first reason is the reason */
	if (c->unreads == CONTEXT_UNREAD)
		return;
	record_copy_text(u->item, sizeof(u->item), item);
	record_copy_text(u->reason, sizeof(u->reason), reason);
	c->unreads++;
}

void
context_failed(struct record_context *c, const char *item, int error)
{
	context_unread(
	    c, item, error == -EINVAL ? "not a regular file" : strerror(-error));
}

/* The first line of a small file into a text; else it is noted as unread. */
static void
read_item(
    struct record_context *c, const char *item, const char *path, char *out, size_t size)
{
	char line[256];
	int error = host_file_line(path, line, sizeof(line));

	if (error < 0)
		context_failed(c, item, error);
	record_copy_text(out, size, line);
}

static void
read_zone(struct record_start *out)
{
	static const char marker[] = "/zoneinfo/";
	const char *tz = getenv("TZ");
	char target[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", target, sizeof(target) - 1);
	time_t now = time(NULL);
	struct tm local;
	const char *name;

	target[n > 0 ? n : 0] = '\0';
	name = strstr(target, marker);
	if (tz != NULL && *tz != '\0')
		record_copy_text(out->timezone, sizeof(out->timezone), tz);
	else if (name != NULL)
		record_copy_text(
		    out->timezone, sizeof(out->timezone), name + sizeof(marker) - 1);
	if (localtime_r(&now, &local) != NULL)
		out->utc_offset_s = local.tm_gmtoff;
}

/* Words separated by blanks: good for people, who may have to tell two runs apart. */
static void
join_command(char out[RECORD_COMMAND_SIZE], int argc, char *const argv[])
{
	char line[RECORD_COMMAND_SIZE];
	size_t used = 0;

	line[0] = '\0';
	for (int i = 0; i < argc && used < sizeof(line); i++) {
		int n = snprintf(
		    line + used, sizeof(line) - used, "%s%s", i > 0 ? " " : "", argv[i]);

		used += n > 0 ? (size_t)n : 0;
	}
	record_copy_text(out, RECORD_COMMAND_SIZE, line);
}

/* What is loaded before libc can answer in its place. */
static void
read_preload(struct record_context *c)
{
	const char *variable = getenv("LD_PRELOAD");
	char line[CONTEXT_PATH_SIZE];
	int error = host_file_line("/etc/ld.so.preload", line, sizeof(line));

	c->has_preload = variable != NULL;
	if (variable != NULL)
		record_copy_text(c->preload, sizeof(c->preload), variable);
	c->has_preload_file = error == 0;
	record_copy_text(c->preload_file, sizeof(c->preload_file), line);
	if (error < 0 && error != -ENOENT)
		context_failed(c, "ld_so_preload", error);
}

static void
read_program(struct record_context *c)
{
	int error = host_file_digest("/proc/self/exe", &c->program_digest);

	c->has_program = error == 0;
	if (error < 0)
		context_failed(c, "program_sha256", error);
}

static void
read_identity(struct record_start *out)
{
	static const char clocks[] = "/sys/devices/system/clocksource/clocksource0/";
	struct record_context *c = &out->context;
	char host[RECORD_TEXT_SIZE] = "";
	char path[96];
	struct utsname kernel;

	(void)gethostname(host, sizeof(host) - 1);
	record_copy_text(out->host, sizeof(out->host), host);
	read_item(
	    c, "machine_id", "/etc/machine-id", out->machine_id, sizeof(out->machine_id));
	read_item(c, "boot_id", "/proc/sys/kernel/random/boot_id", out->boot_id,
	    sizeof(out->boot_id));
	if (uname(&kernel) == 0) {
		record_copy_text(out->kernel, sizeof(out->kernel), kernel.release);
		record_copy_text(
		    c->kernel_build, sizeof(c->kernel_build), kernel.version);
		record_copy_text(c->machine, sizeof(c->machine), kernel.machine);
	}
	(void)snprintf(path, sizeof(path), "%scurrent_clocksource", clocks);
	read_item(c, "clocksource", path, out->clocksource, sizeof(out->clocksource));
	(void)snprintf(path, sizeof(path), "%savailable_clocksource", clocks);
	read_item(c, "clocksources", path, c->clocksources, sizeof(c->clocksources));
}

void
context_read(struct record_start *out, int argc, char *const argv[])
{
	*out = (struct record_start){ .method = CALIBRATION_METHOD };
	record_copy_text(out->program, sizeof(out->program), PROGRAM);
	read_identity(out);
	read_zone(out);
	join_command(out->command_line, argc, argv);
	read_program(&out->context);
	read_preload(&out->context);
	context_read_zone(&out->context);
	context_read_clocks(&out->context);
	context_read_place(&out->context);
	context_read_daemons(&out->context);
	context_read_drift_files(&out->context);
	context_read_listeners(&out->context);
}
