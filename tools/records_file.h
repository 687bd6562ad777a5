/* What opening evidence, walking over it and explaining damage have in common. */
#ifndef CLOCKWITNESS_RECORDS_FILE_H
#define CLOCKWITNESS_RECORDS_FILE_H

#include "records.h"
#include "records_source.h"

/* NULL: errno says why; *fd is to be closed with records_file_close(). */
struct records_source *records_file_read(const struct records_file *f, int *fd);
void records_file_close(const struct records_file *f, struct records_source *s, int fd);

/* What became of the line that made `result` with this checker. r: NULL if malformed. */
struct records_breakage {
	const struct records_line *line;
	const struct chain_checker *before;
	struct chain_result result;
	const struct record *record;
};

/*
 * Looks at the file a second time. false: the line before the one given is to blame, too
 * or instead: it does not hold either.
 */
bool records_explain(const struct records_file *f, const struct records_breakage *b,
    struct records_damage *out);

#endif
