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

#endif
