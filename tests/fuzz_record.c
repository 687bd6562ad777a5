/* Law: a line that is decoded is encoded back to the same octets. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct record r;
	static char again[RECORD_LINE_MAX];
	char *line = malloc(size + 1); /* so that a read past the end is seen */
	size_t column;

	if (line == NULL)
		return 0;
	memcpy(line, data, size);
	if (record_decode(line, size, &r, &column) == RECORD_OK &&
	    (record_encode(&r, again, sizeof(again)) != size ||
		memcmp(again, line, size) != 0))
		abort();
	if (column < 1 || column > size + 1)
		abort();
	(void)record_signed_length(line, size);
	free(line);
	return 0;
}
