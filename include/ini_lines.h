/*
 * The lines of an INI file, one by one, for inih, which splits them into keys and values.
 * Sections are met here. As Debian builds it, inih cuts a line at 200 octets and reads the
 * rest as a line of its own, stays in the section before a broken header, and takes a line
 * that begins with a blank for a part of the value before: here such a file ends instead.
 */
#ifndef CLOCKWITNESS_INI_LINES_H
#define CLOCKWITNESS_INI_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define INI_SECTION_SIZE 50 /* with its NUL */

enum ini_fault {
	INI_FINE,
	INI_LONG,
	INI_NUL,
	INI_INDENTED,
	INI_HEADER,
	INI_LONG_SECTION,
	INI_FAULTS
};

/* What is wrong, for a sentence that begins with file and line. */
extern const char *const ini_fault_words[INI_FAULTS];

struct ini_lines {
	const char *text;
	size_t left; /* octets of it that wait */
	int line;    /* number of the last one, from 1 */
	/* a header: "daemon" of [daemon]; false ends the reading. Before any key of it. */
	bool (*section)(void *arg, const char *name);
	void *arg;
	bool in_section;
	bool ended; /* by that, or by a fault */
	enum ini_fault fault;
};

/* An ini_reader of inih; lines: struct ini_lines. NULL: there are no more. */
char *ini_lines_next(char *out, int size, void *lines);

#endif
