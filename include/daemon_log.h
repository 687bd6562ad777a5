/*
 * What a host's own time daemon wrote into its logs, line by line: by how much it took the
 * clock to be wrong, and what it did about that. Here ends each author's own sign; behind
 * this header offset = UTC - host's clock, as everywhere.
 *
 *   who, what                                    sign as written          stamped
 *   ntpd, ntpsec: time reset, time set, ...      added to the clock       by the new clock
 *   ntpd, ntpsec: clock_step                     added to the clock       by the old clock
 *   ntpd, ntpsec: loopstats, peerstats, rawstats reference - host
 *   ntpdate: step, adjust                        added to the clock       by the new clock
 *   openntpd: adjusting local clock              added to the clock
 *   openntpd: set local clock                    added to the clock       by the new clock
 *   chronyd: System clock wrong by               to be added
 *   chronyd: System clock was stepped by         added to the clock       by the new clock
 *   chrony: tracking.log, offset                 its clock - UTC: turned
 *   chrony: tracking.log, remaining correction   its clock - host
 *   chrony: measurements.log                     server - its clock
 *   chrony: statistics.log                       its clock - server: turned
 *
 * chrony's own clock is the host's with what is still to be slewed added.
 */
#ifndef CLOCKWITNESS_DAEMON_LOG_H
#define CLOCKWITNESS_DAEMON_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum daemon_author {
	AUTHOR_NONE,
	AUTHOR_NTPD, /* and ntpsec's, which says the same */
	AUTHOR_NTPDATE,
	AUTHOR_OPENNTPD,
	AUTHOR_CHRONY,
	AUTHOR_TIMESYNCD,
	AUTHOR_KERNEL, /* no time daemon, but it tells of boot and sleep */
	DAEMON_AUTHORS
};

/* "none", "ntpd", "ntpdate", "openntpd", "chrony", "timesyncd", "kernel" */
extern const char *const daemon_author_names[DAEMON_AUTHORS];

enum daemon_word {
	WORD_NONE,     /* nothing of a time daemon */
	WORD_ALIVE,    /* its author runs, and says nothing of the clock */
	WORD_OFFSET,   /* so wrong was the clock; it is steered gently */
	WORD_SLEW,     /* so wrong is it, and from now adjtime(2) takes that off */
	WORD_STEP,     /* it was set by so much; stamped by the clock as set */
	WORD_STEPPING, /* it is being set; stamped by the clock as it was */
	WORD_NEAR,     /* right within `error`: it would have said otherwise */
	WORD_FIRST,    /* the same, and of the time before it nothing is known */
	WORD_STEERED,  /* nothing of the time, but the rate of the clock is set right */
	WORD_LOST,     /* it follows nobody now */
	WORD_BREAK,    /* a boot, a sleep, or somebody set the clock */
	DAEMON_WORDS
};

struct daemon_line {
	enum daemon_author author;
	enum daemon_word word;
	double offset; /* s, UTC - host's clock; of a step: by how much it moved */
	double error;  /* s, one standard deviation of that; WORD_NEAR, FIRST: most */
	double path;   /* s, what no averaging removes, at most; < 0: not told */
	double skew;   /* s/s, how wrong the rate may be; < 0: not told */
};

/*
 * A line of a text log, behind its stamp: [HOST] PROGRAM[PID]: MESSAGE, as syslog, RFC
 * 5424 and the daemons' own logs have it, or the message of a daemon's own log alone.
 * Only the program whose words they are is believed.
 */
enum daemon_word daemon_log_message(const char *text, size_t n, struct daemon_line *out);

/* Which columns a line has, behind its stamp, tells what it is of. */
enum daemon_statistics {
	STATISTICS_NONE,
	STATISTICS_LOOPSTATS,
	STATISTICS_PEERSTATS,
	STATISTICS_RAWSTATS,
	STATISTICS_TRACKING,
	STATISTICS_MEASUREMENTS,
	STATISTICS_STATISTICS,
	DAEMON_STATISTICS
};

/* "none", "loopstats", "peerstats", "rawstats", "tracking", "measurements", "statistics" */
extern const char *const daemon_statistics_names[DAEMON_STATISTICS];

/* *out is WORD_NONE where the line is of a server that was not used. */
enum daemon_statistics daemon_log_statistics(
    const char *text, size_t n, struct daemon_line *out);

#endif
