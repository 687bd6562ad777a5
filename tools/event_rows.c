/* Forms of a line an event, its fields in a fixed order. */
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "event_forms.h"

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

void
text_event(struct outlet *o, const struct event *e)
{
	if (event_is_corrected(e)) {
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

/* ---- CSV as Timesketch imports it */

void
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

void
csv_event(struct outlet *o, const struct event *e)
{
	bool c = event_is_corrected(e);

	csv_field(o, e->text, e->length);
	csv_count(o, true, event_microseconds(e));
	put_time(o, e->utc.ns, 6);
	put_text(o, "+00:00,");
	csv_field(o, event_description(e), strlen(event_description(e)));
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
	csv_count(o, event_is_ranked(e), (int64_t)e->rank);
	csv_count(o, event_is_ranked(e), (int64_t)e->rank_min);
	if (event_is_ranked(e) && !e->rank_open)
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
	if (!event_is_corrected(e)) {
		put_text(o, "not corrected");
		return;
	}
	put_time(o, e->utc.ns, 9);
	put_text(o, e->common ? " common time " : "Z ");
	put_width(o, e);
	put_text(o, " ");
	put_text(o, event_order_names[e->order]);
}

void
l2tcsv_begin(struct outlet *o)
{
	put_text(o, "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,"
		    "version,filename,inode,notes,format,extra\n");
}

void
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
	put_text(o, event_description(e));
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

void
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

void
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
