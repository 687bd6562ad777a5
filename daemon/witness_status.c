/* How it stands, in words for programs. */
#include <unistd.h>

#include "answer.h"
#include "clock.h"
#include "witness_parts.h"

static void
tell_evidence(struct answer *a, const struct witness *w)
{
	static const char *const kinds[] = {
		[EVIDENCE_NONE] = "none",
		[EVIDENCE_FILE] = "file",
		[EVIDENCE_STREAM] = "stream",
	};
	const struct evidence *e = &w->ledger.evidence;
	struct digest fingerprint = digest_bytes(&e->first_key, sizeof(e->first_key));
	char trouble[2 * RECORD_TEXT_SIZE + 2];

	(void)snprintf(trouble, sizeof(trouble), "%s%s%s", e->trouble,
	    e->obstacle[0] != '\0' ? "; " : "", e->obstacle);
	answer_open(a, "evidence", '{');
	answer_text(a, "kind", kinds[e->kind]);
	answer_text(a, "directory", e->path);
	answer_text(a, "file", e->file);
	answer_text(a, "disk", evidence_state_names[e->state]);
	answer_text(a, "trouble", trouble);
	answer_int(a, "seq", (int64_t)e->chain.seq - 1);
	if (e->synced_seq > 0)
		answer_int(a, "synced_seq", (int64_t)e->synced_seq - 1);
	else
		answer_null(a, "synced_seq");
	answer_digest(a, "head", &e->chain.head);
	answer_digest(a, "fingerprint", &fingerprint);
	if (e->sealed.real.ns != 0)
		answer_time(a, "sealed_until", e->sealed.real.ns);
	else
		answer_null(a, "sealed_until");
	answer_int(a, "records_lost", (int64_t)e->lost_ever);
	answer_int(a, "octets_written", (int64_t)e->octets);
	answer_int(a, "file_octets", (int64_t)e->disk.size);
	answer_int(a, "other_files_octets", (int64_t)w->archive.kept);
	answer_close(a, '}');
}

static void
tell_selected(struct answer *a, const struct calibration *c)
{
	answer_text(a, "selected", c->server);
	answer_flag(a, "common", c->common);
	answer_int(a, "offset_ns", c->offset.ns);
	answer_int(a, "delay_ns", c->delay.ns);
	answer_int(a, "jitter_ns", c->jitter.ns);
	answer_int(a, "root_distance_ns", c->root_distance.ns);
	answer_int(a, "noise_ns", c->noise.ns);
	answer_int(a, "uncertainty_ns", c->uncertainty.ns);
	answer_int(a, "bound_ns", c->bound.ns);
	answer_ppm(a, "frequency_ppm", c->frequency);
	answer_ppm(a, "frequency_error_ppm", c->frequency_error);
	answer_ppm(a, "oscillator_ppm", c->oscillator);
	answer_int(a, "samples", (int64_t)c->samples);
	answer_int(a, "span_ns", c->length.ns);
}

static void
tell_clock(struct answer *a, const struct calibration *c)
{
	answer_open(a, "clock", '{');
	answer_text(a, "why", outcome_names[c->outcome]);
	answer_int(a, "candidates", c->candidates);
	answer_int(a, "truechimers", c->truechimers);
	if (c->selected)
		tell_selected(a, c);
	else
		answer_null(a, "selected");
	answer_close(a, '}');
}

static void
tell_event(struct answer *a, const struct ledger *l)
{
	const struct record_event *e = &l->last_event;

	if (!l->has_event) {
		answer_null(a, "last_event");
		return;
	}
	answer_open(a, "last_event", '{');
	answer_text(a, "event", event_names[e->kind]);
	answer_time(a, "at", l->last_event_at.ns);
	if (e->sized)
		answer_int(a, "size_ns", e->size.ns);
	if (e->slewed)
		answer_ppm(a, "size_ppm", e->slew.size);
	if (e->worded) {
		answer_text(a, "was", e->words.was);
		answer_text(a, "now", e->words.now);
	}
	answer_close(a, '}');
}

static void
tell_sample(struct answer *a, const struct clock_filter *f, struct raw_time now)
{
	const struct sample *newest = clock_filter_newest(f, 0);

	answer_int(a, "age_ns", raw_since(now, newest->at).ns);
}

static void
tell_server(struct answer *a, const struct witness *w, const struct calibration *c,
    size_t i, struct raw_time now)
{
	const struct server_calibration *s = &c->server_at[i];
	const struct measured *m = &w->replay.calibrator.server[i].measured;

	answer_open(a, NULL, '{');
	answer_text(a, "name", s->name);
	answer_text(a, "address", s->address);
	answer_text(a, "verdict", verdict_names[s->verdict]);
	answer_int(a, "reach", s->reach);
	answer_text(a, "last_fault",
	    m->asked ? fault_names[w->last_exchange[i].fault] : "unasked");
	if (i < w->roster.peers)
		answer_int(a, "poll_ns",
		    association_interval(&w->roster.peer[i].association).ns);
	if (s->pairs > 0) {
		answer_int(a, "offset_ns", s->pair[0].offset.ns);
		answer_int(a, "delay_ns", s->pair[0].delay.ns);
		answer_int(a, "root_distance_ns", s->root_distance.ns);
	}
	if (m->filter.used > 0)
		tell_sample(a, &m->filter, now);
	answer_close(a, '}');
}

static void
tell_servers(struct answer *a, const struct witness *w, const struct calibration *c,
    struct raw_time now)
{
	answer_open(a, "servers", '[');
	for (size_t i = 0; i < c->servers; i++)
		tell_server(a, w, c, i, now);
	answer_close(a, ']');
}

size_t
witness_answer(void *arg, char *out, size_t size)
{
	struct witness *w = arg;
	struct answer a = answer_begin(out, size);
	struct clock_reading now;
	struct calibration c;

	clock_read(&now);
	calibrator_conclude(&w->replay.calibrator, &now, &c);
	answer_int(&a, "v", 1);
	answer_text(&a, "program", "clockwitnessd");
	answer_text(&a, "version", CLOCKWITNESS_VERSION);
	answer_int(&a, "pid", getpid());
	answer_text(&a, "host", w->ledger.evidence.identity.host);
	answer_time(&a, "at", now.real.ns);
	answer_time(&a, "since", w->since.real.ns);
	answer_int(&a, "running_ns", raw_since(now.raw, w->since.raw).ns);
	answer_text(&a, "configuration", w->config.file);
	answer_digest(&a, "configuration_sha256", &w->config.digest);
	tell_clock(&a, &c);
	tell_event(&a, &w->ledger);
	tell_evidence(&a, w);
	tell_servers(&a, w, &c, now.raw);
	answer_open(&a, "counts", '{');
	answer_int(&a, "exchanges", (int64_t)w->exchanges);
	answer_int(&a, "samples", (int64_t)w->samples);
	answer_int(&a, "faults", (int64_t)w->faults);
	answer_int(&a, "calibrations", (int64_t)w->calibrations);
	answer_close(&a, '}');
	return answer_end(&a, out);
}
