#include <string.h>

#include "calendar.h"
#include "record.h"
#include "record_value.h"
#include "text.h"

/* NOLINTBEGIN(misc-no-recursion) */

static void scan_object(
    struct scan *s, const struct field *field, size_t fields, char *base);

static void
scan_list(struct scan *s, const struct list *list, char *base)
{
	uint64_t n = 0;

	scan_literal(s, "[");
	while (!s->failed && !scan_peek(s, "]")) {
		if (n == list->most)
			s->failed = true;
		else
			scan_literal(s, n > 0 ? ",{" : "{");
		if (s->failed)
			return;
		scan_object(
		    s, list->field, list->fields, base + list->first + n * list->stride);
		scan_literal(s, "}");
		n++;
	}
	scan_literal(s, "]");
	memcpy(base + list->count, &n, sizeof(n));
}

static void
scan_pairs(struct scan *s, struct server_calibration *to)
{
	scan_literal(s, "[");
	while (!s->failed && !scan_peek(s, "]")) {
		struct calibration_pair *p = &to->pair[to->pairs];

		if (to->pairs == CLOCK_FILTER_STAGES) {
			s->failed = true;
			return;
		}
		scan_literal(s, to->pairs++ > 0 ? ",[" : "[");
		p->offset.ns = scan_int(s);
		scan_literal(s, ",");
		p->delay.ns = scan_int(s);
		scan_literal(s, "]");
	}
	scan_literal(s, "]");
}

static void
scan_ranged(struct scan *s, const struct field *f, char *at)
{
	int64_t v = scan_int(s);

	record_store_integer(f->kind, at, v);
	if (record_load_integer(f->kind, at) != v)
		s->failed = true;
}

static void
scan_u64(struct scan *s, char *at)
{
	uint64_t v = scan_uint(s);

	memcpy(at, &v, sizeof(v));
}

static void
scan_ppm(struct scan *s, char *at)
{
	int64_t millionths = scan_millionths(s);
	double rate = (double)millionths / 1e12;

	if (record_to_millionths(rate) != millionths)
		s->failed = true;
	memcpy(at, &rate, sizeof(rate));
}

static void
scan_bool(struct scan *s, char *at)
{
	bool v = scan_peek(s, "true");

	scan_literal(s, v ? "true" : "false");
	memcpy(at, &v, sizeof(v));
}

static void
scan_quoted_time(struct scan *s, char *at)
{
	scan_literal(s, "\"");
	record_store_integer(FIELD_TIME, at, scan_rfc3339(s));
	scan_literal(s, "\"");
}

static void
scan_quoted_hex(struct scan *s, char *at, size_t size)
{
	scan_literal(s, "\"");
	scan_hex(s, (uint8_t *)at, size);
	scan_literal(s, "\"");
}

static void
scan_enum(struct scan *s, const struct field *f, char *at)
{
	scan_literal(s, "\"");
	for (size_t i = 0; i < f->size && !s->failed; i++) {
		size_t n = strlen(f->names[i]);

		if ((size_t)(s->end - s->at) <= n || memcmp(s->at, f->names[i], n) != 0 ||
		    s->at[n] != '"')
			continue;
		s->at += n + 1;
		record_store_integer(f->kind, at, (int64_t)i);
		return;
	}
	s->failed = true;
}

static void
scan_nullable(struct scan *s, const struct field *f, char *base)
{
	bool set = !scan_peek(s, "null");

	memcpy(base + f->when, &set, sizeof(set));
	if (set)
		scan_string(s, base + f->offset, f->size);
	else
		scan_literal(s, "null");
}

static void
scan_value(struct scan *s, const struct field *f, char *base)
{
	char *at = base + f->offset;

	switch (f->kind) {
	case FIELD_STRING:
		scan_string(s, at, f->size);
		break;
	case FIELD_NULLABLE:
		scan_nullable(s, f, base);
		break;
	case FIELD_HEX:
		scan_quoted_hex(s, at, f->size);
		break;
	case FIELD_BOOL:
		scan_bool(s, at);
		break;
	case FIELD_INT:
	case FIELD_I8:
	case FIELD_U8:
	case FIELD_I64:
		scan_ranged(s, f, at);
		break;
	case FIELD_U64:
		scan_u64(s, at);
		break;
	case FIELD_TIME:
		scan_quoted_time(s, at);
		break;
	case FIELD_PPM:
		scan_ppm(s, at);
		break;
	case FIELD_ENUM:
		scan_enum(s, f, at);
		break;
	case FIELD_LIST:
		scan_list(s, f->list, at);
		break;
	case FIELD_OBJECT:
		scan_literal(s, "{");
		scan_object(s, f->list->field, f->list->fields, at);
		scan_literal(s, "}");
		break;
	case FIELD_PAIRS:
		scan_pairs(s, (struct server_calibration *)(void *)base);
		break;
	}
}

