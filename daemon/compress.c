#include "compress.h"

#include <errno.h>

#ifdef WITHOUT_ZSTD

int
compressor_open(struct compressor **out, int from, int to)
{
	(void)from;
	(void)to;
	*out = NULL;
	return -ENOTSUP;
}

void
compressor_close(struct compressor *c)
{
	(void)c;
}

int
compressor_step(struct compressor *c)
{
	(void)c;
	return -ENOTSUP;
}

int
compress_tail(int fd, char *tail, size_t size, size_t *n, bool *whole)
{
	(void)fd;
	(void)tail;
	(void)size;
	*n = 0;
	*whole = false;
	return -ENOTSUP;
}

#else

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define SLICE ((size_t)128 * 1024)
#define LEVEL 3
#define WINDOW_LOG 18 /* 256 KiB: records repeat within that, and memory stays small */

struct compressor {
	int from, to;
	ZSTD_CCtx *packer;    /* NULL: the copy is made */
	ZSTD_DCtx *unpacker;  /* NULL: it is not */
	off_t packed_at;      /* in `to`, while it is read back */
	ZSTD_inBuffer packed; /* of octets read back */
	char in[SLICE], out[SLICE], other[SLICE];
};

static bool
set_up(ZSTD_CCtx *z, int from)
{
	struct stat s;

	return z != NULL && fstat(from, &s) == 0 &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, WINDOW_LOG)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1)) &&
	       !ZSTD_isError(
		   ZSTD_CCtx_setPledgedSrcSize(z, (unsigned long long)s.st_size));
}

int
compressor_open(struct compressor **out, int from, int to)
{
	struct compressor *c = malloc(sizeof(*c));

	*out = NULL;
	if (c == NULL)
		return -ENOMEM;
	c->from = from;
	c->to = to;
	c->unpacker = NULL;
	c->packer = ZSTD_createCCtx();
	if (!set_up(c->packer, from)) {
		compressor_close(c);
		return -ENOMEM;
	}
	*out = c;
	return 0;
}

void
compressor_close(struct compressor *c)
{
	if (c == NULL)
		return;
	(void)ZSTD_freeCCtx(c->packer);
	(void)ZSTD_freeDCtx(c->unpacker);
	free(c);
}

static ssize_t
read_some(int fd, char *to, size_t size)
{
	ssize_t n;

	do
		n = read(fd, to, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int
write_all(int fd, const char *from, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, from, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			from += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/* Packs what was read; at its end the frame is closed. 1: more; 0: the copy is made. */
static int
pack(struct compressor *c, size_t n)
{
	ZSTD_EndDirective what = n > 0 ? ZSTD_e_continue : ZSTD_e_end;
	ZSTD_inBuffer in = { c->in, n, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { c->out, sizeof(c->out), 0 };
		int error;

		left = ZSTD_compressStream2(c->packer, &out, &in, what);
		if (ZSTD_isError(left))
			return -EIO;
		error = write_all(c->to, c->out, out.pos);
		if (error < 0)
			return error;
	} while (in.pos < in.size || (n == 0 && left > 0));
	return n > 0;
}

/* Both are read from their beginning. */
static int
begin_comparing(struct compressor *c)
{
	(void)ZSTD_freeCCtx(c->packer);
	c->packer = NULL;
	c->unpacker = ZSTD_createDCtx();
	c->packed = (ZSTD_inBuffer){ c->in, 0, 0 };
	c->packed_at = 0;
	if (c->unpacker == NULL || lseek(c->from, 0, SEEK_SET) != 0)
		return -ENOMEM;
	return 1;
}

static ssize_t
refill(ZSTD_inBuffer *b, char *room, int fd, off_t *at)
{
	ssize_t n = pread(fd, room, SLICE, *at);

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	*b = (ZSTD_inBuffer){ room, (size_t)n, 0 };
	*at += n;
	return n;
}

/* What came out must be what stands in `from`. */
static int
compare(struct compressor *c, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = read_some(c->from, c->other, n - at);

		if (got < 0)
			return (int)got;
		if (got == 0 || memcmp(c->out + at, c->other, (size_t)got) != 0)
			return -EBADMSG;
		at += (size_t)got;
	}
	return 1;
}

static int
compare_slice(struct compressor *c)
{
	ZSTD_outBuffer out = { c->out, sizeof(c->out), 0 };
	ssize_t n = 1;
	size_t left;

	if (c->packed.pos == c->packed.size)
		n = refill(&c->packed, c->in, c->to, &c->packed_at);
	if (n < 0)
		return (int)n;
	if (n == 0) /* the frame is over; is the other one, too? */
		return read_some(c->from, c->other, 1) == 0 ? 0 : -EBADMSG;
	left = ZSTD_decompressStream(c->unpacker, &out, &c->packed);
	if (ZSTD_isError(left))
		return -EBADMSG;
	return compare(c, out.pos);
}

int
compressor_step(struct compressor *c)
{
	ssize_t n;
	int more;

	if (c->packer == NULL)
		return compare_slice(c);
	n = read_some(c->from, c->in, sizeof(c->in));
	if (n < 0)
		return (int)n;
	more = pack(c, (size_t)n);
	return more == 0 ? begin_comparing(c) : more;
}

/* Keeps the last `size` octets of all that was added. */
struct tail {
	char *text;
	size_t size, used;
	bool cut;
};

static void
tail_add(struct tail *t, const char *from, size_t n)
{
	size_t kept;

	if (n > t->size) {
		from += n - t->size;
		n = t->size;
		t->cut = true;
	}
	kept = t->used < t->size - n ? t->used : t->size - n;
	t->cut |= kept < t->used;
	memmove(t->text, t->text + (t->used - kept), kept);
	memcpy(t->text + kept, from, n);
	t->used = kept + n;
}

int
compress_tail(int fd, char *tail, size_t size, size_t *n, bool *whole)
{
	struct tail t = { .text = tail, .size = size };
	ZSTD_DCtx *z = ZSTD_createDCtx();
	char *room = malloc(2 * SLICE);
	ZSTD_inBuffer in = { room, 0, 0 };
	off_t at = 0;
	ssize_t got = z != NULL && room != NULL ? 1 : -ENOMEM;

	while (got > 0) {
		ZSTD_outBuffer out = { room + SLICE, SLICE, 0 };

		if (in.pos == in.size && (got = refill(&in, room, fd, &at)) <= 0)
			break;
		if (ZSTD_isError(ZSTD_decompressStream(z, &out, &in)))
			got = -EBADMSG;
		tail_add(&t, room + SLICE, out.pos);
	}
	(void)ZSTD_freeDCtx(z);
	free(room);
	*n = t.used;
	*whole = !t.cut;
	return got < 0 ? (int)got : 0;
}

#endif
