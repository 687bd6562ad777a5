/* Words for the rows of the tables of fields. */
#ifndef CLOCKWITNESS_RECORD_TABLES_H
#define CLOCKWITNESS_RECORD_TABLES_H

#include "record_fields.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define AT(type, member) .offset = offsetof(struct type, member)
#define SIZED(type, member)                                                              \
	AT(type, member), .size = sizeof(((struct type *)0)->member), .when = FIELD_ALWAYS
#define WHEN(type, member) .when = offsetof(struct type, member)
#define STRING(k, t, m)                                                                  \
	{                                                                                \
		.key = (k), .kind = FIELD_STRING, SIZED(t, m)                            \
	}
#define HEX(k, t, m)                                                                     \
	{                                                                                \
		.key = (k), .kind = FIELD_HEX, SIZED(t, m)                               \
	}
#define HEX_IF(k, t, m, w)                                                               \
	{                                                                                \
		.key = (k), .kind = FIELD_HEX, AT(t, m),                                 \
		.size = sizeof(((struct t *)0)->m), WHEN(t, w)                           \
	}
#define NUMBER(k, t, m, f)                                                               \
	{                                                                                \
		.key = (k), .kind = (f), AT(t, m), .when = FIELD_ALWAYS                  \
	}
#define NUMBER_IF(k, t, m, f, w)                                                         \
	{                                                                                \
		.key = (k), .kind = (f), AT(t, m), WHEN(t, w)                            \
	}
#define NAMED(k, t, m, n)                                                                \
	{                                                                                \
		.key = (k), .kind = FIELD_ENUM, AT(t, m), .when = FIELD_ALWAYS,          \
		.names = (n), .size = COUNT(n)                                           \
	}
#define STRING_IF(k, t, m, w)                                                            \
	{                                                                                \
		.key = (k), .kind = FIELD_STRING, AT(t, m),                              \
		.size = sizeof(((struct t *)0)->m), WHEN(t, w)                           \
	}

/* A list in struct t: `<name>s` counts, `<name>` are the objects of `<name>_fields`. */
#define LIST(name, t, most_of)                                                           \
	static const struct list name##_list = {                                         \
		.field = name##_fields,                                                  \
		.fields = COUNT(name##_fields),                                          \
		.count = offsetof(struct t, name##s),                                    \
		.first = offsetof(struct t, name),                                       \
		.stride = sizeof(((struct t *)0)->name[0]),                              \
		.most = (most_of),                                                       \
	}
#define OBJECTS(k, name)                                                                 \
	{                                                                                \
		.key = (k), .kind = FIELD_LIST, .when = FIELD_ALWAYS,                    \
		.list = &name##_list                                                     \
	}

#endif
