/*
 * Lines for people: one a change, never one a poll. They go to standard error; where that
 * is the journal they go there with fields of their own instead.
 */
#ifndef CLOCKWITNESSD_LOG_H
#define CLOCKWITNESSD_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "message.h"

/* LOG_CUSTODY: what is written on a custody form is said at any level. */
enum log_level { LOG_CUSTODY, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

extern const char *const log_level_names[LOG_LEVELS];

/* Lines above this level are not written; LOG_INFO until set. */
void log_set_level(enum log_level most);

/* From now on heads go to syslog(3), too, unless they go to the journal anyway. */
void log_to_syslog(void);

void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What the journal holds beside a line; text, or a number where that is NULL. */
struct log_field {
	const char *name; /* CLOCKWITNESS_...; NULL ends the fields */
	const char *text;
	int64_t number;
};

/* A line with its MESSAGE_ID and at most LOG_FIELDS_MAX fields. */
#define LOG_FIELDS_MAX 6
void log_message(enum message what, enum log_level level, const struct log_field field[],
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "what: strerror(-error)" as an error; returns error, so that `return log_fail(...)`. */
int log_fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Where the evidence stands: what was written so far cannot be cut off unnoticed. */
struct log_head {
	const char *when; /* begins, ends... */
	const char *path, *file;
	struct digest fingerprint; /* of the first seal's key */
	struct digest head;        /* SHA-256 of the newest line */
	uint64_t seq;              /* its number */
};

/* "evidence WHEN PATH/FILE: fingerprint ... head ... seq ...", as LOG_CUSTODY. */
void log_head(const struct log_head *h);

#endif
