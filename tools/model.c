#include "model.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "say.h"

#define ANSWERS_MAX 16

void
model_free(struct model *m)
{
	for (size_t i = 0; i < m->boots; i++) {
		free(m->boot[i].knot);
		free(m->boot[i].model.piece);
		free(m->boot[i].model.run);
		free(m->boot[i].model.point);
		free(m->boot[i].from.file);
		free(m->boot[i].to.file);
	}
	for (size_t i = 0; i < m->sources; i++)
		free(m->source[i].from.file);
	free(m->boot);
	free(m->row);
	free(m->source);
	*m = (struct model){ .boots = 0 };
}

void
model_say_unread(const struct model *m, const char *what)
{
	if (m->unread > 0)
		say("%" PRIu64 " of %" PRIu64
		    " files lie far from %s and were not read: nothing is verified in "
		    "them, and a clock that was set to their times and back within one "
		    "does not show (--whole reads all)",
		    m->unread, m->files, what);
}

static struct span
distance(const struct boot_model *b, struct system_time t)
{
	struct span before = system_since(b->first, t);
	struct span after = system_since(t, b->last);

	return span_max(span_max(before, after), (struct span){ 0 });
}

bool
model_covers(const struct model *m, struct system_time t)
{
	for (size_t i = 0; i < m->boots; i++)
		if (m->boot[i].model.points > 0 && clock_model_saw(&m->boot[i].model, t))
			return true;
	return false;
}

/* The nearest boot's guess over what stops it. */
static size_t
guess(const struct model *m, struct system_time t, struct model_answer *out)
{
	struct span nearest = { INT64_MAX };
	size_t n = 0;

	for (size_t i = 0; i < m->boots; i++) {
		const struct boot_model *b = &m->boot[i];
		struct correction c;

		if (distance(b, t).ns >= nearest.ns ||
		    clock_model_correct_beyond(&b->model, t, &c) == 0)
			continue;
		nearest = distance(b, t);
		*out = (struct model_answer){ c, b };
		n = 1;
	}
	return n;
}

static int
by_utc(const void *a, const void *b)
{
	const struct model_answer *x = a;
	const struct model_answer *y = b;
	struct utc_time u = x->correction.utc;
	struct utc_time v = y->correction.utc;

	return (u.ns > v.ns) - (u.ns < v.ns);
}

bool
model_is_tabled(const struct model *m, const struct boot_model *b)
{
	for (size_t i = 0; i < m->sources; i++)
		if (&m->source[i] == b)
			return true;
	return false;
}

/* How many rows begin at or before t. */
static size_t
rows_before(const struct model *m, struct system_time t)
{
	size_t low = 0;
	size_t high = m->rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->row[middle].from.ns <= t.ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct model_answer
row_answer(const struct model *m, const struct model_row *r, struct system_time t)
{
	double along = r->slope * span_seconds(system_since(t, r->from));
	struct utc_time utc =
	    system_to_utc(t, span_add(r->delta, span_from_seconds(along)));
	bool told = r->kind == CORRECTION_TOLD;
	struct utc_time earliest = { INT64_MIN };
	struct utc_time latest = { INT64_MAX };
	struct correction c = {
		.kind = r->kind,
		.utc = utc,
		.noise = r->noise,
		.uncertainty = r->uncertainty,
		.earliest =
		    told ? earliest : utc_after(utc, (struct span){ -r->minus.ns }),
		.latest = told ? latest : utc_after(utc, r->plus),
		.frequency = r->slope,
		.rho = r->rho,
		.common = r->common,
	};

	return (struct model_answer){ c, &m->source[r->source] };
}

static size_t
table_answers(
    const struct model *m, struct system_time t, struct model_answer out[], size_t most)
{
	size_t n = 0;

	for (size_t i = rows_before(m, t); i-- > 0 && m->row[i].reach > t.ns && n < most;)
		if (m->row[i].to.ns > t.ns)
			out[n++] = row_answer(m, &m->row[i], t);
	return n;
}

/* How far the surest of them may err. */
static struct span
surest(const struct model_answer a[], size_t n)
{
	struct span least = { INT64_MAX };

	for (size_t i = 0; i < n; i++)
		least = span_min(least, a[i].correction.uncertainty);
	return least;
}

static bool
was_watched(const struct model_answer a[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].correction.kind <= CORRECTION_BETWEEN)
			return true;
	return false;
}

static size_t
evidence_answers(
    const struct model *m, struct system_time t, struct model_answer out[], size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < m->boots && n < most; i++) {
		struct correction found[ANSWERS_MAX];
		size_t room = most - n < ANSWERS_MAX ? most - n : ANSWERS_MAX;
		size_t k = clock_model_correct(&m->boot[i].model, t, found, room);

		for (size_t j = 0; j < k; j++)
			out[n++] = (struct model_answer){ found[j], &m->boot[i] };
	}
	return n;
}

/* Where nobody watched, the table's answers in place of n that err by more. */
static size_t
prefer_table(const struct model *m, struct system_time t, struct model_answer out[],
    size_t n, size_t most)
{
	struct model_answer told[ANSWERS_MAX];
	size_t rows;

	if (m->rows == 0 || was_watched(out, n) || model_covers(m, t))
		return n;
	rows = table_answers(m, t, told, most < ANSWERS_MAX ? most : ANSWERS_MAX);
	if (rows == 0 || surest(out, n).ns < surest(told, rows).ns)
		return n;
	for (size_t i = 0; i < rows; i++)
		out[i] = told[i];
	return rows;
}

size_t
model_answers(
    const struct model *m, struct system_time t, struct model_answer out[], size_t most)
{
	size_t n = evidence_answers(m, t, out, most);

	n = prefer_table(m, t, out, n, most);
	if (n > 1)
		qsort(out, n, sizeof(*out), by_utc);
	if (n > 0 || most == 0 || !m->beyond || model_covers(m, t))
		return n;
	return guess(m, t, out);
}

size_t
model_correct(
    const struct model *m, struct system_time t, struct correction out[], size_t most)
{
	struct model_answer all[ANSWERS_MAX];
	size_t n = model_answers(m, t, all, most < ANSWERS_MAX ? most : ANSWERS_MAX);

	for (size_t i = 0; i < n; i++)
		out[i] = all[i].correction;
	return n;
}

enum model_stop
model_stop_at(const struct model *m, struct system_time t)
{
	struct model_answer a;

	return guess(m, t, &a) > 0 ? a.correction.passed : STOP_NONE;
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
