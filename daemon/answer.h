/* JSON for programs, in one line, from what core/text prints. */
#ifndef CLOCKWITNESSD_ANSWER_H
#define CLOCKWITNESSD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "text.h"

struct answer {
	struct text text;
	bool first; /* nothing stands yet in the object or list */
};

struct answer answer_begin(char *out, size_t size);
size_t answer_end(struct answer *a, const char *out); /* its length, 0: did not fit */

/* key: NULL inside a list */
void answer_open(struct answer *a, const char *key, char bracket);
void answer_close(struct answer *a, char bracket);
void answer_text(struct answer *a, const char *key, const char *value); /* cleaned */
void answer_null(struct answer *a, const char *key);
void answer_int(struct answer *a, const char *key, int64_t v);
void answer_flag(struct answer *a, const char *key, bool v);
void answer_ppm(struct answer *a, const char *key, double rate); /* s/s */
void answer_time(struct answer *a, const char *key, int64_t ns); /* RFC 3339 */
void answer_digest(struct answer *a, const char *key, const struct digest *d);

#endif
