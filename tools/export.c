#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock_table.h"
#include "commands.h"
#include "memory.h"
#include "model.h"
#include "model_options.h"
#include "outlet.h"
#include "say.h"
#include "segments.h"

#define TOLERANCE_NS 1000

static const char usage[] =
    "usage: clockwitness export -e EVIDENCE... [--segments TABLE] [--form csv|jsonl|sql]\n"
    "                           [--tolerance NS] [--unverified]\n"
    "\n"
    "The clock model as a table of straight pieces, for engines that correct by a join:\n"
    "utc_ns = local_ns + offset_ns + (local_ns - local_start_ns) * frequency_ppm / 1e6 for\n"
    "local_start_ns <= local_ns < local_end_ns. A time in no piece is one that the clock\n"
    "never showed, or that no evidence covers; one in several was shown more than once.\n"
    "\n"
    "  -e EVIDENCE    evidence file or directory; more than once for more\n"
    "  --segments TABLE\n"
    "                 where there is no evidence: a table of import or export\n"
    "  --form F       csv (default), jsonl, sql (CREATE TABLE and INSERT)\n"
    "  --tolerance NS join pieces that one line passes by so much at most (1000); it is\n"
    "                 part of the errors given; 0: every piece of the model\n"
    "  --unverified   use evidence beyond a line that does not hold, or that no seal covers\n"
    "\n"
    "Exit status: 0 done; 1 done, with findings; 2 usage; 3 cannot.\n";

/* One answer over a stretch of the host's clock. */
struct row {
	const struct boot_model *by;
	struct system_time from, to; /* [from, to) */
	struct span delta;           /* UTC - host's clock at `from` */
	double slope;                /* s/s */
	double least, most; /* slopes from `from` that all ends allow, within tolerance */
	struct span noise, uncertainty, minus, plus;
	double rho;
	enum correction_kind kind;
	bool common;
	size_t run;
	unsigned incarnation;
};

/* Rows over which the host's clock ran on. */
struct run {
	struct utc_time begins;
	struct system_time from, to;
	size_t number; /* as the rows have it */
	unsigned incarnation;
};

struct table {
	struct row *row;
	size_t rows, room;
	struct run *run;
	size_t runs, run_room;
};

struct exporting {
	struct model model;
	struct model_options asked;
	struct segments segments;
	enum table_form form;
	int64_t tolerance;
	struct table table;
	struct outlet out;
};

/* ---- from segments to rows */

static struct row
row_of(const struct segment *g, size_t k)
{
	const struct segment_line *l = &g->line[k];
	const struct correction *c = &l->widest.correction;

	return (struct row){
		.by = l->widest.by,
		.from = g->from,
		.to = g->to,
		.delta = l->delta,
		.slope = l->slope,
		.least = -1,
		.most = 1,
		.noise = c->noise,
		.uncertainty = c->uncertainty,
		.minus = utc_since(c->utc, c->earliest),
		.plus = utc_since(c->latest, c->utc),
		.rho = c->rho,
		.kind = c->kind,
		.common = c->common,
	};
}

static bool
goes_on(const struct row *a, const struct row *b)
{
	return a->by == b->by && a->to.ns == b->from.ns && a->kind == b->kind &&
	       a->common == b->common;
}

static struct span
end_delta(const struct row *r)
{
	double length = (double)system_since(r->to, r->from).ns;

	return span_add(r->delta, span_from_seconds(r->slope * length / 1e9));
}

/* The slopes from r's beginning that pass this place of the model within the tolerance. */
static void
narrow(struct row *r, struct system_time at, struct span delta, double tolerance)
{
	double length = (double)system_since(at, r->from).ns;
	double rise = (double)span_sub(delta, r->delta).ns;

	if (length <= 0)
		return;
	if ((rise - tolerance) / length > r->least)
		r->least = (rise - tolerance) / length;
	if ((rise + tolerance) / length < r->most)
		r->most = (rise + tolerance) / length;
}

