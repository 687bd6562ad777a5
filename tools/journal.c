#include "journal.h"

#include <errno.h>

#ifndef WITHOUT_SYSTEMD
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-journal.h>

#include "memory.h"
#include "text.h"

struct journal {
	sd_journal *journal;
	char *entry;
	size_t n, room;
};

int
journal_open(struct journal **out, int fd)
{
	struct journal *j = calloc(1, sizeof(*j));
	int error;

	if (j == NULL)
		return -ENOMEM;
	error = sd_journal_open_files_fd(&j->journal, &fd, 1, 0);
	if (error < 0) {
		free(j);
		return error;
	}
	(void)sd_journal_set_data_threshold(j->journal, 0); /* no field is cut */
	*out = j;
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	sd_journal_close(j->journal);
	free(j->entry);
	free(j);
}

static void
add(struct journal *j, const void *octets, size_t n)
{
	j->entry = memory_grow(j->entry, &j->room, j->n + n, 1);
	memcpy(j->entry + j->n, octets, n);
	j->n += n;
}

static void
add_text(struct journal *j, const char *text)
{
	add(j, text, strlen(text));
}

/* ---- fields */

/* C1, U+0080 to U+009F, is C2 80 to C2 9F. */
static bool
is_control(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;

	if (c == 0xc2)
		return end - p > 1 && (unsigned char)p[1] < 0xa0;
	return (c < ' ' && c != '\t') || c == 0x7f;
}

/* As journalctl decides whether a field can stand on a line of its own. */
static bool
is_text(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_control(s + i, s + n))
			return false;
	return text_is_utf8(s, n);
}

/* What is no text goes behind its length. */
static void
add_field(struct journal *j, const char *field, size_t n)
{
	const char *equals = memchr(field, '=', n);
	size_t name = equals != NULL ? (size_t)(equals - field) : n;
	uint64_t length = n - name - (equals != NULL);
	uint8_t octet;

	if (equals == NULL || (name == 8 && memcmp(field, "_BOOT_ID", 8) == 0))
		return;
	if (is_text(equals + 1, length)) {
		add(j, field, n);
		add_text(j, "\n");
		return;
	}
	add(j, field, name);
	add_text(j, "\n");
	for (int i = 0; i < 8; i++) {
		octet = (uint8_t)(length >> 8 * i);
		add(j, &octet, 1);
	}
	add(j, equals + 1, length);
	add_text(j, "\n");
}

/* ---- entries */

static int
add_head(struct journal *j)
{
	char text[128];
	char *cursor = NULL;
	sd_id128_t boot;
	uint64_t realtime = 0;
	uint64_t monotonic = 0;
	int error = sd_journal_get_realtime_usec(j->journal, &realtime);

	if (error >= 0)
		error = sd_journal_get_monotonic_usec(j->journal, &monotonic, &boot);
	if (error >= 0)
		error = sd_journal_get_cursor(j->journal, &cursor);
	if (error < 0)
		return error;
	add_text(j, "__CURSOR=");
	add_text(j, cursor);
	free(cursor);
	(void)snprintf(text, sizeof(text),
	    "\n__REALTIME_TIMESTAMP=%" PRIu64 "\n__MONOTONIC_TIMESTAMP=%" PRIu64
	    "\n_BOOT_ID=" SD_ID128_FORMAT_STR "\n",
	    realtime, monotonic, SD_ID128_FORMAT_VAL(boot));
	add_text(j, text);
	return 0;
}

static int
add_fields(struct journal *j)
{
	const void *field;
	size_t n;
	int more;

	sd_journal_restart_data(j->journal);
	while ((more = sd_journal_enumerate_available_data(j->journal, &field, &n)) > 0)
		add_field(j, field, n);
	return more;
}

int
journal_next(struct journal *j, const char **octets, size_t *n)
{
	int error = sd_journal_next(j->journal);

	if (error <= 0)
		return error;
	j->n = 0;
	error = add_head(j);
	if (error >= 0)
		error = add_fields(j);
	if (error < 0)
		return error;
	add_text(j, "\n");
	*octets = j->entry;
	*n = j->n;
	return 1;
}
#else
int
journal_open(struct journal **out, int fd)
{
	(void)out;
	(void)fd;
	return -ENOSYS;
}

void
journal_close(struct journal *j)
{
	(void)j;
}

int
journal_next(struct journal *j, const char **octets, size_t *n)
{
	(void)j;
	(void)octets;
	(void)n;
	return 0;
}
#endif
