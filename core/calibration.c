#include "calibration.h"

#include <math.h>
#include <string.h>

#include "fit.h"

#define STALE_NS (262144 * NS_PER_SECOND) /* two polls at the longest interval */
#define Z95 1.96
/* s: what the server's 16.16 fields may hide of root delay / 2 + root dispersion, if it
 * cuts them off where it should round up: 1.5 * 2^-16 s. */
#define ROOT_TRUNCATION 22.889e-6

static bool
copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

void
calibration_copy(struct calibration *to, const struct calibration *from)
{
	memcpy(to, from,
	    offsetof(struct calibration, server_at) +
		from->servers * sizeof(from->server_at[0]));
}

int
calibrator_find(const struct calibrator *c, const char *name)
{
	for (size_t i = 0; i < c->servers; i++)
		if (strcmp(c->server[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
calibrator_add(struct calibrator *c, const char *name, const char *address, bool common)
{
	struct calibrated_server *s = &c->server[c->servers];

	if (c->servers == MAX_SERVERS || calibrator_find(c, name) >= 0)
		return -1;
	*s = (struct calibrated_server){ .common_allowed = common };
	if (!copy_text(s->name, sizeof(s->name), name) ||
	    !copy_text(s->address, sizeof(s->address), address))
		return -1;
	return (int)c->servers++;
}

void
calibrator_readdress(struct calibrator *c, size_t server, const char *address)
{
	struct calibrated_server *s = &c->server[server];

	(void)copy_text(s->address, sizeof(s->address), address);
}

void
calibrator_forget(struct calibrator *c)
{
	for (size_t i = 0; i < c->servers; i++) {
		struct measured *m = &c->server[i].measured;

		m->filter = (struct clock_filter){ .used = 0 };
		m->history = (struct drift_history){ .used = 0 };
		m->reach = 0;
		m->answered = 0;
		m->asked = false;
	}
	c->host_rate = (struct host_rate){ .begun = false };
}

static bool
of_this_address(const struct calibrated_server *s)
{
	return strcmp(s->address, s->measured.address) == 0;
}

/* What was measured at the address that the server has. */
static const struct measured *
present(const struct calibrated_server *s)
{
	static const struct measured nothing;

	return of_this_address(s) ? &s->measured : &nothing;
}

bool
calibrator_predicts(
    const struct calibrator *c, size_t server, const struct sample *sample)
{
	const struct measured *m = present(&c->server[server]);
	const struct drift *d = &m->drift;
	double tau = span_seconds(raw_since(sample->at, d->epoch));
	double error = span_seconds(d->error) + d->frequency_error * tau;
	double allowed = 3 * sqrt(error * error + drift_wander(tau)) +
			 span_seconds(span_sub(sample->delay, d->delay_min)) / 2 +
			 span_seconds(sample->dispersion);
	double missed = span_seconds(span_sub(sample->utc_minus_raw, d->utc_minus_raw)) -
			d->frequency * tau;

	return m->history.used >= CLOCK_FILTER_STAGES && fabs(missed) <= allowed;
}

/* s/s: how fast what the filter says becomes worse. */
static double
growth(const struct drift *d)
{
	return SAMPLE_PHI + 2 * d->frequency_error;
}

static void
take_sample(struct measured *m, const struct sample *sample)
{
	struct aging aging;

	clock_filter_push(&m->filter, sample);
	drift_add(&m->history, sample);
	(void)drift_fit(&m->history, sample->at, &m->drift);
	aging = (struct aging){ m->drift.frequency, growth(&m->drift) };
	(void)clock_filter_estimate(&m->filter, &aging, &m->estimate);
}

void
calibrator_exchange(struct calibrator *c, size_t server, const struct exchange *x,
    const struct sample *sample)
{
	struct calibrated_server *s = &c->server[server];
	struct measured *m = &s->measured;

	if (!fault_ends_request(x->fault))
		return;
	if (!of_this_address(s)) {
		*m = (struct measured){ .asked = false };
		memcpy(m->address, s->address, sizeof(m->address));
	}
	m->asked = true;
	m->last_fault = x->fault;
	m->reach = (uint8_t)(m->reach << 1 | (sample != NULL));
	m->answered = (uint8_t)(m->answered << 1 | x->replied);
	m->denied |= x->fault == FAULT_KISS_DENY || x->fault == FAULT_KISS_RSTR;
	if (sample == NULL)
		return;
	m->stratum = x->stratum;
	m->common = x->leap == NTP_LEAP_UNKNOWN || x->stratum == 0 ||
		    x->stratum > NTP_STRATUM_MAX;
	m->root_delay = x->root_delay;
	m->root_dispersion = x->root_dispersion;
	take_sample(m, sample);
}

static enum verdict
standing(const struct calibrated_server *s, struct raw_time now)
{
	const struct measured *m = present(s);

	if (m->denied)
		return VERDICT_DENIED;
	if (s->address[0] == '\0')
		return VERDICT_UNRESOLVED;
	if (!m->asked)
		return VERDICT_UNMEASURED;
	if (m->last_fault == FAULT_UNSYNCHRONISED)
		return VERDICT_UNSYNCHRONISED;
	if (m->last_fault == FAULT_LOOP)
		return VERDICT_LOOP;
	if (m->last_fault == FAULT_ROOT_DISTANCE)
		return VERDICT_TOO_DISTANT;
	if (m->reach == 0)
		return m->answered != 0 ? VERDICT_FAULTY : VERDICT_UNREACHABLE;
	if (raw_since(now, m->estimate.newest).ns > STALE_NS)
		return VERDICT_STALE;
	return VERDICT_ELIGIBLE;
}

static struct candidate
candidate_from(const struct calibrated_server *s, const struct clock_reading *now)
{
	const struct measured *m = present(s);
	struct span real_minus_raw = system_minus_raw(now->real, now->raw);
	double age;
	struct span utc_now;

	if (m->filter.used == 0)
		return (struct candidate){ .standing = standing(s, now->raw) };
	age = span_seconds(raw_since(now->raw, m->estimate.newest));
	utc_now = span_add(
	    m->estimate.utc_minus_raw, span_from_seconds(m->drift.frequency * age));
	return (struct candidate){
		.standing = standing(s, now->raw),
		.offset = span_sub(utc_now, real_minus_raw),
		.delay = m->estimate.best.delay,
		.dispersion = m->estimate.dispersion,
		.jitter = m->estimate.jitter,
		.root_delay = m->root_delay,
		.root_dispersion = m->root_dispersion,
		.newest = m->estimate.newest,
		.growth = growth(&m->drift),
		.stratum = m->stratum,
	};
}

static void
report_server(const struct calibrated_server *s, struct server_calibration *out)
{
	const struct measured *m = present(s);

	*out = (struct server_calibration){ .reach = m->reach, .pairs = m->filter.used };
	(void)copy_text(out->name, sizeof(out->name), s->name);
	(void)copy_text(out->address, sizeof(out->address), s->address);
	for (size_t i = 0; i < m->filter.used; i++) {
		const struct sample *sample = clock_filter_newest(&m->filter, i);

		out->pair[i] = (struct calibration_pair){ sample->offset, sample->delay };
	}
}

/* selection_choose(), and who was there to choose from. */
static void
judge(const struct calibrator *c, const struct clock_reading *now,
    struct candidate candidate[], struct selection *out)
{
	for (size_t i = 0; i < c->servers; i++)
		candidate[i] = candidate_from(&c->server[i], now);
	selection_choose(candidate, c->servers, now->raw, out);
}

static void
report_judgement(
    const struct calibrator *c, const struct selection *s, struct calibration *out)
{
	memset(out, 0, offsetof(struct calibration, server_at));
	out->outcome = s->outcome;
	out->candidates = s->candidates;
	out->truechimers = s->truechimers;
	out->servers = c->servers;
	for (size_t i = 0; i < c->servers; i++) {
		report_server(&c->server[i], &out->server_at[i]);
		out->server_at[i].verdict = s->verdict[i];
		out->server_at[i].root_distance = s->root_distance[i];
	}
}

static void
report_selected(const struct calibrator *c, const struct selection *s,
    const struct candidate candidate[], struct calibration *out)
{
	size_t w = (size_t)s->winner;

	out->selected = true;
	(void)copy_text(out->server, sizeof(out->server), c->server[w].name);
	out->common = c->server[w].measured.common;
	out->delay = candidate[w].delay;
	out->jitter = candidate[w].jitter;
	out->root_distance = s->root_distance[w];
}

static bool
fit_truechimers(const struct calibrator *c, const struct selection *s,
    struct raw_time now, struct fit *out)
{
	struct fit_source source[MAX_SERVERS];
	size_t n = 0;

	for (size_t i = 0; i < c->servers; i++) {
		const struct measured *m = present(&c->server[i]);

		if (s->verdict[i] != VERDICT_SELECTED &&
		    s->verdict[i] != VERDICT_ELIGIBLE)
			continue;
		source[n++] = (struct fit_source){
			.history = &m->history,
			.error = span_seconds(m->root_delay) / 2 +
				 span_seconds(m->root_dispersion) + ROOT_TRUNCATION,
		};
	}
	return fit_sources(source, n, now, out);
}

/* How far UTC may be from the offset, if less than half of the candidates lie. */
static struct span
bound(const struct selection *s, struct span offset)
{
	struct span below = span_sub(offset, s->sure_low);
	struct span above = span_sub(s->sure_high, offset);

	return span_add(span_max(span_max(below, above), (struct span){ 0 }),
	    span_from_seconds(ROOT_TRUNCATION));
}

static void
report_fit(const struct fit *f, const struct rate *host, struct calibration *out)
{
	double noise = Z95 * f->noise;
	double u = Z95 * f->systematic;

	out->oscillator = f->frequency;
	out->frequency = (f->frequency - host->rate) / (1 + host->rate);
	out->frequency_error =
	    sqrt(f->frequency_error * f->frequency_error + host->error * host->error);
	out->noise = span_min(span_from_seconds(noise), out->bound);
	out->uncertainty =
	    span_min(span_from_seconds(sqrt(noise * noise + u * u)), out->bound);
	out->length = f->length;
	out->samples = f->points;
}

void
calibrator_judge(
    const struct calibrator *c, const struct clock_reading *now, struct selection *out)
{
	struct candidate candidate[MAX_SERVERS];

	judge(c, now, candidate, out);
}

void
calibrator_conclude(
    const struct calibrator *c, const struct clock_reading *now, struct calibration *out)
{
	struct candidate candidate[MAX_SERVERS];
	struct selection selection = { .winner = -1 };
	struct rate host = host_rate_at(&c->host_rate, now);
	struct fit fit;

	judge(c, now, candidate, &selection);
	report_judgement(c, &selection, out);
	if (selection.winner < 0 || !fit_truechimers(c, &selection, now->raw, &fit))
		return;
	report_selected(c, &selection, candidate, out);
	out->utc_minus_raw = fit.utc_minus_raw;
	out->offset = span_sub(fit.utc_minus_raw, system_minus_raw(now->real, now->raw));
	out->bound = bound(&selection, out->offset);
	report_fit(&fit, &host, out);
}
