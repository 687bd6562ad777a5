/* A cursor over the words of a line that another program wrote. */
#ifndef CLOCKWITNESS_DAEMON_WORDS_H
#define CLOCKWITNESS_DAEMON_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char *at, *end;
};

void words_blanks(struct words *w); /* passes over blanks and tabs */

/* Passes over it if it is next. */
bool words_literal(struct words *w, const char *literal);

/* The next word without the blanks around it, empty at the end; the cursor is behind it.
 */
struct words words_next(struct words *w);
bool words_is(const struct words *w, const char *literal);

/*
 * A decimal number, with a sign, a fraction and an exponent if it likes, of magnitude
 * below 1e18: what printf() writes for %f, %e and %d. false: it is none, and the cursor
 * stays.
 */
bool words_real(struct words *w, double *out);

/* The next word is one number and no more. */
bool words_real_word(struct words *w, double *out);

#endif
