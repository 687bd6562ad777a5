#include "calibration.h"

#include <math.h>
#include <string.h>

#define STALE_NS (262144 * NS_PER_SECOND) /* two polls at the longest interval */
#define RATE_SPAN_NS (64 * NS_PER_SECOND) /* over which the host clock's rate is read */
#define RATE_STEP 0.1                     /* a clock that is only slewed stays below */
#define RATE_STEP_MIN_NS INT64_C(100000)
#define Z95 1.96
/* What the server's 16.16 fields may hide of root delay / 2 + root dispersion, if it cuts
 * them off where it should round up: 1.5 * 2^-16 s. */
#define ROOT_TRUNCATION_NS 22889

/* The stages' view of one server at one moment. */
struct view {
	bool measured;
	struct drift drift;
	struct estimate estimate;
	double growth;
};

static bool
copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		return false;
	memcpy(to, from, n + 1);
	return true;
}

int
calibrator_add(struct calibrator *c, const char *name, const char *address, bool common)
{
	struct calibrated_server *s = &c->server[c->servers];

	if (c->servers == MAX_SERVERS)
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
	struct calibrated_server fresh = { .common_allowed = s->common_allowed };

	(void)copy_text(fresh.name, sizeof(fresh.name), s->name);
	(void)copy_text(fresh.address, sizeof(fresh.address), address);
	*s = fresh;
}

void
calibrator_forget(struct calibrator *c)
{
	for (size_t i = 0; i < c->servers; i++) {
		c->server[i].filter = (struct clock_filter){ .used = 0 };
		c->server[i].history = (struct drift_history){ .used = 0 };
		c->server[i].reach = 0;
		c->server[i].asked = false;
	}
	c->has_reading = false;
}

static struct span
real_minus_raw(const struct clock_reading *r)
{
	return system_minus_raw(r->real, r->raw);
}

static bool
stepped_between(const struct clock_reading *a, const struct clock_reading *b)
{
	double moved = fabs((double)span_sub(real_minus_raw(b), real_minus_raw(a)).ns);
	double allowed = RATE_STEP * (double)raw_since(b->raw, a->raw).ns;

	return moved > allowed + RATE_STEP_MIN_NS;
}

void
calibrator_read(struct calibrator *c, const struct clock_reading *r)
{
	if (!c->has_reading || stepped_between(&c->newer, r)) {
		c->has_reading = true;
		c->older = *r;
		c->newer = *r;
		return;
	}
	if (raw_since(r->raw, c->newer.raw).ns >= RATE_SPAN_NS) {
		c->older = c->newer;
		c->newer = *r;
	}
}

/* d(host clock - raw)/d(raw), s/s, over the last minute or two; 0 while unknown. */
static double
host_rate(const struct calibrator *c, const struct clock_reading *now)
{
	double elapsed;

	if (!c->has_reading || stepped_between(&c->newer, now))
		return 0;
	elapsed = span_seconds(raw_since(now->raw, c->older.raw));
	if (elapsed < 1)
		return 0;
	return span_seconds(span_sub(real_minus_raw(now), real_minus_raw(&c->older))) /
	       elapsed;
}

static bool
predicted(const struct calibrated_server *s, const struct sample *sample)
{
	struct drift d;
	double allowed;
	double missed;

	if (!drift_fit(&s->history, sample->at, &d) || d.points < CLOCK_FILTER_STAGES)
		return false;
	missed = span_seconds(span_sub(sample->utc_minus_raw, d.utc_minus_raw));
	allowed = 3 * span_seconds(d.error) +
		  span_seconds(span_sub(sample->delay, d.delay_min)) / 2 +
		  span_seconds(sample->dispersion);
	return fabs(missed) <= allowed;
}

bool
calibrator_exchange(struct calibrator *c, size_t index, const struct exchange *x,
    const struct sample *sample)
{
	struct calibrated_server *s = &c->server[index];
	bool well;

	if (!fault_ends_request(x->fault))
		return false;
	s->asked = true;
	s->last_fault = x->fault;
	s->reach = (uint8_t)(s->reach << 1 | (sample != NULL));
	s->answered = (uint8_t)(s->answered << 1 | x->replied);
	s->denied |= x->fault == FAULT_KISS_DENY || x->fault == FAULT_KISS_RSTR;
	if (sample == NULL)
		return false;
	s->stratum = x->stratum;
	s->common = x->leap == NTP_LEAP_UNKNOWN || x->stratum == 0 ||
		    x->stratum > NTP_STRATUM_MAX;
	s->root_delay = x->root_delay;
	s->root_dispersion = x->root_dispersion;
	well = predicted(s, sample);
	clock_filter_push(&s->filter, sample);
	drift_add(&s->history, sample);
	return well;
}

static struct view
view_server(const struct calibrated_server *s, struct raw_time now)
{
	struct view v = { 0 };
	struct aging aging;

	if (!drift_fit(&s->history, now, &v.drift))
		return v;
	v.growth = SAMPLE_PHI + 2 * v.drift.frequency_error;
	aging = (struct aging){ v.drift.frequency, v.growth };
	v.measured = clock_filter_estimate(&s->filter, &aging, &v.estimate);
	return v;
}

