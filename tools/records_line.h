/* What reading evidence and walking over it have in common. */
#ifndef CLOCKWITNESS_RECORDS_LINE_H
#define CLOCKWITNESS_RECORDS_LINE_H

#include <stddef.h>

/* Octets of the line at `at`, its newline included; 0: there is none before `end`. */
size_t records_line_length(const char *at, const char *end);

#endif
