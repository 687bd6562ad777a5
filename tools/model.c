#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ANSWERS_MAX 16

void
model_free(struct model *m)
{
	for (size_t i = 0; i < m->boots; i++) {
		free(m->boot[i].knot);
		free(m->boot[i].model.piece);
		free(m->boot[i].model.run);
		free(m->boot[i].model.point);
	}
	free(m->boot);
	*m = (struct model){ .boots = 0 };
}

static struct span
distance(const struct boot_model *b, struct system_time t)
{
	struct span before = system_since(b->first, t);
	struct span after = system_since(t, b->last);

	return span_max(span_max(before, after), (struct span){ 0 });
}

static const struct boot_model *
nearest_boot(const struct model *m, struct system_time t)
{
	const struct boot_model *best = NULL;

	for (size_t i = 0; i < m->boots; i++) {
		const struct boot_model *b = &m->boot[i];

		if (b->model.points == 0)
			continue;
		if (best == NULL || distance(b, t).ns < distance(best, t).ns)
			best = b;
	}
	return best;
}

/* Between its first and its last reading of the clock a boot speaks from knowledge. */
static bool
was_watching(const struct clock_model *c, const struct correction *found)
{
	return c->pieces > 0 && raw_since(found->raw, c->piece[0].raw).ns >= 0 &&
	       raw_since(c->last.raw, found->raw).ns >= 0;
}

/* Nobody saw it: the nearest boot that can have shown it goes on as it was. */
static size_t
extrapolate(
    const struct model *m, struct system_time t, struct correction out[], size_t most)
{
	struct correction found[ANSWERS_MAX];
	struct span nearest = { INT64_MAX };
	size_t n = 0;

	for (size_t i = 0; i < m->boots; i++) {
		const struct boot_model *b = &m->boot[i];
		size_t k = clock_model_correct(&b->model, t, found, ANSWERS_MAX);

		if (k == 0 || distance(b, t).ns >= nearest.ns)
			continue;
		nearest = distance(b, t);
		n = k < most ? k : most;
		memcpy(out, found, n * sizeof(*out));
	}
	return n;
}

static int
by_utc(const void *a, const void *b)
{
	const struct correction *x = a;
	const struct correction *y = b;

	return (x->utc.ns > y->utc.ns) - (x->utc.ns < y->utc.ns);
}

size_t
model_correct(
    const struct model *m, struct system_time t, struct correction out[], size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < m->boots && n < most; i++) {
		const struct clock_model *c = &m->boot[i].model;
		size_t found = clock_model_correct(c, t, out + n, most - n);

		if (found > 0 && was_watching(c, &out[n]))
			n += found;
	}
	qsort(out, n, sizeof(*out), by_utc);
	if (n > 0 || model_covers(m, t))
		return n;
	return extrapolate(m, t, out, most);
}

bool
model_covers(const struct model *m, struct system_time t)
{
	const struct boot_model *b = nearest_boot(m, t);

	return b != NULL && distance(b, t).ns == 0;
}

struct correction
model_correct_linear(const struct model *m, struct system_time t)
{
	struct utc_time utc = linear_correct(&m->linear, t);
	double away = fabs(span_seconds(system_since(t, m->linear.at)));
	struct span grown = span_from_seconds(1.96 * m->linear_error * away);
	double rho = SAMPLE_PHI + 3 * m->linear_error;
	struct span bound = span_add(m->linear_bound, span_from_seconds(rho * away));

	return (struct correction){
		.kind = CORRECTION_AFTER,
		.utc = utc,
		.noise = span_add(m->linear_noise, grown),
		.uncertainty = span_add(m->linear_uncertainty, grown),
		.earliest = utc_after(utc, (struct span){ -bound.ns }),
		.latest = utc_after(utc, bound),
		.frequency = m->linear.frequency,
		.rho = rho,
		.common = m->linear_common,
	};
}
