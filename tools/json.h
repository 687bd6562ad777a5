/* JSON for machines: one object a line. The only user of jansson. */
#ifndef CLOCKWITNESS_JSON_H
#define CLOCKWITNESS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json;

struct json *json_begin(void);
void json_text(struct json *j, const char *key, const char *value); /* NULL: null */
void json_number(struct json *j, const char *key, int64_t value);
void json_ppm(struct json *j, const char *key, double rate); /* s/s, printed as ppm */
void json_flag(struct json *j, const char *key, bool value);
void json_time(struct json *j, const char *key, int64_t ns); /* RFC 3339, nine digits */
void json_hex(struct json *j, const char *key, const uint8_t *b, size_t n);
void json_list(struct json *j, const char *key);                      /* an empty list */
void json_append(struct json *j, const char *key, struct json *item); /* takes item */

void json_object_in(struct json *j, const char *key, struct json *item); /* takes item */

/* Its text, without a newline; frees it. The caller frees the text. */
char *json_end_text(struct json *j);

/* Prints it with a newline and frees it. */
void json_end(struct json *j, FILE *out);

/* What another program printed: NULL, it is no JSON object. */
struct json *json_parse(const char *text);
void json_free(struct json *j); /* NULL is allowed */

/* A member; NULL: there is none, or it is null, or j is no object. */
const struct json *json_get(const struct json *j, const char *key);

/* The same of one kind; NULL or `otherwise` where it is of another. */
const char *json_get_text(const struct json *j, const char *key);
int64_t json_get_number(const struct json *j, const char *key, int64_t otherwise);
double json_get_real(const struct json *j, const char *key, double otherwise);
bool json_get_flag(const struct json *j, const char *key);

size_t json_count(const struct json *list); /* 0: it is no list */
const struct json *json_item(const struct json *list, size_t i);

#endif
