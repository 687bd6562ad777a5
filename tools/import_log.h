/* Logs -> what time daemons told in them, in the order in which they told it. */
#ifndef CLOCKWITNESS_IMPORT_LOG_H
#define CLOCKWITNESS_IMPORT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import_journal.h"
#include "log_clock.h"
#include "recognition.h"
#include "told_clock.h"

#define IMPORT_HOST 256

struct import_log {
	struct log_grammars grammars;
	struct recognition_wish wish;
	struct log_clock clock; /* of stamps that do not say their zone or year */
	struct told_line *line;
	size_t lines, room;
	char host[IMPORT_HOST]; /* as syslog has it; empty: not seen */
	bool has_slew;
	/* counts, for who wants to know */
	uint64_t told[DAEMON_AUTHORS], alive[DAEMON_AUTHORS];
	uint64_t passed_over, zoneless;
	int64_t guessed_year; /* 0: none was */
	/* of the log at hand */
	struct recognition recognition;
	struct log_order order;
	size_t first;            /* of its lines */
	char boot[JOURNAL_BOOT]; /* of the journal's last entry; empty: none yet */
};

/* false: the table of formats cannot be read (said). */
bool import_log_begin(struct import_log *l);

/* One log; goes_on: it is the next piece of the one before. false: it cannot be read
 * (said). */
bool import_log_read(struct import_log *l, const char *path, bool goes_on);

/* All logs are in: brings the lines into order. */
void import_log_close(struct import_log *l);
void import_log_free(struct import_log *l);

#endif
