/* What the tool says on standard error, and its exit codes. */
#ifndef CLOCKWITNESS_SAY_H
#define CLOCKWITNESS_SAY_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FINDINGS = 1, /* done, but something is not as it should be */
	EXIT_USAGE = 2,
	EXIT_CANNOT = 3, /* I/O, damaged input */
};

/* "clockwitness: ..." */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same and ": strerror(errno)"; returns EXIT_CANNOT. */
int say_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
