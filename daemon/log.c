#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "notify.h"
#include "system_log.h"
#include "text.h"

const char *const log_level_names[LOG_LEVELS] = {
	[LOG_CUSTODY] = "",
	[LOG_ERROR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

/* syslog(3)'s numbers */
static const int priorities[LOG_LEVELS] = {
	[LOG_CUSTODY] = 5,
	[LOG_ERROR] = 3,
	[LOG_WARNING] = 4,
	[LOG_INFO] = 6,
	[LOG_DEBUG] = 7,
};

static enum log_level most_shown = LOG_INFO;
static bool heads_to_syslog;

void
log_set_level(enum log_level most)
{
	most_shown = most;
}

void
log_to_syslog(void)
{
	heads_to_syslog = !notify_journal_listens();
	if (heads_to_syslog)
		system_log_open();
}

static void
write_line(enum log_level level, const char *format, va_list args, const char *tail)
{
	char line[1024];
	int n = vsnprintf(line, sizeof(line), format, args);

	if (n < 0)
		return;
	(void)snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s", tail);
	if (notify_journal(priorities[level], line))
		return;
	(void)fprintf(stderr, "clockwitnessd: %s\n", line);
}

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > most_shown)
		return;
	va_start(args, format);
	write_line(level, format, args, "");
	va_end(args);
}

/* The journal's fields are text. */
static size_t
print_fields(const struct log_field field[], char number[LOG_FIELDS_MAX][24],
    struct notify_field out[LOG_FIELDS_MAX])
{
	size_t n = 0;

	for (; n < LOG_FIELDS_MAX && field[n].name != NULL; n++) {
		(void)snprintf(number[n], sizeof(number[n]), "%" PRIi64, field[n].number);
		out[n] = (struct notify_field){ field[n].name,
			field[n].text != NULL ? field[n].text : number[n] };
	}
	return n;
}

void
log_message(enum message what, enum log_level level, const struct log_field field[],
    const char *format, ...)
{
	char number[LOG_FIELDS_MAX][24];
	struct notify_field out[LOG_FIELDS_MAX + 1];
	char line[1024];
	size_t n = print_fields(field, number, out);
	va_list args;

	if (level > most_shown)
		return;
	out[n++] = (struct notify_field){ "MESSAGE_ID", message_ids[what] };
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (!notify_journal_fields(priorities[level], line, out, n))
		(void)fprintf(stderr, "clockwitnessd: %s\n", line);
}

int
log_fail(int error, const char *format, ...)
{
	char tail[256];
	va_list args;

	(void)snprintf(tail, sizeof(tail), ": %s", strerror(-error));
	va_start(args, format);
	write_line(LOG_ERROR, format, args, tail);
	va_end(args);
	return error;
}

static void
print_digest(const struct digest *d, char out[2 * DIGEST_BYTES + 1])
{
	struct text t = { out, out + 2 * DIGEST_BYTES, false };

	print_hex(&t, d->byte, DIGEST_BYTES);
	*t.at = '\0';
}

void
log_head(const struct log_head *h)
{
	char line[4096 + 512];
	char fingerprint[2 * DIGEST_BYTES + 1];
	char head[2 * DIGEST_BYTES + 1];
	char seq[24];
	const struct notify_field fields[] = {
		{ "CLOCKWITNESS_EVIDENCE", h->when },
		{ "CLOCKWITNESS_DIRECTORY", h->path },
		{ "CLOCKWITNESS_FILE", h->file },
		{ "CLOCKWITNESS_FINGERPRINT", fingerprint },
		{ "CLOCKWITNESS_HEAD", head },
		{ "CLOCKWITNESS_SEQ", seq },
		{ "MESSAGE_ID", message_ids[MESSAGE_EVIDENCE] },
	};

	print_digest(&h->fingerprint, fingerprint);
	print_digest(&h->head, head);
	(void)snprintf(seq, sizeof(seq), "%" PRIu64, h->seq);
	(void)snprintf(line, sizeof(line),
	    "evidence %s %s/%s: fingerprint %s head %s seq %s", h->when, h->path, h->file,
	    fingerprint, head, seq);
	if (notify_journal_fields(
		priorities[LOG_CUSTODY], line, fields, sizeof(fields) / sizeof(*fields)))
		return;
	(void)fprintf(stderr, "clockwitnessd: %s\n", line);
	if (heads_to_syslog)
		system_log(priorities[LOG_CUSTODY], line);
}
