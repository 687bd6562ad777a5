#include "log_model.h"

#include <string.h>

#include "log_span.h"
#include "records.h"
#include "records_list.h"
#include "say.h"

#define LARGE ((int64_t)4 * 1024 * 1024)           /* octets: less is read at once */
#define PACKED 5                                   /* to one */
#define BESIDE_NS (INT64_C(86400) * NS_PER_SECOND) /* logs may reach so far beyond */

/* What its files' first records and its last file tell of the evidence. */
struct outline {
	struct model zone; /* of it only the zone */
	struct system_time begins, ends;
	int64_t octets, rest; /* of files; of those that are always read */
};

static void
on_record(void *arg, const struct records_line *l, const struct record *r)
{
	struct outline *o = arg;

	(void)l;
	if (r->type == RECORD_START)
		model_take_zone(&o->zone, r->start.timezone, r->start.utc_offset_s);
	if (r->type == RECORD_CONTINUE)
		model_take_zone(&o->zone, r->go_on.timezone, r->go_on.utc_offset_s);
	o->ends = r->at.real;
}

/* The model says it. */
static void
on_damage(void *arg, const struct records_damage *d)
{
	(void)arg;
	(void)d;
}

/* About, when they are unpacked. */
static int64_t
octets_of(const struct records_file *f)
{
	return f->octets_there * (records_is_packed(f->path) ? PACKED : 1);
}

static void
measure(struct records *r, struct outline *o)
{
	static const struct records_range nowhere = { { INT64_MAX }, { INT64_MAX },
		{ 0 } };

	(void)records_narrow(r, &nowhere);
	for (size_t i = 0; i < r->files; i++) {
		const struct records_file *f = &r->file[i];

		o->octets += octets_of(f);
		o->rest += f->unread ? 0 : octets_of(f);
		if (f->understood && f->at.ns < o->begins.ns)
			o->begins = f->at;
	}
}

/* false: it is not worth it, or cannot be read. */
static bool
outline(const struct log_model *l, int64_t size, struct outline *o)
{
	struct records records;
	struct records_visitor visitor = { .record = on_record,
		.damage = on_damage,
		.arg = o,
		.unverified = l->evidence.unverified };
	bool worth = false;

	*o = (struct outline){ .begins = { INT64_MAX }, .ends = { INT64_MIN } };
	if (records_open(&records, l->evidence.paths, l->evidence.count)) {
		measure(&records, o);
		worth = o->octets > LARGE && o->octets > size && o->rest < o->octets / 2;
	}
	if (worth)
		records_walk(&records, &visitor);
	records_close(&records);
	return worth && o->ends.ns > o->begins.ns;
}

/* false: the logs ask for times that are not those of the evidence, or cannot be asked. */
static bool
find_span(const struct log_model *l, struct corrector *c, const struct outline *o,
    struct log_span *span)
{
	static struct model nothing;

	c->clock.about = o->ends.ns / NS_PER_SECOND;
	segments_build(&c->segments, &nothing, false);
	return log_span_find(c, l->logs, l->count, span) &&
	       system_since(o->begins, span->from).ns <= BESIDE_NS &&
	       system_since(span->to, o->ends).ns <= BESIDE_NS;
}

/* Is there something before and after them? Where the evidence has a gap, all of it says
 * more than what lies beside. */
static bool
stands_around(const struct model *m, const struct log_span *span)
{
	bool before = false;
	bool after = false;

	for (size_t i = 0; i < m->boots; i++) {
		const struct clock_model *c = &m->boot[i].model;

		if (c->points == 0)
			continue;
		before |= clock_model_host(c, c->point[0].at).ns <= span->from.ns;
		after |=
		    clock_model_host(c, c->point[c->points - 1].at).ns >= span->to.ns;
	}
	return (before || m->begin.ns >= span->from.ns) &&
	       (after || m->end.ns <= span->to.ns);
}

/* 1: loaded; 0: all has to be read; -1: cannot. */
static int
load_around(const struct log_model *l, const struct log_span *span, struct model *m)
{
	struct model_request wanted = l->evidence;
	bool mixed;

	wanted.windowed = true;
	wanted.from = span->from;
	wanted.to = span->to;
	if (model_load(m, &wanted) && stands_around(m, span))
		return 1;
	mixed = m->mixed;
	model_free(m);
	return mixed ? -1 : 0;
}

int
log_model_load(const struct log_model *l, struct corrector *c, struct model *m)
{
	int64_t size = l->all ? -1 : log_span_size(l->logs, l->count);
	struct outline o;
	struct log_span span;
	bool worth = size >= 0 && outline(l, size, &o);
	int loaded = 0;

	if (worth && !corrector_choose_zone(c, &o.zone, l->timezone))
		return EXIT_USAGE;
	if (worth && find_span(l, c, &o, &span))
		loaded = load_around(l, &span, m);
	if (loaded < 0 || (loaded == 0 && !model_load(m, &l->evidence)))
		return EXIT_CANNOT;
	model_say_unread(m, "these logs");
	return worth || corrector_choose_zone(c, m, l->timezone) ? -1 : EXIT_USAGE;
}
