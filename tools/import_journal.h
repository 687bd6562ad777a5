/* An entry of the journal, as journalctl -o json prints it, as a line of syslog. */
#ifndef CLOCKWITNESS_IMPORT_JOURNAL_H
#define CLOCKWITNESS_IMPORT_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_LINE 1024
#define JOURNAL_BOOT 40

struct journal_entry {
	char line[JOURNAL_LINE]; /* " host program: message", empty: it is no such */
	char boot[JOURNAL_BOOT]; /* empty: not told */
};

/*
 * What the kernel calls the process must be what the entry calls itself, where both are
 * told. false: this is no JSON object.
 */
bool journal_entry_read(const char *line, size_t n, struct journal_entry *out);

#endif
