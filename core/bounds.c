#include "bounds.h"

#include <math.h>

#include "intersection.h"
#include "selection.h"

#define FAR 1e18      /* ns: no constraint */
#define FEW 4         /* exchanges a server; with fewer, biases are taken for frequency */
#define RATE_ANY 1e-3 /* s/s: no oscillator is further off */
#define CHORD_NS (INT64_C(21600) * NS_PER_SECOND)
#define LONG_GAP_NS 6e11 /* in its middle the path is less known than at its ends */

/* One sweep: what is known so far, less how far rho has let it drift. */
struct sweep {
	const struct bounds_request *request;
	struct bounds_work known[MAX_SERVERS];
	struct raw_time last;
	double last_rho;
	double tilt;  /* s/s, what biases may do to the path's mean frequency */
	double drift; /* integral of rho since the sweep's start, ns */
	size_t hint, hint_before, hint_after; /* of the path */
	bool begun;
};

static struct raw_time
within(const struct clock_path *p, int64_t at)
{
	int64_t first = p->node[0].at.ns;
	int64_t last = p->node[p->used - 1].at.ns;

	return (struct raw_time){ at < first ? first : at > last ? last : at };
}

/* By how much the path's frequency differs from its mean over six hours either way. */
static double
bend(struct sweep *s, const struct path_estimate *p, struct raw_time at)
{
	const struct clock_path *path = s->request->path;
	struct raw_time before = within(path, at.ns - CHORD_NS);
	struct raw_time after = within(path, at.ns + CHORD_NS);
	double length = span_seconds(raw_since(after, before));
	struct span from;
	struct span to;

	if (length <= 0)
		return 0;
	from = clock_path_near(path, before, &s->hint_before).utc_minus_raw;
	to = clock_path_near(path, after, &s->hint_after).utc_minus_raw;
	return fabs(p->frequency - span_seconds(span_sub(to, from)) / length);
}

static double
rho(struct sweep *s, const struct path_estimate *p, struct raw_time at)
{
	const struct bounds_request *r = s->request;
	double base = r->options.rho_inside;

	if (at.ns < r->o[0].at.ns || at.ns > r->o[r->n - 1].at.ns)
		base = r->options.rho_outside;
	return base + BOUNDS_SIGMAS * p->frequency_sigma + bend(s, p, at) + s->tilt;
}

static struct path_estimate
advance(struct sweep *s, struct raw_time at)
{
	struct path_estimate p = clock_path_near(s->request->path, at, &s->hint);
	double own = rho(s, &p, at);
	double far = fabs((double)raw_since(at, s->last).ns);
	double worst = own > s->last_rho ? own : s->last_rho;

	if (s->begun && far > LONG_GAP_NS) {
		struct raw_time middle = { s->last.ns + (at.ns - s->last.ns) / 2 };
		size_t hint = s->hint;
		struct path_estimate q = clock_path_near(s->request->path, middle, &hint);
		double halfway = rho(s, &q, middle);

		worst = halfway > worst ? halfway : worst;
	}
	if (s->begun)
		s->drift += far * worst;
	s->begun = true;
	s->last = at;
	s->last_rho = own;
	return p;
}

/* Both constraints of an exchange, brought from c1 and c4 to its middle. */
static void
learn(struct sweep *s, const struct observation *o)
{
	struct path_estimate p = advance(s, o->at);
	struct bounds_work *known = &s->known[o->server];
	double error = (double)observation_error(o).ns;
	double before = (double)raw_since(o->at, o->t1_raw).ns;
	double after = (double)raw_since(o->t4_raw, o->at).ns;
	struct span high = span_sub(utc_minus_raw(o->t2, o->t1_raw), p.utc_minus_raw);
	struct span low = span_sub(utc_minus_raw(o->t3, o->t4_raw), p.utc_minus_raw);
	double highest =
	    (double)high.ns + error + 1 + before * (p.frequency + s->last_rho);
	double lowest = (double)low.ns - error - 1 - after * (p.frequency + s->last_rho);

	highest -= s->drift;
	lowest += s->drift;
	known->high = highest < known->high ? highest : known->high;
	known->low = lowest > known->low ? lowest : known->low;
}

/* The largest over the servers of their least delay / 2 + error, s. */
static double
worst_limit(const struct bounds_request *r)
{
	double least[MAX_SERVERS] = { 0 };
	double worst = 0;

	for (size_t i = 0; i < r->n; i++) {
		double *own = &least[r->o[i].server];
		double limit = span_seconds(r->o[i].delay) / 2 +
			       span_seconds(observation_error(&r->o[i]));

		*own = *own <= 0 || limit < *own ? limit : *own;
	}
	for (size_t i = 0; i < MAX_SERVERS; i++)
		worst = least[i] > worst ? least[i] : worst;
	return worst;
}

