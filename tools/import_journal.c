#include "import_journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define COMM_MAX 15 /* octets that the kernel keeps of a name */

static const char *
text(const struct json *j, const char *key)
{
	const char *found = json_get_text(j, key);

	return found != NULL ? found : "";
}

static bool
is_word(const char *s)
{
	return *s != '\0' && strpbrk(s, " \t\r\n:[]") == NULL;
}

/* Anybody may call himself anything; the journal has asked the kernel, too. */
static bool
is_what_it_says(const char *program, const char *comm)
{
	return *comm == '\0' || strncmp(program, comm, COMM_MAX) == 0;
}

static void
print_line(const struct json *j, struct journal_entry *out)
{
	const char *host = text(j, "_HOSTNAME");
	const char *program = text(j, "SYSLOG_IDENTIFIER");
	const char *message = text(j, "MESSAGE");
	int n = (int)strcspn(message, "\n");

	if (!is_word(program) || !is_what_it_says(program, text(j, "_COMM")))
		return;
	n = n < JOURNAL_LINE / 2 ? n : JOURNAL_LINE / 2;
	(void)snprintf(out->line, sizeof(out->line), " %.255s %.63s: %.*s",
	    is_word(host) ? host : "-", program, n, message);
}

bool
journal_entry_read(const char *line, size_t n, struct journal_entry *out)
{
	char *copy = strndup(line, n);
	struct json *j = copy != NULL ? json_parse(copy) : NULL;

	free(copy);
	out->line[0] = out->boot[0] = '\0';
	if (j == NULL)
		return false;
	(void)snprintf(out->boot, sizeof(out->boot), "%.39s", text(j, "_BOOT_ID"));
	print_line(j, out);
	json_free(j);
	return true;
}
