/*
 * What was changed in logs, so that the originals can be had back octet for octet: JSON
 * Lines, for each log
 *
 *   {"log":"NAME","encoding":"octets"}
 *   [GAP,LENGTH,"ORIGINAL"]            behind GAP octets that are the same in both, LENGTH
 *                                      octets of the corrected log stand for ORIGINAL
 *   {"original_bytes":N,"original_sha256":"HEX","corrected_bytes":N,
 *    "corrected_sha256":"HEX",...}     and the summary
 *
 * In ORIGINAL, an octet that is no printable ASCII is \u00xx.
 */
#ifndef CLOCKWITNESS_MANIFEST_H
#define CLOCKWITNESS_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "digest.h"
#include "utf16.h"

struct manifest {
	FILE *file;
	uint64_t gap; /* octets since the last change */
	uint64_t original, corrected;
	struct digest_state original_digest, corrected_digest;
};

/* false: cannot be made, or exists (said). */
bool manifest_open(struct manifest *m, const char *path);
bool manifest_close(struct manifest *m, const char *path);

void manifest_begin(struct manifest *m, const char *log, enum encoding encoding);
void manifest_original(struct manifest *m, const char *octets, size_t n);
void manifest_corrected(struct manifest *m, const char *octets, size_t n);
void manifest_same(struct manifest *m, size_t n);
void manifest_change(struct manifest *m, const char *original, size_t n, size_t length);

/* summary: a JSON object, or NULL */
void manifest_end(struct manifest *m, const char *summary);

/* Writes what the corrected log was made of to out. An exit code (said). */
int manifest_undo(const char *manifest, const char *corrected, FILE *out);

#endif
