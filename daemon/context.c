#include "context.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "clockwitnessd " CLOCKWITNESS_VERSION

/* The first line of a small file, without its newline; empty if it cannot be read. */
static void
read_line_of(const char *path, char *out, size_t size)
{
	char text[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	record_copy_text(out, size, text);
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

static uint8_t
hex_pair(const char *text)
{
	char pair[3] = { text[0], text[1], '\0' };

	return (uint8_t)strtoul(pair, NULL, 16);
}

static void
read_capabilities(uint8_t out[8])
{
	static const char key[] = "CapEff:\t";
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, key, sizeof(key) - 1) != 0 ||
		    strlen(line) < sizeof(key) - 1 + 16)
			continue;
		for (size_t i = 0; i < 8; i++)
			out[i] = hex_pair(line + sizeof(key) - 1 + 2 * i);
	}
	(void)fclose(f);
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

void
context_read(struct record_start *out, int argc, char *const argv[])
{
	struct utsname kernel;
	char host[RECORD_TEXT_SIZE] = "";

	*out = (struct record_start){ .method = CALIBRATION_METHOD, .uid = getuid() };
	record_copy_text(out->program, sizeof(out->program), PROGRAM);
	(void)gethostname(host, sizeof(host) - 1);
	record_copy_text(out->host, sizeof(out->host), host);
	read_line_of("/etc/machine-id", out->machine_id, sizeof(out->machine_id));
	read_line_of(
	    "/proc/sys/kernel/random/boot_id", out->boot_id, sizeof(out->boot_id));
	if (uname(&kernel) == 0)
		record_copy_text(out->kernel, sizeof(out->kernel), kernel.release);
	read_line_of("/sys/devices/system/clocksource/clocksource0/current_clocksource",
	    out->clocksource, sizeof(out->clocksource));
	read_zone(out);
	read_capabilities(out->capabilities);
	join_command(out->command_line, argc, argv);
}
