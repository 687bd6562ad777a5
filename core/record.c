#include "record.h"

#include <string.h>

#include "calendar.h"
#include "record_value.h"
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
	[RECORD_DELETED] = "deleted",
	[RECORD_SEAL] = "seal",
	[RECORD_STOP] = "stop",
};

const char *const event_names[EVENTS] = {
	[EVENT_STEP] = "step",
	[EVENT_SUSPEND] = "suspend",
	[EVENT_LEAP] = "leap",
	[EVENT_SLEW] = "slew",
	[EVENT_CLOCKSOURCE] = "clocksource",
	[EVENT_TIMEZONE] = "timezone",
	[EVENT_DAEMON] = "daemon",
};

/* Objects hold lists of objects, as deep as the tables of fields go. */

/* NOLINTBEGIN(misc-no-recursion) */

static void print_object(
    struct text *t, const struct field *field, size_t fields, const char *base);

static void
print_list(struct text *t, const struct list *list, const char *base)
{
	uint64_t n = record_load_u64(base + list->count);

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

void
record_copy_servers(struct record_servers *to, const struct record_servers *from)
{
	to->count = from->count;
	memcpy(to->server, from->server, from->count * sizeof(from->server[0]));
}

static void
print_ppm(struct text *t, const char *at)
{
	double rate;

	memcpy(&rate, at, sizeof(rate));
	print_millionths(t, record_to_millionths(rate));
}

static void
print_quoted_time(struct text *t, const char *at)
{
	print_literal(t, "\"");
	print_rfc3339(t, record_load_integer(FIELD_TIME, at));
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
	int64_t v = record_load_integer(f->kind, at);

	if (v < 0 || (uint64_t)v >= f->size)
		t->failed = true;
	else
		print_string(t, f->names[v]);
}

void
record_print_value(struct text *t, const struct field *f, const char *base)
{
	const char *at = base + f->offset;

	switch (f->kind) {
	case FIELD_STRING:
		print_string(t, at);
		break;
	case FIELD_NULLABLE:
		record_load_bool(base + f->when) ? print_string(t, at)
						 : print_literal(t, "null");
		break;
	case FIELD_HEX:
		print_quoted_hex(t, at, f->size);
		break;
	case FIELD_BOOL:
		print_literal(t, record_load_bool(at) ? "true" : "false");
		break;
	case FIELD_INT:
	case FIELD_I8:
	case FIELD_U8:
	case FIELD_I64:
		print_int(t, record_load_integer(f->kind, at));
		break;
	case FIELD_U64:
		print_uint(t, record_load_u64(at));
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

bool
record_has_field(const struct field *f, const char *base)
{
	return f->when == FIELD_ALWAYS || f->kind == FIELD_NULLABLE ||
	       record_load_bool(base + f->when);
}

/* An object without any field would not be JSON where others stand before it. */
static void
print_object(struct text *t, const struct field *field, size_t fields, const char *base)
{
	bool first = true;

	for (size_t i = 0; i < fields; i++) {
		if (!record_has_field(&field[i], base))
			continue;
		print_literal(t, first ? "\"" : ",\"");
		print_literal(t, field[i].key);
		print_literal(t, "\":");
		record_print_value(t, &field[i], base);
		first = false;
	}
	t->failed |= first;
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

static const char signature_key[] = ",\"sig\":\"";

/* Octets of a seal's line after those that are signed. */
#define SIGNATURE_TAIL (sizeof(signature_key) - 1 + 2 * SEAL_SIGNATURE_BYTES + 3)

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
