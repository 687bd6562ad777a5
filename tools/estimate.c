#include "estimate.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "memory.h"
#include "smoother.h"

#define FEWEST 8     /* exchanges: fewer make no path */
#define SPACING_S 64 /* between points, where exchanges make several blocks */

static void *
array(size_t n, size_t size)
{
	size_t none = 0;

	return memory_grow(NULL, &none, n, size);
}

static void
add_point(struct estimate_points *p, const struct model_point *point)
{
	p->point = memory_grow(p->point, &p->room, p->count + 1, sizeof(*p->point));
	p->point[p->count++] = *point;
}

/* ---- exchanges in */

static size_t
server_index(struct estimate_servers *t, const char *name, const char *address)
{
	size_t i = 0;

	while (i < t->count && (strcmp(t->server[i].name, name) != 0 ||
				   strcmp(t->server[i].address, address) != 0))
		i++;
	if (i == t->count && i < MAX_SERVERS) {
		struct estimate_server *own = &t->server[t->count++];

		memcpy(own->name, name, sizeof(own->name));
		memcpy(own->address, address, sizeof(own->address));
	}
	return i;
}

/* The first exchange of a round trip that has two, of basic and interleaved mode; NULL:
 * there is none. */
static struct observation *
same_round_trip(const struct estimating *e, const struct observation *o)
{
	for (size_t i = e->count; i > 0 && e->count - i < MAX_SERVERS; i--)
		if (e->o[i - 1].server == o->server &&
		    e->o[i - 1].t1_raw.ns == o->t1_raw.ns)
			return &e->o[i - 1];
	return NULL;
}

void
estimate_add(struct estimating *e, const struct record_exchange *x)
{
	struct exchange even = x->exchange;
	struct observation *first;
	struct observation o;
	struct sample s;
	size_t server;

	if (even.fault != FAULT_NONE || !even.decoded)
		return;
	server = server_index(&e->servers, x->server, x->address);
	if (server == MAX_SERVERS || !leaps_take(&e->leaps, server, &even) ||
	    sample_from_exchange(&even, &s) != FAULT_NONE)
		return;
	e->common |= even.leap == NTP_LEAP_UNKNOWN || even.stratum == 0 ||
		     even.stratum > NTP_STRATUM_MAX;
	o = observation_of(&even, &s, (uint16_t)server);
	first = same_round_trip(e, &o);
	if (first != NULL)
		*first = o;
	else
		estimate_take(e, &o);
}

void
estimate_calibration(struct estimating *e, const struct model_point *p)
{
	struct model_point even = *p;
	struct span leapt = leaps_until(&e->leaps, raw_to_utc(p->at, p->utc_minus_raw));

	even.utc_minus_raw = span_add(p->utc_minus_raw, leapt);
	even.low = span_add(p->low, leapt);
	even.high = span_add(p->high, leapt);
	add_point(&e->calibrations, &even);
}

/* ---- one block */

struct block {
	struct estimating *e;
	struct path_node *node;
	size_t nodes;
	struct bound *bound; /* at overlapping points, then at new nodes */
	size_t overlap;      /* points of the block before that lie in this one */
	size_t fresh;        /* the first node after them */
	struct raw_time until;
};

static int
by_time(const void *a, const void *b)
{
	const struct observation *x = a;
	const struct observation *y = b;

	if (x->at.ns != y->at.ns)
		return x->at.ns < y->at.ns ? -1 : 1;
	return (int)x->server - (int)y->server;
}

static int
by_at(const void *a, const void *b)
{
	const struct model_point *x = a;
	const struct model_point *y = b;

	return (x->at.ns > y->at.ns) - (x->at.ns < y->at.ns);
}

