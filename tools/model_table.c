/* A table of segments becomes a part of a model. */
#include <stdlib.h>
#include <string.h>

#include "clock_table.h"
#include "memory.h"
#include "model.h"
#include "say.h"

struct taking {
	struct model *model;
	const char *path;
	size_t room, source_room;
	const char *wrong; /* what cannot be understood; NULL: nothing */
};

/* The kind by its name; CORRECTION_KINDS: there is none such. */
static enum correction_kind
kind_named(const char *name)
{
	size_t i = 0;

	while (i < CORRECTION_KINDS && strcmp(name, correction_kind_names[i]) != 0)
		i++;
	return (enum correction_kind)i;
}

static const char *
told_by(const struct table_row *r)
{
	return strcmp(r->basis, TABLE_EVIDENCE) == 0 ? "" : r->basis;
}

static bool
is_of(const struct boot_model *b, const struct table_row *r)
{
	return strcmp(b->told, told_by(r)) == 0 && strcmp(b->host, r->host) == 0 &&
	       strcmp(b->boot_id, r->boot_id) == 0;
}

static size_t
source_of(struct taking *t, const struct table_row *r)
{
	struct model *m = t->model;
	struct boot_model *b;

	for (size_t i = m->sources; i-- > 0;)
		if (is_of(&m->source[i], r))
			return i;
	m->source =
	    memory_grow(m->source, &t->source_room, m->sources + 1, sizeof(*m->source));
	b = &m->source[m->sources];
	memset(b, 0, sizeof(*b));
	record_copy_text(b->told, sizeof(b->told), told_by(r));
	record_copy_text(b->host, sizeof(b->host), r->host);
	record_copy_text(b->boot_id, sizeof(b->boot_id), r->boot_id);
	b->from.file = memory_text(t->path);
	return m->sources++;
}

static void
take_host(struct model *m, const struct table_row *r)
{
	m->mixed |=
	    m->host[0] != '\0' && r->host[0] != '\0' && strcmp(m->host, r->host) != 0;
	if (m->host[0] == '\0')
		record_copy_text(m->host, sizeof(m->host), r->host);
	if (m->timezone[0] == '\0')
		record_copy_text(m->timezone, sizeof(m->timezone), r->timezone);
}

static void
take_row(void *arg, const struct table_row *r)
{
	struct taking *t = arg;
	struct model *m = t->model;
	enum correction_kind kind = kind_named(r->kind);
	bool told = *told_by(r) != '\0' || !r->bound;

	if (kind == CORRECTION_KINDS)
		t->wrong = "a kind that is not known";
	if (strlen(r->basis) >= MODEL_TOLD_SIZE)
		t->wrong = "a basis that is too long";
	if (t->wrong != NULL)
		return;
	take_host(m, r);
	m->row = memory_grow(m->row, &t->room, m->rows + 1, sizeof(*m->row));
	m->row[m->rows++] = (struct model_row){
		.from = r->from,
		.to = r->to,
		.delta = r->delta,
		.slope = r->slope,
		.noise = r->noise,
		.uncertainty = r->uncertainty,
		.minus = r->minus,
		.plus = r->plus,
		.rho = r->rho,
		.kind = told ? CORRECTION_TOLD : kind,
		.common = strcmp(r->timescale, "UTC") != 0,
		.source = source_of(t, r),
	};
}

static int
by_from(const void *a, const void *b)
{
	const struct model_row *x = a;
	const struct model_row *y = b;

	return (x->from.ns > y->from.ns) - (x->from.ns < y->from.ns);
}

static void
sort(struct model *m)
{
	qsort(m->row, m->rows, sizeof(*m->row), by_from);
	m->row[0].reach = m->row[0].to.ns;
	for (size_t i = 1; i < m->rows; i++)
		m->row[i].reach = m->row[i].to.ns > m->row[i - 1].reach
				      ? m->row[i].to.ns
				      : m->row[i - 1].reach;
}

/* Whoever reads a time by this is told, each time, what it is worth. */
static void
say_basis(const struct model *m, const char *path)
{
	bool exported = false;

	for (size_t i = 0; i < m->sources; i++) {
		const struct boot_model *b = &m->source[i];

		exported |= b->told[0] == '\0';
		if (b->told[0] != '\0')
			say("%s: NOT EVIDENCE: what %s itself logged; it is not sealed, "
			    "and nothing is guaranteed",
			    path, b->told);
	}
	if (exported)
		say("%s: the table of evidence that is not here: it cannot be verified",
		    path);
}

bool
model_take_table(struct model *m, const char *path)
{
	struct taking t = { .model = m, .path = path };
	struct table_reader reader = { path, take_row, &t };

	if (!table_read(&reader))
		return false;
	if (t.wrong != NULL || m->rows == 0) {
		say("%s: the table holds %s", path, t.wrong != NULL ? t.wrong : "no row");
		return false;
	}
	if (m->mixed) {
		say("%s: the table is of another host than the evidence, or of several",
		    path);
		return false;
	}
	sort(m);
	say_basis(m, path);
	return true;
}
