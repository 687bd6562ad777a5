#include "report_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define SAMPLES 1600 /* over all stretches of the raw clock */
#define SAMPLES_LEAST 40
#define ANSWERS_MAX 16

/* ---- marks */

/* Where a record stands. */
struct place {
	const char *path;
	uint64_t line;
};

static struct report_mark *
mark_at(struct report *r, struct place p, struct system_time at, const char *kind)
{
	struct report_mark *m;

	r->mark = memory_grow(r->mark, &r->mark_room, r->marks + 1, sizeof(*r->mark));
	m = &r->mark[r->marks++];
	*m = (struct report_mark){
		.at = system_to_utc(at, r->last_offset),
		.host = at,
		.unplaced = !r->has_offset,
		.kind = kind,
	};
	(void)snprintf(m->where, sizeof(m->where), "%s:%" PRIu64, p.path, p.line);
	return m;
}

static struct report_mark *
add_mark(struct report *r, const struct records_line *l, const struct clock_reading *at,
    const char *kind)
{
	return mark_at(r, (struct place){ l->file->path, l->number }, at->real, kind);
}

static void
take_event(struct report *r, const struct records_line *l, const struct record *rec)
{
	const struct record_event *e = &rec->event;
	struct report_mark *m = add_mark(r, l, &rec->at, event_names[e->kind]);
	size_t size = sizeof(m->what);

	if (e->kind == EVENT_STEP)
		(void)snprintf(
		    m->what, size, "the clock was set by %+.9f s", span_seconds(e->size));
	else if (e->kind == EVENT_SUSPEND)
		(void)snprintf(
		    m->what, size, "the host slept for %.3f s", span_seconds(e->size));
	else if (e->kind == EVENT_LEAP)
		(void)snprintf(
		    m->what, size, "a leap second: %+.9f s", span_seconds(e->size));
	else if (e->slewed)
		(void)snprintf(m->what, size,
		    "the clock's rate was changed by %+.3f ppm, from %+.3f to %+.3f ppm of "
		    "the raw clock's",
		    e->slew.size * 1e6, e->slew.before * 1e6, e->slew.after * 1e6);
	else if (e->worded)
		(void)snprintf(m->what, size, "was: %s; is: %s", e->words.was,
		    *e->words.now != '\0' ? e->words.now : "none");
	else
		(void)snprintf(m->what, size, "%s", event_names[e->kind]);
	if (e->zoned)
		(void)snprintf(m->what, size,
		    "the rules of local time were changed; it is %+" PRId64
		    " s from UTC now",
		    e->zone.utc_offset_s);
}

static void
take_start(struct report *r, const struct records_line *l, const struct record *rec)
{
	struct report_mark *m = add_mark(r, l, &rec->at, "start");

	r->start = rec->start;
	r->has_start = true;
	r->processes++;
	(void)snprintf(m->what, sizeof(m->what), "%s begins, boot %.8s, clocksource %s",
	    rec->start.program, rec->start.boot_id, rec->start.clocksource);
}

static void
take_stop(struct report *r, const struct records_line *l, const struct record *rec)
{
	struct report_mark *m = add_mark(r, l, &rec->at, "stop");

	(void)snprintf(m->what, sizeof(m->what),
	    "ends (%.60s): %" PRIu64 " exchanges, %" PRIu64 " samples, %" PRIu64
	    " calibrations",
	    rec->stop.reason, rec->stop.exchanges, rec->stop.samples,
	    rec->stop.calibrations);
}

static void
take_gap(struct report *r, const struct records_line *l, const struct record *rec)
{
	struct report_mark *m = add_mark(r, l, &rec->at, "gap");

	(void)snprintf(m->what, sizeof(m->what),
	    "%" PRIu64 " records were not written: %.200s", rec->gap.records,
	    rec->gap.reason);
}

/* ---- servers */

