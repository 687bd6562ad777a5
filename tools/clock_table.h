/*
 * A clock as a table of straight pieces, int64 ns: what export and import write, engines
 * join with, and --segments reads back.
 */
#ifndef CLOCKWITNESS_CLOCK_TABLE_H
#define CLOCKWITNESS_CLOCK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outlet.h"
#include "timescale.h"

#define TABLE_EVIDENCE "evidence" /* the basis of what export writes */

/* One answer over a stretch of the host's clock. */
struct table_row {
	const char *host, *boot_id;
	const char *kind, *timescale;
	const char *timezone; /* of stamps that name none; empty: not known */
	const char *basis;    /* TABLE_EVIDENCE, or whose own log says so */
	unsigned incarnation;
	struct system_time from, to; /* [from, to) */
	struct span delta;           /* UTC - host's clock at `from` */
	double slope;                /* s/s */
	struct span noise, uncertainty;
	bool bound;              /* the next three are guaranteed; else nothing is */
	struct span minus, plus; /* UTC is not before, not after */
	double rho;
};

enum table_form { TABLE_CSV, TABLE_JSONL, TABLE_SQL, TABLE_FORMS };

/* "csv", "jsonl", "sql" */
extern const char *const table_form_names[TABLE_FORMS];

/* -1, or EXIT_USAGE: there is no such form (said). */
int table_form_take(const char *word, enum table_form *out);

void table_begin(struct outlet *o, enum table_form form);
void table_put(
    struct outlet *o, enum table_form form, size_t number, const struct table_row *r);

/* Its rows as they are read, from CSV or JSONL, and not sorted. */
struct table_reader {
	const char *path;
	void (*row)(void *arg, const struct table_row *r); /* its texts do not stay */
	void *arg;
};

/* false: it cannot be read, or is no such table (said, with file and line). */
bool table_read(const struct table_reader *t);

#endif
