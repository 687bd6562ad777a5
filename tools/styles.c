#include "styles.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ISO_DIGITS 6 /* of the second, at least */

bool
style_stamp(const struct log_clock *c, bool iso, const struct log_stamp *s,
    struct line_change *out)
{
	const struct log_time *t = &s->t;
	struct utc_time utc = s->answer.correction.utc;

	_Static_assert(sizeof(out->text) >= LOG_TIME_MAX, "room for a stamp");
	out->from = t->from;
	out->to = t->to;
	if (iso)
		out->n = log_time_print_iso(
		    utc.ns, t->digits > ISO_DIGITS ? t->digits : ISO_DIGITS, out->text);
	else
		out->n = log_time_print_same(
		    t, log_clock_local(c, t, s->time, utc), out->text);
	return out->n > 0;
}

/* As wide as a line with a correction begins. */
static size_t
print_without(const struct log_stamp *s, char *to, size_t size)
{
	return (size_t)snprintf(
	    to, size, "%-*s | ", 27 + 12 + 7, stamp_fate_names[s->fate]);
}

void
style_annotation(const struct log_stamp *s, struct line_change *out)
{
	const struct correction *c = &s->answer.correction;
	char utc[LOG_TIME_MAX];
	size_t n;

	out->from = out->to = 0;
	if (s->fate != STAMP_CORRECTED) {
		out->n = print_without(s, out->text, sizeof(out->text));
		return;
	}
	n = log_time_print_iso(
	    c->utc.ns, s->t.digits > ISO_DIGITS ? s->t.digits : ISO_DIGITS, utc);
	out->n = (size_t)snprintf(out->text, sizeof(out->text), "%.*s +-%.6f %s%s | ",
	    (int)n, utc, span_seconds(c->uncertainty), correction_kind_names[c->kind],
	    c->kind == CORRECTION_TOLD ? " (no evidence)"
	    : c->common                ? " (common time)"
				       : "");
}

/* ---- RFC 5424 */

static const char *
skip_word(const char *at, const char *end)
{
	const char *blank = at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;

	return blank != NULL ? blank + 1 : end;
}

/* Behind an element of structured data, whose values may hold \] . */
static const char *
skip_element(const char *at, const char *end)
{
	bool quoted = false;

	for (; at < end; at++) {
		if (*at == '\\' && end - at > 1)
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == ']' && !quoted)
			return at + 1;
	}
	return end;
}

static const char *
find_time_quality(const char *at, const char *end)
{
	static const char name[] = "[timeQuality ";

	while (at < end && *at == '[') {
		if ((size_t)(end - at) >= sizeof(name) - 1 &&
		    memcmp(at, name, sizeof(name) - 1) == 0)
			return at;
		at = skip_element(at, end);
	}
	return NULL;
}

static size_t
print_time_quality(const struct log_stamp *s, char *to, size_t size)
{
	int64_t ns = s->answer.correction.uncertainty.ns;

	if (s->answer.correction.common || s->answer.correction.kind == CORRECTION_TOLD)
		return (size_t)snprintf(
		    to, size, "[timeQuality tzKnown=\"1\" isSynced=\"0\"]");
	return (size_t)snprintf(to, size,
	    "[timeQuality tzKnown=\"1\" isSynced=\"1\" syncAccuracy=\"%" PRIi64 "\"]",
	    ns / 1000 + (ns % 1000 > 0));
}

bool
style_time_quality(const struct log_stamp *s, struct line_change *out)
{
	const char *line = s->t.line;
	const char *end = line + s->t.length;
	const char *at = line + s->t.to;
	const char *old;

	if (at == end || *at++ != ' ')
		return false;
	for (int i = 0; i < 4; i++) /* HOSTNAME APP-NAME PROCID MSGID */
		at = skip_word(at, end);
	if (at == end || (*at != '-' && *at != '['))
		return false;
	out->n = print_time_quality(s, out->text, sizeof(out->text));
	old = find_time_quality(at, end);
	if (*at == '-') {
		out->from = (size_t)(at - line);
		out->to = out->from + 1;
	} else if (old != NULL) {
		out->from = (size_t)(old - line);
		out->to = (size_t)(skip_element(old, end) - line);
	} else {
		out->from = out->to = (size_t)(at - line);
	}
	return true;
}
