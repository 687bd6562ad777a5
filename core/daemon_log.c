#include "daemon_log.h"

#include <string.h>

#include "daemon_words.h"

const char *const daemon_author_names[DAEMON_AUTHORS] = {
	[AUTHOR_NONE] = "none",
	[AUTHOR_NTPD] = "ntpd",
	[AUTHOR_NTPDATE] = "ntpdate",
	[AUTHOR_OPENNTPD] = "openntpd",
	[AUTHOR_CHRONY] = "chrony",
	[AUTHOR_TIMESYNCD] = "timesyncd",
	[AUTHOR_KERNEL] = "kernel",
};

/* What openntpd does not log, ntpd does not step for, chrony does not log (logchange),
 * timesyncd does not step for: the clock is nearer than that, s. */
#define NEAR_OPENNTPD 0.032
#define NEAR_CHRONY 1.0
#define NEAR_TIMESYNCD 0.4

/* % is a number, the last of which counts; * is anything up to what follows it. */
struct phrase {
	enum daemon_author author;
	enum daemon_word word;
	const char *text;
	double nearer; /* s, WORD_NEAR and WORD_FIRST */
};

static const struct phrase phrases[] = {
	/* ntpd of OpenBSD, ntpd.c: both daemons go by one name */
	{ AUTHOR_OPENNTPD, WORD_SLEW, "adjusting local clock by %s", 0 },
	{ AUTHOR_OPENNTPD, WORD_STEERED, "adjusting clock frequency by % to %ppm", 0 },
	{ AUTHOR_OPENNTPD, WORD_NEAR, "clock is now synced", NEAR_OPENNTPD },
	{ AUTHOR_OPENNTPD, WORD_LOST, "clock is now unsynced", 0 },
	{ AUTHOR_OPENNTPD, WORD_STEP, "set local clock to *(offset %s)", 0 },
	{ AUTHOR_OPENNTPD, WORD_ALIVE, "peer ", 0 },
	{ AUTHOR_OPENNTPD, WORD_ALIVE, "constraint reply ", 0 },
	{ AUTHOR_OPENNTPD, WORD_ALIVE, "reply from ", 0 },
	{ AUTHOR_OPENNTPD, WORD_ALIVE, "recvmsg ", 0 },
	{ AUTHOR_OPENNTPD, WORD_LOST, "ntp engine ready", 0 },
	{ AUTHOR_OPENNTPD, WORD_LOST, "ntp engine exiting", 0 },
	{ AUTHOR_OPENNTPD, WORD_LOST, "terminating", 0 },
	/* ntpd of the NTP project: ntp_loopfilter.c, ntpd.c; ntpsec adds "CLOCK: " */
	{ AUTHOR_NTPD, WORD_STEP, "time reset % s", 0 },
	{ AUTHOR_NTPD, WORD_STEP, "ntpd: time set % s", 0 },
	{ AUTHOR_NTPD, WORD_STEP, "ntpd: time set %s", 0 },
	{ AUTHOR_NTPD, WORD_STEP, "time set % s", 0 },
	{ AUTHOR_NTPD, WORD_STEP, "wake time set % s", 0 },
	{ AUTHOR_NTPD, WORD_STEP, "time stepped by %", 0 },
	{ AUTHOR_NTPD, WORD_STEPPING, "*clock_step % s", 0 },
	{ AUTHOR_NTPD, WORD_SLEW, "ntpd: time slew % s", 0 },
	{ AUTHOR_NTPD, WORD_SLEW, "ntpd: time slew %s", 0 },
	{ AUTHOR_NTPD, WORD_SLEW, "time slew % s", 0 },
	{ AUTHOR_NTPD, WORD_SLEW, "time slewed by %", 0 },
	{ AUTHOR_NTPD, WORD_LOST, "kernel reports TIME_ERROR", 0 },
	{ AUTHOR_NTPD, WORD_LOST, "ntpd exiting on signal", 0 },
	{ AUTHOR_NTPD, WORD_LOST, "ntpd *: Starting", 0 },
	{ AUTHOR_NTPDATE, WORD_STEP, "step time server *offset % sec", 0 },
	{ AUTHOR_NTPDATE, WORD_SLEW, "adjust time server *offset % sec", 0 },
	/* chronyd: reference.c, local.c, sched.c */
	{ AUTHOR_CHRONY, WORD_OFFSET, "System clock wrong by % seconds", 0 },
	{ AUTHOR_CHRONY, WORD_STEP, "System clock was stepped by % seconds", 0 },
	{ AUTHOR_CHRONY, WORD_NEAR, "Selected source ", NEAR_CHRONY },
	{ AUTHOR_CHRONY, WORD_STEERED, "Frequency % +/- % ppm read from ", 0 },
	{ AUTHOR_CHRONY, WORD_BREAK, "Forward time jump detected!", 0 },
	{ AUTHOR_CHRONY, WORD_BREAK, "Backward time jump detected!", 0 },
	{ AUTHOR_CHRONY, WORD_LOST, "Can't synchronise", 0 },
	{ AUTHOR_CHRONY, WORD_LOST, "chronyd exiting", 0 },
	{ AUTHOR_CHRONY, WORD_LOST, "chronyd version * starting", 0 },
	/* systemd-timesyncd: timesyncd-manager.c */
	{ AUTHOR_TIMESYNCD, WORD_FIRST, "Initial clock synchronization to ",
	    NEAR_TIMESYNCD },
	{ AUTHOR_TIMESYNCD, WORD_FIRST, "Initial synchronization to time server ",
	    NEAR_TIMESYNCD },
	{ AUTHOR_TIMESYNCD, WORD_NEAR, "Synchronized to time server ", NEAR_TIMESYNCD },
	{ AUTHOR_TIMESYNCD, WORD_BREAK, "System time changed. Resyncing.", 0 },
	{ AUTHOR_TIMESYNCD, WORD_BREAK, "System clock time unset or jumped backwards",
	    0 },
	{ AUTHOR_TIMESYNCD, WORD_BREAK, "System clock time advanced to ", 0 },
	/* kernels */
	{ AUTHOR_KERNEL, WORD_BREAK, "Linux version ", 0 },
	{ AUTHOR_KERNEL, WORD_BREAK, "Command line: ", 0 }, /* syslog loses first lines */
	{ AUTHOR_KERNEL, WORD_BREAK, "PM: suspend exit", 0 },
	{ AUTHOR_KERNEL, WORD_BREAK, "OpenBSD ", 0 },
};

