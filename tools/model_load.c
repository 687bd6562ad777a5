/* Evidence -> models: the walk over the records. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model_build.h"
#include "records.h"
#include "say.h"

#define MARGIN_NS (INT64_C(2) * 86400 * NS_PER_SECOND) /* about a window */
#define SLEWED_OVER_NS (60 * NS_PER_SECOND)            /* over less a mean says little */

struct loading {
	struct model *model;
	const struct model_request *request;
	const struct records_file *file; /* whose boot is `boot` */
	size_t boot;
	bool watched;
	char clocksource[64];             /* of the process at hand; empty: unknown */
	struct model_namespace namespace; /* likewise */
};

static struct span
time_asleep(const struct clock_reading *at)
{
	if (!at->has_mono || !at->has_boot)
		return (struct span){ 0 };
	return span_sub((struct span){ at->boot.ns }, (struct span){ at->mono.ns });
}

/* The raw clock stands still while the host sleeps, whether anybody saw that or not, and
 * runs at another rate with another clocksource. */
static bool
same_stretch(const struct loading *l, const struct boot_model *b,
    const struct records_file *f, const struct clock_reading *at)
{
	struct span slept = span_abs(span_sub(time_asleep(at), b->asleep));
	struct span width = span_add(at->read, b->read);

	return strcmp(b->boot_id, f->boot_id) == 0 &&
	       (*l->clocksource == '\0' || strcmp(b->clocksource, l->clocksource) == 0) &&
	       span_sub(slept, span_add(width, width)).ns <= 100;
}

/* What its first reading tells of the time before it. */
static void
begin_stretch(struct clock_model *c, const struct clock_reading *at, struct span asleep)
{
	struct span width = span_add(at->read, at->read);

	if (span_sub(span_abs(asleep), width).ns > 100)
		c->front = STOP_SUSPEND;
	c->has_slewed = at->has_mono && at->raw.ns > SLEWED_OVER_NS;
	if (c->has_slewed)
		c->slewed = (double)(at->mono.ns - at->raw.ns) / (double)at->raw.ns;
}

static size_t
boot_for(struct loading *l, const struct records_file *f, const struct clock_reading *at)
{
	struct model *m = l->model;
	size_t i = m->boots;

	/* the latest one: a clocksource may come back */
	while (i > 0 && !same_stretch(l, &m->boot[i - 1], f, at))
		i--;
	if (i > 0)
		return i - 1;
	i = m->boots;
	m->boot = reallocarray(m->boot, m->boots + 1, sizeof(*m->boot));
	if (m->boot == NULL) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
	m->boot[i] = (struct boot_model){
		.first = at->real,
		.first_raw = at->raw,
		.asleep = time_asleep(at),
		.read = at->read,
	};
	begin_stretch(&m->boot[i].model, at, m->boot[i].asleep);
	memcpy(m->boot[i].boot_id, f->boot_id, sizeof(f->boot_id));
	memcpy(m->boot[i].host, f->host, sizeof(f->host));
	memcpy(m->boot[i].clocksource, l->clocksource, sizeof(l->clocksource));
	m->boots++;
	return i;
}

static void
note_linear(struct model *m, const struct clock_reading *at, const struct calibration *c)
{
	if (!c->selected)
		return;
	m->has_linear = true;
	m->linear = (struct linear_correction){ at->real, c->offset, c->frequency };
	m->linear_error = c->frequency_error;
	m->linear_common = c->common;
	m->linear_noise = c->noise;
	m->linear_uncertainty = c->uncertainty;
	m->linear_bound = c->bound;
}

static void
take_host(struct model *m, const char *name)
{
	char host[RECORD_TEXT_SIZE];

	record_copy_text(host, sizeof(host), name);
	if (m->host[0] != '\0' && strcmp(m->host, host) != 0) {
		m->mixed = true;
		memcpy(m->other_host, m->host, sizeof(m->other_host));
	}
	memcpy(m->host, host, sizeof(m->host));
}

void
model_take_zone(struct model *m, const char *timezone, int64_t utc_offset_s)
{
	record_copy_text(m->timezone, sizeof(m->timezone), timezone);
	m->utc_offset_s = utc_offset_s;
}

static void
take_start(struct loading *l, const struct record_start *s)
{
	struct model *m = l->model;

	l->watched = s->watch_s > 0;
	take_host(m, s->host);
	model_take_zone(m, s->timezone, s->utc_offset_s);
	record_copy_text(l->clocksource, sizeof(l->clocksource), s->clocksource);
	l->namespace = (struct model_namespace){ 0 };
	if (s->context.has_timens) {
		l->namespace.monotonic.ns = -s->context.timens_monotonic.ns;
		l->namespace.boottime.ns = -s->context.timens_boottime.ns;
	}
}

/* Whatever of the file before is here, and is read. */
static void
take_continue(
    struct loading *l, const struct records_file *f, const struct record_continue *c)
{
	take_host(l->model, c->host);
	model_take_zone(l->model, c->timezone, c->utc_offset_s);
	if (f->before == NULL)
		l->watched = false; /* its start record is not here */
	else if (f->before->unread)
		l->watched = c->watch_s > 0;
}

static void
note_source(struct model_source *s, const char *file, uint64_t seq)
{
	if (s->file == NULL || strcmp(s->file, file) != 0) {
		free(s->file);
		s->file = memory_text(file);
	}
	s->seq = seq;
}

