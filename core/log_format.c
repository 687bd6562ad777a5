#include "log_format.h"

#include <string.h>

#define DAY_S 86400

size_t
log_format_find(const char *name)
{
	size_t i = 0;

	while (i < log_format_count && strcmp(log_formats[i].name, name) != 0)
		i++;
	return i;
}

const char *
log_format_zone(const struct log_format *f, const struct log_pattern *p)
{
	if ((f->rules & LOG_UTC) != 0)
		return "UTC by definition";
	if (log_pattern_has(p, FIELD_EPOCH) || log_pattern_has(p, FIELD_TAI64))
		return "none: a count";
	if (log_pattern_has(p, FIELD_SINCE_BOOT))
		return "none: since boot";
	if (log_pattern_has(p, FIELD_ZONE_NAME))
		return "by name";
	if (log_pattern_has(p, FIELD_BIAS))
		return "in the stamp";
	return log_pattern_has(p, FIELD_ZONE) ? "in the stamp, else the host's"
					      : "the host's";
}

const char *
log_format_year(const struct log_pattern *p)
{
	static const enum log_field fields[] = { FIELD_YEAR, FIELD_WEEK_YEAR, FIELD_EPOCH,
		FIELD_TAI64, FIELD_JULIAN };

	if (log_pattern_has(p, FIELD_SINCE_BOOT))
		return "none";
	if (log_pattern_has(p, FIELD_YEAR_OF_CENTURY))
		return "1969 to 2068";
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (log_pattern_has(p, fields[i]))
			return "in the stamp";
	return "by the order of lines";
}

/* ---- compiled */

static void
allow(uint8_t first[32], unsigned char c)
{
	first[c / 8] = (uint8_t)(first[c / 8] | 1U << c % 8);
}

static void
allow_range(uint8_t first[32], unsigned char from, unsigned char to)
{
	for (unsigned c = from; c <= to; c++)
		allow(first, (unsigned char)c);
}

/* false: what may stand here may also be missing, so the next step counts as well. */
static bool
allow_step(uint8_t first[32], const struct log_step *step)
{
	switch ((enum log_field)step->field) {
	case FIELD_LITERAL:
		allow(first, (unsigned char)step->literal);
		return true;
	case FIELD_MONTH_NAME:
	case FIELD_DAY_NAME:
		allow_range(first, 'A', 'Z');
		allow_range(first, 'a', 'z');
		return true;
	case FIELD_MARK:
		allow(first, '*');
		allow(first, '.');
		return false;
	case FIELD_GROUP:
	case FIELD_GROUP_END:
		return false;
	case FIELD_YEAR:
	case FIELD_YEAR_OF_CENTURY:
	case FIELD_WEEK_YEAR:
	case FIELD_EPOCH:
	case FIELD_JULIAN:
	case FIELD_NUMBER:
	case FIELD_HOUR:
		allow_range(first, '0', '9');
		return true;
	case FIELD_MONTH:
	case FIELD_DAY:
		allow_range(first, '0', '9');
		allow(first, ' ');
		return true;
	case FIELD_BLANKS:
	case FIELD_T_OR_BLANK:
	case FIELD_WORD:
	case FIELD_ANYTHING:
	case FIELD_KEY:
	case FIELD_DAY_OF_YEAR:
	case FIELD_WEEK:
	case FIELD_WEEK_DAY:
	case FIELD_HOUR_12:
	case FIELD_AM_PM:
	case FIELD_MINUTE:
	case FIELD_SECOND:
	case FIELD_DIGITS:
	case FIELD_MILLISECONDS:
	case FIELD_FRACTION:
	case FIELD_FRACTION_TRIMMED:
	case FIELD_ZONE:
	case FIELD_ZONE_NAME:
	case FIELD_BIAS:
	case FIELD_SECOND_OF_DAY:
	case FIELD_SINCE_BOOT:
	case FIELD_TAI64:
	case LOG_FIELDS:
		break;
	}
	allow_range(first, 0, UINT8_MAX);
	return true;
}

/* Of a group both what it begins with and what stands behind it. */
static void
set_first(uint8_t first[32], const struct log_pattern *p)
{
	size_t i = 0;

	while (i < p->steps) {
		const struct log_step *step = &p->step[i];

		if (step->field == FIELD_GROUP) {
			(void)allow_step(first, step + 1);
			i += step->length;
		} else if (allow_step(first, step)) {
			return;
		} else {
			i++;
		}
	}
}

