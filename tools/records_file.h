/* What opening evidence, walking over it and explaining damage have in common. */
#ifndef CLOCKWITNESS_RECORDS_FILE_H
#define CLOCKWITNESS_RECORDS_FILE_H

#include "records.h"
#include "records_source.h"

/* NULL: errno says why; *fd is to be closed with records_file_close(). */
struct records_source *records_file_read(const struct records_file *f, int *fd);
void records_file_close(const struct records_file *f, struct records_source *s, int fd);

/* A file of evidence by its name, or compressed since the name was found. -1: errno. */
int records_file_open(const char *path);

/* What its first lines say of it. false: it cannot be read, errno says why. */
bool records_file_begin(struct records_file *f);

/* Puts all in the order of writing. */
void records_order(struct records *r);

/* The first line that is not the same in both; 0: they hold the same. Both are read. */
uint64_t records_file_differs(const struct records_file *f, const char *twin);

/* The file that file i goes on from, or what must be it; NULL: it begins a chain, or
 * nothing here is. */
struct records_file *records_file_before(const struct records *r, size_t i);

/* Was `next` begun when f had ended? It says that it goes on from it, or that its process
 * found it in the directory, where only one writes. The raw clock is the same. */
bool records_file_follows(const struct records_file *next, const struct records_file *f);

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
