/* What makes the pictures of a report zoom and tell values: no library, no request. */
#ifndef CLOCKWITNESS_REPORT_SCRIPT_H
#define CLOCKWITNESS_REPORT_SCRIPT_H

extern const char report_script[];

#endif
