/* The values of a record's fields, at an offset in their struct. */
#ifndef CLOCKWITNESS_RECORD_VALUE_H
#define CLOCKWITNESS_RECORD_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "record_fields.h"
#include "text.h"

/* Integers of any type that is printed as one; storing cuts to the type. */
int64_t record_load_integer(enum field_kind kind, const void *from);
void record_store_integer(enum field_kind kind, void *to, int64_t n);

uint64_t record_load_u64(const void *from);
bool record_load_bool(const void *from);

/* s/s -> millionths of ppm, nearest; 0 if it is beyond 9 s/s. */
int64_t record_to_millionths(double rate);

/* The field of the object at `base`, as the canonical line has it; and has it one? */
void record_print_value(struct text *t, const struct field *f, const char *base);
bool record_has_field(const struct field *f, const char *base);

#endif
