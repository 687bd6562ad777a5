/*
 * zstd for closed files, a slice at a time, so that nothing else waits for long: first
 * the copy is made, then it is read back and compared. libzstd's only user; without it
 * all of this is -ENOTSUP.
 */
#ifndef CLOCKWITNESSD_COMPRESS_H
#define CLOCKWITNESSD_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

struct compressor;

/* `to` is empty, and can be read. The descriptors stay the caller's. 0 or -errno. */
int compressor_open(struct compressor **out, int from, int to);
void compressor_close(struct compressor *c); /* NULL is allowed */

/*
 * A slice of a few milliseconds. 1: there is more to do; 0: `to` holds what `from` holds;
 * -errno, -EBADMSG: what was read back is something else.
 */
int compressor_step(struct compressor *c);

/* The last octets, at most `size`, of what a compressed file holds. *whole: that is all.
 * 0 or -errno. */
int compress_tail(int fd, char *tail, size_t size, size_t *n, bool *whole);

#endif