static enum verdict
standing(const struct calibrated_server *s, const struct view *v, struct raw_time now)
{
	if (s->denied)
		return VERDICT_DENIED;
	if (s->address[0] == '\0')
		return VERDICT_UNRESOLVED;
	if (!s->asked)
		return VERDICT_UNMEASURED;
	if (s->last_fault == FAULT_UNSYNCHRONISED)
		return VERDICT_UNSYNCHRONISED;
	if (s->last_fault == FAULT_LOOP)
		return VERDICT_LOOP;
	if (s->last_fault == FAULT_ROOT_DISTANCE)
		return VERDICT_TOO_DISTANT;
	if (s->reach == 0)
		return s->answered != 0 ? VERDICT_FAULTY : VERDICT_UNREACHABLE;
	if (raw_since(now, v->estimate.newest).ns > STALE_NS)
		return VERDICT_STALE;
	return VERDICT_ELIGIBLE;
}

static struct candidate
candidate_from(const struct calibrated_server *s, const struct view *v,
    const struct clock_reading *now)
{
	double age;
	struct span utc_now;

	if (!v->measured)
		return (struct candidate){ .standing = standing(s, v, now->raw) };
	age = span_seconds(raw_since(now->raw, v->estimate.newest));
	utc_now = span_add(
	    v->estimate.utc_minus_raw, span_from_seconds(v->drift.frequency * age));
	return (struct candidate){
		.standing = standing(s, v, now->raw),
		.offset = span_sub(utc_now, real_minus_raw(now)),
		.delay = v->estimate.best.delay,
		.dispersion = v->estimate.dispersion,
		.jitter = v->estimate.jitter,
		.root_delay = s->root_delay,
		.root_dispersion = s->root_dispersion,
		.newest = v->estimate.newest,
		.growth = v->growth,
		.stratum = s->stratum,
	};
}

static void
report_server(const struct calibrated_server *s, struct server_calibration *out)
{
	*out = (struct server_calibration){ .reach = s->reach, .pairs = s->filter.used };
	(void)copy_text(out->name, sizeof(out->name), s->name);
	(void)copy_text(out->address, sizeof(out->address), s->address);
	for (size_t i = 0; i < s->filter.used; i++) {
		const struct sample *sample = clock_filter_newest(&s->filter, i);

		out->pair[i] = (struct calibration_pair){ sample->offset, sample->delay };
	}
}

/*
 * sqrt(noise^2 + (1.96 u)^2), u = (delta_min / 2 + Delta / 2 + E) / sqrt(3): half the
 * path and what the server says of its own error, each position in it as likely as any
 * other.
 */
static struct span
uncertainty(const struct calibrated_server *s, const struct drift *d)
{
	double half = span_seconds(d->delay_min) / 2 + span_seconds(s->root_delay) / 2 +
		      span_seconds(s->root_dispersion);
	double noise = Z95 * span_seconds(d->error);
	double systematic = Z95 * half / sqrt(3);

	return span_from_seconds(sqrt(noise * noise + systematic * systematic));
}

static void
conclude_selected(const struct calibrated_server *s, const struct view *v,
    const struct candidate *chosen, double rate, struct calibration *out)
{
	const struct drift *d = &v->drift;

	out->selected = true;
	(void)copy_text(out->server, sizeof(out->server), s->name);
	out->common = s->common;
	out->utc_minus_raw = d->utc_minus_raw;
	out->delay = chosen->delay;
	out->jitter = chosen->jitter;
	out->oscillator = d->frequency;
	out->frequency = (d->frequency - rate) / (1 + rate);
	out->frequency_error = d->frequency_error;
	out->noise = span_from_seconds(Z95 * span_seconds(d->error));
	out->length = d->length;
	out->samples = d->points;
	/* the root distance is about the filter's estimate; the fit may lie beside it */
	out->bound =
	    span_add(out->root_distance, span_abs(span_sub(out->offset, chosen->offset)));
	out->bound = span_add(out->bound, (struct span){ ROOT_TRUNCATION_NS });
	out->noise = span_min(out->noise, out->bound);
	out->uncertainty = span_min(uncertainty(s, d), out->bound);
}

void
calibrator_conclude(
    const struct calibrator *c, const struct clock_reading *now, struct calibration *out)
{
	struct view view[MAX_SERVERS];
	struct candidate candidate[MAX_SERVERS] = { { 0 } };
	struct selection selection;
	size_t n = c->servers;

	for (size_t i = 0; i < n; i++) {
		view[i] = view_server(&c->server[i], now->raw);
		candidate[i] = candidate_from(&c->server[i], &view[i], now);
	}
	selection_choose(candidate, n, now->raw, &selection);
	*out = (struct calibration){
		.outcome = selection.outcome,
		.candidates = selection.candidates,
		.truechimers = selection.truechimers,
		.servers = n,
	};
	for (size_t i = 0; i < n; i++) {
		report_server(&c->server[i], &out->server_at[i]);
		out->server_at[i].verdict = selection.verdict[i];
		out->server_at[i].root_distance = selection.root_distance[i];
	}
	if (selection.winner >= 0) {
		size_t w = (size_t)selection.winner;

		out->root_distance = selection.root_distance[w];
		out->offset = span_sub(view[w].drift.utc_minus_raw, real_minus_raw(now));
		conclude_selected(
		    &c->server[w], &view[w], &candidate[w], host_rate(c, now), out);
	}
}
