/* The segment table read back. Columns go by their names; others may stand between. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock_table.h"
#include "json.h"
#include "say.h"

#define FIELDS_MAX 64

enum field {
	FIELD_HOST,
	FIELD_BOOT,
	FIELD_INCARNATION,
	FIELD_FROM,
	FIELD_TO,
	FIELD_OFFSET,
	FIELD_RATE,
	FIELD_NOISE,
	FIELD_UNCERTAINTY,
	FIELD_MINUS,
	FIELD_PLUS,
	FIELD_RHO,
	FIELD_KIND,
	FIELD_TIMESCALE,
	FIELD_TIMEZONE,
	FIELD_BASIS,
	FIELDS
};

static const struct {
	const char *name;
	bool needed;
} fields[FIELDS] = {
	[FIELD_HOST] = { "host", false },
	[FIELD_BOOT] = { "boot_id", false },
	[FIELD_INCARNATION] = { "inc", false },
	[FIELD_FROM] = { "local_start_ns", true },
	[FIELD_TO] = { "local_end_ns", true },
	[FIELD_OFFSET] = { "offset_ns", true },
	[FIELD_RATE] = { "frequency_ppm", true },
	[FIELD_NOISE] = { "noise_ns", false },
	[FIELD_UNCERTAINTY] = { "uncertainty_ns", true },
	[FIELD_MINUS] = { "unc_minus_ns", false },
	[FIELD_PLUS] = { "unc_plus_ns", false },
	[FIELD_RHO] = { "rho_ppm", false },
	[FIELD_KIND] = { "kind", false },
	[FIELD_TIMESCALE] = { "timescale", false },
	[FIELD_TIMEZONE] = { "timezone", false },
	[FIELD_BASIS] = { "basis", true },
};

/* A line of the table: a text for each field that is there, else NULL. */
struct line {
	const char *text[FIELDS];
	char number[FIELDS][48]; /* of JSON, as text */
};

struct reading {
	const struct table_reader *of;
	FILE *in;
	uint64_t number;
	int column[FIELDS]; /* where CSV has it; -1: nowhere */
	bool failed;
};

/* The first thing that is wrong is said. */
static bool
refuse(struct reading *r, const char *name, const char *wrong)
{
	if (!r->failed)
		say("%s:%" PRIu64 ": %s%s%s", r->of->path, r->number, name,
		    *name != '\0' ? " " : "", wrong);
	r->failed = true;
	return false;
}

/* ---- values */

static bool
is_there(const struct line *l, enum field f)
{
	return l->text[f] != NULL && l->text[f][0] != '\0';
}

static const char *
text_of(const struct line *l, enum field f, const char *otherwise)
{
	return is_there(l, f) ? l->text[f] : otherwise;
}

static int64_t
whole(struct reading *r, const struct line *l, enum field f)
{
	char *end;
	int64_t v;

	if (!is_there(l, f))
		return 0;
	errno = 0;
	v = strtoll(l->text[f], &end, 10);
	if (errno != 0 || *end != '\0')
		(void)refuse(r, fields[f].name, "is no whole number");
	return v;
}

/* What must be added is not less than nothing. */
static struct span
width(struct reading *r, const struct line *l, enum field f)
{
	struct span w = { whole(r, l, f) };

	if (w.ns < 0)
		(void)refuse(r, fields[f].name, "is below zero");
	return w;
}

static double
rate(struct reading *r, const struct line *l, enum field f)
{
	char *end;
	double v;

	if (!is_there(l, f))
		return 0;
	v = strtod(l->text[f], &end);
	if (*end != '\0' || !isfinite(v) || fabs(v) > 1e6)
		(void)refuse(r, fields[f].name, "is no number of ppm");
	return v / 1e6;
}

static bool
hand_on(struct reading *r, const struct line *l)
{
	struct table_row row = {
		.host = text_of(l, FIELD_HOST, ""),
		.boot_id = text_of(l, FIELD_BOOT, ""),
		.kind = text_of(l, FIELD_KIND, ""),
		.timescale = text_of(l, FIELD_TIMESCALE, "UTC"),
		.timezone = text_of(l, FIELD_TIMEZONE, ""),
		.basis = text_of(l, FIELD_BASIS, ""),
		.incarnation = (unsigned)width(r, l, FIELD_INCARNATION).ns,
		.from = { whole(r, l, FIELD_FROM) },
		.to = { whole(r, l, FIELD_TO) },
		.delta = { whole(r, l, FIELD_OFFSET) },
		.slope = rate(r, l, FIELD_RATE),
		.noise = width(r, l, FIELD_NOISE),
		.uncertainty = width(r, l, FIELD_UNCERTAINTY),
		.bound = is_there(l, FIELD_MINUS) && is_there(l, FIELD_PLUS),
		.minus = width(r, l, FIELD_MINUS),
		.plus = width(r, l, FIELD_PLUS),
		.rho = rate(r, l, FIELD_RHO),
	};

	for (size_t f = 0; f < FIELDS; f++)
		if (fields[f].needed && !is_there(l, (enum field)f))
			return refuse(r, fields[f].name, "is missing");
	if (row.from.ns >= row.to.ns)
		return refuse(r, "local_end_ns", "is not behind local_start_ns");
	if (r->failed)
		return false;
	r->of->row(r->of->arg, &row);
	return true;
}

