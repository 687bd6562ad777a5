/*
 * Runs a fuzzer's function on the files that are named, without a fuzzer: so every input
 * that was ever found is tried by `make check` with any compiler.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
try(const char *path)
{
	static uint8_t octets[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		perror(path);
		return 1;
	}
	n = fread(octets, 1, sizeof(octets), f);
	(void)fclose(f);
	return LLVMFuzzerTestOneInput(octets, n);
}

int
main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		if (try(argv[i]) != 0)
			return 1;
	return argc < 2;
}
