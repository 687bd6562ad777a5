#include "clock_table.h"

#include <stdio.h>
#include <string.h>

#include "say.h"

const char *const table_form_names[TABLE_FORMS] = {
	[TABLE_CSV] = "csv",
	[TABLE_JSONL] = "jsonl",
	[TABLE_SQL] = "sql",
};

int
table_form_take(const char *word, enum table_form *out)
{
	for (size_t i = 0; i < TABLE_FORMS; i++)
		if (strcmp(word, table_form_names[i]) == 0) {
			*out = (enum table_form)i;
			return -1;
		}
	say("--form '%s' is not known; known: csv, jsonl, sql", word);
	return EXIT_USAGE;
}

enum column {
	COLUMN_HOST,
	COLUMN_BOOT,
	COLUMN_INCARNATION,
	COLUMN_SEGMENT,
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_OFFSET,
	COLUMN_FREQUENCY,
	COLUMN_NOISE,
	COLUMN_UNCERTAINTY,
	COLUMN_MINUS,
	COLUMN_PLUS,
	COLUMN_RHO,
	COLUMN_KIND,
	COLUMN_TIMESCALE,
	COLUMN_TIMEZONE,
	COLUMN_BASIS,
	COLUMNS
};

static const struct {
	const char *name, *type;
	bool text;
	bool guaranteed; /* absent where nothing is */
} columns[COLUMNS] = {
	[COLUMN_HOST] = { "host", "text", true, false },
	[COLUMN_BOOT] = { "boot_id", "text", true, false },
	[COLUMN_INCARNATION] = { "inc", "bigint", false, false },
	[COLUMN_SEGMENT] = { "seg", "bigint", false, false },
	[COLUMN_FROM] = { "local_start_ns", "bigint", false, false },
	[COLUMN_TO] = { "local_end_ns", "bigint", false, false },
	[COLUMN_OFFSET] = { "offset_ns", "bigint", false, false },
	[COLUMN_FREQUENCY] = { "frequency_ppm", "double precision", false, false },
	[COLUMN_NOISE] = { "noise_ns", "bigint", false, false },
	[COLUMN_UNCERTAINTY] = { "uncertainty_ns", "bigint", false, false },
	[COLUMN_MINUS] = { "unc_minus_ns", "bigint", false, true },
	[COLUMN_PLUS] = { "unc_plus_ns", "bigint", false, true },
	[COLUMN_RHO] = { "rho_ppm", "double precision", false, true },
	[COLUMN_KIND] = { "kind", "text", true, false },
	[COLUMN_TIMESCALE] = { "timescale", "text", true, false },
	[COLUMN_TIMEZONE] = { "timezone", "text", true, false },
	[COLUMN_BASIS] = { "basis", "text", true, false },
};

static const char *
text_of(const struct table_row *r, size_t c)
{
	const char *const of[COLUMNS] = {
		[COLUMN_HOST] = r->host,
		[COLUMN_BOOT] = r->boot_id,
		[COLUMN_KIND] = r->kind,
		[COLUMN_TIMESCALE] = r->timescale,
		[COLUMN_TIMEZONE] = r->timezone,
		[COLUMN_BASIS] = r->basis,
	};

	return of[c];
}

static int64_t
number_of(const struct table_row *r, size_t c)
{
	const int64_t of[COLUMNS] = {
		[COLUMN_INCARNATION] = r->incarnation,
		[COLUMN_FROM] = r->from.ns,
		[COLUMN_TO] = r->to.ns,
		[COLUMN_OFFSET] = r->delta.ns,
		[COLUMN_NOISE] = r->noise.ns,
		[COLUMN_UNCERTAINTY] = r->uncertainty.ns,
		[COLUMN_MINUS] = r->minus.ns,
		[COLUMN_PLUS] = r->plus.ns,
	};

	return of[c];
}

static void
put_ppm(struct outlet *o, double rate)
{
	char text[48];

	/* 1e-9 ppm over a day is less than a tenth of a nanosecond */
	(void)snprintf(text, sizeof(text), "%.9f", rate * 1e6);
	put_text(o, text);
}

static void
put_quoted(struct outlet *o, enum table_form form, const char *s)
{
	const char *quote = form == TABLE_SQL ? "'" : "\"";

	put_text(o, quote);
	if (form == TABLE_JSONL)
		put_json(o, s, strlen(s));
	else
		put_plain(o, s, strlen(s), *quote);
	put_text(o, quote);
}

static void
put_value(struct outlet *o, enum table_form form, const struct table_row *r, size_t c)
{
	if (columns[c].guaranteed && !r->bound)
		put_text(o, form == TABLE_CSV ? "" : form == TABLE_SQL ? "NULL" : "null");
	else if (columns[c].text)
		put_quoted(o, form, text_of(r, c));
	else if (c == COLUMN_FREQUENCY || c == COLUMN_RHO)
		put_ppm(o, c == COLUMN_RHO ? r->rho : r->slope);
	else
		put_number(o, number_of(r, c));
}

static void
put_names(struct outlet *o)
{
	for (size_t c = 0; c < COLUMNS; c++) {
		put_text(o, c > 0 ? "," : "");
		put_text(o, columns[c].name);
	}
}

void
table_begin(struct outlet *o, enum table_form form)
{
	if (form == TABLE_CSV) {
		put_names(o);
		put_text(o, "\n");
	}
	if (form != TABLE_SQL)
		return;
	put_text(o, "CREATE TABLE IF NOT EXISTS cal (\n");
	for (size_t c = 0; c < COLUMNS; c++) {
		put_text(o, "  ");
		put_text(o, columns[c].name);
		put_text(o, " ");
		put_text(o, columns[c].type);
		put_text(o, columns[c].guaranteed ? ",\n" : " NOT NULL,\n");
	}
	put_text(o, "  PRIMARY KEY (host, inc, local_start_ns)\n);\n");
}

void
table_put(
    struct outlet *o, enum table_form form, size_t number, const struct table_row *r)
{
	if (form == TABLE_SQL) {
		put_text(o, "INSERT INTO cal (");
		put_names(o);
		put_text(o, ") VALUES (");
	}
	for (size_t c = 0; c < COLUMNS; c++) {
		put_text(o, c > 0 ? "," : form == TABLE_JSONL ? "{" : "");
		if (form == TABLE_JSONL) {
			put_quoted(o, form, columns[c].name);
			put_text(o, ":");
		}
		if (c == COLUMN_SEGMENT)
			put_unsigned(o, number);
		else
			put_value(o, form, r, c);
	}
	put_text(o, form == TABLE_SQL ? ");\n" : form == TABLE_JSONL ? "}\n" : "\n");
}
