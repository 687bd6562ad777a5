/* Forms that are JSON. */
#include <string.h>

#include "event_forms.h"

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

static void
json_ranks(struct outlet *o, const struct event *e)
{
	if (!event_is_ranked(e))
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
void
timesketch_event(struct outlet *o, const struct event *e)
{
	put_text(o, "{");
	json_message(o, e);
	json_count(o, "timestamp", event_microseconds(e));
	key(o, "datetime");
	put_text(o, "\"");
	put_time(o, e->utc.ns, 6);
	put_text(o, "+00:00\"");
	json_member(o, "timestamp_desc", event_description(e));
	json_member(o, "host", e->host);
	json_member(o, "source_file", e->source);
	json_count(o, "source_line", (int64_t)e->line);
	json_member(o, "parser", e->format);
	put_stamp(o, e);
	json_member(o, "order_class", event_order_names[e->order]);
	if (event_is_corrected(e))
		json_correction(o, e);
	json_ranks(o, e);
	put_text(o, "}\n");
}

/* ---- Elastic Common Schema: what Elasticsearch's bulk API takes */

void
ecs_event(struct outlet *o, const struct event *e)
{
	put_text(o, "{\"create\":{}}\n{");
	json_message(o, e);
	json_moment(o, "@timestamp", e->utc);
	put_text(o, ",\"ecs\":{\"version\":\"8.11.0\"},\"event\":{\"kind\":\"event\"");
	json_member(o, "dataset", e->format);
	json_member(o, "module", "clockwitness");
	if (event_is_ranked(e))
		json_count(o, "sequence", (int64_t)e->rank);
	if (event_is_corrected(e) && !e->guessed) {
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
	if (event_is_corrected(e)) {
		json_count(o, "clock_offset_ns", e->offset.ns);
		json_count(o, "clock_uncertainty_ns", e->uncertainty.ns);
		if (e->told != NULL)
			json_member(o, "clock_told_by", e->told);
	}
	if (event_is_ranked(e)) {
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

void
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
	if (event_is_corrected(e)) {
		otlp_count(o, "clock.original_time_unix_nano",
		    utc_after(e->utc, (struct span){ -e->offset.ns }).ns);
	}
	if (event_is_corrected(e) && !e->guessed) {
		otlp_count(o, "clock.earliest_unix_nano", e->earliest.ns);
		otlp_count(o, "clock.latest_unix_nano", e->latest.ns);
		otlp_count(o, "clock.uncertainty_nano", e->uncertainty.ns);
	}
	if (event_is_corrected(e) && e->told != NULL)
		otlp_text(o, "clock.told_by", e->told, strlen(e->told));
	if (event_is_ranked(e)) {
		otlp_count(o, "clock.rank", (int64_t)e->rank);
		otlp_count(o, "clock.rank_min", (int64_t)e->rank_min);
		if (!e->rank_open)
			otlp_count(o, "clock.rank_max", (int64_t)e->rank_max);
	}
	put_text(o, "]}]}]}]}\n");
}
