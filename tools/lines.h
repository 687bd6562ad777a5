/*
 * The filter's input and output: octets in chunks, seen as lines, written through. A line
 * may be longer than the buffer: its head is shown once, the rest passes unseen.
 */
#ifndef CLOCKWITNESS_LINES_H
#define CLOCKWITNESS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINES_HEAD 64 /* so much of a line is whole in the head, unless it is shorter */

struct lines_sink {
	int fd;
	size_t used;
	bool failed;
	char buffer[1 << 16];
};

/*
 * Called for the head of each line: n octets, the whole line (with its newline) if it is
 * that short. Writes what it wants in place of a part of it and returns how many octets
 * of the head it has dealt with; the rest of the line is passed on unchanged.
 */
typedef size_t lines_head(void *arg, const char *head, size_t n, struct lines_sink *out);

/* Reads fd to its end. What has been read is written before more is waited for. 0,
 * -errno. */
int lines_filter(int fd, struct lines_sink *out, lines_head *call, void *arg);

void lines_write(struct lines_sink *s, const char *octets, size_t n);
bool lines_flush(struct lines_sink *s); /* false: could not be written (errno) */

#endif
