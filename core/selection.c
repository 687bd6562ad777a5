#include "selection.h"

const char *const verdict_names[VERDICTS] = {
	[VERDICT_SELECTED] = "selected",
	[VERDICT_ELIGIBLE] = "eligible",
	[VERDICT_FALSETICKER] = "falseticker",
	[VERDICT_UNDECIDED] = "undecided",
	[VERDICT_UNRESOLVED] = "unresolved",
	[VERDICT_UNMEASURED] = "unmeasured",
	[VERDICT_UNREACHABLE] = "unreachable",
	[VERDICT_FAULTY] = "faulty",
	[VERDICT_UNSYNCHRONISED] = "unsynchronised",
	[VERDICT_LOOP] = "loop",
	[VERDICT_TOO_DISTANT] = "too-distant",
	[VERDICT_STALE] = "stale",
	[VERDICT_DENIED] = "denied",
};

const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_MAJORITY] = "majority",
	[OUTCOME_ONLY_SERVER] = "only-server",
	[OUTCOME_NO_MAJORITY] = "no-majority",
	[OUTCOME_NO_CANDIDATE] = "no-candidate",
};

enum edge_kind { LOWER, UPPER };

struct edge {
	int64_t at;
	enum edge_kind kind;
};

struct span
root_distance(const struct candidate *c, struct raw_time now)
{
	double age = span_seconds(raw_since(now, c->newest));
	struct span aged = span_from_seconds(c->growth * (age > 0 ? age : 0));
	struct span path = { c->delay.ns / 2 + c->root_delay.ns / 2 };
	struct span known = span_add(span_add(path, c->root_dispersion), c->dispersion);

	return span_add(span_add(known, aged), c->jitter);
}

/* Lower edges before upper ones at the same place: touching intervals share a point. */
static bool
edge_before(const struct edge *a, const struct edge *b)
{
	return a->at != b->at ? a->at < b->at : a->kind < b->kind;
}

static void
edge_insert(struct edge edges[], size_t n, struct edge e)
{
	for (; n > 0 && edge_before(&e, &edges[n - 1]); n--)
		edges[n] = edges[n - 1];
	edges[n] = e;
}

static size_t
collect_edges(
    const struct candidate c[], size_t n, const struct selection *s, struct edge edges[])
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		struct span lambda = s->root_distance[i];

		if (s->verdict[i] != VERDICT_ELIGIBLE)
			continue;
		edge_insert(
		    edges, k++, (struct edge){ span_sub(c[i].offset, lambda).ns, LOWER });
		edge_insert(
		    edges, k++, (struct edge){ span_add(c[i].offset, lambda).ns, UPPER });
	}
	return k;
}

/* Where `wanted` intervals first overlap, seen from below and from above. */
static bool
overlap(const struct edge edges[], size_t k, int wanted, struct selection *s)
{
	int depth = 0;
	size_t low = 0;
	size_t high = k;

	for (; low < k; low++) {
		depth += edges[low].kind == LOWER ? 1 : -1;
		if (depth >= wanted)
			break;
	}
	depth = 0;
	while (high-- > low) {
		depth += edges[high].kind == UPPER ? 1 : -1;
		if (depth >= wanted)
			break;
	}
	if (low >= k || depth < wanted)
		return false;
	s->low.ns = edges[low].at;
	s->high.ns = edges[high].at;
	return s->low.ns <= s->high.ns;
}

static bool
midpoint_inside(const struct candidate *c, const struct selection *s)
{
	return c->offset.ns >= s->low.ns && c->offset.ns <= s->high.ns;
}

static int
midpoints_inside(const struct candidate c[], size_t n, const struct selection *s)
{
	int inside = 0;

	for (size_t i = 0; i < n; i++)
		inside += s->verdict[i] == VERDICT_ELIGIBLE && midpoint_inside(&c[i], s);
	return inside;
}

static bool
intersect(const struct candidate c[], size_t n, struct selection *s)
{
	struct edge edges[2 * MAX_SERVERS];
	size_t k = collect_edges(c, n, s, edges);

	for (int f = 0; 2 * f < s->candidates; f++) {
		if (!overlap(edges, k, s->candidates - f, s))
			continue;
		s->truechimers = midpoints_inside(c, n, s);
		if (s->candidates - s->truechimers <= f)
			return true;
	}
	s->truechimers = 0;
	return false;
}

/* Where n - f intervals overlap, f the most that may lie without being a majority. */
static void
assure(const struct candidate c[], size_t n, struct selection *s)
{
	struct edge edges[2 * MAX_SERVERS];
	size_t k = collect_edges(c, n, s, edges);
	struct selection most = { .winner = -1 };

	if (overlap(edges, k, s->candidates - (s->candidates - 1) / 2, &most)) {
		s->sure_low = most.low;
		s->sure_high = most.high;
	}
}

static bool
nearer(const struct candidate c[], const struct selection *s, size_t i, int than)
{
	int64_t own = s->root_distance[i].ns;

	if (than < 0)
		return true;
	if (own != s->root_distance[than].ns)
		return own < s->root_distance[than].ns;
	return c[i].stratum < c[than].stratum;
}

static void
pick_winner(const struct candidate c[], size_t n, struct selection *s)
{
	for (size_t i = 0; i < n; i++) {
		if (s->verdict[i] != VERDICT_ELIGIBLE)
			continue;
		if (!midpoint_inside(&c[i], s))
			s->verdict[i] = VERDICT_FALSETICKER;
		else if (nearer(c, s, i, s->winner))
			s->winner = (int)i;
	}
	s->verdict[s->winner] = VERDICT_SELECTED;
	s->outcome = s->candidates == 1 ? OUTCOME_ONLY_SERVER : OUTCOME_MAJORITY;
}

static void
leave_undecided(size_t n, struct selection *s)
{
	for (size_t i = 0; i < n; i++)
		if (s->verdict[i] == VERDICT_ELIGIBLE)
			s->verdict[i] = VERDICT_UNDECIDED;
	s->outcome = s->candidates > 0 ? OUTCOME_NO_MAJORITY : OUTCOME_NO_CANDIDATE;
}

static bool
has_sample(const struct candidate *c)
{
	return c->standing == VERDICT_ELIGIBLE || c->standing == VERDICT_STALE;
}

void
selection_choose(
    const struct candidate c[], size_t n, struct raw_time now, struct selection *out)
{
	*out = (struct selection){ .winner = -1 };
	for (size_t i = 0; i < n; i++) {
		out->verdict[i] = c[i].standing;
		if (has_sample(&c[i]))
			out->root_distance[i] = root_distance(&c[i], now);
		if (c[i].standing == VERDICT_ELIGIBLE &&
		    out->root_distance[i].ns > ROOT_DISTANCE_MAX_NS)
			out->verdict[i] = VERDICT_TOO_DISTANT;
		out->candidates += out->verdict[i] == VERDICT_ELIGIBLE;
	}
	if (intersect(c, n, out)) {
		assure(c, n, out);
		pick_winner(c, n, out);
	} else {
		leave_undecided(n, out);
	}
}
