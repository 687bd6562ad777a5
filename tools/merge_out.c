#include "merge_out.h"

#include <stdlib.h>

#include "memory.h"

/* What its cause or its effect says of an event moves the estimate, too. */
static struct utc_time
narrowed(struct utc_time t, const struct timeline_event *known)
{
	if (utc_since(known->earliest, t).ns > 0)
		t = known->earliest;
	return utc_since(t, known->latest).ns > 0 ? known->latest : t;
}

static struct event
unranked(const struct merge_run *m, const struct merge_event *e)
{
	const struct merge_line *l = e->line;

	return (struct event){
		.host = e->log->host,
		.source = e->log->file.path,
		.format = l->format,
		.line = l->number,
		.text = l->text,
		.length = l->length,
		.stamp = l->stamp_length > 0 ? l->text + l->stamp : NULL,
		.stamp_length = l->stamp_length,
		.order = e->order,
		.utc = l->corrected ? l->utc : l->at,
		.earliest = l->earliest,
		.latest = utc_after(l->latest, l->resolution),
		.uncertainty = l->uncertainty,
		.offset = l->offset,
		.incarnation = l->incarnation,
		.common = l->common,
		.guessed = l->guessed,
		.told = l->told,
		.rank = m->ranked_out,
	};
}

static void
rank(struct event *out, const struct timeline_rank *r)
{
	out->order = !r->open && r->min == r->max ? ORDER_CERTAIN : ORDER_CONCURRENT;
	out->utc = narrowed(out->utc, &r->event);
	out->earliest = r->event.earliest;
	out->latest = r->event.latest;
	out->rank_min = r->min;
	out->rank_max = r->max;
	out->rank_open = r->open;
}

static void
count(struct merge_run *m, const struct event *e)
{
	m->certain += e->order == ORDER_CERTAIN;
	m->concurrent += e->order == ORDER_CONCURRENT;
	m->late += e->order == ORDER_LATE;
	m->uncalibrated += e->order == ORDER_UNCALIBRATED;
	m->open += e->order == ORDER_CONCURRENT && e->rank_open;
	m->ranked_out += e->order <= ORDER_CONCURRENT;
}

static void
print_event(struct merge_run *m, const struct event *e)
{
	bool dated = e->order != ORDER_UNCALIBRATED;
	int64_t from = dated ? e->earliest.ns : e->utc.ns;
	int64_t to = dated ? e->latest.ns : e->utc.ns;

	if (to < m->from || from > m->to)
		return;
	m->form->event(m->out, e);
	if (m->wants_picture)
		picture_add(&m->picture, e);
	m->printed++;
}

static void
leave(struct merge_run *m, const struct merge_event *e)
{
	merge_file_drop(&e->log->file, e->line);
	m->first = m->first + 1 == m->queue_room ? 0 : m->first + 1;
	m->queued--;
}

void
merge_drain(struct merge_run *m, bool anyway)
{
	while (m->queued > 0) {
		const struct merge_event *e = &m->queue[m->first];
		struct event out = unranked(m, e);
		struct timeline_rank r;

		if (e->order == ORDER_CONCURRENT) {
			if (!timeline_pop(&m->timeline, anyway, &r))
				return;
			anyway = false;
			m->popped++;
			rank(&out, &r);
		}
		print_event(m, &out);
		count(m, &out);
		leave(m, e);
	}
}

void
merge_drop(struct merge_run *m)
{
	while (m->queued > 0)
		leave(m, &m->queue[m->first]);
	free(m->queue);
}

void
merge_enqueue(struct merge_run *m, const struct merge_event *e)
{
	size_t old = m->queue_room;
	size_t at;

	if (m->queued == old) {
		m->queue =
		    memory_grow(m->queue, &m->queue_room, old + 1, sizeof(*m->queue));
		/* what had wrapped round goes behind the rest */
		for (size_t i = 0; i < m->first && old > 0; i++)
			m->queue[old + i] = m->queue[i];
	}
	at = m->first + m->queued++;
	m->queue[at < m->queue_room ? at : at - m->queue_room] = *e;
}
