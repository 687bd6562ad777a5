/* Lines for people on standard error: one a change, never one a poll. */
#ifndef CLOCKWITNESSD_LOG_H
#define CLOCKWITNESSD_LOG_H

/* LOG_CUSTODY: what is written on a custody form is said at any level. */
enum log_level { LOG_CUSTODY, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

extern const char *const log_level_names[LOG_LEVELS];

/* Lines above this level are not written; LOG_INFO until set. */
void log_set_level(enum log_level most);

void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "what: strerror(-error)" as an error; returns error, so that `return log_fail(...)`. */
int log_fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