static size_t
server_of(struct report *r, const char *name, const char *address)
{
	size_t i = 0;

	while (i < r->servers && (strcmp(r->server[i].name, name) != 0 ||
				     strcmp(r->server[i].address, address) != 0))
		i++;
	if (i < r->servers)
		return i;
	r->server =
	    memory_grow(r->server, &r->server_room, r->servers + 1, sizeof(*r->server));
	r->server[i] = (struct report_server){ .least_delay = { INT64_MAX } };
	record_copy_text(r->server[i].name, sizeof(r->server[i].name), name);
	record_copy_text(r->server[i].address, sizeof(r->server[i].address), address);
	return r->servers++;
}

static void
take_exchange(struct report *r, const struct record_exchange *x)
{
	size_t k = server_of(r, x->server, x->address); /* it may move them */
	struct report_server *s = &r->server[k];

	s->exchanges++;
	s->samples += x->has_sample;
	s->faults[x->exchange.fault]++;
	if (x->has_sample)
		s->least_delay = span_min(s->least_delay, x->delay);
}

static void
take_verdict(struct report *r, size_t server, enum verdict v, struct utc_time at)
{
	struct report_server *s = &r->server[server];

	if (s->has_standing) {
		r->standing[s->standing].to = at;
		if (r->standing[s->standing].verdict == v)
			return;
	}
	r->standing = memory_grow(
	    r->standing, &r->standing_room, r->standings + 1, sizeof(*r->standing));
	s->standing = r->standings;
	s->has_standing = true;
	r->standing[r->standings++] = (struct report_standing){ server, v, at, at };
}

static void
take_calibration(struct report *r, const struct record *rec)
{
	const struct calibration *c = &rec->calibration;

	r->calibrations++;
	r->without_majority += c->outcome == OUTCOME_NO_MAJORITY;
	if (c->selected)
		r->last_offset = c->offset;
	r->has_offset |= c->selected;
	for (size_t i = 0; i < c->servers; i++) {
		const struct server_calibration *s = &c->server_at[i];
		size_t k = server_of(r, s->name, s->address);

		r->server[k].root_distance = s->root_distance;
		take_verdict(
		    r, k, s->verdict, system_to_utc(rec->at.real, r->last_offset));
	}
}

static void
on_record(void *arg, const struct records_line *l, const struct record *rec)
{
	struct report *r = arg;

	if (rec->type == RECORD_START)
		take_start(r, l, rec);
	else if (rec->type == RECORD_EXCHANGE)
		take_exchange(r, &rec->exchange);
	else if (rec->type == RECORD_CALIBRATION)
		take_calibration(r, rec);
	else if (rec->type == RECORD_EVENT)
		take_event(r, l, rec);
	else if (rec->type == RECORD_GAP)
		take_gap(r, l, rec);
	else if (rec->type == RECORD_STOP)
		take_stop(r, l, rec);
	r->seals += rec->type == RECORD_SEAL;
}

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct report *r = arg;
	struct report_mark *m =
	    mark_at(r, (struct place){ d->file->path, d->line }, d->at, "finding");

	(void)snprintf(m->what, sizeof(m->what), "this line %s", d->words);
}

/* Of the file as it lies there, compressed or not. */
static void
digest_file(struct report_file *f)
{
	static char octets[1 << 18];
	struct digest_state state;
	FILE *in = fopen(f->path, "re");
	size_t n;

	if (in == NULL)
		return;
	digest_begin(&state);
	while ((n = fread(octets, 1, sizeof(octets), in)) > 0) {
		digest_add(&state, octets, n);
		f->octets += n;
	}
	f->has_digest = ferror(in) == 0;
	f->digest = digest_end(&state);
	(void)fclose(in);
}

static void
take_files(struct report *r, const struct records *all)
{
	for (size_t i = 0; i < all->files; i++) {
		const struct records_file *f = &all->file[i];
		struct report_file *out;

		r->file =
		    memory_grow(r->file, &r->file_room, r->files + 1, sizeof(*r->file));
		out = &r->file[r->files++];
		*out = (struct report_file){
			.fingerprint = f->fingerprint,
			.head = f->head,
			.lines = f->lines,
			.sealed = f->sealed,
			.torn = f->torn,
			.stopped = f->stopped,
			.ended = f->ended,
			.broken = f->broken,
			.from = f->at,
			.to = f->last_at,
		};
		(void)snprintf(out->path, sizeof(out->path), "%s", f->path);
		if (strcmp(f->path, "-") != 0)
			digest_file(out);
	}
}

