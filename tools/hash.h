/* SHA-256 at the speed of the processor's own instructions, for whole files of lines. */
#ifndef CLOCKWITNESS_HASH_H
#define CLOCKWITNESS_HASH_H

#include <stddef.h>

#include "digest.h"

struct digest hash_bytes(const void *data, size_t n);

#endif
