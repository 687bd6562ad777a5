/*
 * A file of the systemd journal, read through libsystemd, whose only user among the tools
 * this is, as the journal's export: octet for octet what journalctl -o export prints.
 */
#ifndef CLOCKWITNESS_JOURNAL_H
#define CLOCKWITNESS_JOURNAL_H

#include <stddef.h>

#define JOURNAL_MAGIC "LPKSHHRH"

struct journal;

/* Reads from the descriptor, which stays the caller's. 0; -errno; -ENOSYS: this program
 * was built without libsystemd. */
int journal_open(struct journal **out, int fd);
void journal_close(struct journal *j);

/* The next entry, which stays until the next call. 1, 0: the end, -errno. */
int journal_next(struct journal *j, const char **octets, size_t *n);

#endif
