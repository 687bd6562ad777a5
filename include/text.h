/*
 * Bounded cursors over text, for the canonical lines of the evidence. `text` writes,
 * `scan` reads; both fail stickily: go straight down, look at `failed` once at the end.
 * What print_X writes, scan_X reads back, and scan_X accepts nothing else: one value has
 * one spelling.
 */
#ifndef CLOCKWITNESS_TEXT_H
#define CLOCKWITNESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;
	char *end;
	bool failed;
};

struct scan {
	const char *at;
	const char *end;
	bool failed;
};

void print_bytes(struct text *t, const char *s, size_t n);
void print_literal(struct text *t, const char *s);
void print_int(struct text *t, int64_t v); /* decimal, no leading zeros */
void print_uint(struct text *t, uint64_t v);
void print_digits(struct text *t, uint64_t v, int width);   /* zero padded to width */
void print_hex(struct text *t, const uint8_t *b, size_t n); /* lowercase */

/*
 * A JSON string with its quotes. Only the quote, the backslash and control characters are
 * escaped (\" \\ \u00xx); the text must be valid UTF-8, else it fails.
 */
void print_string(struct text *t, const char *s);

/* Millionths with exactly six decimals: -1234567 is "-1.234567". */
void print_millionths(struct text *t, int64_t v);

bool scan_peek(const struct scan *s, const char *literal); /* is it next? reads nothing */
void scan_literal(struct scan *s, const char *literal);
int64_t scan_int(struct scan *s);
uint64_t scan_uint(struct scan *s);
uint64_t scan_digits(struct scan *s, int width); /* exactly width digits */
void scan_hex(struct scan *s, uint8_t *out, size_t n);
int64_t scan_millionths(struct scan *s);

/* out gets the unescaped text and a NUL; fails if it needs more than size bytes. */
void scan_string(struct scan *s, char *out, size_t size);

/* Is it valid UTF-8 (RFC 3629: no surrogates, no overlong forms), n bytes long? */
bool text_is_utf8(const char *s, size_t n);

#endif
