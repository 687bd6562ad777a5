#include "hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "say.h"

/* Asked for once: to fetch an algorithm takes longer than to hash a line. */
static EVP_MD_CTX *
begin(EVP_MD **sha256)
{
	EVP_MD_CTX *context;

	/* a configuration file could have foreign code loaded */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	*sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	context = EVP_MD_CTX_new();
	if (*sha256 == NULL || context == NULL) {
		say("libcrypto cannot be used");
		exit(EXIT_CANNOT);
	}
	return context;
}

struct digest
hash_bytes(const void *data, size_t n)
{
	static EVP_MD_CTX *context;
	static EVP_MD *sha256;
	struct digest d;

	if (context == NULL)
		context = begin(&sha256);
	if (EVP_DigestInit_ex2(context, sha256, NULL) != 1 ||
	    EVP_DigestUpdate(context, data, n) != 1 ||
	    EVP_DigestFinal_ex(context, d.byte, NULL) != 1) {
		say("libcrypto cannot hash");
		exit(EXIT_CANNOT);
	}
	return d;
}
