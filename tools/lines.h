/*
 * The line source and the sink: octets in blocks of whole lines, and out again.
 */
#ifndef CLOCKWITNESS_LINES_H
#define CLOCKWITNESS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "source.h"

#define LINES_BUFFER ((size_t)256 * 1024) /* a longer line comes in parts */
#define LINES_SLACK 128 /* octets behind a block that may be read, whatever they are */

struct lines {
	struct source source;
	char *buffer;
	size_t from, to; /* what has been read and not yet handed on */
	bool inside;     /* what has been handed on ends within a line */
	bool ended;
	bool looked_at; /* what is there came by lines_look(), and may hold lines */
};

/* Whole lines, but for the last one of the log and those longer than the buffer. The
 * octets may be changed in place. */
struct lines_block {
	char *octets;
	size_t n;
	bool inside; /* it begins within a line, whose beginning came before */
};

/* 0, -errno. */
int lines_open(struct lines *l, const char *path);
void lines_close(struct lines *l);

/* Reads more, if there is room, and hands nothing on: what is there can be looked at from
 * buffer + from to buffer + to. 1: there is more, 0: there is not, -errno. */
int lines_look(struct lines *l);

/* Passes over the first n octets of what is there. */
void lines_skip(struct lines *l, size_t n);

/* 1: a block, 0: the end, -errno. Of a stream, what is there is handed on at once. */
int lines_next(struct lines *l, struct lines_block *out);

/* The block that was handed on last becomes the caller's, with the buffer that it begins;
 * another one of LINES_BUFFER + LINES_SLACK octets comes in its place. */
char *lines_trade(struct lines *l, char *buffer);

struct lines_sink {
	int fd;
	size_t used;
	bool failed;
	char buffer[1 << 16];
};

void lines_write(struct lines_sink *s, const char *octets, size_t n);
bool lines_flush(struct lines_sink *s); /* false: could not be written (errno) */

#endif
