/* Single values of the configuration, from text; false: not such a value. */
#ifndef CLOCKWITNESSD_CONFIG_VALUE_H
#define CLOCKWITNESSD_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "log.h"

/* A whole number, digits only, from low to high. */
bool config_parse_number(const char *value, int low, int high, int *out);
bool config_parse_yes_no(const char *value, bool *out);

/* Not empty, and it fits with its NUL. */
bool config_parse_text(const char *value, char *out, size_t size);

/* The same of letters, digits and . : _ - % only. */
bool config_parse_host(const char *value, char *out, size_t size);
bool config_parse_level(const char *value, enum log_level *out);

/* What a server has that says nothing of itself. */
void config_server_defaults(struct config_server *s);

#endif
