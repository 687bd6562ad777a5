#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const log_level_names[LOG_LEVELS] = {
	[LOG_CUSTODY] = "",
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static enum log_level most_shown = LOG_INFO;

void
log_set_level(enum log_level most)
{
	most_shown = most;
}

static void
write_line(const char *format, va_list args, const char *tail)
{
	char line[1024];
	int n = vsnprintf(line, sizeof(line), format, args);

	if (n < 0)
		return;
	(void)fprintf(stderr, "clockwitnessd: %s%s\n", line, tail);
}

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > most_shown)
		return;
	va_start(args, format);
	write_line(format, args, "");
	va_end(args);
}

int
log_fail(int error, const char *format, ...)
{
	char tail[256];
	va_list args;

	(void)snprintf(tail, sizeof(tail), ": %s", strerror(-error));
	va_start(args, format);
	write_line(format, args, tail);
	va_end(args);
	return error;
}
