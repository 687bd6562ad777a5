#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
say_line(const char *format, va_list args, const char *tail)
{
	(void)fflush(stdout);
	(void)fputs("clockwitness: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, "%s\n", tail);
}

void
say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_line(format, args, "");
	va_end(args);
}

int
say_errno(const char *format, ...)
{
	char tail[256];
	va_list args;

	(void)snprintf(tail, sizeof(tail), ": %s", strerror(errno));
	va_start(args, format);
	say_line(format, args, tail);
	va_end(args);
	return EXIT_CANNOT;
}
