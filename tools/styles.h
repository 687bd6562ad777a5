/* How a corrected stamp stands in its line. */
#ifndef CLOCKWITNESS_STYLES_H
#define CLOCKWITNESS_STYLES_H

#include <stdbool.h>
#include <stddef.h>

#include "corrector.h"

/* [from, to) of the line becomes the n octets of text. */
struct line_change {
	size_t from, to, n;
	char text[160];
};

/* false: the form cannot hold the time, or only so far from UTC that it is no help. */
bool style_stamp(const struct log_clock *c, bool iso, const struct log_stamp *s,
    struct line_change *out);

/* "UTC +-uncertainty kind | ", or why there is none, before the line. */
void style_annotation(const struct log_stamp *s, struct line_change *out);

/*
 * [timeQuality ...] of RFC 5424 section 7.1 among the structured data of a line, in
 * place of the one that is there; false: there is no room for it.
 */
bool style_time_quality(const struct log_stamp *s, struct line_change *out);

#endif
