/*
 * The intruder: looks through the memory of a process for secret keys of seals.
 *
 * usage: prog_memory_keys PID < public keys in hex, one a line
 * Every 32 octets in memory, at every offset, are tried as the seed of each key; and as
 * the clamped scalar of one, which signs as well. Prints the number of each key that is
 * found, counted from 0. The shadow of AddressSanitizer, terabytes of notes on which
 * octets may be used, is passed over: it holds none of them.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define KEYS_MAX 100000
#define CHUNK ((size_t)1 << 20)
#define SHADOW_MIN ((uint64_t)1 << 38) /* octets; no other mapping is so long */

struct key {
	unsigned char octet[32];
	size_t number;
};

static struct key keys[KEYS_MAX];
static size_t key_count;

static int
by_octets(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static void
try_public(const unsigned char public[32])
{
	const struct key *found =
	    bsearch(public, keys, key_count, sizeof(*keys), by_octets);

	if (found != NULL)
		printf("%zu\n", found->number);
}

/* Randomness has hardly two octets alike in eight; most of memory does. */
static bool
looks_random(const unsigned char *p)
{
	unsigned char seen[256] = { 0 };
	int different = 0;

	for (int i = 0; i < 32; i++)
		different += seen[p[i]]++ == 0;
	return different >= 22;
}

static void
try_seed(const unsigned char *p)
{
	unsigned char public[32];
	unsigned char secret[64];

	crypto_sign_seed_keypair(public, secret, p);
	try_public(public);
}

static void
try_scalar(const unsigned char *p)
{
	unsigned char public[32];

	if ((p[0] & 7) != 0 || (p[31] & 0xc0) != 0x40)
		return;
	if (crypto_scalarmult_ed25519_base_noclamp(public, p) == 0)
		try_public(public);
}

static void
search(FILE *memory, uint64_t from, uint64_t to)
{
	static unsigned char chunk[CHUNK + 32];

	for (; from < to; from += CHUNK) {
		size_t want = to - from < sizeof(chunk) ? to - from : sizeof(chunk);
		size_t n;

		if (fseeko(memory, (off_t)from, SEEK_SET) != 0)
			return;
		n = fread(chunk, 1, want, memory);
		for (size_t i = 0; i + 32 <= n && i < CHUNK; i++) {
			if (!looks_random(chunk + i))
				continue;
			try_seed(chunk + i);
			try_scalar(chunk + i);
		}
	}
}

static bool
read_keys(void)
{
	char line[80];

	while (key_count < KEYS_MAX && fgets(line, sizeof(line), stdin) != NULL) {
		size_t n;

		if (sodium_hex2bin(keys[key_count].octet, 32, line, 64, NULL, &n, NULL) !=
			0 ||
		    n != 32)
			return false;
		keys[key_count].number = key_count;
		key_count++;
	}
	qsort(keys, key_count, sizeof(*keys), by_octets);
	return key_count > 0;
}

int
main(int argc, char *argv[])
{
	char name[64];
	char line[512];
	uint64_t from;
	uint64_t to;
	char mode[8];
	FILE *maps;
	FILE *memory;

	if (argc != 2 || sodium_init() < 0 || !read_keys())
		return 2;
	(void)snprintf(name, sizeof(name), "/proc/%d/maps", atoi(argv[1]));
	maps = fopen(name, "re");
	(void)snprintf(name, sizeof(name), "/proc/%d/mem", atoi(argv[1]));
	memory = fopen(name, "re");
	if (maps == NULL || memory == NULL) {
		perror(name);
		return 3;
	}
	while (fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &from, &to, mode) == 3 &&
		    mode[0] == 'r' && mode[1] == 'w' && to - from < SHADOW_MIN &&
		    strstr(line, "[v") == NULL)
			search(memory, from, to);
	return 0;
}
