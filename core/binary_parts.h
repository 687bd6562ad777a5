/* The formats that binary_log.c knows, one file each. */
#ifndef CLOCKWITNESS_BINARY_PARTS_H
#define CLOCKWITNESS_BINARY_PARTS_H

#include "binary_log.h"

/* By what the records hold; the likeliest layout of the format if it is wished for. */
enum binary_guess fixed_begin(struct binary_log *b, enum binary_format wish,
    const uint8_t *octets, size_t n, bool whole);
enum binary_step fixed_next(
    const struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out);

/* By the first four octets, or eight. */
bool pcap_begin(struct binary_log *b, const uint8_t *octets);
enum binary_step pcap_next(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out);
enum binary_step pcapng_next(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out);

enum binary_step export_next(
    const struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out);

#endif
