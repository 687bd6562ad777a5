#include <string.h>

#include "binary_stamp.h"
#include "law.h"

static const int64_t YEAR_2026 = INT64_C(1767225600);

static struct binary_form
any_form(void)
{
	static const int32_t units[] = { 0, 1000, 1 };
	static const uint64_t seconds[] = { 1, 100, 1000000, 1000000000, UINT64_C(1) << 6,
		UINT64_C(1) << 20, UINT64_C(1) << 32, UINT64_C(10000000000) };
	struct binary_form f = { .kind = (enum binary_kind)law_below(3) };

	f.big = law_chance(0.5);
	f.wide = law_chance(0.5);
	f.is_signed = law_chance(0.5);
	f.unit_ns = units[law_below(3)];
	f.per_second = seconds[law_below(sizeof(seconds) / sizeof(*seconds))];
	f.offset_s = law_chance(0.5) ? 0 : law_between(-86400, 86400);
	f.digits = 16;
	return f;
}

static struct system_time
as_time(const struct binary_time *t)
{
	return system_after((struct system_time){ t->seconds * NS_PER_SECOND },
	    (struct span){ t->fraction_ns });
}

/* A stamp of the form that shows about this time. */
static void
make(const struct binary_form *f, int64_t ns, uint8_t out[32])
{
	memset(out, '0', 32);
	if (f->kind == BINARY_COUNT) { /* a first second, from which it can go on */
		uint64_t count =
		    (uint64_t)(ns / NS_PER_SECOND - f->offset_s) * f->per_second;

		for (size_t i = 0; i < 8; i++) {
			size_t word = i / 4 * 4;
			size_t at = f->big ? i : word + 3 - i % 4;

			out[at] = (uint8_t)(count >> (56 - 8 * i));
		}
	}
	if (f->kind == BINARY_SECONDS)
		memset(out, 0, 32);
	if (f->kind != BINARY_COUNT)
		law_holds(binary_stamp_write(
		    f, (struct system_time){ 0 }, (struct utc_time){ ns }, out));
}

START_TEST(there_and_back_gives_the_same_octets_and_no_other_change)
{
	for (int i = 0; i < 20000; i++) {
		struct binary_form f = any_form();
		size_t n = binary_form_octets(&f);
		int64_t ns = YEAR_2026 * NS_PER_SECOND +
			     law_between(0, 400 * 86400 * NS_PER_SECOND);
		int64_t moved = law_between(-1000, 1000) * NS_PER_SECOND;
		uint8_t first[32];
		uint8_t then[32];
		struct binary_time t;
		struct system_time was;

		make(&f, ns, first);
		memcpy(then, first, sizeof(then));
		law_holds(binary_stamp_read(&f, first, &t));
		was = as_time(&t);
		if (was.ns <= 0 || was.ns + moved <= 0)
			continue;
		if (!binary_stamp_write(
			&f, was, (struct utc_time){ was.ns + moved }, then))
			ck_abort_msg("kind %d cannot hold %jd", (int)f.kind,
			    (intmax_t)was.ns + moved);
		law_holds(memcmp(then + n, first + n, sizeof(then) - n) == 0);
		law_holds(moved == 0 || memcmp(then, first, n) != 0);
		law_holds(binary_stamp_read(&f, then, &t));
		law_equal(as_time(&t).ns - was.ns, moved);
		law_holds(binary_stamp_write(
		    &f, as_time(&t), (struct utc_time){ was.ns }, then));
		law_holds(memcmp(then, first, sizeof(then)) == 0);
	}
}
END_TEST

START_TEST(what_cannot_be_held_is_refused_and_stays)
{
	const struct binary_form login = { .is_signed = true, .unit_ns = 1000 };
	const struct binary_form packet = { .unit_ns = 1 };
	const struct binary_form digits = { .kind = BINARY_DIGITS, .digits = 3 };
	const struct utc_time year_2040 = { INT64_C(2208988800) * NS_PER_SECOND };
	uint8_t octets[8] = "12345678";

	ck_assert(
	    !binary_stamp_write(&login, (struct system_time){ 0 }, year_2040, octets));
	ck_assert(
	    !binary_stamp_write(&digits, (struct system_time){ 0 }, year_2040, octets));
	ck_assert(!binary_stamp_write(
	    &login, (struct system_time){ 0 }, (struct utc_time){ -1 }, octets));
	ck_assert_mem_eq(octets, "12345678", 8);
	ck_assert(
	    binary_stamp_write(&packet, (struct system_time){ 0 }, year_2040, octets));
}
END_TEST

START_TEST(what_is_no_time_is_not_read)
{
	const struct binary_form login = { .is_signed = true, .unit_ns = 1000 };
	const struct binary_form count = { .kind = BINARY_COUNT };
	const struct binary_form digits = { .kind = BINARY_DIGITS, .digits = 4 };
	const uint8_t million[8] = { 1, 0, 0, 0, 0x40, 0x42, 0x0f, 0 };
	const uint8_t negative[8] = { 1, 0, 0, 0x80, 0, 0, 0, 0 };
	struct binary_time t;

	ck_assert(!binary_stamp_read(&login, million, &t));
	ck_assert(!binary_stamp_read(&login, negative, &t));
	ck_assert(!binary_stamp_read(&count, million, &t));
	ck_assert(!binary_stamp_read(&digits, (const uint8_t *)"12x4", &t));
}
END_TEST

START_TEST(nothing_of_any_octets_or_time_is_undefined)
{
	for (int i = 0; i < 100000; i++) {
		struct binary_form f = any_form();
		uint8_t octets[32];
		struct binary_time t;

		f.per_second = law_chance(0.2) ? 0 : f.per_second * (law_u64() | 1);
		f.offset_s = law_any_int64();
		f.digits = (uint8_t)(1 + law_below(20));
		law_bytes(octets, sizeof(octets));
		if (binary_stamp_read(&f, octets, &t))
			law_holds(t.fraction_ns >= 0 && t.fraction_ns < NS_PER_SECOND &&
				  t.resolution > 0);
		(void)binary_stamp_write(&f, (struct system_time){ law_any_int64() },
		    (struct utc_time){ law_any_int64() }, octets);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("binary_stamp");
	TCase *t = law_case(s);

	tcase_add_test(t, there_and_back_gives_the_same_octets_and_no_other_change);
	tcase_add_test(t, what_cannot_be_held_is_refused_and_stays);
	tcase_add_test(t, what_is_no_time_is_not_read);
	tcase_add_test(t, nothing_of_any_octets_or_time_is_undefined);
	return law_run(s);
}
