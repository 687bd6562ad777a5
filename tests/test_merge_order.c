#include <stdlib.h>
#include <string.h>

#include "../tools/merge_order.h"
#include "../tools/merge_store.h"
#include "../tools/tournament.h"
#include "law.h"

#define LINES 3000

static struct merge_store store;

static struct merge_line *
line(int64_t at, uint64_t number)
{
	struct merge_line *l = store_new(&store, sizeof(*l) + 1);

	*l = (struct merge_line){ .at = { at }, .number = number };
	return l;
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	if (x[0] != y[0])
		return (x[0] > y[0]) - (x[0] < y[0]);
	return (x[1] > y[1]) - (x[1] < y[1]);
}

/* ---- lines that wait */

START_TEST(lines_come_out_by_time_and_of_one_time_by_number)
{
	for (int round = 0; round < 50; round++) {
		static int64_t wanted[LINES][2];
		struct merge_order o = { .first = 0 };
		int64_t disorder = round % 5 == 0 ? 0 : law_between(1, 300);

		for (uint64_t i = 0; i < LINES; i++) {
			wanted[i][0] = (int64_t)i / 3 + law_between(-disorder, disorder);
			wanted[i][1] = (int64_t)i;
			order_hold(&o, line(wanted[i][0], i));
		}
		law_holds(order_count(&o) == LINES);
		qsort(wanted, LINES, sizeof(*wanted), by_time);
		for (size_t i = 0; i < LINES; i++) {
			struct merge_line *l = order_release(&o);

			law_holds(l->at.ns == wanted[i][0]);
			law_holds((int64_t)l->number == wanted[i][1]);
			store_drop(&store, l);
		}
		law_holds(order_least(&o) == NULL && order_release(&o) == NULL);
		order_free(&o);
	}
	store_free(&store);
}
END_TEST

START_TEST(the_least_that_is_held_is_released_whenever_it_is_asked_for)
{
	struct merge_order o = { .first = 0 };
	static int64_t held[LINES];
	size_t n = 0;

	for (uint64_t i = 0; i < 20000; i++) {
		size_t least = 0;
		struct merge_line *l;

		if (n < LINES && (n == 0 || law_chance(i % 2000 < 1000 ? 0.6 : 0.4))) {
			held[n] = (int64_t)i + law_between(0, i % 700 == 0 ? 90 : 3);
			order_hold(&o, line(held[n++], i));
			continue;
		}
		for (size_t k = 0; k < n; k++)
			least = held[k] < held[least] ? k : least;
		l = order_release(&o);
		law_holds(l->at.ns == held[least]);
		store_drop(&store, l);
		held[least] = held[--n];
	}
	for (struct merge_line *l; (l = order_release(&o)) != NULL;)
		store_drop(&store, l);
	order_free(&o);
	store_free(&store);
}
END_TEST

/* ---- memory */

START_TEST(objects_keep_what_is_written_while_others_come_grow_and_go)
{
	static unsigned char *object[200];
	static size_t length[200];

	for (int i = 0; i < 20000; i++) {
		size_t k = (size_t)law_between(0, 199);
		size_t more = (size_t)law_between(0, law_chance(0.01) ? 400000 : 300);

		for (size_t b = 0; object[k] != NULL && b < length[k]; b += 97)
			law_holds(object[k][b] == k);
		if (object[k] != NULL)
			store_drop(&store, object[k]);
		length[k] = (size_t)law_between(1, 300);
		object[k] = store_new(&store, length[k]);
		memset(object[k], (int)k, length[k]);
		object[k] = store_grow(&store, object[k], length[k], length[k] + more);
		for (size_t b = 0; b < length[k]; b++)
			law_holds(object[k][b] == k);
		length[k] += more;
		memset(object[k], (int)k, length[k]);
	}
	for (size_t k = 0; k < 200; k++)
		if (object[k] != NULL)
			store_drop(&store, object[k]);
	store_free(&store);
}
END_TEST

/* ---- the least of many */

START_TEST(winner_is_the_first_of_those_with_the_least_time)
{
	for (size_t rivals = 0; rivals < 40; rivals++) {
		struct rival now[40] = { { .out = true } };
		struct tournament t;

		tournament_begin(&t, rivals);
		law_holds(tournament_winner(&t) == SIZE_MAX);
		for (size_t i = 0; i < rivals; i++)
			now[i].out = true;
		for (int i = 0; rivals > 0 && i < 300; i++) {
			size_t k = (size_t)law_between(0, (int64_t)rivals - 1);
			size_t wanted = SIZE_MAX;

			now[k] = (struct rival){ law_between(-9, 9), law_chance(0.3) };
			tournament_set(&t, k, now[k]);
			for (size_t r = 0; r < rivals; r++)
				if (!now[r].out && (wanted == SIZE_MAX ||
						       now[r].time < now[wanted].time))
					wanted = r;
			law_holds(tournament_winner(&t) == wanted);
		}
		tournament_free(&t);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("merge_order");
	TCase *t = law_case(s);

	tcase_add_test(t, lines_come_out_by_time_and_of_one_time_by_number);
	tcase_add_test(t, the_least_that_is_held_is_released_whenever_it_is_asked_for);
	tcase_add_test(t, objects_keep_what_is_written_while_others_come_grow_and_go);
	tcase_add_test(t, winner_is_the_first_of_those_with_the_least_time);
	return law_run(s);
}
