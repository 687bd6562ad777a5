#include "merge_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "memory.h"
#include "say.h"

/* ---- the logs */

static bool
fill_head(struct merge_log *l)
{
	if (!l->has_head)
		l->has_head = merge_file_next(&l->file, &l->head);
	if (!l->has_head && l->file.error != 0) {
		errno = l->file.error;
		(void)say_errno("%s", l->file.path);
		return false;
	}
	return true;
}

/* Least time first; of equals the one that was named first. */
static struct merge_log *
least(struct merge_run *m)
{
	struct merge_log *best = NULL;

	for (size_t i = 0; i < m->logs; i++) {
		struct merge_log *l = &m->log[i];

		if (l->has_head &&
		    (best == NULL || utc_since(l->head.at, best->head.at).ns < 0))
			best = l;
	}
	return best;
}

static bool
open_logs(struct merge_run *m, struct merge_host hosts[], const struct merge_case *of)
{
	size_t room = 0;
	size_t logs = 0;

	for (size_t i = 0; i < of->hosts; i++)
		logs += of->host[i].logs.count;
	m->log = memory_grow(NULL, &room, logs, sizeof(*m->log));
	memset(m->log, 0, logs * sizeof(*m->log));
	for (size_t i = 0; i < of->hosts; i++)
		for (size_t k = 0; k < of->host[i].logs.count; k++) {
			struct merge_log *l = &m->log[m->logs];

			if (!merge_file_open(
				&l->file, &hosts[i].corrector, of->host[i].logs.path[k]))
				return false;
			l->host = of->host[i].name;
			l->chain = i; /* its host, until the chains are made */
			m->logs++;
		}
	return true;
}

/* Where lines are written at the end of what they tell, the file orders nothing. */
static bool
make_chains(struct merge_run *m)
{
	struct timeline *t = &m->timeline;
	size_t room[5] = { 0 };

	t->chains_max = m->logs;
	t->entries_max = m->window;
	t->chain = memory_grow(NULL, &room[0], m->logs, sizeof(*t->chain));
	t->entry = memory_grow(NULL, &room[1], m->window, sizeof(*t->entry));
	t->vector = memory_grow(NULL, &room[2], m->window * m->logs, sizeof(*t->vector));
	t->known = memory_grow(NULL, &room[3], m->logs * m->logs, sizeof(*t->known));
	t->cursor = memory_grow(NULL, &room[4], m->logs * m->logs, sizeof(*t->cursor));
	timeline_begin(t);
	for (size_t i = 0; i < m->logs; i++) {
		struct merge_log *l = &m->log[i];

		if (!fill_head(l))
			return false;
		l->chain = timeline_add_chain(t, l->chain, l->file.loose);
		if (!l->has_head)
			timeline_end_chain(t, l->chain);
	}
	return true;
}

/* ---- out */

/* What its cause or its effect says of an event moves the estimate, too. */
static struct utc_time
narrowed(const struct merge_event *e)
{
	struct utc_time t = e->line.utc;

	if (utc_since(e->rank.event.earliest, t).ns > 0)
		t = e->rank.event.earliest;
	return utc_since(t, e->rank.event.latest).ns > 0 ? e->rank.event.latest : t;
}

static struct event
event_of(const struct merge_run *m, const struct merge_event *e)
{
	const struct merge_line *l = &e->line;
	bool ranked = e->order <= ORDER_CONCURRENT;

	return (struct event){
		.host = m->log[e->log].host,
		.source = m->log[e->log].file.path,
		.format = l->format,
		.line = l->number,
		.text = l->text,
		.length = l->length,
		.stamp = l->stamp_length > 0 ? l->text + l->stamp : NULL,
		.stamp_length = l->stamp_length,
		.order = e->order,
		.utc = ranked         ? narrowed(e)
		       : l->corrected ? l->utc
				      : l->at,
		.earliest = ranked ? e->rank.event.earliest : l->earliest,
		.latest =
		    ranked ? e->rank.event.latest : utc_after(l->latest, l->resolution),
		.uncertainty = l->uncertainty,
		.offset = l->offset,
		.incarnation = l->incarnation,
		.common = l->common,
		.guessed = l->guessed,
		.told = l->told,
		.rank = m->ranked_out,
		.rank_min = e->rank.min,
		.rank_max = e->rank.max,
		.rank_open = e->rank.open,
	};
}

static void
count(struct merge_run *m, const struct merge_event *e)
{
	m->certain += e->order == ORDER_CERTAIN;
	m->concurrent += e->order == ORDER_CONCURRENT;
	m->late += e->order == ORDER_LATE;
	m->uncalibrated += e->order == ORDER_UNCALIBRATED;
	m->open += e->order == ORDER_CONCURRENT && e->rank.open;
}

static void
print_event(struct merge_run *m, struct merge_event *e)
{
	struct event out = event_of(m, e);
	bool dated = e->order != ORDER_UNCALIBRATED;
	int64_t from = dated ? out.earliest.ns : out.utc.ns;
	int64_t to = dated ? out.latest.ns : out.utc.ns;

	count(m, e);
	if (to >= m->from && from <= m->to) {
		m->form->event(m->out, &out);
		if (m->wants_picture)
			picture_add(&m->picture, &out);
		m->printed++;
	}
	m->ranked_out += e->order <= ORDER_CONCURRENT;
	free(e->line.text);
}

