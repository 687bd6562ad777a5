/* What other clocks, and other ways to read them, say. */
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "context_parts.h"
#include "host_file.h"
#include "host_text.h"
#include "log.h"
#include "record.h"
#include "text.h"

#define RTC "/sys/class/rtc/rtc0/since_epoch"
#define LEAP_TABLE "/usr/share/zoneinfo/leap-seconds.list"
#define TIME_NAMESPACE "/proc/self/timens_offsets"

static int64_t
to_ns(const struct timespec *t)
{
	return (int64_t)t->tv_sec * NS_PER_SECOND + t->tv_nsec;
}

/* Whole seconds, cut: read at a random moment it is behind by half a second on average.
 */
static void
read_rtc(struct record_context *c)
{
	char text[32];
	struct host_file file;
	int error = host_file_read(RTC, text, sizeof(text), &file);
	struct scan s = { text, text, false };
	struct timespec now = { 0 };
	uint64_t seconds;

	if (error < 0) {
		context_failed(c, "rtc", error);
		return;
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	s.end = text + file.length;
	seconds = scan_uint(&s);
	if (s.failed || seconds > INT64_MAX / NS_PER_SECOND) {
		context_unread(c, "rtc", "it says no number of seconds");
		return;
	}
	c->has_rtc = true;
	c->rtc.ns = (int64_t)seconds * NS_PER_SECOND;
	if (__builtin_sub_overflow(c->rtc.ns, to_ns(&now), &c->rtc_ahead.ns))
		c->has_rtc = false;
}

/* Third line of hwclock's file. */
static void
read_rtc_scale(struct record_context *c)
{
	char text[512];
	struct host_file file;
	int error = host_file_read("/etc/adjtime", text, sizeof(text), &file);

	if (error < 0) {
		context_failed(c, "rtc_scale", error);
		return;
	}
	if (host_text_has_word(text, file.length, "LOCAL"))
		record_copy_text(c->rtc_scale, sizeof(c->rtc_scale), "LOCAL");
	else if (host_text_has_word(text, file.length, "UTC"))
		record_copy_text(c->rtc_scale, sizeof(c->rtc_scale), "UTC");
	else
		context_unread(c, "rtc_scale", "/etc/adjtime does not say");
}

/* By how much libc's readings miss the one that the kernel gives between them. */
static struct span
libc_error(clockid_t id)
{
	struct timespec before = { 0 };
	struct timespec kernel = { 0 };
	struct timespec after = { 0 };

	(void)clock_gettime(id, &before);
	(void)syscall(SYS_clock_gettime, id, &kernel);
	(void)clock_gettime(id, &after);
	if (to_ns(&kernel) < to_ns(&before))
		return (struct span){ to_ns(&before) - to_ns(&kernel) };
	if (to_ns(&kernel) > to_ns(&after))
		return (struct span){ to_ns(&after) - to_ns(&kernel) };
	return (struct span){ 0 };
}

/* The least of a few: a clock that is set just now shall not count as a liar. */
static struct span
least_libc_error(clockid_t id)
{
	struct span least = libc_error(id);

	for (int i = 0; i < 2 && least.ns != 0; i++) {
		struct span again = libc_error(id);

		if (again.ns == 0)
			least = again;
	}
	return least;
}

static void
read_libc(struct record_context *c)
{
	c->has_libc = true;
	c->libc_real = least_libc_error(CLOCK_REALTIME);
	c->libc_mono = least_libc_error(CLOCK_MONOTONIC);
	c->libc_raw = least_libc_error(CLOCK_MONOTONIC_RAW);
	c->libc_boot = least_libc_error(CLOCK_BOOTTIME);
	if (c->libc_real.ns != 0 || c->libc_mono.ns != 0 || c->libc_raw.ns != 0 ||
	    c->libc_boot.ns != 0)
		log_line(LOG_WARNING,
		    "libc's clocks disagree with the kernel's, the host's clock by %+.9f "
		    "s: something answers in libc's place; use the static program",
		    span_seconds(c->libc_real));
}

static void
read_leap_table(struct record_context *c)
{
	char text[32768];
	struct host_file file;
	int64_t expiry;
	int error = host_file_read(LEAP_TABLE, text, sizeof(text), &file);

	if (error < 0) {
		context_failed(c, "leap_table", error);
		return;
	}
	c->has_leap = true;
	c->leap_digest = digest_bytes(text, file.length);
	c->has_leap_expiry =
	    host_text_leap_expiry(text, file.length, &expiry) &&
	    !__builtin_mul_overflow(expiry, NS_PER_SECOND, &c->leap_expiry.ns);
	if (!c->has_leap_expiry)
		context_unread(c, "leap_table_expires", "the table does not say");
}

static void
read_time_namespace(struct record_context *c)
{
	char text[256];
	struct host_file file;
	int error = host_file_read(TIME_NAMESPACE, text, sizeof(text), &file);

	if (error < 0) {
		context_failed(c, "timens", error);
		return;
	}
	c->has_timens = host_text_time_namespace(
	    text, file.length, &c->timens_monotonic.ns, &c->timens_boottime.ns);
	if (!c->has_timens)
		context_unread(c, "timens", "not understood");
}

void
context_read_clocks(struct record_context *c)
{
	read_rtc(c);
	read_rtc_scale(c);
	read_libc(c);
	read_leap_table(c);
	read_time_namespace(c);
}
