/* One key and its value; what is said of a refusal is the caller's, who knows where it stands. */
#ifndef CLOCKWITNESSD_CONFIG_KEY_H
#define CLOCKWITNESSD_CONFIG_KEY_H

#include "config.h"

/* The row of a table; NULL: there is none such. */
const struct config_key *config_find_key(
    const struct config_key keys[], size_t n, const char *key);

/* `key` is one of its table. false: the value is not allowed. */
bool config_set_daemon(struct config *c, const char *key, const char *value);
bool config_set_server(struct config_server *s, const char *key, const char *value);

#endif