/*
 * A line that is not as the others may be of another format, but only of one that begins
 * with its stamp and is told by it alone: else every mention of a time would be one.
 */
static bool
is_told_alone(const struct log_grammars *g, size_t format)
{
	return (log_formats[format].rules & (LOG_LOOSE | LOG_GUESS | LOG_FOREIGN)) == 0 &&
	       log_pattern_is_anchored(&g->pattern[format]);
}

static void
list_told(struct log_grammars *g, size_t format)
{
	for (size_t c = 0; c < 256 && is_told_alone(g, format); c++)
		if ((g->first[format][c / 8] >> c % 8 & 1) != 0)
			g->told[c][g->told_count[c]++] = (uint8_t)format;
}

bool
log_grammars_compile(struct log_grammars *g, size_t *which)
{
	size_t column;

	memset(g, 0, sizeof(*g));
	for (size_t i = 0; i < log_format_count; i++) {
		const struct log_format *f = &log_formats[i];

		*which = i;
		if (!log_pattern_compile(f->pattern, &g->pattern[i], &column))
			return false;
		set_first(g->first[i], &g->pattern[i]);
		list_told(g, i);
		for (size_t j = 0; j < LOG_MORE && f->more[j] != NULL; j++)
			if (!log_pattern_compile(f->more[j], &g->more[i][j], &column))
				return false;
	}
	return true;
}

bool
log_grammars_find(const struct log_grammars *g, size_t format, const char *line, size_t n,
    struct log_time *out)
{
	unsigned char c = n > 0 ? (unsigned char)*line : '\n';

	if ((g->first[format][c / 8] >> c % 8 & 1) == 0)
		return false;
	return log_time_find(&g->pattern[format], line, n, out);
}

/* ---- the choice */

void
log_vote_line(
    struct log_vote *v, const struct log_grammars *g, const char *line, size_t n)
{
	static const struct civil leap_year = { .year = 2000, .month = 1, .day = 1 };
	struct log_time t;

	v->lines++;
	for (size_t i = 0; i < log_format_count; i++) {
		struct log_votes *of = &v->of[i];
		int64_t seconds;

		if (!log_grammars_find(g, i, line, n, &t))
			continue;
		seconds = log_time_local_seconds(&t, &leap_year);
		of->jumps += of->hits > 0 && (seconds - of->last_s > DAY_S ||
						 seconds - of->last_s < -DAY_S);
		of->hits++;
		of->last_s = seconds;
	}
}

/* Loose ones count half; the first of equals wins. */
static uint64_t
weight(const struct log_vote *v, size_t i)
{
	return (uint64_t)v->of[i].hits *
	       ((log_formats[i].rules & LOG_LOOSE) != 0 ? 1 : 2);
}

/* A loose format is none for a log of which no more than half the lines hold it. */
static bool
is_enough(const struct log_vote *v, size_t i)
{
	return v->of[i].hits > 0 &&
	       ((log_formats[i].rules & LOG_LOOSE) == 0 || v->of[i].hits > v->lines / 2);
}

static bool
is_rival(const struct log_vote *v, size_t best, size_t i)
{
	return i != best && (log_formats[i].rules & LOG_GUESS) != 0 &&
	       v->of[i].hits == v->of[best].hits;
}

/* Fields in the wrong order make days out of months: the log would jump. */
static void
settle_guess(const struct log_vote *v, struct log_verdict *out)
{
	size_t best = out->format;

	if ((log_formats[best].rules & LOG_GUESS) == 0)
		return;
	for (size_t i = 0; i < log_format_count; i++)
		if (is_rival(v, best, i) && v->of[i].jumps < v->of[out->format].jumps)
			out->format = i;
	for (size_t i = 0; i < log_format_count; i++) {
		if (!is_rival(v, out->format, i) ||
		    v->of[i].jumps != v->of[out->format].jumps)
			continue;
		out->guessed = true;
		out->rival = i;
	}
}

struct log_verdict
log_vote_end(const struct log_vote *v)
{
	struct log_verdict out = { .format = log_format_count,
		.rival = log_format_count };

	for (size_t i = 0; i < log_format_count; i++)
		if (is_enough(v, i) && (out.format == log_format_count ||
					   weight(v, i) > weight(v, out.format)))
			out.format = i;
	if (out.format < log_format_count)
		settle_guess(v, &out);
	return out;
}
