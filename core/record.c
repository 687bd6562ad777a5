#include "record.h"

#include <string.h>

#include "calendar.h"
#include "record_fields.h"
#include "text.h"

const char *const record_type_names[RECORD_TYPES] = {
	[RECORD_START] = "start",
	[RECORD_CONTINUE] = "continue",
	[RECORD_RELOAD] = "reload",
	[RECORD_EXCHANGE] = "exchange",
	[RECORD_CALIBRATION] = "calibration",
	[RECORD_CLOCK] = "clock",
	[RECORD_EVENT] = "event",
	[RECORD_GAP] = "gap",
	[RECORD_SEAL] = "seal",
	[RECORD_STOP] = "stop",
};

const char *const event_names[EVENTS] = {
	[EVENT_STEP] = "step",
	[EVENT_SUSPEND] = "suspend",
};

static const char signature_key[] = ",\"sig\":\"";

/* Octets of a seal's line after those that are signed. */
#define SIGNATURE_TAIL (sizeof(signature_key) - 1 + 2 * SEAL_SIGNATURE_BYTES + 3)

/* Fields have many integer types; all that are printed alike pass through an int64_t. */
static int64_t
load_integer(enum field_kind kind, const void *from)
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

static void
store_integer(enum field_kind kind, void *to, int64_t n)
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

static uint64_t
load_u64(const void *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return v;
}

static bool
load_bool(const void *from)
{
	bool v;

	memcpy(&v, from, sizeof(v));
	return v;
}

/* s/s -> millionths of ppm, nearest. */
static int64_t
to_millionths(double rate)
{
	double v = rate * 1e12;

	if (!(v < 9e18 && v > -9e18))
		return 0;
	return (int64_t)(v < 0 ? v - 0.5 : v + 0.5);
}

/* ---- writing: objects hold lists of objects, as deep as the tables of fields go */

/* NOLINTBEGIN(misc-no-recursion) */

static void print_object(
    struct text *t, const struct field *field, size_t fields, const char *base);

static void
print_list(struct text *t, const struct list *list, const char *base)
{
	uint64_t n = load_u64(base + list->count);

	if (n > list->most)
		t->failed = true;
	print_literal(t, "[");
	for (uint64_t i = 0; i < n && !t->failed; i++) {
		print_literal(t, i > 0 ? ",{" : "{");
		print_object(
		    t, list->field, list->fields, base + list->first + i * list->stride);
		print_literal(t, "}");
	}
	print_literal(t, "]");
}

static void
print_pairs(struct text *t, const struct server_calibration *s)
{
	if (s->pairs > CLOCK_FILTER_STAGES)
		t->failed = true;
	print_literal(t, "[");
	for (size_t i = 0; i < s->pairs && !t->failed; i++) {
		print_literal(t, i > 0 ? ",[" : "[");
		print_int(t, s->pair[i].offset.ns);
		print_literal(t, ",");
		print_int(t, s->pair[i].delay.ns);
		print_literal(t, "]");
	}
	print_literal(t, "]");
}

static void
print_ppm(struct text *t, const char *at)
{
	double rate;

	memcpy(&rate, at, sizeof(rate));
	print_millionths(t, to_millionths(rate));
}

static void
print_quoted_time(struct text *t, const char *at)
{
	print_literal(t, "\"");
	print_rfc3339(t, load_integer(FIELD_TIME, at));
	print_literal(t, "\"");
}

static void
print_quoted_hex(struct text *t, const char *at, size_t size)
{
	print_literal(t, "\"");
	print_hex(t, (const uint8_t *)at, size);
	print_literal(t, "\"");
}

static void
print_enum(struct text *t, const struct field *f, const char *at)
{
	int64_t v = load_integer(f->kind, at);

	if (v < 0 || (uint64_t)v >= f->size)
		t->failed = true;
	else
		print_string(t, f->names[v]);
}

