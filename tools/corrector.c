#include "corrector.h"

#include <string.h>

#include "corrector_choice.h"
#include "say.h"

/* the kernel's clock for messages is not quite the raw clock */
#define SINCE_BOOT_NS INT64_C(100000000)
#define SINCE_BOOT_RATE 1e-4

const char *const stamp_fate_names[STAMP_FATES] = {
	[STAMP_CORRECTED] = "corrected",
	[STAMP_NEVER_SHOWN] = "never-shown",
	[STAMP_NOT_COVERED] = "not-covered",
	[STAMP_FOREIGN] = "foreign",
	[STAMP_NOT_SYNCHRONISED] = "not-synchronised",
	[STAMP_EMPTY] = "empty",
};

bool
corrector_begin(struct corrector *c)
{
	size_t which;

	if (log_grammars_compile(&c->grammars, &which))
		return true;
	say("the pattern of format %s is wrong", log_formats[which].name);
	return false;
}

/* A piece of the same rotated log goes on where the one before it ended. */
void
log_state_begin(
    struct log_state *s, const struct corrector *c, const struct log_state *before)
{
	if (before != NULL)
		*s = *before;
	else
		memset(s, 0, sizeof(*s));
	s->order.guessed_year = s->order.guessed_day = 0;
	recognition_begin(&s->recognition, &c->grammars, &c->wish);
}

static bool
orders_agree(const struct log_order *a, const struct log_order *b)
{
	return a->ends == b->ends && a->year == b->year && a->has_day == b->has_day &&
	       a->day == b->day && a->has_first_day == b->has_first_day &&
	       a->first_day == b->first_day && a->last_local == b->last_local &&
	       a->guessed_year == b->guessed_year && a->guessed_day == b->guessed_day;
}

static bool
recognitions_agree(const struct recognition *a, const struct recognition *b)
{
	return recognition_is_decided(a) && recognition_is_decided(b) &&
	       a->verdict.format == b->verdict.format &&
	       a->header.rules == b->header.rules && a->header.local == b->header.local &&
	       strcmp(a->header.text, b->header.text) == 0;
}

/* The segment is but what was asked for last; lines tell of no uptime. */
bool
log_state_agrees(const struct log_state *a, const struct log_state *b)
{
	return a->has_last == b->has_last && a->last.ns == b->last.ns &&
	       orders_agree(&a->order, &b->order) &&
	       recognitions_agree(&a->recognition, &b->recognition);
}

/* ---- all answers */

static bool
holds(const struct segment *g, struct system_time t)
{
	return t.ns >= g->from.ns && t.ns < g->to.ns;
}

static void
add_exact(const struct corrector *c, struct system_time t, struct choices *all)
{
	struct model_answer found[SEGMENT_ANSWERS];
	size_t n = segments_answers(&c->segments, t, found, SEGMENT_ANSWERS);

	for (size_t i = 0; i < n; i++)
		all->of[all->n++] =
		    (struct choice){ t, found[i].correction.utc, found[i], i, false };
}

static void
add_answers(const struct corrector *c, struct log_state *s, struct system_time t,
    struct choices *all)
{
	const struct segment *g = &s->segment;

	if (!s->has_segment || !holds(g, t))
		segments_find(&c->segments, t, &s->segment);
	s->has_segment = true;
	if (!g->straight) {
		add_exact(c, t, all);
		return;
	}
	for (size_t i = 0; i < g->answers; i++) {
		struct choice *o = &all->of[all->n++];

		*o = (struct choice){ t, segment_utc(g, i, t), g->line[i].widest, i,
			true };
		o->answer.correction.utc = o->utc;
	}
}

/* ---- counts since boot */

/* What the host's clock showed at that time of the raw clock, and what UTC was. */
static bool
since_boot(const struct corrector *c, struct log_stamp *out)
{
	const struct clock_model *m;
	struct correction found[SEGMENT_ANSWERS];
	struct raw_time raw;
	struct span more;
	size_t n;

	if (c->boot == NULL)
		return false;
	m = &c->boot->model;
	raw = raw_after(m->boot,
	    (struct span){ out->t.count_s * NS_PER_SECOND + out->t.fraction_ns });
	out->time = clock_model_host(m, raw);
	n = clock_model_correct(m, out->time, found, SEGMENT_ANSWERS);
	if (n == 0)
		return false;
	out->of = n;
	for (size_t i = 1; i < n; i++)
		if (span_abs(raw_since(found[i].raw, raw)).ns <
		    span_abs(raw_since(found[out->which].raw, raw)).ns)
			out->which = i;
	more = span_from_seconds(
	    SINCE_BOOT_RATE * (double)out->t.count_s + (double)SINCE_BOOT_NS / 1e9);
	out->answer = (struct model_answer){ found[out->which], c->boot };
	out->answer.correction.uncertainty =
	    span_add(out->answer.correction.uncertainty, more);
	out->answer.correction.earliest = utc_after(
	    out->answer.correction.earliest, span_sub((struct span){ 0 }, more));
	out->answer.correction.latest = utc_after(out->answer.correction.latest, more);
	return true;
}

