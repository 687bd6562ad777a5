/* The files of an evidence directory: their names, how one is made, which there are. */
#ifndef CLOCKWITNESSD_EVIDENCE_FILE_H
#define CLOCKWITNESSD_EVIDENCE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "timescale.h"

/*
 * Makes HOST-YYYYMMDDTHHMMSSZ-NNN.jsonl, 0600, which must not exist yet: NNN counts up
 * from *rotation, which is left one beyond. Where the host has a file of a later second,
 * since its clock was set back, that second is taken, so that names sort as files were
 * written. A descriptor, open for appending, or -errno; the directory's new entry is on
 * disk.
 */
int evidence_file_create(int directory, const char *host, struct system_time at,
    unsigned *rotation, char name[RECORD_TEXT_SIZE]);

#define FILE_STAMP_SIZE 72 /* for six numbers of any size, as the compiler counts */

enum evidence_file_kind { EVIDENCE_FILE_ANY, EVIDENCE_FILE_PLAIN };

struct evidence_file {
	char name[RECORD_TEXT_SIZE]; /* as it stands in the directory, perhaps .zst */
	char stamp[FILE_STAMP_SIZE]; /* YYYYMMDDTHHMMSSZ */
	unsigned rotation;           /* NNN */
	uint64_t octets;
	uint64_t all_octets; /* of all files among which it is the oldest */
	bool packed;         /* by zstd */
};

/*
 * The oldest file of the host, by what its name says, but for `present`; plain: of those
 * that are not compressed. false: there is none; all_octets is 0 then.
 */
bool evidence_file_oldest(int directory, const char *host, const char *present,
    enum evidence_file_kind kind, struct evidence_file *out);

/* What the file ends in. A compressed one is named as it was before. A file that cannot be
 * read is named, with a head of zeros. */
void evidence_file_describe(
    int directory, const struct evidence_file *f, struct record_previous *out);

/* What the newest file of the directory, whatever its host, ends in. *found false: there
 * is none. 0 or -errno. */
int evidence_file_newest(int directory, struct record_previous *out, bool *found);

#endif