/* false: there was no majority somewhere in the block. */
static bool
smooth(struct block *b, bool several)
{
	static struct smoother_report report;
	struct estimating *e = b->e;
	struct smoother_options options = { .wander = 0 };
	struct smoother_memory memory = {
		.standing = array(e->count, sizeof(struct standing)),
		.work = array(e->count, sizeof(struct smoother_work)),
		.node = array(e->count, sizeof(struct path_node)),
	};

	b->nodes = smoother_run(e->o, e->count, &options, &memory, &report);
	b->node = memory.node;
	free(memory.standing);
	free(memory.work);
	if (several)
		b->nodes = clock_path_thin(
		    b->node, b->nodes, (struct span){ SPACING_S * NS_PER_SECOND });
	e->found.untrusted += report.truechimers.falsetickers;
	return e->servers.count <= 1 || report.truechimers.undecided == 0;
}

static void
find_bounds(struct block *b, size_t n)
{
	const struct estimating *e = b->e;
	struct clock_path path = { b->node, b->nodes };
	struct bounds_request request = {
		.o = e->o,
		.n = e->count,
		.path = &path,
		.options = { BOUNDS_RHO_INSIDE, BOUNDS_RHO_OUTSIDE, e->servers.count },
	};
	struct bounds_work *work = array(n * e->servers.count, sizeof(*work));

	bounds_find(&request, b->bound, n, work);
	free(work);
}

/* Where: on the points that the block before left in this one, and on nodes after them. */
static size_t
choose_instants(struct block *b)
{
	const struct estimate_points *p = &b->e->settled;
	size_t n = 0;

	while (b->overlap < p->count &&
	       p->point[p->count - 1 - b->overlap].at.ns >= b->node[0].at.ns)
		b->overlap++;
	while (b->fresh < b->nodes && b->e->blocks > 0 &&
	       b->node[b->fresh].at.ns <= b->e->until.ns)
		b->fresh++;
	b->bound = array(b->overlap + b->nodes - b->fresh + 1, sizeof(*b->bound));
	for (size_t i = p->count - b->overlap; i < p->count; i++)
		b->bound[n++] = (struct bound){ .at = p->point[i].at };
	for (size_t i = b->fresh; i < b->nodes && b->node[i].at.ns <= b->until.ns; i++)
		b->bound[n++] = (struct bound){ .at = b->node[i].at };
	return n;
}

static void
note(struct estimating *e, const struct bound *b)
{
	for (size_t i = 0; i < e->servers.count; i++)
		if (b->contradicting >> i & 1)
			(void)server_index(&e->found.contradicting,
			    e->servers.server[i].name, e->servers.server[i].address);
	if (b->feasible)
		return;
	if (e->found.infeasible++ == 0)
		e->found.first = b->at;
	e->found.last = b->at;
}

/* From the block before to this one, in the middle half of what both have. */
static double
share(const struct block *b, struct raw_time at)
{
	double length = span_seconds(raw_since(b->e->until, b->node[0].at));
	double s = length > 0 ? span_seconds(raw_since(at, b->node[0].at)) / length : 1;

	s = 2 * s - 0.5;
	return s < 0 ? 0 : s > 1 ? 1 : s;
}

/* Both blocks' words hold: the estimate passes from one to the other, and the guarantee
 * is what both allow. */
static void
blend(const struct block *b, struct model_point *p, const struct bound *bound)
{
	struct clock_path path = { b->node, b->nodes };
	struct path_estimate own = clock_path_at(&path, p->at);
	double s = share(b, p->at);
	double apart = span_seconds(span_sub(own.utc_minus_raw, p->utc_minus_raw));

	if (!p->smooth)
		return;
	p->utc_minus_raw = span_add(p->utc_minus_raw, span_from_seconds(s * apart));
	p->oscillator += s * (own.frequency - p->oscillator);
	p->noise = span_max(p->noise, span_from_seconds(path_noise(&own)));
	p->uncertainty =
	    span_max(p->uncertainty, span_from_seconds(path_uncertainty(&own)));
	if (!bound->feasible || bound->low.ns > p->high.ns || bound->high.ns < p->low.ns)
		return;
	p->low = span_max(p->low, bound->low);
	p->high = span_min(p->high, bound->high);
	p->rho = bound->rho > p->rho ? bound->rho : p->rho;
}

