#include "timestamp.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <string.h>
#include <time.h>

/* A random number of 64 bits, as others send. */
static ASN1_INTEGER *
make_nonce(void)
{
	ASN1_INTEGER *nonce = ASN1_INTEGER_new();
	uint64_t v = 0;

	if (nonce == NULL || RAND_bytes((unsigned char *)&v, sizeof(v)) != 1 ||
	    ASN1_INTEGER_set_uint64(nonce, v) != 1) {
		ASN1_INTEGER_free(nonce);
		return NULL;
	}
	return nonce;
}

static bool
fill_imprint(TS_MSG_IMPRINT *imprint, const struct digest *head)
{
	X509_ALGOR *sha256 = X509_ALGOR_new();
	struct digest copy = *head;
	bool good =
	    sha256 != NULL && imprint != NULL &&
	    X509_ALGOR_set0(sha256, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
	    TS_MSG_IMPRINT_set_algo(imprint, sha256) == 1 &&
	    TS_MSG_IMPRINT_set_msg(imprint, copy.byte, sizeof(copy.byte)) == 1;

	X509_ALGOR_free(sha256);
	return good;
}

bool
timestamp_request(const struct digest *head, FILE *out)
{
	TS_REQ *request;
	TS_MSG_IMPRINT *imprint;
	ASN1_INTEGER *nonce;
	bool good;

	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	request = TS_REQ_new();
	imprint = TS_MSG_IMPRINT_new();
	nonce = make_nonce();
	good = request != NULL && nonce != NULL && fill_imprint(imprint, head) &&
	       TS_REQ_set_version(request, 1) == 1 &&
	       TS_REQ_set_msg_imprint(request, imprint) == 1 &&
	       TS_REQ_set_nonce(request, nonce) == 1 &&
	       TS_REQ_set_cert_req(request, 1) == 1 && i2d_TS_REQ_fp(out, request) == 1;
	ASN1_INTEGER_free(nonce);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
	return good;
}

static TS_RESP *
read_response(const char *path)
{
	BIO *in = BIO_new_file(path, "rb");
	TS_RESP *response = in != NULL ? d2i_TS_RESP_bio(in, NULL) : NULL;

	BIO_free(in);
	return response;
}

static bool
take_time(const ASN1_GENERALIZEDTIME *at, struct timestamp *out, time_t *seconds)
{
	struct tm t;

	if (ASN1_TIME_to_tm(at, &t) != 1)
		return false;
	*seconds = timegm(&t);
	return strftime(out->when, sizeof(out->when), "%Y-%m-%dT%H:%M:%SZ", &t) > 0;
}

static bool
take_head(TS_TST_INFO *info, struct timestamp *out)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const X509_ALGOR *algorithm = TS_MSG_IMPRINT_get_algo(imprint);
	const ASN1_OCTET_STRING *octets = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_OBJECT *object;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2nid(object) != NID_sha256 ||
	    ASN1_STRING_length(octets) != (int)DIGEST_BYTES)
		return false;
	memcpy(out->head.byte, ASN1_STRING_get0_data(octets), DIGEST_BYTES);
	return true;
}

/* Signed by whom that authority lets sign time-stamps, at the time that it states. */
static bool
check_signature(TS_RESP *response, const char *authority, time_t at)
{
	TS_VERIFY_CTX *check = TS_VERIFY_CTX_new();
	X509_STORE *store = X509_STORE_new();
	bool good =
	    check != NULL && store != NULL && X509_STORE_load_file(store, authority) == 1;

	if (good) {
		X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), at);
		(void)TS_VERIFY_CTX_set_store(check, store); /* takes it */
		store = NULL;
		(void)TS_VERIFY_CTX_set_flags(check, TS_VFY_VERSION | TS_VFY_SIGNATURE);
		good = TS_RESP_verify_response(check, response) == 1;
	}
	X509_STORE_free(store);
	TS_VERIFY_CTX_free(check);
	return good;
}

/* Same nonce, same imprint. */
static bool
answers(TS_RESP *response, const char *path)
{
	BIO *in = BIO_new_file(path, "rb");
	TS_REQ *request = in != NULL ? d2i_TS_REQ_bio(in, NULL) : NULL;
	TS_VERIFY_CTX *check =
	    request != NULL ? TS_REQ_to_TS_VERIFY_CTX(request, NULL) : NULL;
	bool good = false;

	if (check != NULL) {
		(void)TS_VERIFY_CTX_set_flags(
		    check, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
		good = TS_RESP_verify_response(check, response) == 1;
	}
	TS_VERIFY_CTX_free(check);
	TS_REQ_free(request);
	BIO_free(in);
	return good;
}

static void
name_signer(TS_RESP *response, struct timestamp *out)
{
	STACK_OF(X509) *signers =
	    PKCS7_get0_signers(TS_RESP_get_token(response), NULL, 0);

	if (signers != NULL && sk_X509_num(signers) > 0)
		(void)X509_NAME_oneline(X509_get_subject_name(sk_X509_value(signers, 0)),
		    out->by, (int)sizeof(out->by));
	sk_X509_free(signers);
}

static const char *
take(TS_RESP *response, const char *authority, const char *request, struct timestamp *out)
{
	long status = ASN1_INTEGER_get(
	    TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
	TS_TST_INFO *info = TS_RESP_get_tst_info(response);
	time_t at;

	if ((status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) ||
	    info == NULL)
		return "the authority did not grant a time-stamp";
	if (!take_head(info, out))
		return "it is no time-stamp of a SHA-256";
	if (!take_time(TS_TST_INFO_get_time(info), out, &at))
		return "it states no time";
	if (request != NULL && !answers(response, request))
		return "it does not answer that request";
	if (authority == NULL)
		return NULL;
	if (!check_signature(response, authority, at))
		return "it is not signed by that authority";
	out->checked = true;
	name_signer(response, out);
	return NULL;
}

const char *
timestamp_read(
    const char *path, const char *authority, const char *request, struct timestamp *out)
{
	TS_RESP *response;
	const char *wrong;

	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	*out = (struct timestamp){ .checked = false };
	response = read_response(path);
	wrong = response == NULL ? "it cannot be read as a response of RFC 3161"
				 : take(response, authority, request, out);
	TS_RESP_free(response);
	ERR_clear_error();
	return wrong;
}
