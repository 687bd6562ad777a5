/*
 * What surrounds the clock that is watched: the part of the start record that is read
 * from the host. What could not be read is in `unread`, with the reason; what does not
 * apply (a host without a container) is there, and says so.
 */
#ifndef CLOCKWITNESS_RECORD_CONTEXT_H
#define CLOCKWITNESS_RECORD_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "drift_file.h"
#include "timescale.h"

#define CONTEXT_WORD_SIZE 64
#define CONTEXT_PATH_SIZE 128
#define CONTEXT_ZONE_CHANGES 6
#define CONTEXT_TIME_DAEMONS 8
#define CONTEXT_DRIFT_FILES 8
#define CONTEXT_LISTENERS 8
#define CONTEXT_UNREAD 40

/* From `at` on local time is so far ahead of UTC. */
struct context_zone_change {
	struct utc_time at;
	int64_t utc_offset_s;
	char abbreviation[16];
};

/* A process that sets or steers clocks. */
struct context_time_daemon {
	char program[32];
	int64_t pid;
	char command[CONTEXT_PATH_SIZE];
};

struct context_drift_file {
	enum drift_author author;
	char file[CONTEXT_PATH_SIZE];
	struct system_time modified; /* by the host's clock */
	char text[CONTEXT_WORD_SIZE];
	struct drift_file says;
};

/* A socket on port 123 (NTP) or 4460 (NTS key establishment) of this host. */
struct context_listener {
	char protocol[8]; /* udp, udp6, tcp, tcp6 */
	char address[48];
	int port;
	int64_t uid;
};

struct context_unread {
	char item[32];
	char reason[96];
};

struct record_context {
	char machine[CONTEXT_WORD_SIZE];
	char kernel_build[CONTEXT_PATH_SIZE];
	char clocksources[CONTEXT_PATH_SIZE]; /* that can be had, separated by blanks */

	char configuration[CONTEXT_PATH_SIZE]; /* file; empty: none was read */
	bool has_configuration;
	struct digest configuration_digest;
	bool has_program;
	struct digest program_digest; /* of the running program's file */
	bool has_preload;             /* the variable LD_PRELOAD is set */
	char preload[CONTEXT_PATH_SIZE];
	bool has_preload_file; /* /etc/ld.so.preload is there; its first line */
	char preload_file[CONTEXT_PATH_SIZE];

	bool has_tz;
	char tz[CONTEXT_PATH_SIZE]; /* the variable, in this process */
	char localtime[CONTEXT_PATH_SIZE];
	bool has_localtime;
	struct digest localtime_digest;
	char zone_rule[CONTEXT_WORD_SIZE]; /* POSIX TZ for the time after the table */
	size_t zone_changes;
	struct context_zone_change zone_change[CONTEXT_ZONE_CHANGES];

	bool has_rtc;
	struct utc_time rtc;   /* as it says; whole seconds */
	struct span rtc_ahead; /* RTC - host clock, + 0..1 s: its seconds are cut */
	char rtc_scale[8];     /* UTC or LOCAL, as /etc/adjtime says */
	bool has_libc; /* 0: the system call's reading lies between two of libc's */
	struct span libc_real, libc_mono, libc_raw, libc_boot; /* libc - system call */

	bool has_leap;
	struct digest leap_digest;
	bool has_leap_expiry;
	struct utc_time leap_expiry;

	char container[CONTEXT_WORD_SIZE];    /* none, or its engine */
	char container_by[CONTEXT_WORD_SIZE]; /* what told so */
	char cgroup[CONTEXT_PATH_SIZE];
	bool has_hypervisor;
	bool hypervisor; /* the processor says that there is one */
	char vendor[CONTEXT_WORD_SIZE], product[CONTEXT_WORD_SIZE];
	bool has_timens;
	struct span timens_monotonic, timens_boottime; /* added by the time namespace */

	/* what this program has given away; in force when this record was written */
	bool no_new_privileges;
	char seccomp[16]; /* own, inherited or none */
	int landlock;     /* the version that confines; 0: none */

	size_t time_daemons;
	struct context_time_daemon time_daemon[CONTEXT_TIME_DAEMONS];
	size_t drift_files;
	struct context_drift_file drift_file[CONTEXT_DRIFT_FILES];
	size_t listeners;
	struct context_listener listener[CONTEXT_LISTENERS];
	size_t unreads;
	struct context_unread unread[CONTEXT_UNREAD];
};

#endif
