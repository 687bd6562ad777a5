#include "event.h"

#include <stdio.h>
#include <string.h>

#include "calendar.h"

const char *const event_order_names[EVENT_ORDERS] = {
	[ORDER_CERTAIN] = "certain",
	[ORDER_CONCURRENT] = "concurrent",
	[ORDER_LATE] = "late",
	[ORDER_UNCALIBRATED] = "uncalibrated",
};

#define DESCRIPTION "Log entry time (clock-corrected UTC)"
#define TOLD "Log entry time (corrected by the time daemon's own log: no evidence)"
#define UNCORRECTED "Log entry time (host's clock, not corrected)"

static bool
corrected(const struct event *e)
{
	return e->order != ORDER_UNCALIBRATED;
}

static const char *
description(const struct event *e)
{
	if (!corrected(e))
		return UNCORRECTED;
	return e->told != NULL ? TOLD : DESCRIPTION;
}

/* ---- text: time, how sure, host, file and line, the line itself */

/* Half the width of what is guaranteed, in a unit that people read. */
static void
put_width(struct outlet *o, const struct event *e)
{
	int64_t after = utc_since(e->latest, e->utc).ns;
	int64_t before = utc_since(e->utc, e->earliest).ns;
	int64_t most = after > before ? after : before;
	bool seconds = most >= NS_PER_SECOND;
	int64_t unit = seconds ? NS_PER_SECOND : most >= 1000000 ? 1000000 : 1000;
	int64_t tenths = most / (unit / 10) + 1;

	put_text(o, e->told != NULL ? "told by " : e->guessed ? "a guess" : "+-");
	put_text(o, e->told != NULL ? e->told : "");
	if (e->guessed)
		return;
	put_number(o, tenths / 10);
	put_text(o, ".");
	put_number(o, tenths % 10);
	put_text(o, seconds ? "s" : unit == 1000000 ? "ms" : "us");
}

static const char *const text_mark[EVENT_ORDERS] = {
	[ORDER_CERTAIN] = "   ",
	[ORDER_CONCURRENT] = " ~ ",
	[ORDER_LATE] = " ! ",
	[ORDER_UNCALIBRATED] = " ? ",
};

static void
text_event(struct outlet *o, const struct event *e)
{
	if (corrected(e)) {
		put_time(o, e->utc.ns, 6);
		put_text(o, e->common ? "  " : "Z ");
		put_width(o, e);
		put_text(o, text_mark[e->order]);
	} else {
		put_text(o, "-                           -     ? ");
	}
	put_text(o, e->host);
	put_text(o, " ");
	put_text(o, e->source);
	put_text(o, ":");
	put_unsigned(o, e->line);
	put_text(o, ": ");
	put_bytes(o, e->text, e->length);
	put_text(o, "\n");
}

/* ---- Timesketch */

static void
key(struct outlet *o, const char *name)
{
	put_text(o, ",\"");
	put_text(o, name);
	put_text(o, "\":");
}

static void
json_member(struct outlet *o, const char *name, const char *text)
{
	key(o, name);
	put_text(o, "\"");
	put_json(o, text, strlen(text));
	put_text(o, "\"");
}

static void
json_count(struct outlet *o, const char *name, int64_t v)
{
	key(o, name);
	put_number(o, v);
}

static void
json_moment(struct outlet *o, const char *name, struct utc_time t)
{
	key(o, name);
	put_text(o, "\"");
	put_time(o, t.ns, 9);
	put_text(o, "Z\"");
}

static void
json_message(struct outlet *o, const struct event *e)
{
	put_text(o, "\"message\":\"");
	put_json(o, e->text, e->length);
	put_text(o, "\"");
}

static int64_t
microseconds(struct utc_time t)
{
	return (t.ns - ((t.ns % 1000) + 1000) % 1000) / 1000;
}

static bool
ranked(const struct event *e)
{
	return e->order <= ORDER_CONCURRENT;
}

