/* Evidence -> models: the walk over the records, and what is made of them. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "model.h"
#include "records.h"
#include "say.h"

struct loading {
	struct model *model;
	const struct records_file *file; /* whose boot is `boot` */
	size_t boot;
	bool watched;
};

static struct span
time_asleep(const struct clock_reading *at)
{
	if (!at->has_mono || !at->has_boot)
		return (struct span){ 0 };
	return span_sub((struct span){ at->boot.ns }, (struct span){ at->mono.ns });
}

/* The raw clock stands still while the host sleeps, whether anybody saw that or not. */
static bool
same_stretch(const struct boot_model *b, const struct records_file *f,
    const struct clock_reading *at)
{
	struct span slept = span_abs(span_sub(time_asleep(at), b->asleep));
	struct span width = span_add(at->read, b->read);

	return strcmp(b->boot_id, f->boot_id) == 0 &&
	       span_sub(slept, span_add(width, width)).ns <= 100;
}

static size_t
boot_for(struct loading *l, const struct records_file *f, const struct clock_reading *at)
{
	struct model *m = l->model;
	size_t i = 0;

	while (i < m->boots && !same_stretch(&m->boot[i], f, at))
		i++;
	if (i < m->boots)
		return i;
	m->boot = reallocarray(m->boot, m->boots + 1, sizeof(*m->boot));
	if (m->boot == NULL) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
	m->boot[i] = (struct boot_model){
		.first = at->real,
		.asleep = time_asleep(at),
		.read = at->read,
	};
	memcpy(m->boot[i].boot_id, f->boot_id, sizeof(f->boot_id));
	memcpy(m->boot[i].host, f->host, sizeof(f->host));
	m->boots++;
	return i;
}

static void
add_knot(struct boot_model *b, struct model_knot k)
{
	b->knot = memory_grow(b->knot, &b->knot_room, b->knots + 1, sizeof(*b->knot));
	b->knot[b->knots++] = k;
}

static void
add_reading(
    struct boot_model *b, const struct clock_reading *at, bool stepped, bool loose)
{
	add_knot(b, (struct model_knot){ at->raw, at->real, at->read, .stepped = stepped,
			.loose = loose });
	b->last = at->real;
}

static void
add_calibration(struct model *m, struct boot_model *b, const struct clock_reading *at,
    const struct calibration *c)
{
	struct clock_model *model = &b->model;
	struct clock_model alone = { .points = 0 };

	if (!c->selected)
		return;
	model->point = memory_grow(
	    model->point, &b->point_room, model->points + 1, sizeof(*model->point));
	alone.point = model->point + model->points++; /* in order only when all are in */
	clock_model_point(&alone, at, c);
	m->has_linear = true;
	m->linear = (struct linear_correction){ at->real, c->offset, c->frequency };
	m->linear_error = c->frequency_error;
	m->linear_common = c->common;
	m->linear_noise = c->noise;
	m->linear_uncertainty = c->uncertainty;
	m->linear_bound = c->bound;
}

/* The last reading before a step belongs to the clock as it was. */
static void
add_step(struct boot_model *b, const struct record *r)
{
	add_knot(b, (struct model_knot){
			r->event.before_raw, r->event.before, r->at.read, false, false });
	add_reading(b, &r->at, true, false);
}

static void
add_bend(struct boot_model *b, const struct clock_bend *bend)
{
	add_knot(b, (struct model_knot){ bend->knot.raw, bend->knot.real, bend->knot.read,
			.loose = bend->loose });
}

static void
take_start(struct loading *l, const struct record_start *s)
{
	struct model *m = l->model;
	char host[RECORD_TEXT_SIZE];

	l->watched = s->watch_s > 0;
	record_copy_text(host, sizeof(host), s->host);
	m->mixed |= m->host[0] != '\0' && strcmp(m->host, host) != 0;
	memcpy(m->host, host, sizeof(m->host));
	record_copy_text(m->timezone, sizeof(m->timezone), s->timezone);
	m->utc_offset_s = s->utc_offset_s;
}

static bool
is_event(const struct record *r, enum event_kind kind)
{
	return r->type == RECORD_EVENT && r->event.kind == kind;
}

/* Between the record before and this one, which is the first of its process, or of those
 * that could be written again. */
static bool
nobody_looked(enum record_type type)
{
	return type == RECORD_START || type == RECORD_CONTINUE || type == RECORD_GAP;
}

static void
on_record(void *arg, const struct records_line *line, const struct record *r)
{
	struct loading *l = arg;
	struct model *m = l->model;
	struct boot_model *b;

	if (r->type == RECORD_START)
		take_start(l, &r->start);
	if (r->type == RECORD_RELOAD)
		l->watched = r->reload.watch_s > 0;
	if (r->type == RECORD_CONTINUE && line->file->before == NULL)
		l->watched = false; /* its start record is not here */
	if (l->file != line->file || !same_stretch(&m->boot[l->boot], line->file, &r->at))
		l->boot = boot_for(l, line->file, &r->at);
	l->file = line->file;
	b = &m->boot[l->boot];
	b->unwatched |= !l->watched;
	if (is_event(r, EVENT_STEP) || is_event(r, EVENT_LEAP))
		add_step(b, r);
	else
		add_reading(b, &r->at, false, nobody_looked(r->type));
	if (r->type == RECORD_EXCHANGE)
		estimate_add(&b->estimating, &r->exchange, &r->at);
	if (r->type == RECORD_CLOCK && r->clock.bent)
		add_bend(b, &r->clock.bend);
	if (is_event(r, EVENT_SLEW) && r->event.clock.bent)
		add_bend(b, &r->event.clock.bend);
	if (r->type == RECORD_CALIBRATION)
		add_calibration(m, b, &r->at, &r->calibration);
}