/* Octets up to its value: ,"key": ; 0: another key is next, or none. */
static size_t
key_length(const struct scan *s, const char *key, bool first)
{
	size_t n = strlen(key);
	size_t before = first ? 1 : 2; /* ," */
	const char *at = s->at;

	if ((size_t)(s->end - at) < before + n + 2 || at[before - 1] != '"' ||
	    (!first && *at != ',') || memcmp(at + before, key, n) != 0 ||
	    at[before + n] != '"' || at[before + n + 1] != ':')
		return 0;
	return before + n + 2;
}

static bool
present(const struct field *f, const char *base)
{
	return f->when == FIELD_ALWAYS || record_load_bool(base + f->when);
}

/* Has a field of the same group been passed over? Then none of them may stand here. */
static bool
group_is_out(const struct field *field, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (field[k].when == field[i].when)
			return true;
	return false;
}

/*
 * The first field of a group tells whether the group is there; the others must agree. A
 * group's bool is false until its first field has been met.
 */
static bool
expected(const struct field *field, size_t i, char *base, bool here)
{
	const struct field *f = &field[i];
	bool set = true;

	if (f->when == FIELD_ALWAYS || f->kind == FIELD_NULLABLE ||
	    record_load_bool(base + f->when))
		return here;
	if (!here)
		return true;
	memcpy(base + f->when, &set, sizeof(set));
	return !group_is_out(field, i);
}

static void
scan_object(struct scan *s, const struct field *field, size_t fields, char *base)
{
	bool first = true;

	for (size_t i = 0; i < fields && !s->failed; i++) {
		size_t n = key_length(s, field[i].key, first);

		if (!expected(field, i, base, n > 0)) {
			s->failed = true;
			return;
		}
		if (n == 0)
			continue;
		s->at += n;
		scan_value(s, &field[i], base);
		/* a bool may be its own group: then it is written only where it holds */
		s->failed |= field[i].kind == FIELD_BOOL && !present(&field[i], base);
		first = false;
	}
	s->failed |= first; /* an object without any field is not written */
}

/* NOLINTEND(misc-no-recursion) */

static enum record_type
scan_type(struct scan *s)
{
	static const struct field type = {
		.kind = FIELD_ENUM,
		.names = record_type_names,
		.size = RECORD_TYPES,
	};
	int v = 0;

	scan_enum(s, &type, (char *)&v);
	return (enum record_type)v;
}

static void
scan_head(struct scan *s, struct record *r)
{
	r->at = (struct clock_reading){ 0 };
	scan_literal(s, ",\"seq\":");
	r->seq = scan_uint(s);
	scan_literal(s, ",\"prev\":");
	scan_quoted_hex(s, (char *)r->prev.byte, sizeof(r->prev.byte));
	scan_literal(s, ",\"type\":");
	r->type = scan_type(s);
	scan_literal(s, ",");
	scan_object(s, record_head.field, record_head.fields, (char *)&r->at);
	scan_literal(s, ",");
}

/* Each kind of event has its own groups of fields, and no others. */
static bool
is_whole(const struct record_event *e)
{
	switch (e->kind) {
	case EVENT_STEP:
	case EVENT_SUSPEND:
	case EVENT_LEAP:
		return e->sized && !e->slewed && !e->worded && !e->zoned;
	case EVENT_SLEW:
		return e->slewed && !e->sized && !e->worded && !e->zoned;
	case EVENT_TIMEZONE:
		return e->worded && e->zoned && !e->sized && !e->slewed;
	case EVENT_CLOCKSOURCE:
	case EVENT_DAEMON:
		return e->worded && !e->zoned && !e->sized && !e->slewed;
	case EVENTS:
		break;
	}
	return false;
}

enum record_fault
record_decode(const char *line, size_t n, struct record *out, size_t *column)
{
	struct scan s = { line, line + n, false };
	uint64_t version;

	*column = 1;
	scan_literal(&s, "{\"v\":");
	version = scan_uint(&s);
	if (!s.failed && version > RECORD_VERSION)
		return RECORD_NEW_VERSION;
	scan_head(&s, out);
	if (!s.failed) {
		const struct body *body = &record_bodies[out->type];

		memset((char *)out + body->offset, 0, body->size);
		scan_object(&s, body->field, body->fields, (char *)out + body->offset);
	}
	scan_literal(&s, "}\n");
	*column = (size_t)(s.at - line) + 1;
	if (s.failed || version != RECORD_VERSION || s.at != s.end ||
	    n > RECORD_LINE_MAX || (out->type == RECORD_EVENT && !is_whole(&out->event)))
		return RECORD_MALFORMED;
	return RECORD_OK;
}
