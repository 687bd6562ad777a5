#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "kernel_clock.h"
#include "log.h"

#define REST_NS                                                                          \
	100000000 /* who sets the clock all the time is not looked at more often */
#define FAR_AWAY_S 315360000 /* ten years: it is the cancelling that is waited for */

static void
look(struct watch *w)
{
	struct clock_reading now;

	clock_read(&now);
	watch_feed(w, &now);
	w->looked(w->arg, &now);
}

/* Armed anew each time; a kernel that cannot do it leaves the timer alone to look. */
static void
arm_alarm(struct watch *w)
{
	struct itimerspec when = { .it_value = { .tv_sec = time(NULL) + FAR_AWAY_S } };

	if (w->alarm >= 0)
		(void)timerfd_settime(
		    w->alarm, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL);
}

static void
on_timer(void *arg)
{
	struct watch *w = arg;

	if (w->every.ns > 0)
		loop_timer_set(w->timer, w->every);
	if (w->deaf)
		arm_alarm(w);
	w->deaf = false;
	look(w);
}

static void
on_alarm(void *arg)
{
	struct watch *w = arg;
	uint64_t expirations;

	if (read(w->alarm, &expirations, sizeof(expirations)) < 0 && errno == EAGAIN)
		return;
	if (w->alarmed && raw_since(clock_raw(), w->alarmed_at).ns < REST_NS) {
		loop_timer_set(w->timer, (struct span){ REST_NS });
		w->deaf = true;
		return;
	}
	w->alarmed = true;
	w->alarmed_at = clock_raw();
	arm_alarm(w);
	look(w);
}

int
watch_open(struct watch *w, struct loop *l)
{
	w->alarm = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->alarm < 0)
		w->alarm = -errno;
	w->timer = loop_timer_new(l, on_timer, w);
	if (w->alarm >= 0)
		w->alarm_watch = loop_watch_new(l, w->alarm, false, on_alarm, w);
	if (w->timer == NULL)
		return -ENOMEM;
	arm_alarm(w);
	return 0;
}

void
watch_lacks(struct record_start *out, const char *what, int error)
{
	char text[2 * RECORD_TEXT_SIZE];

	if (error == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s%s%s: %s", out->unwatched,
	    out->unwatched[0] != '\0' ? "; " : "", what, strerror(-error));
	record_copy_text(out->unwatched, sizeof(out->unwatched), text);
	log_line(LOG_WARNING, "the watch goes without %s: %s", what, strerror(-error));
}

void
watch_describe(const struct watch *w, struct record_start *out)
{
	const char *name;
	int error = 0;

	out->unwatched[0] = '\0';
	for (size_t i = 0; (name = clock_missing(i, &error)) != NULL; i++)
		watch_lacks(out, name, error);
	watch_lacks(out, "TFD_TIMER_CANCEL_ON_SET", w->alarm < 0 ? w->alarm : 0);
	error = kernel_clock_read(&out->steering);
	out->has_steering = error == 0;
	watch_lacks(out, "adjtimex", error);
}

void
watch_close(struct watch *w)
{
	loop_watch_free(w->alarm_watch);
	loop_timer_free(w->timer);
	if (w->alarm >= 0)
		close(w->alarm);
	*w = (struct watch){ .alarm = -1 };
}

void
watch_set(struct watch *w, struct span every)
{
	w->every = every;
	w->clock.patience.ns = every.ns > 0 ? 4 * every.ns + 5 * NS_PER_SECOND : 0;
	if (every.ns > 0)
		loop_timer_set(w->timer, every);
	else
		loop_timer_clear(w->timer);
}

void
watch_feed(struct watch *w, const struct clock_reading *r)
{
	struct watch_report report;
	struct steering steering;
	bool known = !w->blind && kernel_clock_read(&steering) == 0;

	w->blind = !known;
	clock_watch_read(&w->clock, r, known ? &steering : NULL, &report);
	if (report.stepped || report.suspended || report.entries > 0)
		w->saw(w->arg, &report, r);
}

void
watch_end(struct watch *w, const struct clock_reading *at)
{
	struct watch_report report;

	clock_watch_end(&w->clock, &report);
	if (report.entries > 0)
		w->saw(w->arg, &report, at);
}
