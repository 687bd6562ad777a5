/* What systemd and its journal are told (sd_notify(3), sd_journal_send(3)); nothing
 * happens without them. libsystemd's only user. */
#ifndef CLOCKWITNESSD_NOTIFY_H
#define CLOCKWITNESSD_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "timescale.h"

void notify_ready(void);
void notify_stopping(void);
void notify_status(const char *sentence);
void notify_reloading(void); /* followed by notify_ready() */

/*
 * How often systemd wants to hear that it goes on (half of WatchdogSec); 0: never; and
 * that it does.
 */
struct span notify_alive_each(void);
void notify_alive(void);

/* Is standard error the journal's? */
bool notify_journal_listens(void);

struct notify_field {
	const char *name; /* upper case, without '=' */
	const char *value;
};

#define NOTIFY_FIELDS_MAX 8

/* false: standard error is not the journal's, or it does not take it. */
bool notify_journal(int priority, const char *line);
bool notify_journal_fields(
    int priority, const char *line, const struct notify_field field[], size_t fields);

#endif
