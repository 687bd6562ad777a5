#include "sim_methods.h"

#include <stdlib.h>

#include "selection.h"

#define PAPER_NS (900 * NS_PER_SECOND)
#define STAGES 8

static void *
memory(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (p == NULL)
		abort();
	return p;
}

static size_t
nodes(const struct observation o[], size_t n, struct span spacing)
{
	size_t thinned;

	if (spacing.ns <= 0)
		return n;
	thinned = 2 * (size_t)(raw_since(o[n - 1].at, o[0].at).ns / spacing.ns) +
		  4 * (n / SIM_BLOCK) + 8;
	return thinned < n ? thinned : n;
}

void
sim_model_build(
    struct sim_model *m, const struct observation o[], size_t n, struct span spacing)
{
	struct smoother_options options = { .block = SIM_BLOCK, .spacing = spacing };
	size_t room = n < SIM_BLOCK ? n : SIM_BLOCK;

	m->memory = (struct smoother_memory){
		.standing = memory(room, sizeof(*m->memory.standing)),
		.work = memory(room, sizeof(*m->memory.work)),
		.node = memory(room, sizeof(*m->memory.node)),
		.joined = memory(nodes(o, n, spacing), sizeof(*m->memory.joined)),
	};
	m->node = m->memory.joined;
	m->path.used = smoother_run_blocks(o, n, &options, &m->memory, &m->report);
	m->path.node = m->node;
}

void
sim_model_free(struct sim_model *m)
{
	free(m->memory.standing);
	free(m->memory.work);
	free(m->memory.node);
	free(m->node);
}

static size_t
servers_of(const struct observation o[], size_t n)
{
	size_t servers = 0;

	for (size_t i = 0; i < n; i++)
		if (o[i].server >= servers)
			servers = o[i].server + 1U;
	return servers;
}

void
sim_bounds(const struct sim_model *m, const struct observation o[], size_t n,
    struct bound b[], size_t points)
{
	struct bounds_request r = { o, n, &m->path,
		{ BOUNDS_RHO_INSIDE, BOUNDS_RHO_OUTSIDE, servers_of(o, n) } };
	struct bounds_work *work = memory(points * r.options.servers, sizeof(*work));

	bounds_find(&r, b, points, work);
	free(work);
}

uint16_t
sim_nearest(const struct observation o[], size_t n)
{
	uint16_t best = o[0].server;
	struct span least = { INT64_MAX };

	for (size_t i = 0; i < n; i++) {
		struct span distance = span_add(
		    (struct span){ o[i].delay.ns / 2 }, observation_error(&o[i]));

		if (distance.ns < least.ns) {
			least = distance;
			best = o[i].server;
		}
	}
	return best;
}

/* The least delay among the server's first eight from `from` on. */
static const struct observation *
best_of_eight(
    const struct observation o[], size_t n, uint16_t server, struct raw_time from)
{
	const struct observation *best = NULL;
	size_t seen = 0;

	for (size_t i = 0; i < n && seen < STAGES; i++) {
		if (o[i].server != server || o[i].at.ns < from.ns)
			continue;
		seen++;
		if (best == NULL || o[i].delay.ns < best->delay.ns)
			best = &o[i];
	}
	return best;
}

static const struct observation *
last_of(const struct observation o[], size_t n, uint16_t server)
{
	while (n > 1 && o[n - 1].server != server)
		n--;
	return &o[n - 1];
}

struct sim_linear
sim_linear_fit(const struct observation o[], size_t n)
{
	uint16_t server = sim_nearest(o, n);
	const struct observation *a = best_of_eight(o, n, server, o[0].at);
	const struct observation *b =
	    best_of_eight(o, n, server, raw_after(a->at, (struct span){ PAPER_NS }));
	double apart;

	if (b == NULL)
		b = last_of(o, n, server);
	apart = span_seconds(raw_since(b->at, a->at));
	return (struct sim_linear){ a->at, a->utc_minus_raw,
		apart > 0
		    ? span_seconds(span_sub(b->utc_minus_raw, a->utc_minus_raw)) / apart
		    : 0 };
}

bool
sim_wls_at(struct sim_wls *w, const struct observation o[], size_t n, struct raw_time at,
    struct drift *out)
{
	for (; w->fed < n && o[w->fed].at.ns <= at.ns; w->fed++) {
		const struct observation *x = &o[w->fed];
		struct sample s = {
			.at = x->at, .utc_minus_raw = x->utc_minus_raw, .delay = x->delay
		};

		if (x->server == w->server)
			drift_add(&w->history, &s);
	}
	return drift_fit(&w->history, at, out);
}
