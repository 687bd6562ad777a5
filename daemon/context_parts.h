/* The readers of the context; context.c calls them one after the other. */
#ifndef CLOCKWITNESSD_CONTEXT_PARTS_H
#define CLOCKWITNESSD_CONTEXT_PARTS_H

#include "record_context.h"

/* Notes that an item could not be read, and why. */
void context_unread(struct record_context *c, const char *item, const char *reason);
void context_failed(struct record_context *c, const char *item, int error);

/* tz, localtime*, zone_rule, zone_changes. */
void context_read_zone(struct record_context *c);

/* rtc*, libc_*, leap_table*, timens_*. */
void context_read_clocks(struct record_context *c);

/* container*, cgroup, hypervisor, vendor, product. */
void context_read_place(struct record_context *c);

/* time_daemons, by /proc; drift_files; listeners. */
void context_read_daemons(struct record_context *c);
void context_read_drift_files(struct record_context *c);
void context_read_listeners(struct record_context *c);

#endif
