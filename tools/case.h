/*
 * A case: several hosts, each with its evidence and its logs, and what is known of who
 * caused what. Read from an INI file.
 *
 *   [host web01]
 *   evidence = web01/evidence      ; file or directory; more than once for more
 *   segments = web01/clock.csv     ; of import or export, where there is no evidence
 *   log = web01/auth.log*          ; likewise; a shell pattern may stand for several
 *   timezone = Europe/Berlin       ; of stamps without one; else the evidence's
 *   year = 2026                    ; of the first stamp without one
 *   format = rfc3164               ; of all its logs; else it is recognised
 *
 *   [happened-before request]
 *   cause = web01 sent request ([0-9a-f]+)
 *   effect = db01 got request ([0-9a-f]+)
 *
 * Paths are relative to the file's directory. A cause or effect is a host and an extended
 * regular expression over its lines; a line of each belong together where what their
 * groups match is equal.
 */
#ifndef CLOCKWITNESS_CASE_H
#define CLOCKWITNESS_CASE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct case_paths {
	char **path;
	size_t count, room;
};

struct case_host {
	char *name;
	struct case_paths evidence, logs;
	char *table;    /* of segments, where there is no evidence; NULL: none */
	char *timezone; /* NULL: as in the evidence; so the next */
	char *format;
	long year; /* 0: to be found */
};

struct case_end {
	char *host;
	regex_t line;
};

struct case_cause {
	char *name;
	struct case_end cause, effect;
	bool has_cause, has_effect;
};

struct merge_case {
	struct case_host *host;
	size_t hosts, host_room;
	struct case_cause *cause;
	size_t causes, cause_room;
};

/* false: it was said what is wrong, with file and line. */
bool case_read(struct merge_case *c, const char *path);

/* The next host, by the command line; its name is copied. NULL: there is one so named. */
struct case_host *case_add_host(struct merge_case *c, const char *name);

/* A path is copied; for logs a shell pattern gives all files that match, sorted. false:
 * none does (said). */
void case_add_path(struct case_paths *p, const char *path);
bool case_add_logs(struct case_paths *p, const char *pattern);

void case_free(struct merge_case *c);

#endif