/* Points rest on exchanges and calibrations. */
static void
note_basis(struct boot_model *b, const struct records_line *line, const struct record *r)
{
	if (r->type != RECORD_EXCHANGE && r->type != RECORD_CALIBRATION)
		return;
	if (b->from.file == NULL)
		note_source(&b->from, line->file->path, r->seq);
	note_source(&b->to, line->file->path, r->seq);
}

/* What decides of the records to come to which stretch they belong. */
static void
take_setting(struct loading *l, const struct records_line *line, const struct record *r)
{
	if (l->file != line->file)
		*l->clocksource = '\0';
	if (l->file != line->file && line->file->before == NULL)
		l->namespace = (struct model_namespace){ 0 };
	if (r->type == RECORD_START)
		take_start(l, &r->start);
	if (r->type == RECORD_RELOAD)
		l->watched = r->reload.watch_s > 0;
	if (r->type == RECORD_CONTINUE)
		take_continue(l, line->file, &r->go_on);
	if (model_event(r, EVENT_CLOCKSOURCE))
		record_copy_text(
		    l->clocksource, sizeof(l->clocksource), r->event.words.now);
}

/* Two days to either side say of a time all that a year could. But who set the clock may
 * have set it from there to here. */
static bool
far_off(const struct model_request *want, const struct record *r)
{
	return want->windowed && r->type != RECORD_EVENT &&
	       (system_since(want->from, r->at.real).ns > MARGIN_NS ||
		   system_since(r->at.real, want->to).ns > MARGIN_NS);
}

static void
take_record(struct loading *l, const struct records_line *line, const struct record *r)
{
	struct model *m = l->model;
	struct boot_model *b;

	if (l->file != line->file ||
	    !same_stretch(l, &m->boot[l->boot], line->file, &r->at))
		l->boot = boot_for(l, line->file, &r->at);
	l->file = line->file;
	b = &m->boot[l->boot];
	b->last = m->end = r->at.real;
	if (r->type == RECORD_CALIBRATION)
		note_linear(m, &r->at, &r->calibration);
	if (far_off(l->request, r))
		return;
	b->unwatched |= !l->watched || !r->at.has_boot;
	note_basis(b, line, r);
	model_add(m, b, r);
}

static void
on_record(void *arg, const struct records_line *line, const struct record *r)
{
	static struct record shifted;
	struct loading *l = arg;

	take_setting(l, line, r);
	if (l->namespace.monotonic.ns == 0 && l->namespace.boottime.ns == 0) {
		take_record(l, line, r);
		return;
	}
	shifted = *r;
	model_leave_namespace(&shifted, &l->namespace);
	take_record(l, line, &shifted);
}

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct loading *l = arg;

	l->model->findings++;
	say("%s:%" PRIu64 ": this line %s; %s", d->file->path, d->line, d->words,
	    l->model->unverified
		? "used all the same, as asked"
		: "nothing from there on is used (--unverified uses it)");
}

/* Anybody could have written what stands after the last seal. */
static void
count_unsealed(struct model *m, const struct records *r)
{
	for (size_t i = 0; i < r->files; i++) {
		const struct records_file *f = &r->file[i];
		uint64_t n = f->lines - f->sealed;

		if (n == 0)
			continue;
		m->unsealed += n;
		say("%s: the last %" PRIu64 " lines that hold are covered by no seal; %s",
		    f->path, n,
		    m->unverified ? "used all the same, as asked"
				  : "they are not used (--unverified uses them)");
	}
	m->findings += m->unverified && m->unsealed > 0;
}

/* Far from what is asked for; their hosts count all the same. */
static void
leave_out(struct model *m, struct records *records, const struct model_request *r)
{
	struct records_range range = { r->from, r->to, { MARGIN_NS } };

	m->files = records->files;
	m->begin.ns = INT64_MAX;
	for (size_t i = 0; i < records->files; i++)
		if (records->file[i].understood && records->file[i].at.ns < m->begin.ns)
			m->begin = records->file[i].at;
	if (!r->windowed || r->whole)
		return;
	m->unread = records_narrow(records, &range);
	for (size_t i = 0; i < records->files; i++)
		if (records->file[i].unread)
			take_host(m, records->file[i].host);
}

static void
read_evidence(struct model *m, struct records *records, const struct model_request *r)
{
	struct loading l = { .model = m, .request = r };
	struct records_visitor visitor = {
		.record = on_record,
		.damage = on_damage,
		.arg = &l,
		.unverified = r->unverified,
	};

	leave_out(m, records, r);
	records_walk(records, &visitor);
}

bool
model_load(struct model *m, const struct model_request *r)
{
	struct records records;
	bool good;

	*m = (struct model){ .unverified = r->unverified, .beyond = r->beyond };
	if (r->count == 0)
		return model_take_table(m, r->table);
	good = records_open(&records, r->paths, r->count);
	if (good)
		read_evidence(m, &records, r);
	count_unsealed(m, &records);
	records_close(&records);
	model_build(m);
	m->unverified = r->unverified && m->findings > 0;
	if (good && r->table != NULL)
		good = model_take_table(m, r->table);
	if (good && m->mixed) {
		say("this is the evidence of more than one host, of %s and of %s; name the "
		    "files of one",
		    m->other_host, m->host);
		return false;
	}
	if (good && !m->has_linear && m->unread > 0)
		return false;
	if (good && !m->has_linear) {
		say("the evidence holds no calibration that could be used: there was no "
		    "majority, or no server");
		good = false;
	}
	return good;
}
