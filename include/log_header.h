/*
 * Logs in columns that a line of the log itself names: W3C extended (IIS, Windows
 * firewall, CloudFront) and Zeek.
 */
#ifndef CLOCKWITNESS_LOG_HEADER_H
#define CLOCKWITNESS_LOG_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "log_format.h"

#define LOG_HEADER_PATTERN 256

/* All zero: no header was seen. */
struct log_header {
	char text[LOG_HEADER_PATTERN]; /* of the pattern; empty: none */
	struct log_pattern pattern;
	unsigned rules; /* enum log_rule */
	bool local;     /* stamps are in the host's zone, the header says */
};

/* true: the line is a header that says something; it decides from the next line on. */
bool log_header_line(struct log_header *h, const char *line, size_t n);

#endif