/* ---- CSV */

/* Cuts a field off the line, in place: quotes are taken off, doubled ones halved. What
 * stands behind its comma; NULL: it was the last one. */
static char *
cut(char *line, char **field)
{
	bool quoted = *line == '"';
	char *to = line += quoted;
	bool more;

	*field = to;
	for (; *line != '\0' && (quoted || *line != ','); line++) {
		if (quoted && line[0] == '"' && line[1] == '"')
			*to++ = *line++;
		else if (*line == '"')
			quoted = false;
		else
			*to++ = *line;
	}
	more = *line == ',';
	*to = '\0';
	return more ? line + 1 : NULL;
}

static size_t
split(char *line, char *field[FIELDS_MAX])
{
	size_t n = 0;

	while (line != NULL && n < FIELDS_MAX)
		line = cut(line, &field[n++]);
	return n;
}

static bool
take_names(struct reading *r, char *line)
{
	char *name[FIELDS_MAX];
	size_t n = split(line, name);

	for (size_t f = 0; f < FIELDS; f++) {
		r->column[f] = -1;
		for (size_t i = 0; i < n; i++)
			if (strcmp(name[i], fields[f].name) == 0)
				r->column[f] = (int)i;
		if (fields[f].needed && r->column[f] < 0)
			return refuse(r, fields[f].name,
			    "is no column here: of 'clockwitness export' and 'import' "
			    "the forms csv and jsonl are read");
	}
	return true;
}

static bool
take_csv(struct reading *r, char *line)
{
	struct line l = { .text = { NULL } };
	char *field[FIELDS_MAX];
	size_t n = split(line, field);

	for (size_t f = 0; f < FIELDS; f++)
		if (r->column[f] >= 0 && (size_t)r->column[f] < n)
			l.text[f] = field[r->column[f]];
	return hand_on(r, &l);
}

/* ---- JSON lines */

static bool
take_json(struct reading *r, const char *line)
{
	static const int64_t none = INT64_MIN;
	static struct line l;
	struct json *j = json_parse(line);
	bool good;

	if (j == NULL)
		return refuse(r, "", "this is no JSON object");
	for (size_t f = 0; f < FIELDS; f++) {
		const char *name = fields[f].name;
		int64_t v = json_get_number(j, name, none);
		double real = json_get_real(j, name, NAN);

		l.text[f] = json_get_text(j, name);
		if (l.text[f] == NULL && v != none)
			(void)snprintf(l.number[f], sizeof(l.number[f]), "%" PRIi64, v);
		else if (l.text[f] == NULL && isfinite(real))
			(void)snprintf(l.number[f], sizeof(l.number[f]), "%.9f", real);
		else if (l.text[f] == NULL)
			continue;
		if (l.text[f] == NULL)
			l.text[f] = l.number[f];
	}
	good = hand_on(r, &l);
	json_free(j);
	return good;
}

static bool
take_line(struct reading *r, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (*line == '\0')
		return true;
	if (*line == '{')
		return take_json(r, line);
	if (r->column[FIELD_FROM] < 0)
		return take_names(r, line);
	return take_csv(r, line);
}

bool
table_read(const struct table_reader *t)
{
	struct reading r = { .of = t, .in = fopen(t->path, "re") };
	char *line = NULL;
	size_t room = 0;
	bool good = true;

	if (r.in == NULL) {
		(void)say_errno("%s", t->path);
		return false;
	}
	r.column[FIELD_FROM] = -1;
	while (good && getline(&line, &room, r.in) > 0) {
		r.number++;
		good = take_line(&r, line);
	}
	free(line);
	if (good && ferror(r.in)) {
		(void)say_errno("%s", t->path);
		good = false;
	}
	(void)fclose(r.in);
	return good;
}
