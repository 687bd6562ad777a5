/* What is said of a merge when it is done. */
#include <inttypes.h>
#include <stdio.h>

#include "json.h"
#include "merge_run.h"
#include "say.h"

static void
say_log(const struct merge_log *l)
{
	const struct merge_counts *n = &l->file.counts;

	say("%s %s: %" PRIu64 " lines, %" PRIu64 " events, %" PRIu64
	    " with a corrected time%s",
	    l->host, l->file.path, n->lines, n->events, n->corrected,
	    l->file.loose ? "; its lines are written when something ends, so the file "
			    "orders nothing"
			  : "");
	if (n->uncorrected > 0)
		say("%s %s: %" PRIu64 " stamps have no corrected time", l->host,
		    l->file.path, n->uncorrected);
	if (n->ambiguous > 0)
		say("%s %s: %" PRIu64
		    " stamps were shown twice; the order of lines decided",
		    l->host, l->file.path, n->ambiguous);
}

void
merge_say(const struct merge_run *m)
{
	for (size_t i = 0; i < m->logs; i++)
		say_log(&m->log[i]);
	say("%" PRIu64 " events: %" PRIu64 " have one possible place, %" PRIu64
	    " are concurrent with others, %" PRIu64
	    " stood too far from their place, %" PRIu64
	    " have no corrected time; the order printed is one of those that are possible",
	    m->events, m->certain, m->concurrent, m->late, m->uncalibrated);
	if (m->printed < m->events)
		say("%" PRIu64 " of them may lie in the window that was asked for",
		    m->printed);
	if (m->open > 0)
		say("%" PRIu64
		    " events had more than %zu concurrent ones: the greatest place "
		    "of these is not known (--window)",
		    m->open, m->window);
	if (m->causes.rules->causes > 0)
		say("%" PRIu64 " effects follow their causes; of %" PRIu64
		    " effects there was no cause",
		    m->matched, m->effects_alone);
}

void
merge_say_json(const struct merge_run *m)
{
	struct json *j = json_begin();

	json_list(j, "logs");
	for (size_t i = 0; i < m->logs; i++) {
		const struct merge_counts *n = &m->log[i].file.counts;
		struct json *l = json_begin();

		json_text(l, "host", m->log[i].host);
		json_text(l, "log", m->log[i].file.path);
		json_number(l, "lines", (int64_t)n->lines);
		json_number(l, "events", (int64_t)n->events);
		json_number(l, "corrected", (int64_t)n->corrected);
		json_number(l, "uncorrected", (int64_t)n->uncorrected);
		json_number(l, "continued", (int64_t)n->continued);
		json_number(l, "ambiguous", (int64_t)n->ambiguous);
		json_flag(l, "ordered_by_file", !m->log[i].file.loose);
		json_append(j, "logs", l);
	}
	json_number(j, "events", (int64_t)m->events);
	json_number(j, "printed", (int64_t)m->printed);
	json_number(j, "certain", (int64_t)m->certain);
	json_number(j, "concurrent", (int64_t)m->concurrent);
	json_number(j, "rank_open", (int64_t)m->open);
	json_number(j, "late", (int64_t)m->late);
	json_number(j, "uncalibrated", (int64_t)m->uncalibrated);
	json_number(j, "causes_matched", (int64_t)m->matched);
	json_number(j, "effects_without_cause", (int64_t)m->effects_alone);
	json_end(j, stderr);
}
