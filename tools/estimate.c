#include "estimate.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "memory.h"
#include "smoother.h"

#define FEWEST 8               /* exchanges: fewer make no path */
#define BLOCK ((size_t)100000) /* more are smoothed in blocks */
#define SPACING_S 32           /* and then so far apart are the points */

static size_t
server_index(struct estimating *e, const struct record_exchange *x)
{
	size_t i = 0;

	while (i < e->servers && (strcmp(e->server[i].name, x->server) != 0 ||
				     strcmp(e->server[i].address, x->address) != 0))
		i++;
	if (i == e->servers && i < MAX_SERVERS) {
		memcpy(e->server[i].name, x->server, sizeof(x->server));
		memcpy(e->server[i].address, x->address, sizeof(x->address));
		e->servers++;
	}
	return i;
}

static bool
of_same_round_trip(const struct estimating *e, size_t server, const struct exchange *x)
{
	size_t newest = e->server[server].newest;

	return newest < e->count && e->o[newest].server == server &&
	       e->o[newest].t1_raw.ns == x->t1_raw.ns;
}

void
estimate_add(struct estimating *e, const struct record_exchange *x)
{
	struct sample s;
	size_t server;

	if (x->exchange.fault != FAULT_NONE || !x->exchange.decoded ||
	    sample_from_exchange(&x->exchange, &s) != FAULT_NONE)
		return;
	server = server_index(e, x);
	if (server == MAX_SERVERS)
		return;
	e->common |= x->exchange.leap == NTP_LEAP_UNKNOWN || x->exchange.stratum == 0 ||
		     x->exchange.stratum > NTP_STRATUM_MAX;
	if (!of_same_round_trip(e, server, &x->exchange)) {
		e->o = memory_grow(e->o, &e->room, e->count + 1, sizeof(*e->o));
		e->server[server].newest = e->count++;
	}
	e->o[e->server[server].newest] =
	    observation_of(&x->exchange, &s, (uint16_t)server);
}

static int
by_time(const void *a, const void *b)
{
	const struct observation *x = a;
	const struct observation *y = b;

	if (x->at.ns != y->at.ns)
		return x->at.ns < y->at.ns ? -1 : 1;
	return (int)x->server - (int)y->server;
}

static void *
array(size_t n, size_t size)
{
	size_t none = 0;

	return memory_grow(NULL, &none, n, size);
}

/* The path through all, thinned where there is a great deal of it. */
static struct path_node *
smooth(const struct estimating *e, struct smoother_report *report, size_t *nodes)
{
	bool blocks = e->count > 2 * BLOCK;
	size_t n = blocks ? BLOCK : e->count;
	struct smoother_options options = {
		.block = BLOCK,
		.spacing = { SPACING_S * NS_PER_SECOND },
	};
	struct smoother_memory memory = {
		.standing = array(e->count, sizeof(struct standing)),
		.work = array(n, sizeof(struct smoother_work)),
		.node = array(n, sizeof(struct path_node)),
	};
	double seconds = span_seconds(raw_since(e->o[e->count - 1].at, e->o[0].at));
	size_t room =
	    2 * (size_t)(seconds / SPACING_S) + 4 * (e->count / (BLOCK / 2)) + 64;

	if (blocks)
		memory.joined = array(room, sizeof(struct path_node));
	*nodes = blocks ? smoother_run_blocks(e->o, e->count, &options, &memory, report)
			: smoother_run(e->o, e->count, &options, &memory, report);
	free(memory.standing);
	free(memory.work);
	if (blocks)
		free(memory.node);
	return blocks ? memory.joined : memory.node;
}

static struct bound *
guarantee(const struct estimating *e, const struct path_node *node, size_t nodes)
{
	struct clock_path path = { node, nodes };
	struct bounds_request request = {
		.o = e->o,
		.n = e->count,
		.path = &path,
		.options = { BOUNDS_RHO_INSIDE, BOUNDS_RHO_OUTSIDE, e->servers },
	};
	struct bounds_work *work = array(nodes * e->servers, sizeof(*work));
	struct bound *b = array(nodes, sizeof(*b));

	for (size_t i = 0; i < nodes; i++)
		b[i] = (struct bound){ .at = node[i].at };
	bounds_find(&request, b, nodes, work);
	free(work);
	return b;
}

static void
note(struct estimate_findings *f, const struct bound *b)
{
	f->contradicting |= b->contradicting;
	f->rho = b->rho > f->rho ? b->rho : f->rho;
	if (b->feasible)
		return;
	if (f->infeasible++ == 0)
		f->first = b->at;
	f->last = b->at;
}

struct model_point *
estimate_points(struct estimating *e, size_t *count, struct estimate_findings *findings)
{
	static struct smoother_report report;
	struct path_node *node;
	struct model_point *point = NULL;
	struct bound *b;

	*findings = (struct estimate_findings){ .observations = e->count };
	*count = 0;
	if (e->count < FEWEST || e->common)
		return NULL;
	qsort(e->o, e->count, sizeof(*e->o), by_time);
	node = smooth(e, &report, count);
	findings->untrusted = report.truechimers.falsetickers;
	findings->wander = report.wander;
	findings->undecided = e->servers > 1 && report.truechimers.undecided > 0;
	if (!findings->undecided) {
		b = guarantee(e, node, *count);
		point = array(*count, sizeof(*point));
		for (size_t i = 0; i < *count; i++) {
			point[i] = clock_model_smoothed(&node[i], &b[i]);
			note(findings, &b[i]);
		}
		free(b);
	}
	free(node);
	return point;
}

void
estimate_free(struct estimating *e)
{
	free(e->o);
	*e = (struct estimating){ .count = 0 };
}
