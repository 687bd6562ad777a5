/*
 * What the tests share: random numbers that can be had again, a runner that speaks TAP.
 * The seed is CLOCKWITNESS_SEED or a fixed one, and always printed; each test begins with
 * it anew, so that one alone does what it does among the others.
 */
#ifndef CLOCKWITNESS_LAW_H
#define CLOCKWITNESS_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <check.h>

/* ck_assert() writes to a pipe each time; these only where they fail, for long loops. */
#define law_holds(claim)                                                                 \
	do {                                                                             \
		if (!(claim))                                                            \
			ck_abort_msg("does not hold: %s", #claim);                       \
	} while (0)
#define law_equal(a, b)                                                                  \
	do {                                                                             \
		intmax_t law_a = (intmax_t)(a);                                          \
		intmax_t law_b = (intmax_t)(b);                                          \
		if (law_a != law_b)                                                      \
			ck_abort_msg("%s is %jd, %s is %jd", #a, law_a, #b, law_b);      \
	} while (0)

/* A case of the suite whose tests begin with the seed. */
TCase *law_case(Suite *s);

/* Runs the suite, TAP on standard output; 0 if all tests pass, else 1. Frees the suite.
 */
int law_run(Suite *s);

/* Begins another sequence: the seed's n-th. */
void law_sequence(uint64_t n);

uint64_t law_u64(void);
int64_t law_between(int64_t low, int64_t high); /* both included */
size_t law_below(size_t n);                     /* 0 .. n - 1 */
bool law_chance(double p);
double law_uniform(void); /* [0, 1) */
double law_gaussian(void);
double law_exponential(double mean);
int64_t law_any_int64(void); /* of every magnitude, and often the ends and zero */
void law_bytes(void *to, size_t n);
/* Valid UTF-8 of less than size octets, with quotes, backslashes and control characters.
 */
void law_text(char *to, size_t size);

#endif