static void
print_value(struct text *t, const struct field *f, const char *base)
{
	const char *at = base + f->offset;

	switch (f->kind) {
	case FIELD_STRING:
		print_string(t, at);
		break;
	case FIELD_NULLABLE:
		load_bool(base + f->when) ? print_string(t, at)
					  : print_literal(t, "null");
		break;
	case FIELD_HEX:
		print_quoted_hex(t, at, f->size);
		break;
	case FIELD_BOOL:
		print_literal(t, load_bool(at) ? "true" : "false");
		break;
	case FIELD_INT:
	case FIELD_I8:
	case FIELD_U8:
	case FIELD_I64:
		print_int(t, load_integer(f->kind, at));
		break;
	case FIELD_U64:
		print_uint(t, load_u64(at));
		break;
	case FIELD_TIME:
		print_quoted_time(t, at);
		break;
	case FIELD_PPM:
		print_ppm(t, at);
		break;
	case FIELD_ENUM:
		print_enum(t, f, at);
		break;
	case FIELD_LIST:
		print_list(t, f->list, at);
		break;
	case FIELD_OBJECT:
		print_literal(t, "{");
		print_object(t, f->list->field, f->list->fields, at);
		print_literal(t, "}");
		break;
	case FIELD_PAIRS:
		print_pairs(t, (const struct server_calibration *)(const void *)base);
		break;
	}
}

static bool
present(const struct field *f, const char *base)
{
	return f->when == FIELD_ALWAYS || f->kind == FIELD_NULLABLE ||
	       load_bool(base + f->when);
}

static void
print_object(struct text *t, const struct field *field, size_t fields, const char *base)
{
	bool first = true;

	for (size_t i = 0; i < fields; i++) {
		if (!present(&field[i], base))
			continue;
		print_literal(t, first ? "\"" : ",\"");
		print_literal(t, field[i].key);
		print_literal(t, "\":");
		print_value(t, &field[i], base);
		first = false;
	}
}

/* NOLINTEND(misc-no-recursion) */

size_t
record_encode(const struct record *r, char *out, size_t size)
{
	struct text t = { out, out + size, false };
	const struct body *body = &record_bodies[r->type];

	print_literal(&t, "{\"v\":1,\"seq\":");
	print_uint(&t, r->seq);
	print_literal(&t, ",\"prev\":");
	print_quoted_hex(&t, (const char *)r->prev.byte, sizeof(r->prev.byte));
	print_literal(&t, ",\"type\":");
	print_string(&t, record_type_names[r->type]);
	print_literal(&t, ",");
	print_object(&t, record_head.field, record_head.fields, (const char *)&r->at);
	print_literal(&t, ",");
	print_object(&t, body->field, body->fields, (const char *)r + body->offset);
	print_literal(&t, "}\n");
	return t.failed ? 0 : (size_t)(t.at - out);
}

/* ---- reading */

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

	store_integer(f->kind, at, v);
	if (load_integer(f->kind, at) != v)
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

	if (to_millionths(rate) != millionths)
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
	store_integer(FIELD_TIME, at, scan_rfc3339(s));
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
			store_integer(f->kind, at, (int64_t)i);
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
	    load_bool(base + f->when))
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
	    !is_canonical(out, line, n))
		return RECORD_MALFORMED;
	return RECORD_OK;
}

size_t
record_signed_length(const char *line, size_t n)
{
	if (n <= SIGNATURE_TAIL || memcmp(line + n - SIGNATURE_TAIL, signature_key,
				       sizeof(signature_key) - 1) != 0)
		return 0;
	return n - SIGNATURE_TAIL;
}

void
record_copy_text(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; n < size - 1 && from[n] != '\0'; n++)
		to[n] = from[n];
	to[n] = '\0';
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)to[i] < 0x20 || to[i] == 0x7f)
			to[i] = '?';
	/* a cut through a character, or bytes that never were one */
	for (size_t i = n; !text_is_utf8(to, n) && i-- > 0;)
		if ((uint8_t)to[i] >= 0x80)
			to[i] = '?';
}
