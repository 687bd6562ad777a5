/*
 * Time-stamps by an authority (RFC 3161): that a head existed at a certain time, signed
 * by somebody who has nothing to do with the host.
 */
#ifndef CLOCKWITNESS_TIMESTAMP_H
#define CLOCKWITNESS_TIMESTAMP_H

#include <stdbool.h>
#include <stdio.h>

#include "digest.h"

struct timestamp {
	struct digest head; /* that is time-stamped: its imprint, SHA-256 */
	char when[64];      /* RFC 3339, UTC, by the authority's clock */
	char by[256]; /* subject of the certificate that signed; empty: not checked */
	bool checked; /* the signature and its certificates, by the given authority */
};

/* The request for a head, DER; with a nonce, and asks for the certificate. */
bool timestamp_request(const struct digest *head, FILE *out);

/*
 * Reads a response. authority: a file of trusted certificates, PEM, by which the
 * signature is checked as of the time that it states; NULL: it is not checked. request:
 * the file of the request, which it must answer; NULL: any. NULL, or what is wrong.
 */
const char *timestamp_read(
    const char *path, const char *authority, const char *request, struct timestamp *out);

#endif
