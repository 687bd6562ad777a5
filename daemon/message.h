/*
 * What an administrator may be alerted of: these lines carry, in the journal, a MESSAGE_ID
 * that is never changed and never given to something else. Each has its entry in
 * systemd/clockwitness.catalog and its line in clockwitnessd.8 (tests/journal.t).
 */
#ifndef CLOCKWITNESSD_MESSAGE_H
#define CLOCKWITNESSD_MESSAGE_H

enum message {
	MESSAGE_STEP,         /* somebody set the clock */
	MESSAGE_SLEW,         /* somebody changed its rate */
	MESSAGE_LEAP,         /* the kernel, for a leap second */
	MESSAGE_SUSPEND,      /* the host slept */
	MESSAGE_SURROUNDINGS, /* clocksource, local time or other time daemons */
	MESSAGE_MAJORITY,
	MESSAGE_ONLY_SERVER,
	MESSAGE_NO_MAJORITY,
	MESSAGE_NO_SERVER,
	MESSAGE_SELECTED, /* another truechimer of the same majority */
	MESSAGE_FALSETICKER,
	MESSAGE_SERVER,   /* any other verdict */
	MESSAGE_EVIDENCE, /* fingerprint and head, for the custody form */
	MESSAGE_SEAL_FAILED,
	MESSAGE_DISK_FULL,
	MESSAGE_DISK_FAILED,
	MESSAGE_DISK_RECOVERED, /* after either of these */
	MESSAGES
};

/* 32 lowercase hex digits, as journald wants them. */
extern const char *const message_ids[MESSAGES];

#endif