/* What stands at the front goes out as soon as its place is known. */
static void
drain(struct merge_run *m, bool anyway)
{
	while (m->queued > 0) {
		struct merge_event *e = &m->queue[m->first];

		if (e->order == ORDER_CONCURRENT) {
			if (!timeline_pop(&m->timeline, anyway, &e->rank))
				return;
			anyway = false;
			m->popped++;
			if (!e->rank.open && e->rank.min == e->rank.max)
				e->order = ORDER_CERTAIN;
		}
		print_event(m, e);
		m->first = (m->first + 1) % m->queue_room;
		m->queued--;
	}
}

static void
enqueue(struct merge_run *m, const struct merge_event *e)
{
	if (m->queued == m->queue_room) {
		size_t old = m->queue_room;

		m->queue =
		    memory_grow(m->queue, &m->queue_room, old + 1, sizeof(*m->queue));
		/* what had wrapped round goes behind the rest */
		for (size_t i = 0; i < m->first && old > 0; i++)
			m->queue[(old + i) % m->queue_room] = m->queue[i];
	}
	m->queue[(m->first + m->queued++) % m->queue_room] = *e;
}

/* ---- in */

static struct timeline_event
timed(const struct merge_run *m, const struct merge_line *l)
{
	return (struct timeline_event){
		.at = l->at,
		.resolution = l->resolution,
		.earliest = l->earliest,
		.latest = utc_after(l->latest, l->resolution),
		.id = m->pushed,
	};
}

#define NO_CAUSE UINT64_MAX

/* What has gone out happened before all that is to come: nobody need be told. */
static size_t
slot_of(const struct merge_run *m, uint64_t sequence)
{
	if (sequence == NO_CAUSE || sequence < m->popped)
		return TIMELINE_NONE;
	return (size_t)(sequence % m->window);
}

static void
push(struct merge_run *m, struct merge_log *l, uint64_t cause)
{
	struct timeline_event t = timed(m, &l->head);

	while (
	    timeline_push(&m->timeline, l->chain, &t, slot_of(m, cause)) == TIMELINE_NONE)
		drain(m, true);
	m->pushed++;
	m->now = l->head.at;
}

/* An effect stays behind until its cause has come, or until its own time has run out. */
static bool
waits(struct merge_run *m, struct merge_log *l, uint64_t *cause)
{
	struct utc_time latest = utc_after(l->head.latest, l->head.resolution);

	*cause = NO_CAUSE;
	if (m->causes.rules->causes == 0 || !l->head.corrected ||
	    !cause_of(&m->causes, l->host, l->head.text, &l->awaited))
		return false;
	if (causes_find(&m->causes, &l->awaited, cause)) {
		m->matched++;
		return false;
	}
	if (l->waited) {
		m->effects_alone++;
		return false;
	}
	l->waited = true;
	l->head.at = latest;
	return true;
}

/* Its effects that have waited may come now. */
static void
wake(struct merge_run *m, const struct merge_log *cause, uint64_t sequence)
{
	causes_note(&m->causes, cause->host, cause->head.text, sequence);
	for (size_t i = 0; i < m->logs; i++) {
		struct merge_log *l = &m->log[i];
		uint64_t found;

		if (!l->has_head || !l->waited ||
		    !causes_find(&m->causes, &l->awaited, &found))
			continue;
		l->head.at = utc_since(l->head.utc, m->now).ns > 0 ? l->head.utc : m->now;
	}
}

static bool
may_be_now(const struct merge_run *m, const struct merge_line *l)
{
	return utc_since(utc_after(l->latest, l->resolution), m->now).ns >= 0;
}

/* From the front of a log into the timeline. */
static void
take(struct merge_run *m, struct merge_log *l)
{
	struct merge_event e = { .log = (size_t)(l - m->log), .order = ORDER_CONCURRENT };
	bool behind = m->pushed > 0 && utc_since(m->now, l->head.at).ns > 0;
	uint64_t cause;

	if (waits(m, l, &cause))
		return;
	if (!l->head.corrected)
		e.order = ORDER_UNCALIBRATED;
	else if (behind && !may_be_now(m, &l->head))
		e.order = ORDER_LATE;
	else if (behind)
		l->head.at = m->now; /* its file goes on behind what came out */
	if (e.order == ORDER_CONCURRENT) {
		push(m, l, cause);
		if (m->causes.rules->causes > 0)
			wake(m, l, m->pushed - 1);
	}
	m->events++;
	e.line = l->head;
	enqueue(m, &e);
	l->has_head = false;
	l->waited = false;
	drain(m, false);
}

static bool
run_through(struct merge_run *m)
{
	struct merge_log *l;

	if (m->form->begin != NULL)
		m->form->begin(m->out);
	while ((l = least(m)) != NULL && !m->out->failed) {
		take(m, l);
		if (!fill_head(l))
			return false;
		if (!l->has_head)
			timeline_end_chain(&m->timeline, l->chain);
	}
	drain(m, false);
	return !m->out->failed;
}

static void
sum_up(struct merge_run *m)
{
	for (size_t i = 0; i < m->logs; i++)
		m->lines += m->log[i].file.counts.lines;
	m->left = m->late + m->uncalibrated;
}

bool
merge_run(struct merge_run *m, struct merge_host hosts[], const struct merge_case *of)
{
	bool good;

	causes_begin(&m->causes, of);
	good = open_logs(m, hosts, of) && make_chains(m) && run_through(m);
	sum_up(m);
	for (size_t i = 0; i < m->logs; i++) {
		if (m->log[i].has_head)
			free(m->log[i].head.text);
		merge_file_close(&m->log[i].file);
	}
	causes_end(&m->causes);
	free(m->timeline.chain);
	free(m->timeline.entry);
	free(m->timeline.vector);
	free(m->timeline.known);
	free(m->timeline.cursor);
	free(m->queue);
	return good;
}