/* ---- the model, looked at at even distances of raw time */

/* Of the answers for what the host's clock showed then, the one that is about then. */
static bool
answer_at(const struct clock_model *m, struct raw_time c, struct correction *out)
{
	struct correction found[ANSWERS_MAX];
	struct system_time t = clock_model_host(m, c);
	size_t n = clock_model_correct(m, t, found, ANSWERS_MAX);
	int64_t best = INT64_MAX;

	for (size_t i = 0; i < n; i++) {
		int64_t apart = span_abs(raw_since(found[i].raw, c)).ns;

		if (apart < best) {
			best = apart;
			*out = found[i];
		}
	}
	return best < NS_PER_SECOND;
}

static void
add_sample(struct report *r, const struct clock_model *m, struct raw_time c, bool apart)
{
	struct correction k;
	struct system_time host = clock_model_host(m, c);
	struct report_sample *s;

	if (!answer_at(m, c, &k))
		return;
	r->sample =
	    memory_grow(r->sample, &r->sample_room, r->samples + 1, sizeof(*r->sample));
	s = &r->sample[r->samples++];
	*s = (struct report_sample){
		.at = k.utc,
		.offset = utc_minus_system(k.utc, host),
		.uncertainty = k.uncertainty,
		.low = utc_minus_system(k.earliest, host),
		.high = utc_minus_system(k.latest, host),
		.frequency = k.frequency,
		.frequency_error = 1.96 * m->point[k.point].frequency_error,
		.rho = k.rho,
		.apart = apart,
	};
	r->worst_uncertainty = span_max(r->worst_uncertainty, k.uncertainty);
	r->worst_bound = span_max(r->worst_bound,
	    span_max(utc_since(k.utc, k.earliest), utc_since(k.latest, k.utc)));
	r->rho = k.rho > r->rho ? k.rho : r->rho;
}

static void
sample_boot(struct report *r, const struct boot_model *b, size_t n)
{
	int64_t length = raw_since(b->model.last.raw, b->first_raw).ns;
	size_t before = r->samples;

	if (b->model.points == 0 || length <= 0)
		return;
	for (size_t i = 0; i <= n; i++) {
		struct span into =
		    span_from_seconds((double)length / 1e9 * (double)i / (double)n);

		add_sample(
		    r, &b->model, raw_after(b->first_raw, into), r->samples == before);
	}
}

static void
sample_model(struct report *r)
{
	size_t each = SAMPLES / (r->model.boots + 1);

	for (size_t i = 0; i < r->model.boots; i++)
		sample_boot(
		    r, &r->model.boot[i], each > SAMPLES_LEAST ? each : SAMPLES_LEAST);
}

/* What came before the first calibration is placed by the first thing that is known. */
static void
place_marks(struct report *r)
{
	for (size_t i = 0; i < r->marks && r->samples > 0; i++)
		if (r->mark[i].unplaced)
			r->mark[i].at =
			    system_to_utc(r->mark[i].host, r->sample[0].offset);
}

bool
report_gather(struct report *r, const struct model_request *wanted)
{
	struct records_visitor visitor = {
		.record = on_record,
		.damage = on_damage,
		.arg = r,
		.unverified = wanted->unverified,
	};
	struct records all;

	if (!model_load(&r->model, wanted))
		return false;
	if (!records_open(&all, wanted->paths, wanted->count))
		return false;
	records_walk(&all, &visitor);
	take_files(r, &all);
	records_close(&all);
	sample_model(r);
	place_marks(r);
	r->findings = r->model.findings;
	return true;
}

void
report_free(struct report *r)
{
	model_free(&r->model);
	free(r->sample);
	free(r->mark);
	free(r->standing);
	free(r->server);
	free(r->file);
}
