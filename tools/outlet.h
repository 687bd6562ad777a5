/*
 * Octets to a descriptor through a buffer, and the spellings that the formats of other
 * programs ask for. Failure is sticky: look at `failed` (errno) after outlet_flush().
 */
#ifndef CLOCKWITNESS_OUTLET_H
#define CLOCKWITNESS_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OUTLET_MINUTE 17 /* 2026-11-22T01:52: */

struct outlet {
	int fd;
	bool failed;
	size_t used;
	int64_t minute; /* that was printed last, ns; where there is its text */
	char minute_text[OUTLET_MINUTE + 1];
	char buffer[1 << 18];
};

bool outlet_flush(struct outlet *o); /* false: could not be written (errno) */

/* The long way of put_bytes(): what fills the buffer. */
void outlet_fill(struct outlet *o, const char *s, size_t n);

static inline void
put_bytes(struct outlet *o, const char *s, size_t n)
{
	if (n >= sizeof(o->buffer) - o->used) {
		outlet_fill(o, s, n);
		return;
	}
	memcpy(o->buffer + o->used, s, n);
	o->used += n;
}

static inline void
put_text(struct outlet *o, const char *s)
{
	put_bytes(o, s, strlen(s));
}

void put_number(struct outlet *o, int64_t v);
void put_unsigned(struct outlet *o, uint64_t v);

/* 2026-11-22T01:52:47.123456, so many digits of the second, 0..9, rounded down. */
void put_time(struct outlet *o, int64_t ns, int digits);
void put_time_of_day(struct outlet *o, int64_t ns, int digits); /* without the date */

/*
 * The inside of a JSON string: quote, backslash and control characters escaped; what is
 * no UTF-8 becomes U+FFFD. Likewise of a quoted CSV field: the quote doubled; U+FFFD for
 * NUL, too.
 */
void put_json(struct outlet *o, const char *s, size_t n);
void put_csv(struct outlet *o, const char *s, size_t n);

/* For formats without any quoting: control characters and `forbidden` become a blank. */
void put_plain(struct outlet *o, const char *s, size_t n, char forbidden);

/* What HTML takes for markup is escaped, control characters become a blank. */
void put_html(struct outlet *o, const char *s);

#endif
