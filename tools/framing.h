/* Records that are not one a line, as syslog sends them over TCP: RFC 6587. */
#ifndef CLOCKWITNESS_FRAMING_H
#define CLOCKWITNESS_FRAMING_H

#include <stddef.h>

/* How the log that begins so keeps its records apart; NULL: by newlines. */
const char *framing_of(const char *octets, size_t n);

#endif