static void
json_ranks(struct outlet *o, const struct event *e)
{
	if (!ranked(e))
		return;
	json_count(o, "merge_rank", (int64_t)e->rank);
	json_count(o, "rank_min", (int64_t)e->rank_min);
	key(o, "rank_max");
	if (e->rank_open)
		put_text(o, "null");
	else
		put_unsigned(o, e->rank_max);
}

static void
json_correction(struct outlet *o, const struct event *e)
{
	json_count(o, "utc_ns", e->utc.ns);
	if (!e->guessed) {
		json_count(o, "unc_minus_ns", utc_since(e->utc, e->earliest).ns);
		json_count(o, "unc_plus_ns", utc_since(e->latest, e->utc).ns);
	}
	json_count(o, "uncertainty_ns", e->uncertainty.ns);
	json_count(o, "clock_offset_ns", e->offset.ns);
	json_count(o, "clock_incarnation", e->incarnation);
	json_member(o, "timescale", e->common ? "common time" : "UTC");
	if (e->told != NULL)
		json_member(o, "told_by", e->told);
	else if (e->guessed)
		put_text(o, ",\"guessed\":true");
}

static void
put_stamp(struct outlet *o, const struct event *e)
{
	if (e->stamp == NULL)
		return;
	key(o, "original_time");
	put_text(o, "\"");
	put_json(o, e->stamp, e->stamp_length);
	put_text(o, "\"");
}

/* Timesketch drops what has no date: what is uncorrected gets the time before it. */
static void
timesketch_event(struct outlet *o, const struct event *e)
{
	put_text(o, "{");
	json_message(o, e);
	json_count(o, "timestamp", microseconds(e->utc));
	key(o, "datetime");
	put_text(o, "\"");
	put_time(o, e->utc.ns, 6);
	put_text(o, "+00:00\"");
	json_member(o, "timestamp_desc", description(e));
	json_member(o, "host", e->host);
	json_member(o, "source_file", e->source);
	json_count(o, "source_line", (int64_t)e->line);
	json_member(o, "parser", e->format);
	put_stamp(o, e);
	json_member(o, "order_class", event_order_names[e->order]);
	if (corrected(e))
		json_correction(o, e);
	json_ranks(o, e);
	put_text(o, "}\n");
}

static void
csv_begin(struct outlet *o)
{
	put_text(o,
	    "message,timestamp,datetime,timestamp_desc,host,source_file,source_line,parser,"
	    "original_time,order_class,utc_ns,unc_minus_ns,unc_plus_ns,uncertainty_ns,"
	    "clock_offset_ns,clock_incarnation,merge_rank,rank_min,rank_max\n");
}

static void
csv_field(struct outlet *o, const char *s, size_t n)
{
	put_text(o, "\"");
	put_csv(o, s, n);
	put_text(o, "\",");
}

static void
csv_count(struct outlet *o, bool there, int64_t v)
{
	if (there)
		put_number(o, v);
	put_text(o, ",");
}

static void
csv_event(struct outlet *o, const struct event *e)
{
	bool c = corrected(e);

	csv_field(o, e->text, e->length);
	csv_count(o, true, microseconds(e->utc));
	put_time(o, e->utc.ns, 6);
	put_text(o, "+00:00,");
	csv_field(o, description(e), strlen(description(e)));
	csv_field(o, e->host, strlen(e->host));
	csv_field(o, e->source, strlen(e->source));
	csv_count(o, true, (int64_t)e->line);
	csv_field(o, e->format, strlen(e->format));
	csv_field(o, e->stamp != NULL ? e->stamp : "", e->stamp_length);
	put_text(o, event_order_names[e->order]);
	put_text(o, ",");
	csv_count(o, c, e->utc.ns);
	csv_count(o, c && !e->guessed, utc_since(e->utc, e->earliest).ns);
	csv_count(o, c && !e->guessed, utc_since(e->latest, e->utc).ns);
	csv_count(o, c, e->uncertainty.ns);
	csv_count(o, c, e->offset.ns);
	csv_count(o, c, e->incarnation);
	csv_count(o, ranked(e), (int64_t)e->rank);
	csv_count(o, ranked(e), (int64_t)e->rank_min);
	if (ranked(e) && !e->rank_open)
		put_unsigned(o, e->rank_max);
	put_text(o, "\n");
}