static void
widen(struct row *r, const struct row *by)
{
	r->noise = span_max(r->noise, by->noise);
	r->uncertainty = span_max(r->uncertainty, by->uncertainty);
	r->minus = span_max(r->minus, by->minus);
	r->plus = span_max(r->plus, by->plus);
	r->rho = by->rho > r->rho ? by->rho : r->rho;
}

/* Lengthens r by what follows it, if one line passes both closely enough. */
static bool
join(struct row *r, const struct row *next, int64_t tolerance)
{
	struct row both = *r;
	struct span end = end_delta(next);
	double own = (double)span_sub(end, r->delta).ns /
		     (double)system_since(next->to, r->from).ns;

	if (!goes_on(r, next))
		return false;
	narrow(&both, r->to, end_delta(r), (double)tolerance);
	narrow(&both, next->from, next->delta, (double)tolerance);
	narrow(&both, next->to, end, (double)tolerance);
	if (both.least > both.most)
		return false;
	both.to = next->to;
	both.slope = own < both.least ? both.least : own > both.most ? both.most : own;
	widen(&both, next);
	*r = both;
	return true;
}

#define NO_RUN SIZE_MAX
#define RUNS_AT_ONCE ((size_t)2 * SEGMENT_ANSWERS)
#define SAME_RUN_NS 1000000 /* a step of a millisecond or more is one */

static bool
same_run(const struct row *a, const struct row *b)
{
	struct span apart = span_sub(b->delta, end_delta(a));

	return a->by == b->by && a->to.ns == b->from.ns &&
	       span_abs(apart).ns < SAME_RUN_NS;
}

static size_t
begin_run(struct table *t, const struct row *r)
{
	t->run = memory_grow(t->run, &t->run_room, t->runs + 1, sizeof(*t->run));
	t->run[t->runs] = (struct run){
		.begins = system_to_utc(r->from, r->delta),
		.from = r->from,
		.number = t->runs,
	};
	return t->runs++;
}

/* As a piece of its own, or as more of the last one of its run. */
static void
add(struct exporting *e, const struct row *r)
{
	struct table *t = &e->table;
	size_t run = NO_RUN;

	for (size_t i = t->rows; i-- > 0 && i + RUNS_AT_ONCE > t->rows;) {
		if (!same_run(&t->row[i], r))
			continue;
		run = t->row[i].run;
		t->run[run].to = r->to;
		if (e->tolerance > 0 && join(&t->row[i], r, e->tolerance))
			return;
		break;
	}
	if (run == NO_RUN) {
		run = begin_run(t, r);
		t->run[run].to = r->to;
	}
	t->row = memory_grow(t->row, &t->room, t->rows + 1, sizeof(*t->row));
	t->row[t->rows] = *r;
	t->row[t->rows++].run = run;
}

static void
fill(struct exporting *e)
{
	const struct segments *s = &e->segments;
	struct segment g;

	for (int64_t at = s->edge[0]; at < s->edge[s->edges - 1]; at = g.to.ns) {
		segments_find(s, (struct system_time){ at }, &g);
		g.from.ns = at;
		for (size_t k = 0; k < g.answers; k++) {
			struct row r = row_of(&g, k);

			add(e, &r);
		}
	}
}

static int
by_utc(const void *a, const void *b)
{
	const struct run *x = a;
	const struct run *y = b;

	return (x->begins.ns > y->begins.ns) - (x->begins.ns < y->begins.ns);
}

