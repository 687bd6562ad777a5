#include "keyring.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>

struct keyring {
	struct seal_key key;  /* signs next */
	struct seal_key next; /* announced, or zero */
	uint8_t seed[SEAL_SEED_BYTES];
};

static bool
make_key(struct keyring *k, struct seal_key *key)
{
	if (getrandom(k->seed, sizeof(k->seed), 0) != (ssize_t)sizeof(k->seed))
		return false;
	seal_key_from_seed(key, k->seed);
	return true;
}

int
keyring_open(struct keyring **out, int *locked)
{
	struct keyring *k = mmap(
	    NULL, sizeof(*k), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (k == MAP_FAILED)
		return -errno;
	*locked = mlock(k, sizeof(*k)) == 0 ? 0 : -errno;
	(void)madvise(k, sizeof(*k), MADV_DONTDUMP);
	(void)madvise(k, sizeof(*k), MADV_WIPEONFORK);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (!make_key(k, &k->key)) {
		(void)munmap(k, sizeof(*k));
		return -EIO;
	}
	*out = k;
	return 0;
}

void
keyring_close(struct keyring *k)
{
	if (k == NULL)
		return;
	seal_key_erase(&k->key);
	seal_key_erase(&k->next);
	(void)munmap(k, sizeof(*k));
}

struct seal_public
keyring_public(const struct keyring *k)
{
	return k->key.public_half;
}

bool
keyring_announce(struct keyring *k, struct seal_public *next)
{
	if (!make_key(k, &k->next))
		return false;
	*next = k->next.public_half;
	return true;
}

struct seal_signature
keyring_sign(struct keyring *k, const void *data, size_t n)
{
	struct seal_signature signature = seal_sign(&k->key, data, n);

	seal_key_move(&k->key, &k->next);
	return signature;
}
