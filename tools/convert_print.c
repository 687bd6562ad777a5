#include "convert_print.h"

#include <stdio.h>

#include "calendar.h"
#include "json.h"
#include "text.h"

static void
print_time(char out[RFC3339_LENGTH + 1], int64_t ns)
{
	struct text t = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	*t.at = '\0';
}

/* What UTC rests on. */
static const char *
method(const struct conversion *c, const struct boot_model *by)
{
	if (c->asked.linear || by == NULL)
		return "the last calibration alone";
	if (by->told[0] != '\0')
		return "what the host's own time daemon logged";
	return by->smoothed ? "all exchanges, smoothed" : "calibrations";
}

/* What nobody saw, and is taken for granted. */
static const char *
assumption(const struct correction *a)
{
	if (a->passed != STOP_NONE)
		return "that the clock ran on, or was set right";
	if (a->kind == CORRECTION_TOLD)
		return "that the log is as it was written, and its author was right";
	if (a->kind != CORRECTION_INSIDE)
		return "that the host's clock was not set, and steered no more than "
		       "elsewhere";
	return NULL;
}

static struct json *
basis_json(const struct conversion *c, const struct model_answer *a)
{
	struct json *j = json_begin();
	const char *passed = a->correction.passed != STOP_NONE
				 ? model_stop_names[a->correction.passed]
				 : NULL;

	json_text(j, "method", method(c, a->by));
	json_ppm(j, "rho_ppm", a->correction.rho);
	if (a->by != NULL && a->by->told[0] != '\0') {
		json_text(j, "told_by", a->by->told);
		json_text(j, "from_file", a->by->from.file);
	} else if (a->by != NULL && a->by->from.file != NULL) {
		json_text(j, "boot_id", a->by->boot_id);
		json_text(j, "from_file", a->by->from.file);
		json_number(j, "from_seq", (int64_t)a->by->from.seq);
		json_text(j, "to_file", a->by->to.file);
		json_number(j, "to_seq", (int64_t)a->by->to.seq);
	}
	json_text(j, "assumed", assumption(&a->correction));
	json_text(j, "passed", passed);
	json_flag(j, "verified",
	    !c->model.unverified &&
		(a->by == NULL || !model_is_tabled(&c->model, a->by)));
	json_number(j, "files_unread", (int64_t)c->model.unread);
	return j;
}

static void
none_json(const struct conversion *c, struct system_time t, struct json *j)
{
	enum model_stop stop = model_stop_at(&c->model, t);

	if (model_covers(&c->model, t)) {
		json_text(j, "kind", "never-shown");
		return;
	}
	json_text(j, "kind", "not-covered");
	json_text(j, "stop", model_stop_names[stop]);
}

static const char *
kind_name(const struct conversion *c, const struct correction *a)
{
	return c->asked.linear ? "linear" : correction_kind_names[a->kind];
}

static void
answer_json(
    const struct conversion *c, struct system_time t, const struct model_answer *answer)
{
	const struct correction *a;
	struct json *j = json_begin();

	json_text(j, "host", c->model.host);
	json_time(j, "time", t.ns);
	if (answer == NULL) {
		none_json(c, t, j);
		json_end(j, stdout);
		return;
	}
	a = &answer->correction;
	json_time(j, "utc", a->utc.ns);
	json_number(j, "noise_ns", a->noise.ns);
	json_number(j, "uncertainty_ns", a->uncertainty.ns);
	if (correction_is_bound(a)) {
		json_time(j, "earliest", a->earliest.ns);
		json_time(j, "latest", a->latest.ns);
	} else {
		json_text(j, "earliest", NULL);
		json_text(j, "latest", NULL);
	}
	json_ppm(j, "frequency_ppm", a->frequency);
	json_text(j, "kind", kind_name(c, a));
	json_object_in(j, "basis", basis_json(c, answer));
	json_text(j, "timescale", a->common ? "common time" : "UTC");
	json_flag(j, "conflict", a->conflict);
	json_end(j, stdout);
}

static void
none_text(const struct conversion *c, struct system_time t)
{
	static const char *const words[STOPS] = {
		[STOP_NONE] = "is not covered by the evidence",
		[STOP_BOOT] = "is beyond the boot that the evidence is of",
		[STOP_SUSPEND] = "is beyond a suspend that nobody saw",
		[STOP_CLOCKSOURCE] = "is beyond a change of the clocksource",
	};

	if (model_covers(&c->model, t))
		(void)printf("was never shown by this clock\n");
	else if (c->asked.evidences == 0)
		(void)printf("is in no piece of the table\n");
	else
		(void)printf("%s; nothing bridges it (--beyond guesses)\n",
		    words[model_stop_at(&c->model, t)]);
}

static void
bounds_text(const struct conversion *c, const struct model_answer *answer)
{
	const struct correction *a = &answer->correction;
	char earliest[RFC3339_LENGTH + 1];
	char latest[RFC3339_LENGTH + 1];

	if (a->kind == CORRECTION_TOLD) {
		(void)printf("  NOT EVIDENCE: TOLD BY %s, IN ITS OWN LOG: NOTHING IS "
			     "GUARANTEED\n",
		    answer->by->told);
		return;
	}
	if (a->passed != STOP_NONE) {
		(void)printf("  A GUESS, OVER A %s THAT NOBODY SAW, AS ASKED: NOTHING IS "
			     "GUARANTEED\n",
		    a->passed == STOP_BOOT      ? "BOOT"
		    : a->passed == STOP_SUSPEND ? "SUSPEND"
						: "CHANGE OF CLOCKSOURCE");
		return;
	}
	print_time(earliest, a->earliest.ns);
	print_time(latest, a->latest.ns);
	(void)printf("  not before %s, not after %s,\n"
		     "    if %s and the oscillator strays by at most %.3f ppm\n",
	    earliest, latest,
	    c->asked.linear || !c->model.smoothed ? "the selected server is true"
						  : "most servers are true",
	    a->rho * 1e6);
}

static void
answer_text(
    const struct conversion *c, struct system_time t, const struct model_answer *answer)
{
	const struct correction *a;
	const char *assumed;
	char from[RFC3339_LENGTH + 1];
	char utc[RFC3339_LENGTH + 1];

	print_time(from, t.ns);
	(void)printf("%s  ", from);
	if (answer == NULL) {
		none_text(c, t);
		return;
	}
	a = &answer->correction;
	assumed = assumption(a);
	print_time(utc, a->utc.ns);
	(void)printf("is %s %s +-%.6f s (95 %%), noise %.6f s\n",
	    a->common ? "common time" : "UTC", utc, span_seconds(a->uncertainty),
	    span_seconds(a->noise));
	bounds_text(c, answer);
	if (assumed != NULL)
		(void)printf("    assumed: %s\n", assumed);
	(void)printf("  frequency %+.3f ppm; %s%s, by %s%s%s\n", a->frequency * 1e6,
	    kind_name(c, a),
	    c->asked.linear || a->kind == CORRECTION_TOLD ? "" : " the evidence",
	    method(c, answer->by), c->model.unverified ? ", that did NOT verify" : "",
	    a->conflict ? "; CALIBRATIONS CONTRADICT EACH OTHER HERE" : "");
}

void
convert_print(
    const struct conversion *c, struct system_time t, const struct model_answer *answer)
{
	(c->json ? answer_json : answer_text)(c, t, answer);
}
