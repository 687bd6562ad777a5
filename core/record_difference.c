#include <string.h>

#include "record.h"
#include "record_value.h"
#include "text.h"

/* Two objects of one type, and where they stand in the record. */
struct pair {
	const char *a, *b;
	const char *path;
};

static struct text
text_into(char *out, size_t size)
{
	memset(out, 0, size);
	return (struct text){ out, out + size - 1, false };
}

/* A value that is too long is cut: what fits was printed. */
static void
print_field(const struct field *f, const char *base, char out[RECORD_VALUE_SIZE])
{
	struct text t = text_into(out, RECORD_VALUE_SIZE);

	if (!record_has_field(f, base))
		print_literal(&t, "absent");
	else
		record_print_value(&t, f, base);
}

static void
print_path(const struct pair *p, const char *key, char out[RECORD_VALUE_SIZE])
{
	struct text t = text_into(out, RECORD_VALUE_SIZE);

	print_literal(&t, p->path);
	print_literal(&t, key);
}

static void
print_count(uint64_t n, char out[static 24])
{
	struct text t = text_into(out, 24);

	print_uint(&t, n);
}

static void
append(char path[RECORD_VALUE_SIZE], const char *more)
{
	size_t n = strlen(path);

	(void)memcpy(
	    path + n, more, n + strlen(more) < RECORD_VALUE_SIZE ? strlen(more) + 1 : 0);
}

static bool
same_pairs(const struct server_calibration *a, const struct server_calibration *b)
{
	for (size_t i = 0; i < a->pairs && a->pairs == b->pairs; i++)
		if (a->pair[i].offset.ns != b->pair[i].offset.ns ||
		    a->pair[i].delay.ns != b->pair[i].delay.ns)
			return false;
	return a->pairs == b->pairs;
}

static bool
same_value(const struct field *f, const char *a, const char *b)
{
	const char *at = a + f->offset;
	const char *bt = b + f->offset;
	double rates[2];

	switch (f->kind) {
	case FIELD_STRING:
	case FIELD_NULLABLE:
		return strcmp(at, bt) == 0;
	case FIELD_HEX:
		return memcmp(at, bt, f->size) == 0;
	case FIELD_BOOL:
		return record_load_bool(at) == record_load_bool(bt);
	case FIELD_PPM:
		memcpy(&rates[0], at, sizeof(rates[0]));
		memcpy(&rates[1], bt, sizeof(rates[1]));
		return record_to_millionths(rates[0]) == record_to_millionths(rates[1]);
	case FIELD_PAIRS:
		return same_pairs((const struct server_calibration *)(const void *)a,
		    (const struct server_calibration *)(const void *)b);
	case FIELD_INT:
	case FIELD_I8:
	case FIELD_U8:
	case FIELD_I64:
	case FIELD_U64:
	case FIELD_TIME:
	case FIELD_ENUM:
	case FIELD_LIST:
	case FIELD_OBJECT:
		return record_load_integer(f->kind, at) ==
		       record_load_integer(f->kind, bt);
	}
	return false;
}

/* Objects hold lists of objects, as deep as the tables of fields go. */

/* NOLINTBEGIN(misc-no-recursion) */

static bool objects_differ(const struct pair *p, const struct field *field, size_t fields,
    struct record_difference *out);

static bool
lists_differ(const struct pair *p, const struct field *f, struct record_difference *out)
{
	const struct list *l = f->list;
	const char *a = p->a + f->offset;
	const char *b = p->b + f->offset;
	uint64_t n = record_load_u64(a + l->count);
	uint64_t m = record_load_u64(b + l->count);

	for (uint64_t i = 0; i < n && i < m; i++) {
		char path[RECORD_VALUE_SIZE];
		char number[24];
		size_t at = l->first + i * l->stride;
		struct pair own = { a + at, b + at, path };

		print_count(i, number);
		print_path(p, f->key, path);
		append(path, "[");
		append(path, number);
		append(path, "].");
		if (objects_differ(&own, l->field, l->fields, out))
			return true;
	}
	if (n == m)
		return false;
	print_path(p, f->key, out->field);
	print_count(n, out->first);
	print_count(m, out->second);
	return true;
}

static bool
field_differs(const struct pair *p, const struct field *f, struct record_difference *out)
{
	bool has = record_has_field(f, p->a);
	char path[RECORD_VALUE_SIZE];
	struct pair inner = { p->a + f->offset, p->b + f->offset, path };

	if (!has && !record_has_field(f, p->b))
		return false;
	if (has && record_has_field(f, p->b)) {
		print_path(p, f->key, path);
		if (f->kind == FIELD_LIST)
			return lists_differ(p, f, out);
		if (f->kind == FIELD_OBJECT) {
			append(path, ".");
			return objects_differ(
			    &inner, f->list->field, f->list->fields, out);
		}
		if (same_value(f, p->a, p->b))
			return false;
	}
	print_path(p, f->key, out->field);
	print_field(f, p->a, out->first);
	print_field(f, p->b, out->second);
	return true;
}

static bool
objects_differ(const struct pair *p, const struct field *field, size_t fields,
    struct record_difference *out)
{
	for (size_t i = 0; i < fields; i++)
		if (field_differs(p, &field[i], out))
			return true;
	return false;
}

/* NOLINTEND(misc-no-recursion) */

bool
record_differs(
    const struct record *a, const struct record *b, struct record_difference *out)
{
	const struct body *body = &record_bodies[a->type];
	struct pair p = { (const char *)a + body->offset, (const char *)b + body->offset,
		"" };

	return objects_differ(&p, body->field, body->fields, out);
}
