/* syslog(3); apart from log.h, since both names of levels begin with LOG_. */
#ifndef CLOCKWITNESSD_SYSTEM_LOG_H
#define CLOCKWITNESSD_SYSTEM_LOG_H

/* Connects now, while it may. */
void system_log_open(void);

/* priority: one of syslog(3)'s levels, 0 to 7. */
void system_log(int priority, const char *line);

#endif
