#include "recognition.h"

#include <string.h>

#include "say.h"

const char *
format_name(size_t format)
{
	if (format == FORMAT_HEADER)
		return "columns by its header";
	if (format == FORMAT_OWN)
		return "own pattern";
	if (format >= FORMAT_BINARY && format < FORMATS)
		return binary_formats[format - FORMAT_BINARY].name;
	return format < log_format_count ? log_formats[format].name : "none";
}

unsigned
format_rules(const struct recognition *r, size_t format)
{
	if (format == FORMAT_HEADER)
		return r->header.rules;
	if (format == FORMAT_BINARY + BINARY_ACCOUNTING)
		return LOG_AT_END;
	return format < log_format_count ? log_formats[format].rules : 0;
}

bool
recognition_wish_parse(const char *text, struct recognition_wish *out)
{
	size_t column;

	out->format = log_format_find(text);
	out->binary = binary_format_find(text);
	if (out->format < log_format_count || out->binary != BINARY_NONE ||
	    strcmp(text, "auto") == 0)
		return true;
	if (strchr(text, '%') == NULL) {
		say("--format '%s' is not known; 'clockwitness formats' lists the names, and "
		    "a pattern has parts like %%Y and %%H",
		    text);
		return false;
	}
	if (!log_pattern_compile(text, &out->own, &column)) {
		say("--format '%s': no pattern of a time stamp, wrong at or near column %zu",
		    text, column);
		return false;
	}
	out->format = FORMAT_OWN;
	return true;
}

void
recognition_begin(struct recognition *r, const struct log_grammars *g,
    const struct recognition_wish *wish)
{
	memset(r, 0, sizeof(*r));
	r->grammars = g;
	r->wish = wish;
	r->verdict.format = r->verdict.rival = log_format_count;
}

bool
recognition_is_decided(const struct recognition *r)
{
	return r->wish->format != log_format_count ||
	       (r->vote.lines >= RECOGNITION_LINES &&
		   r->verdict.format < log_format_count);
}

void
recognition_look(struct recognition *r, const char *octets, size_t n)
{
	const char *end = octets + n;
	uint32_t most = r->vote.lines + RECOGNITION_LINES;

	if (recognition_is_decided(r))
		return;
	while (octets < end && r->vote.lines < most) {
		const char *newline = memchr(octets, '\n', (size_t)(end - octets));
		const char *next = newline != NULL ? newline + 1 : end;

		log_vote_line(&r->vote, r->grammars, octets, (size_t)(next - octets));
		octets = next;
	}
	r->verdict = log_vote_end(&r->vote);
}

/* Stamps of these formats are in UTC without saying so. */
static bool
found(struct recognition *r, size_t format, struct log_time *t)
{
	r->lines[format]++;
	if ((format_rules(r, format) & LOG_UTC) != 0 && t->zone == LOG_ZONE_NONE) {
		t->zone = LOG_ZONE_GIVEN;
		t->zone_minutes = 0;
	}
	return true;
}

/* Of a line that is not as the others. */
static bool
find_other(struct recognition *r, const char *line, size_t n, struct log_time *out,
    size_t *format)
{
	const struct log_grammars *g = r->grammars;
	uint8_t c = n > 0 ? (uint8_t)*line : '\n';

	for (size_t i = 0; i < g->told_count[c]; i++) {
		*format = g->told[c][i];
		if (*format != r->verdict.format &&
		    log_time_find(&g->pattern[*format], line, n, out))
			return found(r, *format, out);
	}
	return false;
}

static bool
find_wished(struct recognition *r, const char *line, size_t n, struct log_time *out,
    size_t *format)
{
	const struct log_pattern *p = r->wish->format == FORMAT_OWN
					  ? &r->wish->own
					  : &r->grammars->pattern[r->wish->format];

	*format = r->wish->format;
	return log_time_find(p, line, n, out) && found(r, *format, out);
}

bool
recognise(struct recognition *r, const char *line, size_t n, struct log_time *out,
    size_t *format)
{
	if (r->wish->format != log_format_count)
		return find_wished(r, line, n, out, format);
	(void)log_header_line(&r->header, line, n);
	if (r->header.text[0] != '\0' &&
	    log_time_find(&r->header.pattern, line, n, out)) {
		*format = FORMAT_HEADER;
		return found(r, *format, out);
	}
	*format = r->verdict.format;
	if (*format < log_format_count &&
	    log_grammars_find(r->grammars, *format, line, n, out))
		return found(r, *format, out);
	return find_other(r, line, n, out, format);
}

bool
recognise_more(const struct recognition *r, size_t format, size_t which,
    const struct log_time *before, struct log_time *out)
{
	const struct log_pattern *p;

	if (format >= log_format_count || which >= LOG_MORE)
		return false;
	p = &r->grammars->more[format][which];
	if (p->steps == 0 || !log_time_find(p, before->line + before->to,
				 before->length - before->to, out))
		return false;
	out->line = before->line;
	out->length = before->length;
	out->from += before->to;
	out->to += before->to;
	for (size_t i = 0; i <= p->steps; i++)
		out->at[i] += (uint32_t)before->to;
	return true;
}