/* ---- log2timeline and The Sleuth Kit: whole seconds, so the rest goes into the text */

static int64_t
whole_seconds(struct utc_time t)
{
	return (t.ns - (t.ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND) /
	       NS_PER_SECOND;
}

static void
put_sureness(struct outlet *o, const struct event *e)
{
	if (!corrected(e)) {
		put_text(o, "not corrected");
		return;
	}
	put_time(o, e->utc.ns, 9);
	put_text(o, e->common ? " common time " : "Z ");
	put_width(o, e);
	put_text(o, " ");
	put_text(o, event_order_names[e->order]);
}

static void
l2tcsv_begin(struct outlet *o)
{
	put_text(o, "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,"
		    "version,filename,inode,notes,format,extra\n");
}

static void
l2tcsv_event(struct outlet *o, const struct event *e)
{
	struct civil c = civil_from_seconds(whole_seconds(e->utc));
	char when[64];

	(void)snprintf(when, sizeof(when),
	    "%02d/%02d/%04lld,%02d:%02d:%02d,UTC,M...,LOG,", c.month, c.day,
	    (long long)c.year, c.hour, c.minute, c.second);
	put_text(o, when);
	put_plain(o, e->format, strlen(e->format), ',');
	put_text(o, ",");
	put_text(o, description(e));
	put_text(o, ",-,");
	put_plain(o, e->host, strlen(e->host), ',');
	put_text(o, ",");
	put_plain(o, e->text, e->length < 80 ? e->length : 80, ',');
	put_text(o, ",");
	put_plain(o, e->text, e->length, ',');
	put_text(o, ",2,");
	put_plain(o, e->source, strlen(e->source), ',');
	put_text(o, ",-,");
	put_sureness(o, e);
	put_text(o, ",clockwitness,line: ");
	put_unsigned(o, e->line);
	put_text(o, "\n");
}

static void
tln_event(struct outlet *o, const struct event *e)
{
	put_number(o, whole_seconds(e->utc));
	put_text(o, "|LOG|");
	put_plain(o, e->host, strlen(e->host), '|');
	put_text(o, "||");
	put_plain(o, e->text, e->length, '|');
	put_text(o, " [");
	put_sureness(o, e);
	put_text(o, "]\n");
}

static void
bodyfile_event(struct outlet *o, const struct event *e)
{
	put_text(o, "0|");
	put_plain(o, e->host, strlen(e->host), '|');
	put_text(o, " ");
	put_plain(o, e->source, strlen(e->source), '|');
	put_text(o, ": ");
	put_plain(o, e->text, e->length, '|');
	put_text(o, " [");
	put_sureness(o, e);
	put_text(o, "]|0||0|0|0|0|");
	put_number(o, whole_seconds(e->utc));
	put_text(o, "|0|0\n");
}

/* ---- Elastic Common Schema: what Elasticsearch's bulk API takes */

static void
ecs_event(struct outlet *o, const struct event *e)
{
	put_text(o, "{\"create\":{}}\n{");
	json_message(o, e);
	json_moment(o, "@timestamp", e->utc);
	put_text(o, ",\"ecs\":{\"version\":\"8.11.0\"},\"event\":{\"kind\":\"event\"");
	json_member(o, "dataset", e->format);
	json_member(o, "module", "clockwitness");
	if (ranked(e))
		json_count(o, "sequence", (int64_t)e->rank);
	if (corrected(e) && !e->guessed) {
		json_moment(o, "start", e->earliest);
		json_moment(o, "end", e->latest);
	}
	put_text(o, "},\"host\":{\"name\":\"");
	put_json(o, e->host, strlen(e->host));
	put_text(o, "\"},\"log\":{\"file\":{\"path\":\"");
	put_json(o, e->source, strlen(e->source));
	put_text(o, "\"},\"offset\":");
	put_unsigned(o, e->line);
	put_text(o, "},\"labels\":{\"clock_order\":\"");
	put_text(o, event_order_names[e->order]);
	put_text(o, "\"");
	if (e->stamp != NULL) {
		key(o, "clock_original_time");
		put_text(o, "\"");
		put_json(o, e->stamp, e->stamp_length);
		put_text(o, "\"");
	}
	if (corrected(e)) {
		json_count(o, "clock_offset_ns", e->offset.ns);
		json_count(o, "clock_uncertainty_ns", e->uncertainty.ns);
		if (e->told != NULL)
			json_member(o, "clock_told_by", e->told);
	}
	if (ranked(e)) {
		json_count(o, "clock_rank_min", (int64_t)e->rank_min);
		if (!e->rank_open)
			json_count(o, "clock_rank_max", (int64_t)e->rank_max);
	}
	put_text(o, "}}\n");
}

/* ---- OpenTelemetry: OTLP/JSON, one request a line; its 64-bit numbers are strings */

static void
otlp_text(struct outlet *o, const char *name, const char *s, size_t n)
{
	put_text(o, ",{\"key\":\"");
	put_text(o, name);
	put_text(o, "\",\"value\":{\"stringValue\":\"");
	put_json(o, s, n);
	put_text(o, "\"}}");
}

static void
otlp_count(struct outlet *o, const char *name, int64_t v)
{
	put_text(o, ",{\"key\":\"");
	put_text(o, name);
	put_text(o, "\",\"value\":{\"intValue\":\"");
	put_number(o, v);
	put_text(o, "\"}}");
}

static void
otlp_event(struct outlet *o, const struct event *e)
{
	put_text(o,
	    "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"host.name\","
	    "\"value\":{\"stringValue\":\"");
	put_json(o, e->host, strlen(e->host));
	put_text(o, "\"}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"clockwitness\"},"
		    "\"logRecords\":[{\"timeUnixNano\":\"");
	put_number(o, e->utc.ns > 0 ? e->utc.ns : 0);
	put_text(o, "\",\"body\":{\"stringValue\":\"");
	put_json(o, e->text, e->length);
	put_text(o,
	    "\"},\"attributes\":[{\"key\":\"log.file.path\",\"value\":{\"stringValue\":"
	    "\"");
	put_json(o, e->source, strlen(e->source));
	put_text(o, "\"}}");
	otlp_count(o, "log.record.line", (int64_t)e->line);
	otlp_text(o, "clock.order", event_order_names[e->order],
	    strlen(event_order_names[e->order]));
	if (e->stamp != NULL)
		otlp_text(o, "clock.original_time", e->stamp, e->stamp_length);
	if (corrected(e)) {
		otlp_count(o, "clock.original_time_unix_nano",
		    utc_after(e->utc, (struct span){ -e->offset.ns }).ns);
	}
	if (corrected(e) && !e->guessed) {
		otlp_count(o, "clock.earliest_unix_nano", e->earliest.ns);
		otlp_count(o, "clock.latest_unix_nano", e->latest.ns);
		otlp_count(o, "clock.uncertainty_nano", e->uncertainty.ns);
	}
	if (corrected(e) && e->told != NULL)
		otlp_text(o, "clock.told_by", e->told, strlen(e->told));
	if (ranked(e)) {
		otlp_count(o, "clock.rank", (int64_t)e->rank);
		otlp_count(o, "clock.rank_min", (int64_t)e->rank_min);
		if (!e->rank_open)
			otlp_count(o, "clock.rank_max", (int64_t)e->rank_max);
	}
	put_text(o, "]}]}]}]}\n");
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
