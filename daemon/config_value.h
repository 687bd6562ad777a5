/* Single values of the configuration, from text; false: not such a value. */
#ifndef CLOCKWITNESSD_CONFIG_VALUE_H
#define CLOCKWITNESSD_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "log.h"

/* A whole number, digits only, from low to high. */
bool config_parse_number(const char *value, int low, int high, int *out);
bool config_parse_yes_no(const char *value, bool *out);

/* Not empty, and it fits with its NUL. */
bool config_parse_text(const char *value, char *out, size_t size);

#define CONFIG_SIZE_ALLOWED "0, or octets with K, M or G as in 64M"
#define CONFIG_DURATION_ALLOWED "0, or a whole number with s, m, h or d as in 90s or 1d"

/* A whole number with K, M or G (1024 each), or 0: octets. */
bool config_parse_size(const char *value, int64_t *octets);

/* A whole number with s, m, h or d, or 0: seconds, at most ten years. */
bool config_parse_duration(const char *value, int64_t *seconds);

/* An absolute name, or "none": empty. */
bool config_parse_path(const char *value, char *out, size_t size);

/* The same as config_parse_text(), of letters, digits and . : _ - % only. */
bool config_parse_host(const char *value, char *out, size_t size);
bool config_parse_level(const char *value, enum log_level *out);

/* What a server has that says nothing of itself. */
void config_server_defaults(struct config_server *s);

#endif
