/* What systemd is told (sd_notify(3)); nothing happens without it. libsystemd's only
 * user. */
#ifndef CLOCKWITNESSD_NOTIFY_H
#define CLOCKWITNESSD_NOTIFY_H

void notify_ready(void);
void notify_stopping(void);
void notify_status(const char *sentence);
void notify_reloading(void); /* followed by notify_ready() */

#endif
