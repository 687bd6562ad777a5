#include "segments.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

#define STRAIGHT_NS 50.0
#define BLOCK_NS                                                                         \
	(INT64_C(1) << 42) /* 73 minutes: so far at most, outside the edges too */
#define LEAST_NS (INT64_C(1) << 29) /* half a second: what is bent there stays so */
#define PROBES 5

/* ---- edges */

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
add_boot(struct segments *s, size_t *room, const struct clock_model *m)
{
	s->edge = memory_grow(
	    s->edge, room, s->edges + 2 * m->pieces + m->points + 1, sizeof(*s->edge));
	for (size_t i = 0; i < m->pieces; i++) {
		const struct model_piece *p = &m->piece[i];

		s->edge[s->edges++] = p->real.ns;
		s->edge[s->edges++] = system_after(p->real, p->real_length).ns;
	}
	for (size_t i = 0; i < m->points; i++)
		s->edge[s->edges++] = clock_model_host(m, m->point[i].at).ns;
	s->edge[s->edges++] = m->last.real.ns;
}

static void
add_table(struct segments *s, size_t *room, const struct model *m)
{
	s->edge = memory_grow(s->edge, room, s->edges + 2 * m->rows, sizeof(*s->edge));
	for (size_t i = 0; i < m->rows; i++) {
		s->edge[s->edges++] = m->row[i].from.ns;
		s->edge[s->edges++] = m->row[i].to.ns;
	}
}

void
segments_build(struct segments *s, const struct model *m, bool linear)
{
	size_t room = 0;
	size_t kept = 0;

	*s = (struct segments){ .model = m, .linear = linear };
	for (size_t i = 0; i < m->boots && !linear; i++)
		if (m->boot[i].model.points > 0)
			add_boot(s, &room, &m->boot[i].model);
	if (m->rows > 0 && !linear)
		add_table(s, &room, m);
	if (s->edges > 0)
		qsort(s->edge, s->edges, sizeof(*s->edge), by_value);
	for (size_t i = 0; i < s->edges; i++)
		if (kept == 0 || s->edge[i] != s->edge[kept - 1])
			s->edge[kept++] = s->edge[i];
	s->edges = kept;
}

void
segments_free(struct segments *s)
{
	free(s->edge);
	*s = (struct segments){ .edges = 0 };
}

/* ---- one stretch */

size_t
segments_answers(const struct segments *s, struct system_time t,
    struct model_answer out[], size_t most)
{
	if (!s->linear)
		return model_answers(s->model, t, out, most);
	out[0] = (struct model_answer){ model_correct_linear(s->model, t), NULL };
	return 1;
}

/* How many edges lie at or before t. */
static size_t
edges_before(const struct segments *s, int64_t t)
{
	size_t low = 0;
	size_t high = s->edges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->edge[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct probe {
	struct system_time at;
	size_t answers;
	struct model_answer answer[SEGMENT_ANSWERS];
};

static bool
same_kind(const struct model_answer *a, const struct model_answer *b)
{
	return a->by == b->by && a->correction.kind == b->correction.kind &&
	       a->correction.common == b->correction.common &&
	       a->correction.passed == b->correction.passed;
}

static struct span
delta_at(const struct probe *p, size_t answer)
{
	return utc_minus_system(p->answer[answer].correction.utc, p->at);
}

/* Is one answer straight over all probes? Then its line. */
static bool
fit_line(const struct probe p[PROBES], size_t k, struct segment_line *out)
{
	double length = (double)system_since(p[PROBES - 1].at, p[0].at).ns;
	struct span grown;

	*out = (struct segment_line){ .delta = delta_at(&p[0], k),
		.widest = p[0].answer[k] };
	grown = span_sub(delta_at(&p[PROBES - 1], k), out->delta);
	if (length > 0)
		out->slope = (double)grown.ns / length;
	for (size_t i = 0; i < PROBES; i++) {
		const struct model_answer *a = &p[i].answer[k];
		double line = out->slope * (double)system_since(p[i].at, p[0].at).ns;
		struct span is = span_sub(delta_at(&p[i], k), out->delta);

		if (!same_kind(a, &p[0].answer[k]) ||
		    fabs(line - (double)is.ns) > STRAIGHT_NS)
			return false;
		if (a->correction.uncertainty.ns > out->widest.correction.uncertainty.ns)
			out->widest = *a;
	}
	return true;
}

static bool
fit(const struct segments *s, struct segment *g)
{
	struct probe p[PROBES];
	int64_t last = g->to.ns - g->from.ns - 1;

	for (size_t i = 0; i < PROBES; i++) {
		p[i].at.ns = g->from.ns + last / (PROBES - 1) * (int64_t)i;
		if (i == PROBES - 1)
			p[i].at.ns = g->from.ns + last;
		p[i].answers = segments_answers(s, p[i].at, p[i].answer, SEGMENT_ANSWERS);
		if (p[i].answers != p[0].answers)
			return false;
	}
	g->answers = p[0].answers;
	for (size_t k = 0; k < g->answers; k++)
		if (!fit_line(p, k, &g->line[k]))
			return false;
	return true;
}

/* Between the edges about t, but no longer than a block. */
static void
about(const struct segments *s, int64_t t, struct segment *out)
{
	size_t i = edges_before(s, t);
	int64_t block = t & ~(BLOCK_NS - 1);
	int64_t end;

	out->from.ns = i > 0 && s->edge[i - 1] > block ? s->edge[i - 1] : block;
	if (__builtin_add_overflow(block, BLOCK_NS, &end))
		end = INT64_MAX;
	out->to.ns = i < s->edges && s->edge[i] < end ? s->edge[i] : end;
}

void
segments_find(const struct segments *s, struct system_time t, struct segment *out)
{
	about(s, t.ns, out);
	out->straight = fit(s, out);
	while (!out->straight && out->to.ns - out->from.ns > LEAST_NS) {
		int64_t middle = out->from.ns + (out->to.ns - out->from.ns) / 2;

		if (t.ns < middle)
			out->to.ns = middle;
		else
			out->from.ns = middle;
		out->straight = fit(s, out);
	}
}

struct utc_time
segment_utc(const struct segment *g, size_t answer, struct system_time t)
{
	const struct segment_line *l = &g->line[answer];
	double grown = l->slope * (double)system_since(t, g->from).ns;
	int64_t rounded = (int64_t)(grown < 0 ? grown - 0.5 : grown + 0.5);

	return system_to_utc(t, span_add(l->delta, (struct span){ rounded }));
}
