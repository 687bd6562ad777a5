/*
 * What verifying costs at least, through libsodium: the SHA-256 of each line of a file,
 * or a signature checked for each seal in it. For tests/bench_verify.
 *
 * usage: prog_hash lines|seals FILE
 */
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "record.h"
#include "seal.h"

#define SIGNED "as much work as any other"

int
main(int argc, char *argv[])
{
	static char line[RECORD_LINE_MAX + 1];
	uint8_t seed[SEAL_SEED_BYTES] = { 1 };
	struct seal_key key;
	struct seal_public public_half;
	struct seal_signature signature;
	bool seals = argc == 3 && strcmp(argv[1], "seals") == 0;
	FILE *in = argc == 3 ? fopen(argv[2], "rb") : NULL;
	uint8_t sum = 0;

	if (in == NULL || !seal_begin())
		return 2;
	seal_key_from_seed(&key, seed);
	public_half = key.public_half;
	signature = seal_sign(&key, SIGNED, sizeof(SIGNED));
	while (fgets(line, sizeof(line), in) != NULL) {
		size_t n = strlen(line);

		if (!seals)
			sum ^= digest_bytes(line, n).byte[0];
		else if (record_signed_length(line, n) > 0)
			sum ^=
			    seal_check(&signature, &public_half, SIGNED, sizeof(SIGNED));
	}
	(void)fclose(in);
	(void)printf("%u\n", sum);
	return 0;
}
