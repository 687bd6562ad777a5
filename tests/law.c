#include "law.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_FALLBACK 20261122

static uint64_t seed = SEED_FALLBACK;
static uint64_t state;

/* splitmix64 (Steele, Lea and Flood 2014) */
uint64_t
law_u64(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void
law_sequence(uint64_t n)
{
	state = seed * UINT64_C(0xd1342543de82ef95) + n * UINT64_C(0x2545f4914f6cdd1d);
}

static void
begin(void)
{
	law_sequence(0);
}

TCase *
law_case(Suite *s)
{
	TCase *t = tcase_create("laws");

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	return t;
}

int
law_run(Suite *s)
{
	const char *given = getenv("CLOCKWITNESS_SEED");
	SRunner *runner = srunner_create(s);
	int failed;

	if (given != NULL)
		seed = strtoull(given, NULL, 10);
	(void)printf("# seed %" PRIu64 "\n", seed);
	(void)fflush(stdout);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}

int64_t
law_between(int64_t low, int64_t high)
{
	uint64_t range = (uint64_t)high - (uint64_t)low + 1;

	return (int64_t)((uint64_t)low + (range == 0 ? law_u64() : law_u64() % range));
}

size_t
law_below(size_t n)
{
	return (size_t)(law_u64() % n);
}

double
law_uniform(void)
{
	return (double)(law_u64() >> 11) * 0x1p-53;
}

bool
law_chance(double p)
{
	return law_uniform() < p;
}

double
law_gaussian(void)
{
	double u = 1 - law_uniform();

	return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * law_uniform());
}

double
law_exponential(double mean)
{
	return -mean * log(1 - law_uniform());
}

int64_t
law_any_int64(void)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX,
		INT64_MAX - 1, 0, 1, -1 };

	if (law_chance(0.2))
		return ends[law_below(sizeof(ends) / sizeof(*ends))];
	return (int64_t)law_u64() >> law_below(64);
}

void
law_bytes(void *to, size_t n)
{
	uint8_t *b = to;

	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)law_u64();
}

void
law_text(char *to, size_t size)
{
	static const char *const pieces[] = { "a", "Z", "0", " ", "\"", "\\", "\n",
		"\x01", "\x1f", "\x7f", "/", "\xc3\xa9", "\xdf\xbf", "\xe2\x82\xac",
		"\xef\xbf\xbd", "\xf0\x9f\x95\x90", "\xf4\x8f\xbf\xbf" };
	size_t wanted = law_below(size);
	size_t used = 0;

	for (;;) {
		const char *piece = pieces[law_below(sizeof(pieces) / sizeof(*pieces))];
		size_t n = strlen(piece);

		if (used + n > wanted)
			break;
		memcpy(to + used, piece, n);
		used += n;
	}
	to[used] = '\0';
}
