/* Records of fixed size, which nothing but their content tells. */
#include <string.h>

#include "binary_octets.h"
#include "binary_parts.h"

#define YEAR_1980 UINT64_C(315532800)
#define YEAR_2242 (UINT64_C(1) << 33)
#define RECORDS_LOOKED_AT 1024
#define RECORDS_THAT_TELL 2

/* Of utmp's ut_type. */
enum { UT_NEW_TIME = 3, UT_OLD_TIME = 4, UT_ACCOUNTING = 9 };

struct fixed_layout {
	enum binary_format format;
	size_t size, time_at;
	bool big, wide, is_signed, has_us;
	size_t text_at, text; /* a name: octets up to a NUL can be printed */
	uint8_t version;      /* of accounting: its second octet */
};

/*
 * glibc keeps 32 bits in utmp and lastlog where 32-bit programs may run beside 64-bit ones
 * (x86-64, powerpc64, mips64...), and 64 bits elsewhere (aarch64, riscv64, s390x...).
 */
#define BOTH_ORDERS(...)                                                                 \
	{ __VA_ARGS__ },                                                                 \
	{                                                                                \
		__VA_ARGS__, .big = true                                                 \
	}
static const struct fixed_layout layouts[] = {
	BOTH_ORDERS(.format = BINARY_UTMP, .size = 384, .time_at = 340, .is_signed = true,
	    .has_us = true, .text_at = 8, .text = 32),
	BOTH_ORDERS(.format = BINARY_UTMP, .size = 400, .time_at = 344, .wide = true,
	    .is_signed = true, .has_us = true, .text_at = 8, .text = 32),
	BOTH_ORDERS(.format = BINARY_LASTLOG, .size = 292, .is_signed = true,
	    .text_at = 4, .text = 32),
	BOTH_ORDERS(.format = BINARY_LASTLOG, .size = 296, .wide = true,
	    .is_signed = true, .text_at = 8, .text = 32),
	BOTH_ORDERS(.format = BINARY_ACCOUNTING, .size = 64, .time_at = 24, .text_at = 48,
	    .text = 16, .version = 3),
	BOTH_ORDERS(.format = BINARY_ACCOUNTING, .size = 64, .time_at = 8, .text_at = 36,
	    .text = 17, .version = 2),
};
#undef BOTH_ORDERS
#define LAYOUTS (sizeof(layouts) / sizeof(*layouts))

static struct binary_form
form_of(const struct fixed_layout *l)
{
	return (struct binary_form){ .kind = BINARY_SECONDS,
		.big = l->big,
		.wide = l->wide,
		.is_signed = l->is_signed,
		.unit_ns = l->has_us ? 1000 : 0 };
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static bool
is_name(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n && p[i] != 0; i++)
		if (p[i] < 0x20 || p[i] == 0x7f)
			return false;
	return true;
}

/* ---- is it one of them? */

static uint64_t
seconds_of(const struct fixed_layout *l, const uint8_t *record)
{
	return octets_get(record + l->time_at, l->wide ? 8 : 4, l->big);
}

static bool
could_be_time(const struct fixed_layout *l, const uint8_t *record)
{
	struct binary_form form = form_of(l);
	struct binary_time t;
	uint64_t seconds = seconds_of(l, record);

	return seconds >= YEAR_1980 && seconds < YEAR_2242 &&
	       binary_stamp_read(&form, record + l->time_at, &t);
}

/* ac_version has a bit for the order of octets: ACCT_BYTEORDER. */
static bool
could_be_accounting(const struct fixed_layout *l, const uint8_t *record)
{
	return record[1] == (l->version | (l->big ? 0x80 : 0)) && record[0] < 0x40 &&
	       could_be_time(l, record);
}

/* Only utmp fills a name without a NUL behind it, or leaves it empty. */
static bool
could_be(const struct fixed_layout *l, const uint8_t *record)
{
	const uint8_t *name = record + l->text_at;

	if (!is_name(name, l->text))
		return false;
	if (l->format == BINARY_UTMP)
		return octets_get16(record, l->big) <= UT_ACCOUNTING &&
		       (could_be_time(l, record) ||
			   is_zero(record + l->time_at, l->wide ? 16 : 8));
	if (name[0] == 0 || memchr(name, 0, l->text) == NULL)
		return false;
	return l->format == BINARY_LASTLOG ? could_be_time(l, record)
					   : could_be_accounting(l, record);
}

