#include "json.h"

#include <stdlib.h>

#include <jansson.h>

#include "calendar.h"
#include "say.h"
#include "text.h"

/* struct json is jansson's json_t under a name of ours: it never leaves this file. */
static json_t *
inner(struct json *j)
{
	return (json_t *)(void *)j;
}

static void
set(struct json *j, const char *key, json_t *value)
{
	if (json_object_set_new(inner(j), key, value) != 0) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
}

struct json *
json_begin(void)
{
	return (struct json *)(void *)json_object();
}

void
json_text(struct json *j, const char *key, const char *value)
{
	json_t *text = value != NULL ? json_string(value) : json_null();

	/* a path may hold any octets; JSON may not */
	set(j, key, text != NULL ? text : json_string("(not UTF-8)"));
}

void
json_number(struct json *j, const char *key, int64_t value)
{
	set(j, key, json_integer(value));
}

void
json_ppm(struct json *j, const char *key, double rate)
{
	set(j, key, json_real(rate * 1e6));
}

void
json_flag(struct json *j, const char *key, bool value)
{
	set(j, key, json_boolean(value));
}

void
json_time(struct json *j, const char *key, int64_t ns)
{
	char out[RFC3339_LENGTH + 1] = "";
	struct text t = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&t, ns);
	json_text(j, key, out);
}

void
json_hex(struct json *j, const char *key, const uint8_t *b, size_t n)
{
	char out[129] = "";
	struct text t = { out, out + sizeof(out) - 1, false };

	print_hex(&t, b, n);
	json_text(j, key, out);
}

void
json_list(struct json *j, const char *key)
{
	set(j, key, json_array());
}

void
json_append(struct json *j, const char *key, struct json *item)
{
	if (json_array_append_new(json_object_get(inner(j), key), inner(item)) != 0) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
}

void
json_object_in(struct json *j, const char *key, struct json *item)
{
	set(j, key, inner(item));
}

char *
json_end_text(struct json *j)
{
	char *text = json_dumps(inner(j), JSON_COMPACT | JSON_REAL_PRECISION(10));

	json_decref(inner(j));
	return text;
}

void
json_end(struct json *j, FILE *out)
{
	(void)json_dumpf(inner(j), out, JSON_COMPACT | JSON_REAL_PRECISION(10));
	(void)fputc('\n', out);
	json_decref(inner(j));
}

struct json *
json_parse(const char *text)
{
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (j != NULL && !json_is_object(j)) {
		json_decref(j);
		return NULL;
	}
	return (struct json *)(void *)j;
}

void
json_free(struct json *j)
{
	json_decref(inner(j));
}

static const json_t *
seen(const struct json *j)
{
	return (const json_t *)(const void *)j;
}

const struct json *
json_get(const struct json *j, const char *key)
{
	const json_t *member = json_object_get(seen(j), key);

	return json_is_null(member) ? NULL : (const struct json *)(const void *)member;
}

const char *
json_get_text(const struct json *j, const char *key)
{
	return json_string_value(json_object_get(seen(j), key));
}

int64_t
json_get_number(const struct json *j, const char *key, int64_t otherwise)
{
	const json_t *member = json_object_get(seen(j), key);

	return json_is_integer(member) ? json_integer_value(member) : otherwise;
}

double
json_get_real(const struct json *j, const char *key, double otherwise)
{
	const json_t *member = json_object_get(seen(j), key);

	return json_is_number(member) ? json_number_value(member) : otherwise;
}

bool
json_get_flag(const struct json *j, const char *key)
{
	return json_is_true(json_object_get(seen(j), key));
}

size_t
json_count(const struct json *list)
{
	return json_array_size(seen(list));
}

const struct json *
json_item(const struct json *list, size_t i)
{
	return (const struct json *)(const void *)json_array_get(seen(list), i);
}
