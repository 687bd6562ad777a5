#include "explain.h"

#include <inttypes.h>
#include <stdio.h>

#include "calendar.h"
#include "json.h"
#include "say.h"

static const char *
zone_of(const struct log_stamp *s)
{
	if (s->t.scale != LOG_CIVIL)
		return "none";
	if (s->t.zone == LOG_ZONE_GIVEN)
		return "of the stamp";
	return s->t.zone == LOG_ZONE_NAMED ? "of the stamp, by the host's rules"
					   : "of the host, or as asked";
}

static void
add_basis(struct json *j, const struct boot_model *b)
{
	if (b == NULL)
		return;
	json_text(j, "told_by", b->told[0] != '\0' ? b->told : NULL);
	json_text(j, "boot_id", b->boot_id);
	json_text(j, "from_file", b->from.file);
	json_number(j, "from_seq", (int64_t)b->from.seq);
	json_text(j, "to_file", b->to.file);
	json_number(j, "to_seq", (int64_t)b->to.seq);
}

static void
add_bound(struct json *j, const struct log_stamp *s)
{
	const struct correction *c = &s->answer.correction;

	if (!correction_is_bound(c)) {
		json_text(j, "earliest", NULL);
		json_text(j, "latest", NULL);
		return;
	}
	json_time(j, "earliest", c->earliest.ns);
	/* the stamp stands for all times up to the next one of its form */
	json_time(j, "latest", utc_after(c->latest, (struct span){ s->t.resolution }).ns);
}

/* By whom, or by what. */
static const char *
basis_words(const struct boot_model *b)
{
	if (b == NULL)
		return "offset and frequency of the last calibration";
	return b->told[0] != '\0' ? "NOT EVIDENCE, but the log of " : "boot ";
}

static void
explain_json(const struct log_stamp *s, const char *log, uint64_t line)
{
	const struct correction *c = &s->answer.correction;
	struct json *j = json_begin();

	json_text(j, "log", log);
	json_number(j, "line", (int64_t)line);
	json_text(j, "format", format_name(s->format));
	json_text(j, "zone", zone_of(s));
	json_number(j, "resolution_ns", s->t.resolution);
	json_text(j, "fate", stamp_fate_names[s->fate]);
	if (s->fate == STAMP_CORRECTED) {
		json_time(j, "time", s->time.ns);
		json_time(j, "utc", c->utc.ns);
		json_text(j, "kind", correction_kind_names[c->kind]);
		json_number(j, "noise_ns", c->noise.ns);
		json_number(j, "uncertainty_ns", c->uncertainty.ns);
		add_bound(j, s);
		json_number(j, "answer", (int64_t)s->which + 1);
		json_number(j, "answers", (int64_t)s->of);
		add_basis(j, s->answer.by);
	}
	json_end(j, stderr);
}

static const char *
rfc3339(int64_t ns, char out[RFC3339_LENGTH + 1])
{
	struct text t = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	*t.at = '\0';
	return out;
}

static void
explain_words(const struct log_stamp *s, const char *log, uint64_t line)
{
	const struct correction *c = &s->answer.correction;
	const struct boot_model *b = s->answer.by;
	char from[RFC3339_LENGTH + 1];
	char to[RFC3339_LENGTH + 1];

	if (s->fate != STAMP_CORRECTED) {
		say("%s:%" PRIu64 ": %s, left as it is; read as %s", log, line,
		    stamp_fate_names[s->fate], format_name(s->format));
		return;
	}
	say("%s:%" PRIu64
	    ": %s is UTC %s +-%.6f s (95 %%), resolution %.9g s; %s, answer "
	    "%zu of %zu; read as %s, zone %s; by %s%s",
	    log, line, rfc3339(s->time.ns, from), rfc3339(c->utc.ns, to),
	    span_seconds(c->uncertainty), (double)s->t.resolution / 1e9,
	    correction_kind_names[c->kind], s->which + 1, s->of, format_name(s->format),
	    zone_of(s), basis_words(b),
	    b == NULL            ? ""
	    : b->told[0] != '\0' ? b->told
				 : b->boot_id);
}

void
explain_stamp(const struct log_stamp *s, const char *log, uint64_t line, bool json)
{
	if (json)
		explain_json(s, log, line);
	else
		explain_words(s, log, line);
}
