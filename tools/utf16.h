/*
 * UTF-16 -> UTF-8 and back again, octet for octet, whatever it is: a surrogate alone
 * becomes the three octets that its number would have (as in WTF-8), an odd octet at the
 * end a byte that UTF-8 has not, and itself.
 */
#ifndef CLOCKWITNESS_UTF16_H
#define CLOCKWITNESS_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum encoding { ENCODING_OCTETS, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODINGS };

/* "octets", "utf-16le", "utf-16be" */
extern const char *const encoding_names[ENCODINGS];

/* All zero but the encoding: nothing read yet. */
struct utf16 {
	enum encoding encoding;
	uint16_t high; /* surrogate that waits for its other half */
	uint8_t odd;   /* octet that waits for its other half */
	bool has_odd;
};

/* How many octets it makes; room for 3 n / 2 + 6 is needed. */
size_t utf16_to_utf8(struct utf16 *u, const char *from, size_t n, char *to);

/* What still waits when the text ends: at most 5 octets; then nothing does. */
size_t utf16_end(struct utf16 *u, char *to);

/* A whole text back; room for 2 n is needed. */
size_t utf16_from_utf8(enum encoding e, const char *from, size_t n, char *to);

#endif