static int
by_number(const void *a, const void *b)
{
	const struct run *x = a;
	const struct run *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int
by_incarnation(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;

	if (x->incarnation != y->incarnation)
		return x->incarnation < y->incarnation ? -1 : 1;
	return (x->from.ns > y->from.ns) - (x->from.ns < y->from.ns);
}

/* Runs in the order of UTC; each time the host's clock shows less than before, it was
 * set. */
static void
number(struct table *t)
{
	if (t->rows == 0)
		return;
	qsort(t->run, t->runs, sizeof(*t->run), by_utc);
	for (size_t i = 1; i < t->runs; i++)
		t->run[i].incarnation =
		    t->run[i - 1].incarnation +
		    (system_since(t->run[i].from, t->run[i - 1].to).ns < 0);
	qsort(t->run, t->runs, sizeof(*t->run), by_number);
	for (size_t i = 0; i < t->rows; i++)
		t->row[i].incarnation = t->run[t->row[i].run].incarnation;
	qsort(t->row, t->rows, sizeof(*t->row), by_incarnation);
}

/* ---- printing */

/* What the tolerance lets the line leave the model by is part of its errors. */
static struct table_row
table_row(const struct exporting *e, const struct row *r)
{
	struct span more = { e->tolerance };

	return (struct table_row){
		.host = r->by->host,
		.boot_id = r->by->boot_id,
		.kind = correction_kind_names[r->kind],
		.timescale = r->common ? "common" : "UTC",
		.timezone = e->model.timezone,
		.basis = r->by->told[0] != '\0' ? r->by->told : TABLE_EVIDENCE,
		.incarnation = r->incarnation,
		.from = r->from,
		.to = r->to,
		.delta = r->delta,
		.slope = r->slope,
		.noise = span_add(r->noise, more),
		.uncertainty = span_add(r->uncertainty, more),
		.bound = r->kind != CORRECTION_TOLD,
		.minus = span_add(r->minus, more),
		.plus = span_add(r->plus, more),
		.rho = r->rho,
	};
}

static int export(struct exporting *e)
{
	struct model_request wanted = model_options_request(&e->asked);

	if (!model_load(&e->model, &wanted))
		return EXIT_CANNOT;
	segments_build(&e->segments, &e->model, false);
	if (e->segments.edges > 0)
		fill(e);
	number(&e->table);
	e->out.fd = 1;
	table_begin(&e->out, e->form);
	for (size_t i = 0; i < e->table.rows; i++) {
		struct table_row r = table_row(e, &e->table.row[i]);

		table_put(&e->out, e->form, i, &r);
	}
	if (!outlet_flush(&e->out))
		return say_errno("standard output");
	return e->model.findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

/* ---- options */

static int
take_tolerance(struct exporting *e)
{
	char *end;

	e->tolerance = strtol(optarg, &end, 10);
	if (*optarg >= '0' && *optarg <= '9' && *end == '\0' &&
	    e->tolerance <= NS_PER_SECOND)
		return -1;
	say("--tolerance '%s' is not allowed; allowed: 0 to 1000000000 (ns)", optarg);
	return EXIT_USAGE;
}

static const struct option options[] = {
	MODEL_LONG_OPTIONS,
	{ "form", required_argument, NULL, 'f' },
	{ "tolerance", required_argument, NULL, 't' },
	{ NULL, 0, NULL, 0 },
};

int
export_main(int argc, char *argv[])
{
	static const struct command_words words = { "export", usage };
	static struct exporting e;
	int option;
	int code = -1;

	e.tolerance = TOLERANCE_NS;
	while (
	    code < 0 && (option = getopt_long(argc, argv, "e:h", options, NULL)) != -1) {
		if (option == 'f')
			code = table_form_take(optarg, &e.form);
		else if (option == 't')
			code = take_tolerance(&e);
		else if (option == 'm' || option == 'b')
			code = model_option(&e.asked, '?', &words);
		else
			code = model_option(&e.asked, option, &words);
	}
	if (code < 0 && (model_options_empty(&e.asked) || optind < argc)) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = export(&e);
	free(e.table.row);
	free(e.table.run);
	segments_free(&e.segments);
	model_free(&e.model);
	model_options_free(&e.asked);
	return code;
}
