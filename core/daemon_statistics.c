/*
 * The files in which ntpd and chronyd write down what they measure. The columns are those
 * of ntpd's monitoring options (ntp.org, monopt: loopstats, peerstats, rawstats) and of
 * chrony.conf(5), "log".
 */
#include <math.h>
#include <string.h>

#include "daemon_log.h"
#include "daemon_words.h"

const char *const daemon_statistics_names[DAEMON_STATISTICS] = {
	[STATISTICS_NONE] = "none",
	[STATISTICS_LOOPSTATS] = "loopstats",
	[STATISTICS_PEERSTATS] = "peerstats",
	[STATISTICS_RAWSTATS] = "rawstats",
	[STATISTICS_TRACKING] = "tracking",
	[STATISTICS_MEASUREMENTS] = "measurements",
	[STATISTICS_STATISTICS] = "statistics",
};

#define COLUMNS 24
#define PPM 1e-6
#define SYSTEM_PEER 6    /* RFC 5905 (RFC 1305, appendix B): the selection of a peer */
#define DISTANCE_MAX 1.5 /* s, ntpd's tos maxdist: what is wider says nothing yet */

struct columns {
	struct words of[COLUMNS];
	size_t n;
};

static bool
split(const char *text, size_t n, struct columns *out)
{
	struct words w = { text, text + n };

	for (out->n = 0; out->n < COLUMNS; out->n++) {
		out->of[out->n] = words_next(&w);
		if (out->of[out->n].at == out->of[out->n].end)
			return true;
	}
	return false;
}

/* Columns from..from + n are numbers. */
static bool
numbers(const struct columns *c, size_t from, size_t n, double out[])
{
	for (size_t i = 0; i < n; i++) {
		struct words w;

		if (from + i >= c->n)
			return false;
		w = c->of[from + i];
		if (!words_real_word(&w, &out[i]))
			return false;
	}
	return true;
}

static bool
is_address(const struct words *w)
{
	size_t n = (size_t)(w->end - w->at);

	return memchr(w->at, '.', n) != NULL || memchr(w->at, ':', n) != NULL;
}

static bool
is_leap(const struct words *w)
{
	return words_is(w, "N") || words_is(w, "+") || words_is(w, "-") ||
	       words_is(w, "?");
}

