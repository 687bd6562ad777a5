#include "merge_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "merge_out.h"
#include "say.h"

/* ---- the logs */

/* Its head has another time, or is another one. */
static void
set_front(struct merge_run *m, const struct merge_log *l)
{
	struct rival r = { .out = true };

	if (l->head != NULL)
		r = (struct rival){ .time = l->head->at.ns };
	tournament_set(&m->front, (size_t)(l - m->log), r);
}

static bool
fill_head(struct merge_run *m, struct merge_log *l)
{
	l->head = merge_file_next(&l->file);
	if (l->head == NULL && l->file.error != 0) {
		errno = l->file.error;
		(void)say_errno("%s", l->file.path);
		return false;
	}
	set_front(m, l);
	return true;
}

/* Least time first; of equals the one that was named first. */
static struct merge_log *
least(struct merge_run *m)
{
	size_t first = tournament_winner(&m->front);

	return first == SIZE_MAX ? NULL : &m->log[first];
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
	tournament_begin(&m->front, m->logs);
	for (size_t i = 0; i < m->logs; i++) {
		struct merge_log *l = &m->log[i];

		if (!fill_head(m, l))
			return false;
		l->chain = timeline_add_chain(t, l->chain, l->file.loose);
		if (l->head == NULL)
			timeline_end_chain(t, l->chain);
	}
	return true;
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
	struct timeline_event t = timed(m, l->head);

	while (
	    timeline_push(&m->timeline, l->chain, &t, slot_of(m, cause)) == TIMELINE_NONE)
		merge_drain(m, true);
	m->pushed++;
	m->now = l->head->at;
}

/* An effect stays behind until its cause has come, or until its own time has run out. */
static bool
waits(struct merge_run *m, struct merge_log *l, uint64_t *cause)
{
	struct utc_time latest = utc_after(l->head->latest, l->head->resolution);

	*cause = NO_CAUSE;
	if (m->causes.rules->causes == 0 || !l->head->corrected ||
	    !cause_of(&m->causes, l->host, l->head->text, &l->awaited))
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
	l->head->at = latest;
	set_front(m, l);
	return true;
}

/* Its effects that have waited may come now. */
static void
wake(struct merge_run *m, const struct merge_log *cause, uint64_t sequence)
{
	causes_note(&m->causes, cause->host, cause->head->text, sequence);
	for (size_t i = 0; i < m->logs; i++) {
		struct merge_log *l = &m->log[i];
		uint64_t found;

		if (l->head == NULL || l == cause || !l->waited ||
		    !causes_find(&m->causes, &l->awaited, &found))
			continue;
		l->head->at =
		    utc_since(l->head->utc, m->now).ns > 0 ? l->head->utc : m->now;
		set_front(m, l);
	}
}

static bool
may_be_now(const struct merge_run *m, const struct merge_line *l)
{
	return utc_since(utc_after(l->latest, l->resolution), m->now).ns >= 0;
}

/* From the front of a log into the timeline. false: it waits. */
static bool
take(struct merge_run *m, struct merge_log *l)
{
	struct merge_event e = { .line = l->head, .log = l, .order = ORDER_CONCURRENT };
	bool behind = m->pushed > 0 && utc_since(m->now, l->head->at).ns > 0;
	uint64_t cause;

	if (waits(m, l, &cause))
		return false;
	if (!l->head->corrected)
		e.order = ORDER_UNCALIBRATED;
	else if (behind && !may_be_now(m, l->head))
		e.order = ORDER_LATE;
	else if (behind)
		l->head->at = m->now; /* its file goes on behind what came out */
	if (e.order == ORDER_CONCURRENT) {
		push(m, l, cause);
		if (m->causes.rules->causes > 0)
			wake(m, l, m->pushed - 1);
	}
	m->events++;
	merge_enqueue(m, &e);
	l->head = NULL;
	l->waited = false;
	merge_drain(m, false);
	return true;
}

static bool
run_through(struct merge_run *m)
{
	struct merge_log *l;

	if (m->form->begin != NULL)
		m->form->begin(m->out);
	while ((l = least(m)) != NULL && !m->out->failed) {
		if (!take(m, l))
			continue;
		if (!fill_head(m, l))
			return false;
		if (l->head == NULL)
			timeline_end_chain(&m->timeline, l->chain);
	}
	merge_drain(m, false);
	return !m->out->failed;
}

static void
sum_up(struct merge_run *m)
{
	for (size_t i = 0; i < m->logs; i++)
		m->lines += m->log[i].file.counts.lines;
	m->left = m->late + m->uncalibrated;
}

static void
drop_all(struct merge_run *m)
{
	merge_drop(m);
	for (size_t i = 0; i < m->logs; i++) {
		if (m->log[i].head != NULL)
			merge_file_drop(&m->log[i].file, m->log[i].head);
		merge_file_close(&m->log[i].file);
	}
}

bool
merge_run(struct merge_run *m, struct merge_host hosts[], const struct merge_case *of)
{
	bool good;

	causes_begin(&m->causes, of);
	good = open_logs(m, hosts, of) && make_chains(m) && run_through(m);
	sum_up(m);
	drop_all(m);
	causes_end(&m->causes);
	free(m->timeline.chain);
	free(m->timeline.entry);
	free(m->timeline.vector);
	free(m->timeline.known);
	free(m->timeline.cursor);
	tournament_free(&m->front);
	return good;
}
