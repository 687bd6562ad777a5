#include "surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "context_parts.h"
#include "watch.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define LOCALTIME "/etc/localtime"
#define DEVICE_NS (4 * NS_PER_SECOND) /* its file costs more than reading all clocks */
#define DEVICE_SOON_NS (900 * NS_PER_SECOND / 1000)
#define BY_VDSO_NS 300 /* a bracket's half-width without system calls is less */
#define SLOWLY_NS (64 * NS_PER_SECOND)
#define SCAN_NS (600 * NS_PER_SECOND)
#define SCANS 4 /* of all processes in a row, if there is reason */

/* One read of an open file; 0 or -errno. */
static int
read_clocksource(int file, char out[64])
{
	char text[64];
	ssize_t n = pread(file, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	record_copy_text(out, sizeof(text), text);
	return 0;
}

static struct file_mark
mark_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return (struct file_mark){ .size = -1 };
	return (struct file_mark){
		.device = st.st_dev,
		.inode = st.st_ino,
		.size = st.st_size,
		.modified_ns =
		    (int64_t)st.st_mtim.tv_sec * NS_PER_SECOND + st.st_mtim.tv_nsec,
	};
}

static bool
same_mark(const struct file_mark *a, const struct file_mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->modified_ns == b->modified_ns;
}

static void
keep_daemons(struct surroundings *s, const struct record_context *c)
{
	char list[RECORD_TEXT_SIZE] = "";
	size_t used = 0;

	s->pids = c->time_daemons;
	for (size_t i = 0; i < c->time_daemons; i++) {
		const struct context_time_daemon *d = &c->time_daemon[i];
		int n = snprintf(list + used, sizeof(list) - used, "%s%s %" PRId64,
		    i > 0 ? ", " : "", d->program, d->pid);

		used += n > 0 && (size_t)n < sizeof(list) - used ? (size_t)n : 0;
		s->pid[i] = d->pid;
	}
	record_copy_text(s->daemons, sizeof(s->daemons), list);
}

void
surroundings_open(
    struct surroundings *s, struct record_start *start, const struct clock_reading *now)
{
	*s = (struct surroundings){
		.clocksource_file = open(CLOCKSOURCE, O_RDONLY | O_CLOEXEC),
		.zone_mark = mark_of(LOCALTIME),
		.zone_digest = start->context.localtime_digest,
		.scans = SCANS,
		.looked = *now,
		.looked_slowly = *now,
		.scanned = *now,
	};
	if (s->clocksource_file < 0)
		s->clocksource_file = -errno;
	memcpy(s->clocksource, start->clocksource, sizeof(s->clocksource));
	record_copy_text(s->zone, sizeof(s->zone), start->context.localtime);
	keep_daemons(s, &start->context);
	watch_lacks(
	    start, "the clocksource", s->clocksource_file < 0 ? s->clocksource_file : 0);
}

void
surroundings_close(struct surroundings *s)
{
	if (s->clocksource_file >= 0)
		close(s->clocksource_file);
	s->clocksource_file = -EBADF;
}

void
surroundings_suspect(struct surroundings *s)
{
	s->suspicious = true;
}

/* What was known at `before` is another thing now. */
static void
tell(struct record_event *out, enum event_kind kind, const struct clock_reading *before)
{
	*out = (struct record_event){
		.kind = kind,
		.before = before->real,
		.before_raw = before->raw,
		.worded = true,
	};
}

static void
tell_words(struct record_event *out, const char *was, const char *now)
{
	record_copy_text(out->words.was, sizeof(out->words.was), was);
	record_copy_text(out->words.now, sizeof(out->words.now), now);
}

static bool
is_due(const struct clock_reading *last, const struct clock_reading *now, int64_t every)
{
	return raw_since(now->raw, last->raw).ns >= every;
}

