#include "answer.h"

#include "calendar.h"
#include "record.h"

struct answer
answer_begin(char *out, size_t size)
{
	struct answer a = { { out, out + size, false }, true };

	answer_open(&a, NULL, '{');
	return a;
}

size_t
answer_end(struct answer *a, const char *out)
{
	answer_close(a, '}');
	print_literal(&a->text, "\n");
	return a->text.failed ? 0 : (size_t)(a->text.at - out);
}

static void
name(struct answer *a, const char *key)
{
	if (!a->first)
		print_literal(&a->text, ",");
	a->first = false;
	if (key == NULL)
		return;
	print_string(&a->text, key);
	print_literal(&a->text, ":");
}

void
answer_open(struct answer *a, const char *key, char bracket)
{
	name(a, key);
	print_bytes(&a->text, &bracket, 1);
	a->first = true;
}

void
answer_close(struct answer *a, char bracket)
{
	print_bytes(&a->text, &bracket, 1);
	a->first = false;
}

/* A path may hold any octets; JSON may not. */
void
answer_text(struct answer *a, const char *key, const char *value)
{
	char clean[4096];

	record_copy_text(clean, sizeof(clean), value);
	name(a, key);
	print_string(&a->text, clean);
}

void
answer_null(struct answer *a, const char *key)
{
	name(a, key);
	print_literal(&a->text, "null");
}

void
answer_int(struct answer *a, const char *key, int64_t v)
{
	name(a, key);
	print_int(&a->text, v);
}

void
answer_flag(struct answer *a, const char *key, bool v)
{
	name(a, key);
	print_literal(&a->text, v ? "true" : "false");
}

void
answer_ppm(struct answer *a, const char *key, double rate)
{
	double v = rate * 1e12;

	name(a, key);
	if (v < 9e18 && v > -9e18)
		print_millionths(&a->text, (int64_t)(v < 0 ? v - 0.5 : v + 0.5));
	else
		print_literal(&a->text, "null");
}

void
answer_time(struct answer *a, const char *key, int64_t ns)
{
	name(a, key);
	print_literal(&a->text, "\"");
	print_rfc3339(&a->text, ns);
	print_literal(&a->text, "\"");
}

void
answer_digest(struct answer *a, const char *key, const struct digest *d)
{
	name(a, key);
	print_literal(&a->text, "\"");
	print_hex(&a->text, d->byte, sizeof(d->byte));
	print_literal(&a->text, "\"");
}
