/*
 * Prints the fields of each type of record, one a line: type, key, and how the value is
 * spelled. Objects within a record stand under the type that has them first, so that a
 * table which two types share is printed once.
 */
#include <stdbool.h>
#include <stdio.h>

#include "../core/record_fields.h"

#define TABLES_MAX 32

static const char *const kind_names[] = {
	[FIELD_STRING] = "string",
	[FIELD_NULLABLE] = "string-or-null",
	[FIELD_HEX] = "hex",
	[FIELD_BOOL] = "bool",
	[FIELD_INT] = "integer",
	[FIELD_I8] = "integer",
	[FIELD_U8] = "integer",
	[FIELD_I64] = "integer",
	[FIELD_U64] = "integer",
	[FIELD_TIME] = "time",
	[FIELD_PPM] = "ppm",
	[FIELD_ENUM] = "word",
	[FIELD_LIST] = "list",
	[FIELD_OBJECT] = "object",
	[FIELD_PAIRS] = "pairs",
};

static const struct field *printed[TABLES_MAX];
static size_t tables;

static bool
is_printed(const struct field *table)
{
	for (size_t i = 0; i < tables; i++)
		if (printed[i] == table)
			return true;
	return false;
}

static void
print_table(const char *type, const struct field *table, size_t fields)
{
	if (is_printed(table) || tables == TABLES_MAX)
		return;
	printed[tables++] = table;
	for (size_t i = 0; i < fields; i++) {
		(void)printf("%s %s %s\n", type, table[i].key, kind_names[table[i].kind]);
		if (table[i].list != NULL)
			print_table(type, table[i].list->field, table[i].list->fields);
	}
}

int
main(void)
{
	print_table("head", record_head.field, record_head.fields);
	for (size_t i = 0; i < RECORD_TYPES; i++)
		print_table(record_type_names[i], record_bodies[i].field,
		    record_bodies[i].fields);
	return tables == TABLES_MAX;
}
