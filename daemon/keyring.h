/*
 * The keys of the seals: in one page of memory that is never swapped out, never dumped,
 * gone in a child, and nowhere else. Each signs once and is erased in the same call.
 */
#ifndef CLOCKWITNESSD_KEYRING_H
#define CLOCKWITNESSD_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "seal.h"

struct keyring;

/*
 * The first key, from the kernel's random numbers; also makes the process undumpable. 0
 * or -errno. *locked: -errno where the page may be swapped out, which is said in the log.
 */
int keyring_open(struct keyring **out, int *locked);
void keyring_close(struct keyring *k); /* erases; NULL is allowed */

/* Of the key that will sign next. */
struct seal_public keyring_public(const struct keyring *k);

/* Makes the key after it. false: the kernel gives no random numbers. */
bool keyring_announce(struct keyring *k, struct seal_public *next);

/* Signs; the key is erased, and the one that was announced, if any, takes its place. */
struct seal_signature keyring_sign(struct keyring *k, const void *data, size_t n);

#endif
