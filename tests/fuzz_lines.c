/*
 * The line source on any file. Laws: a plain file comes as it is; UTF-16 comes back octet
 * for octet; what is compressed, or a journal, ends, or says why.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tools/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MOST ((size_t)4 << 20)

static void
check_same(
    const struct lines *l, const uint8_t *data, size_t n, const char *got, size_t m)
{
	enum encoding e = l->source.utf16.encoding;
	char *back;

	if (e == ENCODING_OCTETS) {
		if (m != n || memcmp(data, got, n) != 0)
			abort();
		return;
	}
	back = malloc(2 * m + 2);
	if (back == NULL)
		return;
	if (utf16_from_utf8(e, got, m, back) != n - 2 ||
	    memcmp(back, data + 2, n - 2) != 0)
		abort();
	free(back);
}

static void
read_all(const char *path, const uint8_t *data, size_t n, char *got)
{
	struct lines l;
	struct lines_block b;
	size_t m = 0;
	bool wrapped;

	if (lines_open(&l, path) < 0)
		abort();
	wrapped = l.source.archive != NULL || l.source.journal != NULL ||
		  l.source.damage[0] != '\0';
	while (lines_next(&l, &b) > 0 && m + b.n <= MOST) {
		memcpy(got + m, b.octets, b.n);
		m += b.n;
	}
	if (!wrapped && n <= MOST / 2)
		check_same(&l, data, n, got, m);
	lines_close(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char *got;
	char path[64] = "/proc/self/fd/";
	int fd = memfd_create("log", 0);
	char digits[12];
	size_t k = sizeof(digits);

	if (got == NULL)
		got = malloc(MOST + LINES_BUFFER);
	if (fd < 0 || got == NULL || write(fd, data, n) != (ssize_t)n)
		return 0;
	digits[--k] = '\0';
	for (int v = fd; k > 0 && (v > 0 || k == sizeof(digits) - 1); v /= 10)
		digits[--k] = (char)('0' + v % 10);
	memcpy(path + strlen(path), digits + k, sizeof(digits) - k);
	read_all(path, data, n, got);
	close(fd);
	return 0;
}
