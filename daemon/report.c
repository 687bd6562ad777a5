#include "report.h"

#include <math.h>
#include <string.h>

#include "log.h"
#include "notify.h"

#define DAY_S 86400.0
#define UNKNOWN 5e-5 /* s/s: half of what the fit begins with */
#define FLICKER 3e-7 /* s/s: what an hour's fit does not know of tomorrow */

static const char *
slow_or_fast(double v)
{
	return v < 0 ? "fast" : "slow";
}

/* Three digits, in the unit that suits. */
static void
print_span(struct span d, char *out, size_t size)
{
	double s = fabs(span_seconds(d));

	if (s < 1e-3)
		(void)snprintf(out, size, "%.3g us", s * 1e6);
	else if (s < 1)
		(void)snprintf(out, size, "%.3g ms", s * 1e3);
	else
		(void)snprintf(out, size, "%.3g s", s);
}

/* Before some seconds have passed it is the prior, which is nobody's measurement. */
static void
print_frequency(const struct calibration *c, char *out, size_t size)
{
	if (c->frequency_error > UNKNOWN)
		(void)snprintf(out, size, "frequency not known yet");
	else
		(void)snprintf(out, size, "frequency %+.3f ppm +-%.3f (%s)",
		    c->frequency * 1e6, c->frequency_error * 1e6,
		    slow_or_fast(c->frequency));
}

void
report_sentence(const struct calibration *c, char *out, size_t size)
{
	char frequency[64];
	char uncertainty[32];
	char bound[32];

	if (c->outcome == OUTCOME_NO_CANDIDATE) {
		(void)snprintf(out, size, "no usable server");
		return;
	}
	if (!c->selected) {
		(void)snprintf(out, size, "%s (%d of %d candidates agree)",
		    outcome_names[c->outcome], c->truechimers, c->candidates);
		return;
	}
	print_frequency(c, frequency, sizeof(frequency));
	print_span(c->uncertainty, uncertainty, sizeof(uncertainty));
	print_span(c->bound, bound, sizeof(bound));
	(void)snprintf(out, size,
	    "offset %+.6f s (%s), +-%s (95 %%), at most %s; %s; %s, %d of %d agree%s",
	    span_seconds(c->offset), slow_or_fast(span_seconds(c->offset)), uncertainty,
	    bound, frequency, c->server, c->truechimers, c->candidates,
	    c->common ? "; common time" : "");
}

static const struct server_calibration *
find(const struct calibration *c, const char *name)
{
	for (size_t i = 0; i < c->servers; i++)
		if (strcmp(c->server_at[i].name, name) == 0)
			return &c->server_at[i];
	return NULL;
}

/* Selected or eligible: which of them is selected changes often and means little. */
static bool
believed(enum verdict v)
{
	return v == VERDICT_SELECTED || v == VERDICT_ELIGIBLE;
}

static bool
bad(enum verdict v)
{
	return v == VERDICT_FALSETICKER || v == VERDICT_DENIED ||
	       v == VERDICT_UNREACHABLE;
}

static void
report_server(
    const struct server_calibration *before, const struct server_calibration *now)
{
	enum verdict old = before != NULL ? before->verdict : VERDICT_UNMEASURED;
	enum message what = MESSAGE_SERVER;
	enum log_level level = bad(now->verdict) ? LOG_WARNING : LOG_INFO;
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_SERVER", now->name, 0 },
		{ "CLOCKWITNESS_ADDRESS", now->address, 0 },
		{ "CLOCKWITNESS_VERDICT", verdict_names[now->verdict], 0 },
		{ "CLOCKWITNESS_VERDICT_BEFORE", verdict_names[old], 0 },
		{ NULL, NULL, 0 },
	};

	if (old == now->verdict)
		return;
	if (now->verdict == VERDICT_FALSETICKER)
		what = MESSAGE_FALSETICKER;
	else if (believed(old) && believed(now->verdict))
		level = LOG_DEBUG;
	if (level == LOG_DEBUG && now->verdict == VERDICT_SELECTED)
		what = MESSAGE_SELECTED;
	if (old == VERDICT_UNMEASURED)
		log_message(what, level, fields, "server %s (%s): %s", now->name,
		    now->address, verdict_names[now->verdict]);
	else
		log_message(what, level, fields, "server %s (%s): %s, was %s", now->name,
		    now->address, verdict_names[now->verdict], verdict_names[old]);
}

static void
report_outcome(const struct calibration *c)
{
	const struct log_field fields[] = {
		{ "CLOCKWITNESS_OUTCOME", outcome_names[c->outcome], 0 },
		{ "CLOCKWITNESS_CANDIDATES", NULL, c->candidates },
		{ "CLOCKWITNESS_TRUECHIMERS", NULL, c->truechimers },
		/* without a selected server they end here */
		{ c->selected ? "CLOCKWITNESS_SERVER" : NULL, c->server, 0 },
		{ "CLOCKWITNESS_OFFSET_NS", NULL, c->offset.ns },
		{ "CLOCKWITNESS_BOUND_NS", NULL, c->bound.ns },
		{ NULL, NULL, 0 },
	};
	char sentence[512];

	report_sentence(c, sentence, sizeof(sentence));
	switch (c->outcome) {
	case OUTCOME_MAJORITY:
		log_message(MESSAGE_MAJORITY, LOG_INFO, fields, "majority: %s", sentence);
		break;
	case OUTCOME_ONLY_SERVER:
		log_message(MESSAGE_ONLY_SERVER, LOG_WARNING, fields,
		    "one server only, no majority possible: nobody contradicts %s and nobody "
		    "confirms it; %s if it is true",
		    c->server, sentence);
		break;
	case OUTCOME_NO_MAJORITY:
		log_message(MESSAGE_NO_MAJORITY, LOG_WARNING, fields,
		    "no majority: at most half of %d servers agree; nothing is claimed",
		    c->candidates);
		break;
	case OUTCOME_NO_CANDIDATE:
		log_message(MESSAGE_NO_SERVER, LOG_WARNING, fields,
		    "no usable server; trying on");
		break;
	case OUTCOMES:
		break;
	}
}

void
report_changes(const struct calibration *before, const struct calibration *now)
{
	char sentence[512];

	for (size_t i = 0; i < now->servers; i++)
		report_server(find(before, now->server_at[i].name), &now->server_at[i]);
	if (before->outcome != now->outcome || before->servers == 0)
		report_outcome(now);
	report_sentence(now, sentence, sizeof(sentence));
	notify_status(sentence);
}

void
report_progress(const struct calibration *c)
{
	char sentence[512];
	char day[32];
	double rate = sqrt(c->frequency_error * c->frequency_error + FLICKER * FLICKER);
	double grown = 1.96 * rate * DAY_S;
	double own = span_seconds(c->uncertainty);

	report_sentence(c, sentence, sizeof(sentence));
	print_span(span_from_seconds(sqrt(grown * grown + own * own)), day, sizeof(day));
	if (c->selected)
		log_line(LOG_INFO, "%s; if stopped now, +-%s a day away", sentence, day);
	else
		log_line(LOG_INFO, "%s", sentence);
}
