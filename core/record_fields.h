/* How each type of record is spelled: the tables that record.c walks in both directions.
 */
#ifndef CLOCKWITNESS_RECORD_FIELDS_H
#define CLOCKWITNESS_RECORD_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* What stands at a field's offset, and how it is spelled. */
enum field_kind {
	FIELD_STRING,   /* char[size] */
	FIELD_NULLABLE, /* char[size]; null where `when` is false */
	FIELD_HEX,      /* uint8_t[size] */
	FIELD_BOOL,     /* bool */
	FIELD_INT,      /* int */
	FIELD_I8,       /* int8_t */
	FIELD_U8,       /* uint8_t */
	FIELD_I64,      /* int64_t, and the structs that hold just one */
	FIELD_U64,      /* uint64_t, and size_t */
	FIELD_TIME,     /* struct system_time or utc_time */
	FIELD_PPM,      /* double, s/s */
	FIELD_ENUM,     /* enum with names[size] */
	FIELD_LIST,     /* a list of objects; see struct list */
	FIELD_OBJECT,   /* an object: fields of `list`, in the same struct */
	FIELD_PAIRS,    /* struct server_calibration: [[offset, delay], ...] */
};

struct field;

/* A list of objects: `count` and `first` are offsets in the struct that holds it. */
struct list {
	const struct field *field;
	size_t fields, count, first, stride, most;
};

#define FIELD_ALWAYS SIZE_MAX

struct field {
	const char *key;
	size_t offset;
	size_t size; /* of an array; of an enum's names */
	size_t when; /* offset of a bool, the field is there if it is true; or
			FIELD_ALWAYS */
	const char *const *names;
	const struct list *list;
	enum field_kind kind;
};

/* The fields of one type of record, and where its member of the union stands. */
struct body {
	const struct field *field;
	size_t fields, offset, size;
};

extern const struct body record_bodies[RECORD_TYPES];

/* The clock reading with which every record begins. */
extern const struct list record_head;

/* What the start record tells of the host (record_context.c). */
extern const struct list record_context_object;

#endif