/*
 * A line through two points that err by B either way, T apart, has a slope that errs by
 * 2 B / T. B is the limit of the worst server: a liar that jitters little may own the
 * path, and be held in bounds by that one only.
 */
static double
tilt(const struct bounds_request *r)
{
	double length = span_seconds(raw_since(r->o[r->n - 1].at, r->o[0].at));

	if (r->n < FEW * r->options.servers)
		return RATE_ANY;
	return length > 0 ? 2 * worst_limit(r) / length : 0;
}

static struct sweep
sweep_begin(const struct bounds_request *r, size_t hint)
{
	struct sweep s = {
		.request = r, .hint = hint, .hint_before = hint, .hint_after = hint
	};

	s.tilt = tilt(r);
	for (size_t i = 0; i < MAX_SERVERS; i++)
		s.known[i] = (struct bounds_work){ -FAR, FAR };
	return s;
}

static void
tighten(const struct sweep *s, struct bounds_work work[])
{
	for (size_t i = 0; i < s->request->options.servers; i++) {
		double low = s->known[i].low - s->drift;
		double high = s->known[i].high + s->drift;

		work[i].low = low > work[i].low ? low : work[i].low;
		work[i].high = high < work[i].high ? high : work[i].high;
	}
}

static void
forward(
    const struct bounds_request *r, struct bound b[], size_t m, struct bounds_work work[])
{
	struct sweep s = sweep_begin(r, 0);
	size_t k = 0;

	for (size_t i = 0; i < m; i++) {
		struct bounds_work *own = &work[i * r->options.servers];

		while (k < r->n && r->o[k].at.ns <= b[i].at.ns)
			learn(&s, &r->o[k++]);
		advance(&s, b[i].at);
		for (size_t v = 0; v < r->options.servers; v++)
			own[v] = (struct bounds_work){ -FAR, FAR };
		tighten(&s, own);
	}
}

static void
judge(struct bound *b, const struct interval v[], size_t servers)
{
	struct interval all = { { INT64_MAX }, { INT64_MIN } };
	struct interval shared;

	for (size_t i = 0; i < servers; i++) {
		all.low = span_min(all.low, v[i].low);
		all.high = span_max(all.high, v[i].high);
	}
	b->feasible =
	    intersection_find(v, servers, b->servers - b->falsetickers, &shared);
	if (!b->feasible)
		shared = all;
	b->low = shared.low;
	b->high = shared.high;
}

/* From residues to bounds of UTC - raw; servers without observations are left out. */
static void
conclude(struct bound *b, const struct bounds_work work[], size_t servers,
    const struct path_estimate *p)
{
	struct interval v[MAX_SERVERS];
	size_t index[MAX_SERVERS];

	b->servers = 0;
	for (size_t i = 0; i < servers; i++) {
		if (work[i].low <= -FAR || work[i].high >= FAR)
			continue;
		index[b->servers] = i;
		v[b->servers++] = (struct interval){
			span_add(p->utc_minus_raw,
			    (struct span){ (int64_t)floor(work[i].low) }),
			span_add(p->utc_minus_raw,
			    (struct span){ (int64_t)ceil(work[i].high) }),
		};
	}
	b->falsetickers = b->servers > 0 ? (b->servers - 1) / 2 : 0;
	judge(b, v, b->servers);
	b->contradicting = 0;
	for (size_t i = 0; i < b->servers; i++)
		if (v[i].low.ns > v[i].high.ns || v[i].low.ns > b->high.ns ||
		    v[i].high.ns < b->low.ns)
			b->contradicting |= UINT64_C(1) << index[i];
}

void
bounds_find(
    const struct bounds_request *r, struct bound b[], size_t m, struct bounds_work work[])
{
	struct sweep s = sweep_begin(r, r->path->used - 1);
	size_t k = r->n;

	forward(r, b, m, work);
	for (size_t i = m; i-- > 0;) {
		struct bounds_work *own = &work[i * r->options.servers];
		struct path_estimate p;

		while (k > 0 && r->o[k - 1].at.ns > b[i].at.ns)
			learn(&s, &r->o[--k]);
		p = advance(&s, b[i].at);
		b[i].rho = s.last_rho;
		tighten(&s, own);
		conclude(&b[i], own, r->options.servers, &p);
	}
}