/* ---- a stamp */

static bool
is_unasked(const struct log_state *s, struct log_stamp *out)
{
	if ((format_rules(&s->recognition, out->format) & LOG_FOREIGN) != 0)
		out->fate = STAMP_FOREIGN;
	else if (out->t.mark != '\0')
		out->fate = STAMP_NOT_SYNCHRONISED;
	else if (out->t.scale == LOG_SINCE_1970 && out->t.count_s == 0)
		out->fate = STAMP_EMPTY;
	return out->fate != STAMP_CORRECTED;
}

static void
take(const struct corrector *c, struct log_state *s, struct choices *all,
    const struct log_uptime *up, struct log_stamp *out)
{
	unsigned rules = format_rules(&s->recognition, out->format);
	const struct choice *best;

	best = choose(&c->segments, s, all, (rules & LOG_AT_END) != 0, up);
	out->time = best->time;
	out->answer = best->answer;
	out->which = best->which;
	out->straight = best->straight;
	out->of = all->n;
	s->has_last = true;
	s->last = best->utc;
}

static void
correct(const struct corrector *c, struct log_state *s, const struct log_uptime *up,
    struct log_stamp *out)
{
	struct choices all = { .n = 0 };
	int64_t seconds[2];
	size_t readings = log_clock_seconds(&c->clock, &s->order, &out->t, seconds);

	for (size_t i = 0; i < readings; i++) {
		struct system_time at = { seconds[i] < 0 ? INT64_MIN : INT64_MAX };

		out->time = at;
		if (__builtin_mul_overflow(seconds[i], NS_PER_SECOND, &at.ns))
			continue;
		out->time = system_after(at, (struct span){ out->t.fraction_ns });
		add_answers(c, s, out->time, &all);
	}
	if (all.n > 0)
		take(c, s, &all, up, out);
	else if (readings == 0 || model_covers(c->segments.model, out->time))
		out->fate = STAMP_NEVER_SHOWN;
	else
		out->fate = STAMP_NOT_COVERED;
}

static void
find_fate(const struct corrector *c, struct log_state *s, const struct log_uptime *up,
    struct log_stamp *out)
{
	if (is_unasked(s, out))
		return;
	if (out->t.scale != LOG_SINCE_BOOT)
		correct(c, s, up, out);
	else if (!since_boot(c, out))
		out->fate = STAMP_NOT_COVERED;
}

static void
clear(struct log_stamp *out)
{
	out->fate = STAMP_CORRECTED;
	out->time.ns = 0;
	out->which = out->of = 0;
	out->straight = false;
}

bool
corrector_first(const struct corrector *c, struct log_state *s, const char *line,
    size_t n, struct log_stamp *out)
{
	if (!recognise(&s->recognition, line, n, &out->t, &out->format))
		return false;
	clear(out);
	if ((format_rules(&s->recognition, out->format) & LOG_TELLS_DAY) != 0)
		log_clock_take_day(&s->order, &out->t);
	find_fate(c, s, NULL, out);
	return true;
}

bool
corrector_more(const struct corrector *c, struct log_state *s,
    const struct log_stamp *before, size_t which, struct log_stamp *out)
{
	if (!recognise_more(&s->recognition, before->format, which, &before->t, &out->t))
		return false;
	out->format = before->format;
	clear(out);
	find_fate(c, s, NULL, out);
	return true;
}

void
corrector_time(const struct corrector *c, struct log_state *s,
    const struct log_uptime *up, struct log_stamp *out)
{
	s->recognition.lines[out->format]++;
	clear(out);
	find_fate(c, s, up, out);
}

void
corrector_clock_set(const struct corrector *c, struct log_state *s,
    struct system_time was, struct system_time is)
{
	struct choices before = { .n = 0 };
	struct choices after = { .n = 0 };

	add_answers(c, s, was, &before);
	add_answers(c, s, is, &after);
	choose_set(s, &before, &after);
}

void
corrector_exact(const struct corrector *c, struct log_stamp *s)
{
	struct model_answer all[SEGMENT_ANSWERS];
	struct utc_time utc = s->answer.correction.utc;
	size_t n;

	if (s->fate != STAMP_CORRECTED || s->t.scale == LOG_SINCE_BOOT)
		return;
	n = segments_answers(&c->segments, s->time, all, SEGMENT_ANSWERS);
	if (s->which >= n)
		return;
	s->answer = all[s->which];
	s->answer.correction.utc = utc;
}
