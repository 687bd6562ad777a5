/* The files of an evidence directory: their names, how one is made, which is newest. */
#ifndef CLOCKWITNESSD_EVIDENCE_FILE_H
#define CLOCKWITNESSD_EVIDENCE_FILE_H

#include <stdbool.h>

#include "record.h"
#include "timescale.h"

/*
 * Makes HOST-YYYYMMDDTHHMMSSZ-NNN.jsonl, 0600, which must not exist yet: NNN counts up
 * from *rotation, which is left one beyond. A descriptor, open for appending, or -errno;
 * the directory's new entry is on disk.
 */
int evidence_file_create(int directory, const char *host, struct system_time at,
    unsigned *rotation, char name[RECORD_TEXT_SIZE]);

/*
 * What the newest file of the directory ends in. *found false: there is none. 0 or
 * -errno. A file that cannot be read is named, with a head of zeros.
 */
int evidence_file_newest(int directory, struct record_previous *out, bool *found);

#endif