/* What speaks for a layout: how many records have a time, and how near those are. */
struct votes {
	int records;
	uint64_t first, last; /* the earliest and the latest, seconds */
};

static void
count(struct votes *v, uint64_t seconds)
{
	if (v->records == 0 || seconds < v->first)
		v->first = seconds;
	if (v->records == 0 || seconds > v->last)
		v->last = seconds;
	v->records++;
}

/* None, if one record could not be of this layout; those that are all 0 say nothing. */
static struct votes
votes_for(const struct fixed_layout *l, const uint8_t *octets, size_t n)
{
	struct votes v = { .records = 0 };

	for (size_t i = 0; i < RECORDS_LOOKED_AT && (i + 1) * l->size <= n; i++) {
		const uint8_t *record = octets + i * l->size;

		if (is_zero(record, l->size))
			continue;
		if (!could_be(l, record))
			return (struct votes){ .records = 0 };
		if (could_be_time(l, record))
			count(&v, seconds_of(l, record));
	}
	return v;
}

/* Times in the wrong order of octets, which lastlog alone does not show, lie far apart. */
static bool
is_better(const struct votes *a, const struct votes *b)
{
	if (a->records != b->records)
		return a->records > b->records;
	return a->last - a->first < b->last - b->first;
}

static const struct fixed_layout *
best_layout(enum binary_format wish, const uint8_t *octets, size_t n, int *records)
{
	const struct fixed_layout *best = NULL;
	struct votes most = { .records = 0 };

	for (size_t i = 0; i < LAYOUTS; i++) {
		struct votes v;

		if (wish != BINARY_NONE && wish != layouts[i].format)
			continue;
		v = votes_for(&layouts[i], octets, n);
		if (v.records == 0 || !is_better(&v, &most))
			continue;
		most = v;
		best = &layouts[i];
	}
	*records = most.records;
	return best;
}

/* The first one of the table: that of x86-64. */
static const struct fixed_layout *
usual_layout(enum binary_format wish)
{
	for (size_t i = 0; i < LAYOUTS; i++)
		if (layouts[i].format == wish)
			return &layouts[i];
	return NULL;
}

/* All of them hold zeros; what has a line and none is text, and not to be kept waiting. */
static bool
may_be(const uint8_t *octets, size_t n)
{
	return memchr(octets, 0, n) != NULL || memchr(octets, '\n', n) == NULL;
}

enum binary_guess
fixed_begin(struct binary_log *b, enum binary_format wish, const uint8_t *octets,
    size_t n, bool whole)
{
	const struct fixed_layout *l;
	int records;

	if (!whole && n < BINARY_PEEK)
		return wish != BINARY_NONE || may_be(octets, n) ? BINARY_MAY_BE
								: BINARY_IS_NOT;
	l = best_layout(wish, octets, n, &records);
	if (!whole && (l != NULL ? records < RECORDS_THAT_TELL : is_zero(octets, n)))
		return BINARY_MAY_BE;
	if (l == NULL && wish != BINARY_NONE)
		l = usual_layout(wish);
	if (l == NULL)
		return BINARY_IS_NOT;
	b->format = l->format;
	b->layout = l;
	b->record = l->size;
	b->big = l->big;
	return BINARY_IS;
}

/* ---- its records */

static enum binary_note
note_of(const struct fixed_layout *l, const uint8_t *record)
{
	uint16_t type = octets_get16(record, l->big);

	if (l->format != BINARY_UTMP)
		return BINARY_NOTHING;
	if (type == UT_OLD_TIME)
		return BINARY_CLOCK_WAS;
	return type == UT_NEW_TIME ? BINARY_CLOCK_IS : BINARY_NOTHING;
}

enum binary_step
fixed_next(
    const struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	const struct fixed_layout *l = b->layout;

	if (n < l->size)
		return BINARY_MORE;
	out->head = l->size;
	out->is_record = !is_zero(octets, l->size);
	if (!out->is_record)
		return BINARY_ITEM;
	out->note = note_of(l, octets);
	out->stamps = 1;
	out->stamp[0] = (struct binary_stamp){ l->time_at, form_of(l) };
	return BINARY_ITEM;
}
