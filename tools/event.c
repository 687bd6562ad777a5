#include "event.h"

#include <string.h>

#include "event_forms.h"

const char *const event_order_names[EVENT_ORDERS] = {
	[ORDER_CERTAIN] = "certain",
	[ORDER_CONCURRENT] = "concurrent",
	[ORDER_LATE] = "late",
	[ORDER_UNCALIBRATED] = "uncalibrated",
};

#define DESCRIPTION "Log entry time (clock-corrected UTC)"
#define TOLD "Log entry time (corrected by the time daemon's own log: no evidence)"
#define UNCORRECTED "Log entry time (host's clock, not corrected)"

bool
event_is_corrected(const struct event *e)
{
	return e->order != ORDER_UNCALIBRATED;
}

const char *
event_description(const struct event *e)
{
	if (!event_is_corrected(e))
		return UNCORRECTED;
	return e->told != NULL ? TOLD : DESCRIPTION;
}

bool
event_is_ranked(const struct event *e)
{
	return e->order <= ORDER_CONCURRENT;
}

int64_t
event_microseconds(const struct event *e)
{
	struct utc_time t = e->utc;

	return (t.ns - ((t.ns % 1000) + 1000) % 1000) / 1000;
}

const struct event_form event_forms[] = {
	{ "text", "for people", NULL, text_event },
	{ "timesketch", "JSONL as Timesketch imports it", NULL, timesketch_event },
	{ "csv", "CSV as Timesketch imports it", csv_begin, csv_event },
	{ "l2tcsv", "log2timeline's 17 columns, whole seconds", l2tcsv_begin,
	    l2tcsv_event },
	{ "tln", "time, source, host, user, description; whole seconds", NULL,
	    tln_event },
	{ "bodyfile", "for mactime, whole seconds", NULL, bodyfile_event },
	{ "ecs", "Elastic Common Schema, for the bulk API", NULL, ecs_event },
	{ "otlp", "OpenTelemetry logs, OTLP/JSON, a request a line", NULL, otlp_event },
};

const size_t event_form_count = sizeof(event_forms) / sizeof(*event_forms);

const struct event_form *
event_form(const char *name)
{
	for (size_t i = 0; i < event_form_count; i++)
		if (strcmp(event_forms[i].name, name) == 0)
			return &event_forms[i];
	return NULL;
}
