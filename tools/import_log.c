#include "import_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "memory.h"
#include "say.h"

bool
import_log_begin(struct import_log *l)
{
	size_t which;

	l->wish.format = log_format_count;
	if (log_grammars_compile(&l->grammars, &which))
		return true;
	say("the pattern of format %s is wrong", log_formats[which].name);
	return false;
}

void
import_log_free(struct import_log *l)
{
	free(l->line);
	l->line = NULL;
	l->lines = l->room = 0;
}

/* ---- a line */

/* chrony writes UTC and does not say so; whether the pattern knew it or not. */
static bool
is_utc(enum daemon_statistics s)
{
	return s >= STATISTICS_TRACKING && s < DAEMON_STATISTICS;
}

static bool
find_time(
    struct import_log *l, const struct log_time *t, bool utc, struct system_time *out)
{
	struct log_clock clock = l->clock;
	int64_t seconds[2];
	size_t n;

	if (utc)
		(void)zone_parse("UTC", &clock.zone);
	n = log_clock_seconds(&clock, &l->order, t, seconds);
	l->zoneless += !utc && t->scale == LOG_CIVIL && t->zone == LOG_ZONE_NONE;
	if (n == 0 || __builtin_mul_overflow(seconds[0], NS_PER_SECOND, &out->ns))
		return false;
	*out = system_after(*out, (struct span){ t->fraction_ns });
	return true;
}

static size_t
word_length(const char *text, size_t n)
{
	size_t length = 0;

	while (length < n && text[length] != ' ' && text[length] != '\n')
		length++;
	return length;
}

/* What stands first behind the stamp of a line of syslog, before "program[1]:". */
static void
note_host(struct import_log *l, const char *text, size_t n)
{
	size_t from = n > 0 && text[0] == ' ';
	size_t length = word_length(text + from, n - from);
	size_t tag = from + length + 1;
	size_t end;

	if (l->host[0] != '\0' || length == 0 || length >= sizeof(l->host) || tag >= n)
		return;
	end = tag + word_length(text + tag, n - tag);
	if (text[end - 1] != ':' || text[tag - 2] == ':')
		return;
	memcpy(l->host, text + from, length);
	l->host[length] = '\0';
}

static void
count(struct import_log *l, const struct told_line *t)
{
	const struct daemon_line *d = &t->said;

	l->has_slew |= d->word == WORD_SLEW;
	if (d->word == WORD_ALIVE)
		l->alive[d->author]++;
	else if (d->word != WORD_NONE)
		l->told[d->author]++;
	l->passed_over += d->word == WORD_NONE;
}

static void
add_line(struct import_log *l, const struct told_line *t)
{
	l->line = memory_grow(l->line, &l->room, l->lines + 1, sizeof(*l->line));
	l->line[l->lines] = *t;
	l->line[l->lines].place = l->lines;
	l->lines++;
}

/* What stands behind the stamp. */
static void
take_text(
    struct import_log *l, const struct log_time *stamp, const char *text, size_t length)
{
	struct told_line t = { .resolution = { stamp->resolution } };

	t.of = daemon_log_statistics(text, length, &t.said);
	if (t.of == STATISTICS_NONE &&
	    daemon_log_message(text, length, &t.said) == WORD_NONE)
		return;
	if (!find_time(l, stamp, is_utc(t.of), &t.at))
		return;
	if (t.of == STATISTICS_NONE && t.said.author != AUTHOR_KERNEL)
		note_host(l, text, length);
	add_line(l, &t);
}

/* Each entry names its boot. */
static void
take_boot(struct import_log *l, const struct log_time *stamp, const char *boot)
{
	struct told_line t = { .resolution = { stamp->resolution },
		.said = { .author = AUTHOR_KERNEL, .word = WORD_BREAK } };
	bool changed =
	    l->boot[0] != '\0' && boot[0] != '\0' && strcmp(l->boot, boot) != 0;

	if (boot[0] != '\0')
		(void)snprintf(l->boot, sizeof(l->boot), "%s", boot);
	if (changed && find_time(l, stamp, true, &t.at))
		add_line(l, &t);
}

static void
take_line(struct import_log *l, const char *line, size_t n)
{
	struct journal_entry entry;
	struct log_time stamp;
	size_t format;

	if (!recognise(&l->recognition, line, n, &stamp, &format) ||
	    stamp.scale == LOG_SINCE_BOOT)
		return;
	if (line[0] != '{') {
		take_text(l, &stamp, line + stamp.to, n - stamp.to);
		return;
	}
	if (!journal_entry_read(line, n, &entry))
		return;
	take_boot(l, &stamp, entry.boot);
	take_text(l, &stamp, entry.line, strlen(entry.line));
}

static void
take_block(struct import_log *l, const struct lines_block *b)
{
	const char *at = b->octets;
	const char *end = b->octets + b->n;
	bool inside = b->inside;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline != NULL ? newline + 1 : end;

		if (!inside)
			take_line(l, at, (size_t)(next - at));
		inside = false;
		at = next;
	}
}

/* ---- a log */

static void
begin_log(struct import_log *l, const struct lines *in, bool goes_on)
{
	if (!goes_on) {
		l->order = (struct log_order){ .year = 0 };
		l->boot[0] = '\0';
		l->first = l->lines;
	}
	l->order.guessed_year = 0;
	l->order.ends = in->source.modified;
	recognition_begin(&l->recognition, &l->grammars, &l->wish);
}

/* Its fields may hold any octets, other fields' names among them. */
static bool
is_export(const struct lines_block *b)
{
	static const char mark[] = "__CURSOR=";

	return b->n >= sizeof(mark) - 1 && memcmp(b->octets, mark, sizeof(mark) - 1) == 0;
}

static bool
refuse_export(struct lines *in, const char *path)
{
	say("%s: of the journal 'journalctl -o json --file ... | clockwitness import -' reads "
	    "more safely",
	    path);
	lines_close(in);
	return false;
}

bool
import_log_read(struct import_log *l, const char *path, bool goes_on)
{
	struct lines in;
	struct lines_block block;
	int got = lines_open(&in, path);

	if (got < 0) {
		errno = -got;
		(void)say_errno("%s", path);
		return false;
	}
	begin_log(l, &in, goes_on);
	while ((got = lines_next(&in, &block)) > 0) {
		if (is_export(&block))
			return refuse_export(&in, path);
		recognition_look(&l->recognition, block.octets, block.n);
		take_block(l, &block);
	}
	if (in.source.damage[0] != '\0')
		say("%s: read only up to where it is damaged: %s", path,
		    in.source.damage);
	lines_close(&in);
	if (got < 0) {
		errno = -got;
		(void)say_errno("%s", path);
		return false;
	}
	if (l->order.guessed_year != 0)
		l->guessed_year = l->order.guessed_year;
	told_times(l->line + l->first, l->lines - l->first);
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct told_line *x = a;
	const struct told_line *y = b;

	if (x->when.ns != y->when.ns)
		return x->when.ns < y->when.ns ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

void
import_log_close(struct import_log *l)
{
	if (l->lines > 1)
		qsort(l->line, l->lines, sizeof(*l->line), by_time);
	told_prefer(l->line, l->lines);
	for (size_t i = 0; i < l->lines; i++)
		count(l, &l->line[i]);
}
