/*
 * The drift files of other time daemons: what the daemon believed of this host's
 * oscillator when it last wrote. Their signs differ; here is one: frequency = d(UTC -
 * host)/d(host) of the clock that nobody steers, positive where it loses time.
 *
 *   ntpd, ntpsec, openntpd: one number, the correction in ppm that is added to the
 *     clock's rate: positive where the clock loses.
 *   chrony: two numbers, the rate in ppm at which the clock gains, and its error (skew,
 *     ppm): positive where the clock gains, so its sign is turned.
 *   timesyncd: an empty file; its time of modification is the last time that was known.
 */
#ifndef CLOCKWITNESS_DRIFT_FILE_H
#define CLOCKWITNESS_DRIFT_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum drift_author {
	DRIFT_CHRONY,
	DRIFT_NTPD,
	DRIFT_NTPSEC,
	DRIFT_OPENNTPD,
	DRIFT_TIMESYNCD,
	DRIFT_AUTHORS
};

extern const char *const drift_author_names[DRIFT_AUTHORS];

struct drift_file {
	bool has_frequency, has_skew;
	double frequency; /* s/s; positive: the oscillator loses time */
	double skew;      /* s/s, what the daemon calls its error; chrony only */
};

/*
 * What n octets of text say. Numbers beyond +-1e6 ppm, or what is no number, give no
 * frequency.
 */
void drift_file_read(
    enum drift_author author, const char *text, size_t n, struct drift_file *out);

/*
 * The path that a directive of a configuration names: the last line "driftfile PATH", any
 * case, outside comments. false: there is none, or it is no absolute path below `size`.
 */
bool drift_file_directive(const char *text, size_t n, char *out, size_t size);

#endif