static bool
is_octal(const struct words *w, size_t n)
{
	for (const char *at = w->at; at < w->end; at++)
		if (*at != '0' && *at != '1')
			return false;
	return (size_t)(w->end - w->at) == n;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The selection is the low three bits of the first octet; -1: no status word. */
static int
selection_of(const struct words *w)
{
	size_t n = (size_t)(w->end - w->at);

	if (n == 0 || n > 4)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (hex_digit(w->at[i]) < 0)
			return -1;
	return n < 3 ? 0 : hex_digit(w->at[n - 3]) & 7;
}

/* offset, frequency ppm, jitter, wander ppm, time constant */
static enum daemon_statistics
loopstats(const struct columns *c, struct daemon_line *out)
{
	double v[5];

	if (c->n != 5 || !numbers(c, 0, 5, v))
		return STATISTICS_NONE;
	out->word = WORD_OFFSET;
	out->offset = v[0];
	out->error = fabs(v[2]);
	out->skew = fabs(v[3]) * PPM;
	return STATISTICS_LOOPSTATS;
}

/* address, status, offset, delay, dispersion, jitter */
static enum daemon_statistics
peerstats(const struct columns *c, struct daemon_line *out)
{
	double v[4];
	int selection;

	if (c->n < 5 || c->n > 6 || !is_address(&c->of[0]) || !numbers(c, 2, c->n - 2, v))
		return STATISTICS_NONE;
	selection = selection_of(&c->of[1]);
	if (selection < 0)
		return STATISTICS_NONE;
	out->offset = v[0];
	out->path = fabs(v[1]) / 2 + fabs(v[2]);
	out->error = c->n == 6 ? fabs(v[3]) : 0;
	if (selection == SYSTEM_PEER && out->path < DISTANCE_MAX)
		out->word = WORD_OFFSET;
	return STATISTICS_PEERSTATS;
}

/* two addresses, T1..T4 in seconds since 1900, and more in later versions */
static enum daemon_statistics
rawstats(const struct columns *c, struct daemon_line *out)
{
	double t[4];

	(void)out; /* of whom it does not say that ntpd believed him */
	if (c->n < 6 || !is_address(&c->of[0]) || !numbers(c, 2, 4, t) || t[0] < 1e9 ||
	    t[3] < 1e9)
		return STATISTICS_NONE;
	return STATISTICS_RAWSTATS;
}

/* address, stratum, frequency ppm, skew ppm, offset, leap, sources, its deviation,
 * remaining correction, root delay, root dispersion, greatest error */
static enum daemon_statistics
tracking(const struct columns *c, struct daemon_line *out)
{
	double v[4];
	double more[6];

	if (c->n < 8 || !numbers(c, 1, 4, v) || !is_leap(&c->of[5]))
		return STATISTICS_NONE;
	if (!numbers(c, 6, c->n > 12 ? 6 : c->n - 6, more))
		return STATISTICS_NONE;
	if (v[0] <= 0 || words_is(&c->of[5], "?"))
		return STATISTICS_TRACKING; /* it follows nobody */
	out->word = WORD_OFFSET;
	out->offset = -v[3] + (c->n >= 9 ? more[2] : 0);
	out->error = fabs(more[1]);
	out->skew = fabs(v[2]) * PPM;
	if (c->n >= 11)
		out->path = fabs(more[3]) / 2 + fabs(more[4]);
	return STATISTICS_TRACKING;
}

/* address, leap, stratum, tests 123, 567, ABCD, two polls, score, offset, delay,
 * dispersion, root delay, root dispersion, reference ID, and more in later versions */
static enum daemon_statistics
measurements(const struct columns *c, struct daemon_line *out)
{
	double v[5];
	bool passed;

	if (c->n < 15 || !is_leap(&c->of[1]) || !is_octal(&c->of[3], 3) ||
	    !is_octal(&c->of[4], 3) || !is_octal(&c->of[5], 4) || !numbers(c, 9, 5, v))
		return STATISTICS_NONE;
	passed = words_is(&c->of[3], "111") && words_is(&c->of[4], "111") &&
		 words_is(&c->of[5], "1111");
	out->offset = v[0];
	out->path = (fabs(v[1]) + fabs(v[3])) / 2 + fabs(v[2]) + fabs(v[4]);
	if (passed && out->path < DISTANCE_MAX)
		out->word = WORD_OFFSET;
	return STATISTICS_MEASUREMENTS;
}

/* address, deviation, offset, its deviation, frequency, skew, stress, Ns, Bs, Nr, Asym */
static enum daemon_statistics
statistics(const struct columns *c, struct daemon_line *out)
{
	double v[9];

	(void)out; /* one server's; whom chronyd believed is in tracking.log */
	if (c->n < 10 || c->n > 12 || !numbers(c, 1, 9, v))
		return STATISTICS_NONE;
	return STATISTICS_STATISTICS;
}

enum daemon_statistics
daemon_log_statistics(const char *text, size_t n, struct daemon_line *out)
{
	static const struct {
		enum daemon_author author;
		enum daemon_statistics (*read)(
		    const struct columns *c, struct daemon_line *out);
	} readers[] = {
		{ AUTHOR_NTPD, loopstats },
		{ AUTHOR_NTPD, peerstats },
		{ AUTHOR_NTPD, rawstats },
		{ AUTHOR_CHRONY, tracking },
		{ AUTHOR_CHRONY, measurements },
		{ AUTHOR_CHRONY, statistics },
	};
	struct columns c;

	*out = (struct daemon_line){ .path = -1, .skew = -1 };
	if (!split(text, n, &c))
		return STATISTICS_NONE;
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		enum daemon_statistics found = readers[i].read(&c, out);

		if (found == STATISTICS_NONE)
			continue;
		out->author = readers[i].author;
		return found;
	}
	return STATISTICS_NONE;
}
