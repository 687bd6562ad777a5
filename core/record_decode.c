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
	char name[32];

	scan_string(s, name, sizeof(name));
	for (size_t i = 0; i < f->size && !s->failed; i++) {
		if (strcmp(f->names[i], name) == 0) {
			record_store_integer(f->kind, at, (int64_t)i);
			return;
		}
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

static bool
peek_key(const struct scan *s, const char *key, bool first)
{
	struct scan at = *s;

	scan_literal(&at, first ? "\"" : ",\"");
	scan_literal(&at, key);
	return scan_peek(&at, "\":");
}

/*
 * The first field of a group tells whether the group is there; the others must agree. A
 * group's bool is false until its first field has been met.
 */
static bool
expected(const struct field *f, const char *base, bool here, struct scan *s)
{
	if (f->when == FIELD_ALWAYS || f->kind == FIELD_NULLABLE ||
	    record_load_bool(base + f->when))
		s->failed |= !here;
	return here;
}

static void
scan_object(struct scan *s, const struct field *field, size_t fields, char *base)
{
	bool first = true;

	for (size_t i = 0; i < fields && !s->failed; i++) {
		const struct field *f = &field[i];
		bool set = true;

		if (!expected(f, base, peek_key(s, f->key, first), s) || s->failed)
			continue;
		if (f->when != FIELD_ALWAYS)
			memcpy(base + f->when, &set, sizeof(set));
		s->at += strlen(f->key) + (first ? 3 : 4);
		scan_value(s, f, base);
		first = false;
	}
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

/* Encoding again must give the line again: groups whose fields disagree are found so. */
static bool
is_canonical(const struct record *r, const char *line, size_t n)
{
	char again[RECORD_LINE_MAX];

	return record_encode(r, again, sizeof(again)) == n && memcmp(again, line, n) == 0;
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
	    !is_canonical(out, line, n) ||
	    (out->type == RECORD_EVENT && !is_whole(&out->event)))
		return RECORD_MALFORMED;
	return RECORD_OK;
}
