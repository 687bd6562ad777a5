#include "system_log.h"

#include <syslog.h>

void
system_log_open(void)
{
	openlog("clockwitnessd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
system_log(int priority, const char *line)
{
	syslog(priority, "%s", line);
}
