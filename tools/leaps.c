#include "leaps.h"

#define DAY_NS (INT64_C(86400) * NS_PER_SECOND)

static int64_t
day_of(struct utc_time t)
{
	return t.ns / DAY_NS;
}

/* 1, -1 or 0 s at the end of this day, by more than half of all servers. */
static int
announced(const struct leaps *l, int64_t day)
{
	size_t heard = 0;
	size_t longer = 0;
	size_t shorter = 0;

	for (size_t i = 0; i < MAX_SERVERS; i++) {
		if (!l->server[i].heard)
			continue;
		heard++;
		if (day_of(l->server[i].at) != day)
			continue;
		longer += l->server[i].leap == NTP_LEAP_INSERT;
		shorter += l->server[i].leap == NTP_LEAP_DELETE;
	}
	return 2 * longer > heard ? 1 : 2 * shorter > heard ? -1 : 0;
}

/* A second that is inserted begins at midnight by the fit's scale; one that is left out,
 * a second before it. */
static void
pass_midnight(struct leaps *l, int64_t day)
{
	int seconds = announced(l, day);
	int64_t midnight = (day + 1) * DAY_NS;
	int64_t begins = seconds > 0 ? midnight : midnight - NS_PER_SECOND;
	struct span size = { seconds * NS_PER_SECOND };

	if (seconds == 0 || l->count == MODEL_LEAPS_MAX || l->midnight == midnight)
		return;
	l->midnight = midnight;
	l->leap[l->count++] = (struct model_leap){ { begins + l->added.ns }, size };
	l->added = span_add(l->added, size);
}

/* UTC says this second twice, once on either side of midnight. */
static bool
said_twice(const struct leaps *l, struct utc_time t)
{
	int64_t into = t.ns - day_of(t) * DAY_NS;

	return into >= DAY_NS - NS_PER_SECOND && announced(l, day_of(t)) > 0;
}

bool
leaps_take(struct leaps *l, size_t server, struct exchange *x)
{
	int64_t day = day_of(x->t3);

	if (said_twice(l, x->t2) || said_twice(l, x->t3))
		return false;
	if (l->server[server].heard && day > day_of(l->server[server].at))
		pass_midnight(l, day_of(l->server[server].at));
	l->server[server].heard = true;
	l->server[server].at = x->t3;
	l->server[server].leap = x->leap;
	x->t2 = utc_after(x->t2, leaps_until(l, x->t2));
	x->t3 = utc_after(x->t3, leaps_until(l, x->t3));
	return true;
}

struct span
leaps_until(const struct leaps *l, struct utc_time utc)
{
	struct span sum = { 0 };

	for (size_t i = 0; i < l->count; i++) {
		const struct model_leap *own = &l->leap[i];
		int64_t posix = own->at.ns - sum.ns; /* of its midnight, or just before */

		if (utc.ns >= posix)
			sum = span_add(sum, own->size);
	}
	return sum;
}
