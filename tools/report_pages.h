/* A report as it is read: an HTML page, or text; the sentences are the same. */
#ifndef CLOCKWITNESS_REPORT_PAGES_H
#define CLOCKWITNESS_REPORT_PAGES_H

#include "outlet.h"
#include "report_data.h"

#define REPORT_SENTENCE 640
#define REPORT_SENTENCES 8

struct report_words {
	char of[REPORT_SENTENCES][REPORT_SENTENCE];
	size_t n;
};

/* What a judge should know; how it was found; what it does not show. */
void report_summary(const struct report *r, struct report_words *out);
void report_method(const struct report *r, struct report_words *out);
void report_limits(const struct report *r, struct report_words *out);

void report_page(struct outlet *o, const struct report *r);
void report_text(struct outlet *o, const struct report *r);

#endif