static bool
clocksource_changed(struct surroundings *s, struct record_event *out)
{
	char name[64];

	if (s->clocksource_file < 0 || read_clocksource(s->clocksource_file, name) < 0 ||
	    strcmp(name, s->clocksource) == 0)
		return false;
	tell(out, EVENT_CLOCKSOURCE, &s->looked);
	tell_words(out, s->clocksource, name);
	memcpy(s->clocksource, name, sizeof(name));
	return true;
}

bool
surroundings_look_at_device(
    struct surroundings *s, const struct clock_reading *now, struct record_event *out)
{
	bool found;

	if (!is_due(&s->looked, now, DEVICE_SOON_NS))
		return false;
	found = clocksource_changed(s, out);
	s->looked = *now;
	return found;
}

/* From one that the vDSO reads to one that it does not, or back. */
static bool
at_another_pace(const struct clock_reading *then, const struct clock_reading *now)
{
	return (then->read.ns > BY_VDSO_NS) != (now->read.ns > BY_VDSO_NS);
}

static bool
should_look_at_device(const struct surroundings *s, const struct clock_reading *now)
{
	return is_due(&s->looked, now, DEVICE_NS) || s->suspicious ||
	       at_another_pace(&s->looked, now);
}

static int64_t
local_offset(void)
{
	time_t now = time(NULL);
	struct tm local;

	tzset();
	return localtime_r(&now, &local) != NULL ? local.tm_gmtoff : 0;
}

static bool
zone_changed(struct surroundings *s, struct record_event *out)
{
	static struct record_context c;
	struct file_mark mark = mark_of(LOCALTIME);

	if (same_mark(&mark, &s->zone_mark))
		return false;
	s->zone_mark = mark;
	c = (struct record_context){ .has_tz = false };
	context_read_zone(&c);
	if (strcmp(c.localtime, s->zone) == 0 &&
	    memcmp(&c.localtime_digest, &s->zone_digest, sizeof(s->zone_digest)) == 0)
		return false;
	tell(out, EVENT_TIMEZONE, &s->looked_slowly);
	tell_words(out, s->zone, c.localtime);
	out->zoned = true;
	out->zone.digest = s->zone_digest = c.localtime_digest;
	out->zone.utc_offset_s = local_offset();
	record_copy_text(s->zone, sizeof(s->zone), c.localtime);
	return true;
}

static bool
one_ended(const struct surroundings *s)
{
	char path[32];

	for (size_t i = 0; i < s->pids; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%" PRId64, s->pid[i]);
		if (access(path, F_OK) != 0)
			return true;
	}
	return false;
}

static bool
daemons_changed(struct surroundings *s, struct record_event *out)
{
	static struct record_context c;
	char was[RECORD_TEXT_SIZE];

	c = (struct record_context){ .time_daemons = 0 };
	context_read_daemons(&c);
	memcpy(was, s->daemons, sizeof(was));
	keep_daemons(s, &c);
	if (strcmp(was, s->daemons) == 0)
		return false;
	tell(out, EVENT_DAEMON, &s->scanned);
	tell_words(out, was, s->daemons);
	return true;
}

static bool
should_scan(struct surroundings *s, const struct clock_reading *now, bool slowly)
{
	return is_due(&s->scanned, now, SCAN_NS) ||
	       (s->scans > 0 && (s->suspicious || (slowly && one_ended(s))));
}

bool
surroundings_look(
    struct surroundings *s, const struct clock_reading *now, struct record_event *out)
{
	bool slowly = is_due(&s->looked_slowly, now, SLOWLY_NS);
	bool found =
	    should_look_at_device(s, now) && surroundings_look_at_device(s, now, out);

	if (slowly && !found) {
		s->scans += s->scans < SCANS;
		found = zone_changed(s, out);
	}
	if (!found && should_scan(s, now, slowly)) {
		s->scans -= s->scans > 0;
		s->suspicious = false;
		found = daemons_changed(s, out);
		s->scanned = *now;
	}
	if (slowly && !found)
		s->looked_slowly = *now;
	return found;
}