static int
by_raw(const void *a, const void *b)
{
	const struct model_knot *x = a;
	const struct model_knot *y = b;

	if (x->raw.ns != y->raw.ns)
		return x->raw.ns < y->raw.ns ? -1 : 1;
	return (int)y->stepped - (int)x->stepped + (int)y->loose - (int)x->loose;
}

static int
by_at(const void *a, const void *b)
{
	const struct model_point *x = a;
	const struct model_point *y = b;

	return (x->at.ns > y->at.ns) - (x->at.ns < y->at.ns);
}

/* Two processes may have watched the same boot at the same time. */
static void
sort_points(struct clock_model *c)
{
	size_t n = c->points;

	if (n == 0)
		return;
	qsort(c->point, n, sizeof(*c->point), by_at);
	c->points = 0;
	for (size_t i = 0; i < n; i++)
		clock_model_point_add(c, &c->point[i]);
}

/* The smoother knows the oscillator's rate; the host's is the calibration's before it. */
static void
take_frequencies(
    struct model_point p[], size_t n, const struct model_point calibration[], size_t m)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		while (k + 1 < m && raw_since(p[i].at, calibration[k + 1].at).ns >= 0)
			k++;
		p[i].frequency = calibration[k].frequency;
	}
}

/*
 * With hindsight the exchanges tell more than the daemon could know at the time. Where
 * they do not suffice, its calibrations stand.
 */
static void
smooth_points(struct boot_model *b)
{
	struct clock_model *c = &b->model;
	size_t n;
	struct model_point *p;

	if (c->points == 0)
		return;
	p = estimate_points(&b->estimating, &n, &b->found);
	if (p == NULL)
		return;
	take_frequencies(p, n, c->point, c->points);
	free(c->point);
	c->point = p;
	c->points = n;
	b->smoothed = true;
}

/* A break point is found after readings that came later, so knots are sorted first. */
static void
build(struct boot_model *b)
{
	struct clock_model *c = &b->model;

	if (b->knots == 0)
		return;
	sort_points(c);
	c->watched = !b->unwatched;
	qsort(b->knot, b->knots, sizeof(*b->knot), by_raw);
	c->piece = memory_grow(NULL, &b->piece_room, 2 * b->knots, sizeof(*c->piece));
	c->run = memory_grow(NULL, &b->run_room, b->knots + 1, sizeof(*c->run));
	for (size_t i = 0; i < b->knots; i++)
		clock_model_add(c, &b->knot[i]);
}

static void
on_finding(void *arg, const struct records_line *line, struct chain_result result,
    const struct record *r)
{
	struct loading *l = arg;

	(void)r;
	l->model->findings++;
	say("%s:%" PRIu64 ": this line %s; %s", line->file->path,
	    line->number - (result.previous ? 1 : 0), chain_finding_words[result.finding],
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

/* Where no majority can be true, somebody lies, or the clock did what no clock does. */
static void
say_contradictions(struct model *m, const struct boot_model *b)
{
	const struct estimate_findings *f = &b->found;

	if (f->infeasible == 0)
		return;
	m->findings++;
	say("boot %s: at %zu instants no majority of the servers can be true, first at raw "
	    "%.3f s, last at %.3f s; there the guarantee holds nothing",
	    b->boot_id, f->infeasible, (double)f->first.ns / 1e9,
	    (double)f->last.ns / 1e9);
	for (size_t i = 0; i < b->estimating.servers; i++) {
		struct estimate_server named;

		record_copy_text(
		    named.name, sizeof(named.name), b->estimating.server[i].name);
		record_copy_text(named.address, sizeof(named.address),
		    b->estimating.server[i].address);
		if (f->contradicting >> i & 1)
			say("boot %s: server %s (%s) contradicts the others", b->boot_id,
			    named.name, named.address);
	}
}

bool
model_load(struct model *m, char *const paths[], size_t n, bool unverified)
{
	struct loading l = { .model = m };
	struct records records;
	struct records_visitor visitor = {
		.record = on_record,
		.finding = on_finding,
		.arg = &l,
		.unverified = unverified,
	};
	bool good;

	*m = (struct model){ .unverified = unverified };
	good = records_open(&records, paths, n);
	if (good)
		records_walk(&records, &visitor);
	count_unsealed(m, &records);
	for (size_t i = 0; i < m->boots; i++) {
		build(&m->boot[i]);
		smooth_points(&m->boot[i]);
		m->smoothed |= m->boot[i].smoothed;
		say_contradictions(m, &m->boot[i]);
		estimate_free(&m->boot[i].estimating);
	}
	records_close(&records);
	m->unverified = unverified && m->findings > 0;
	if (good && m->mixed) {
		say("this is the evidence of more than one host; name that of one");
		return false;
	}
	if (good && !m->has_linear) {
		say("the evidence holds no calibration that could be used: there was no "
		    "majority, or no server");
		good = false;
	}
	return good;
}