#define PHRASES (sizeof(phrases) / sizeof(*phrases))

/* By which names their lines go. */
static const struct program {
	const char *name;
	enum daemon_author author, second;
} programs[] = {
	{ "ntpd", AUTHOR_NTPD, AUTHOR_OPENNTPD },
	{ "ntpdate", AUTHOR_NTPDATE, AUTHOR_NONE },
	{ "chronyd", AUTHOR_CHRONY, AUTHOR_NONE },
	{ "systemd-timesyncd", AUTHOR_TIMESYNCD, AUTHOR_NONE },
	{ "kernel", AUTHOR_KERNEL, AUTHOR_NONE },
	{ "/bsd", AUTHOR_KERNEL, AUTHOR_NONE },
};

#define PROGRAMS (sizeof(programs) / sizeof(*programs))

/* ---- a phrase */

/* From what stands at the cursor on up to the first `until`, or its end. */
static bool
pass_over(struct words *w, const char *until)
{
	size_t n = 0;

	while (until[n] != '\0' && until[n] != '%' && until[n] != '*')
		n++;
	for (; (size_t)(w->end - w->at) >= n; w->at++)
		if (memcmp(w->at, until, n) == 0)
			return true;
	return false;
}

static bool
matches(struct words w, const char *text, double *number)
{
	for (; *text != '\0'; text++) {
		if (*text == '%') {
			if (!words_real(&w, number))
				return false;
		} else if (*text == '*') {
			if (!pass_over(&w, text + 1))
				return false;
		} else if (w.at == w.end || *w.at++ != *text) {
			return false;
		}
	}
	return true;
}

static bool
is_of(const struct program *p, enum daemon_author a)
{
	return p == NULL ? a != AUTHOR_KERNEL : a == p->author || a == p->second;
}

static enum daemon_word
read_message(struct words w, const struct program *p, struct daemon_line *out)
{
	double number = 0;

	if (words_literal(&w, "CLOCK: "))
		words_blanks(&w);
	for (size_t i = 0; i < PHRASES; i++) {
		const struct phrase *f = &phrases[i];

		if (!is_of(p, f->author) || !matches(w, f->text, &number))
			continue;
		out->author = f->author;
		out->offset = f->word == WORD_STEERED ? 0 : number;
		out->error = f->nearer;
		return out->word = f->word;
	}
	if (p == NULL || p->author == AUTHOR_KERNEL)
		return WORD_NONE;
	out->author = p->author;
	return out->word = WORD_ALIVE;
}

/* ---- a line */

/* "name[12]:", or "name:"; what follows is at the cursor then. */
static const struct program *
tagged(struct words *w)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct words own = *w;

		if (!words_literal(&own, programs[i].name))
			continue;
		if (words_literal(&own, "[")) {
			while (own.at < own.end && *own.at >= '0' && *own.at <= '9')
				own.at++;
			if (!words_literal(&own, "]"))
				continue;
		}
		if (!words_literal(&own, ":"))
			continue;
		words_blanks(&own);
		*w = own;
		return &programs[i];
	}
	return NULL;
}

/* RFC 5424: "name 12 - - message", structured data in place of the last "-". */
static const struct program *
named(struct words *w)
{
	struct words name = words_next(w);

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (!words_is(&name, programs[i].name))
			continue;
		(void)words_next(w);
		(void)words_next(w);
		words_blanks(w);
		if (words_literal(w, "["))
			while (w->at < w->end && !words_literal(w, "] "))
				w->at++;
		else
			(void)words_next(w);
		words_blanks(w);
		return &programs[i];
	}
	return NULL;
}

/* The kernel's own count stands before its messages: "[    0.000000] ". */
static void
pass_uptime(struct words *w)
{
	if (!words_literal(w, "["))
		return;
	while (w->at < w->end && *w->at++ != ']')
		;
	words_blanks(w);
}

enum daemon_word
daemon_log_message(const char *text, size_t n, struct daemon_line *out)
{
	struct words w = { text, text + n };
	const struct program *p;

	*out = (struct daemon_line){ .path = -1, .skew = -1 };
	while (w.at < w.end && (w.end[-1] == '\n' || w.end[-1] == '\r'))
		w.end--;
	words_blanks(&w);
	if (read_message(w, NULL, out) != WORD_NONE)
		return out->word;
	p = tagged(&w);
	if (p == NULL) {
		struct words behind = w;

		(void)words_next(&behind);
		words_blanks(&behind);
		p = tagged(&behind);
		if (p == NULL)
			p = named(&behind);
		w = behind;
	}
	if (p == NULL)
		return WORD_NONE;
	if (p->author == AUTHOR_KERNEL)
		pass_uptime(&w);
	return read_message(w, p, out);
}
