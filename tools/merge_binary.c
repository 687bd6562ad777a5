#include "merge_binary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binary_look.h"
#include "memory.h"
#include "say.h"

#define WORD_LEAST 2 /* octets: what is shorter is more often chance than a word */
#define TEXT_MAX 2048

bool
merge_binary_begin(struct merge_file *f)
{
	struct log_job job = { .corrector = f->corrector, .style = STYLE_SAME };
	char refusal[LOG_REFUSAL];
	size_t room = 0;
	int is;

	f->binary = memory_grow(NULL, &room, 1, sizeof(*f->binary));
	is = binary_look(&job, &f->lines, f->path, f->binary, refusal);
	if (is < 0) {
		errno = -is;
		(void)say_errno("%s", f->path);
		return false;
	}
	if (refusal[0] != '\0') {
		say("%s: %s", f->path, refusal);
		return false;
	}
	/* the export of the journal has lines */
	if (is != BINARY_IS || f->binary->format == BINARY_EXPORT) {
		free(f->binary);
		f->binary = NULL;
	}
	f->loose = f->binary != NULL && f->binary->format == BINARY_LASTLOG;
	return true;
}

/* ---- what a record says */

static bool
is_printable(uint8_t c)
{
	return c > 0x20 && c < 0x7f;
}

/* The words among octets, each after a blank, as strings(1) finds them. */
static size_t
put_words(char *out, size_t room, const uint8_t *octets, size_t n)
{
	size_t used = 0;

	for (size_t i = 0, end; i < n; i = end + 1) {
		for (end = i; end < n && is_printable(octets[end]);)
			end++;
		if (end - i < WORD_LEAST || used + end - i + 1 > room)
			continue;
		out[used++] = ' ';
		memcpy(out + used, octets + i, end - i);
		used += end - i;
	}
	return used;
}

/* glibc's struct utmp: the same on all architectures, but for what is behind. */
static const struct {
	size_t at, n;
} utmp_words[] = { { 44, 32 }, { 8, 32 }, { 76, 256 } }; /* user, line, host */

/* Elsewhere what stands behind the stamp. */
static size_t
put_record(const struct merge_file *f, char *out, size_t room, const uint8_t *head,
    const struct binary_item *item)
{
	size_t used = 0;
	size_t from = item->stamps > 0
			  ? item->stamp[0].at + binary_form_octets(&item->stamp[0].form)
			  : 0;

	if (f->binary->format != BINARY_UTMP)
		return put_words(out, room, head + from, item->head - from);
	for (size_t i = 0; i < sizeof(utmp_words) / sizeof(*utmp_words); i++)
		if (utmp_words[i].at + utmp_words[i].n <= item->head)
			used += put_words(out + used, room - used,
			    head + utmp_words[i].at, utmp_words[i].n);
	return used;
}

static size_t
describe(const struct merge_file *f, const uint8_t *head, const struct binary_item *item,
    char text[TEXT_MAX])
{
	size_t n = (size_t)snprintf(text, TEXT_MAX, "%s record %" PRIu64,
	    binary_formats[f->binary->format].name, f->number);

	if (item->note == BINARY_CLOCK_WAS || item->note == BINARY_CLOCK_IS)
		n += (size_t)snprintf(text + n, TEXT_MAX - n, ": the clock was set, %s",
		    item->note == BINARY_CLOCK_WAS ? "this is what it showed before"
						   : "this is what it showed after");
	else if (f->binary->record > 0)
		n += put_record(f, text + n, TEXT_MAX - n, head, item);
	if (item->rest > 0)
		n += (size_t)snprintf(
		    text + n, TEXT_MAX - n, ": %" PRIu64 " octets", item->rest);
	return n;
}

/* ---- records to events */

static struct system_time
shown(const struct binary_time *t)
{
	struct system_time at = { t->seconds < 0 ? INT64_MIN : INT64_MAX };

	if (!__builtin_mul_overflow(t->seconds, NS_PER_SECOND, &at.ns))
		at = system_after(at, (struct span){ t->fraction_ns });
	return at;
}

/* Where it was set back, what comes is later all the same. */
static void
note_clock(struct merge_file *f, const struct binary_time *t, enum binary_note note)
{
	if (note == BINARY_CLOCK_WAS) {
		f->clock_was = shown(t);
		f->clock_was_known = true;
	} else if (note == BINARY_CLOCK_IS && f->clock_was_known) {
		corrector_clock_set(f->corrector, &f->state, f->clock_was, shown(t));
		f->clock_was_known = false;
	}
}

static void
take_record(struct merge_file *f, const uint8_t *head, const struct binary_item *item)
{
	struct log_stamp s = { .t = { .scale = LOG_SINCE_1970 },
		.format = FORMAT_BINARY + f->binary->format };
	char text[TEXT_MAX];
	struct binary_time t;

	f->number++;
	f->counts.lines++;
	if (item->stamps == 0 ||
	    !binary_stamp_read(&item->stamp[0].form, head + item->stamp[0].at, &t)) {
		merge_file_event(f, NULL, text, describe(f, head, item, text));
		return;
	}
	if (f->binary->format == BINARY_LASTLOG) {
		if (t.seconds == 0)
			return;            /* a user who never logged in */
		f->state.has_last = false; /* users come by number, not by time */
	}
	note_clock(f, &t, item->note);
	s.t.count_s = t.seconds;
	s.t.fraction_ns = t.fraction_ns;
	s.t.resolution = t.resolution;
	corrector_time(f->corrector, &f->state, NULL, &s);
	merge_file_event(f, &s, text, describe(f, head, item, text));
}

/* Not quite its end. */
static void
damaged(struct merge_file *f, const char *how)
{
	say("%s: %s, after record %" PRIu64 "; there are no more events in it", f->path,
	    how, f->number);
	f->damaged = true;
}

static bool
look_further(struct merge_file *f)
{
	int more = lines_look(&f->lines);

	f->error = more < 0 ? -more : 0;
	return more >= 0;
}

static bool
pass_over(struct merge_file *f, uint64_t rest)
{
	for (;;) {
		size_t n = f->lines.to - f->lines.from;

		n = rest < n ? (size_t)rest : n;
		lines_skip(&f->lines, n);
		rest -= n;
		if (rest == 0)
			return true;
		if (f->lines.ended) {
			damaged(f, "it ends within a record");
			return false;
		}
		if (!look_further(f))
			return false;
	}
}

/* Reads on until there is a whole head; of what is left at the end nothing more. */
static enum binary_step
next_item(struct merge_file *f, struct binary_item *item)
{
	for (;;) {
		const uint8_t *head = (const uint8_t *)f->lines.buffer + f->lines.from;
		size_t n = f->lines.to - f->lines.from;
		enum binary_step step =
		    n > 0 ? binary_log_next(f->binary, head, n, item) : BINARY_MORE;

		if (step != BINARY_MORE || f->lines.ended || !look_further(f))
			return step;
	}
}

bool
merge_binary_take(struct merge_file *f)
{
	struct binary_item item;

	switch (next_item(f, &item)) {
	case BINARY_MORE:
		if (f->error == 0 && f->lines.to > f->lines.from)
			damaged(f, "it ends within a record");
		return false;
	case BINARY_LOST:
		damaged(f, "there is no further record");
		return false;
	case BINARY_ITEM:
		break;
	}
	if (item.is_record)
		take_record(f, (const uint8_t *)f->lines.buffer + f->lines.from, &item);
	return pass_over(f, item.head + item.rest);
}