static void
take_points(struct block *b)
{
	struct estimate_points *p = &b->e->settled;
	size_t n = choose_instants(b);
	size_t first = p->count - b->overlap;

	find_bounds(b, n);
	for (size_t i = 0; i < b->overlap; i++)
		blend(b, &p->point[first + i], &b->bound[i]);
	for (size_t i = b->overlap; i < n; i++) {
		struct model_point own = clock_model_smoothed(
		    &b->node[b->fresh + i - b->overlap], &b->bound[i]);

		add_point(p, &own);
		note(b->e, &b->bound[i]);
	}
	free(b->bound);
}

/* Calibrations up to the end of the block: wanted only if its exchanges do not do. */
static void
take_calibrations(struct estimating *e, struct raw_time until, bool wanted)
{
	struct estimate_points *c = &e->calibrations;
	size_t left = 0;

	if (c->count > 1)
		qsort(c->point, c->count, sizeof(*c->point), by_at);
	for (size_t i = 0; i < c->count; i++) {
		if (c->point[i].at.ns > until.ns)
			c->point[left++] = c->point[i];
		else if (wanted && (e->blocks == 0 || c->point[i].at.ns > e->until.ns))
			add_point(&e->settled, &c->point[i]);
	}
	c->count = left;
}

/* Servers that are gone make room in the table; the others stay in their order. */
static void
forget_servers(struct estimating *e)
{
	uint16_t index[MAX_SERVERS] = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < e->count; i++)
		index[e->o[i].server] = 1;
	for (size_t i = 0; i < e->servers.count; i++) {
		if (index[i] == 0)
			continue;
		e->servers.server[kept] = e->servers.server[i];
		e->leaps.server[kept] = e->leaps.server[i];
		index[i] = (uint16_t)kept++;
	}
	for (size_t i = 0; i < e->count; i++)
		e->o[i].server = index[e->o[i].server];
	for (size_t i = kept; i < e->servers.count; i++)
		e->leaps.server[i].heard = false;
	e->servers.count = kept;
}

static void
settle(struct estimating *e, struct raw_time until, bool several)
{
	struct block b = { .e = e, .until = until };
	bool smoothed = false;

	if (e->count >= FEWEST && !e->common) {
		qsort(e->o, e->count, sizeof(*e->o), by_time);
		smoothed = smooth(&b, several);
	}
	take_calibrations(e, until, !smoothed);
	if (smoothed)
		take_points(&b);
	free(b.node);
	e->until = until;
	e->blocks++;
}

/* A block is settled up to its last eighth; its last quarter comes again in the next. */
void
estimate_take(struct estimating *e, const struct observation *o)
{
	size_t block = e->block > 0 ? e->block : ESTIMATE_BLOCK;
	size_t again = block / 4;

	e->o = memory_grow(e->o, &e->room, e->count + 1, sizeof(*e->o));
	e->o[e->count++] = *o;
	if (e->count < block)
		return;
	qsort(e->o, e->count, sizeof(*e->o), by_time);
	settle(e, e->o[block - again / 2].at, true);
	memmove(e->o, &e->o[e->count - again], again * sizeof(*e->o));
	e->count = again;
	forget_servers(e);
}

struct model_point *
estimate_finish(struct estimating *e, size_t *count)
{
	struct estimate_points p;

	settle(e, (struct raw_time){ INT64_MAX }, e->blocks > 0);
	p = e->settled;
	*count = p.count;
	e->settled = (struct estimate_points){ .count = 0 };
	return p.point;
}

void
estimate_free(struct estimating *e)
{
	free(e->o);
	free(e->calibrations.point);
	free(e->settled.point);
	*e = (struct estimating){ .count = 0 };
}
