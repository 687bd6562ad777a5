#include "record_value.h"

#include <string.h>

/* Fields have many integer types; all that are printed alike pass through an int64_t. */
int64_t
record_load_integer(enum field_kind kind, const void *from)
{
	union {
		int i;
		int8_t i8;
		uint8_t u8;
		int64_t i64;
	} v = { 0 };

	switch ((int)kind) {
	case FIELD_INT:
	case FIELD_ENUM:
		memcpy(&v.i, from, sizeof(v.i));
		return v.i;
	case FIELD_I8:
		memcpy(&v.i8, from, sizeof(v.i8));
		return v.i8;
	case FIELD_U8:
		memcpy(&v.u8, from, sizeof(v.u8));
		return v.u8;
	default:
		memcpy(&v.i64, from, sizeof(v.i64));
		return v.i64;
	}
}

void
record_store_integer(enum field_kind kind, void *to, int64_t n)
{
	int i = (int)n;
	int8_t i8 = (int8_t)n;
	uint8_t u8 = (uint8_t)n;

	switch ((int)kind) {
	case FIELD_INT:
	case FIELD_ENUM:
		memcpy(to, &i, sizeof(i));
		break;
	case FIELD_I8:
		memcpy(to, &i8, sizeof(i8));
		break;
	case FIELD_U8:
		memcpy(to, &u8, sizeof(u8));
		break;
	default:
		memcpy(to, &n, sizeof(n));
	}
}

uint64_t
record_load_u64(const void *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return v;
}

bool
record_load_bool(const void *from)
{
	bool v;

	memcpy(&v, from, sizeof(v));
	return v;
}

/* s/s -> millionths of ppm, nearest. */
int64_t
record_to_millionths(double rate)
{
	double v = rate * 1e12;

	if (!(v < 9e18 && v > -9e18))
		return 0;
	return (int64_t)(v < 0 ? v - 0.5 : v + 0.5);
}
