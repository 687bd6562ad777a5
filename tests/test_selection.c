#include <string.h>

#include "law.h"
#include "selection.h"

#define MS INT64_C(1000000)

static const struct raw_time now = { 1000 * NS_PER_SECOND };

/* A candidate whose correctness interval is offset +- distance. */
static struct candidate
candidate_of(int64_t offset, int64_t distance)
{
	return (struct candidate){
		.standing = VERDICT_ELIGIBLE,
		.offset = { offset },
		.root_dispersion = { distance },
		.newest = now,
		.stratum = 2,
	};
}

static struct selection
choose(const struct candidate c[], size_t n)
{
	struct selection s;

	selection_choose(c, n, now, &s);
	return s;
}

START_TEST(root_distance_by_hand)
{
	struct candidate c = {
		.delay = { 20 * MS },
		.root_delay = { 30 * MS },
		.root_dispersion = { 4 * MS },
		.dispersion = { 1 * MS },
		.jitter = { 2 * MS },
		.newest = { now.ns - 100 * NS_PER_SECOND },
		.growth = 15e-6,
	};

	/* 10 + 15 + 4 + 1 + 1.5 + 2 */
	ck_assert_int_eq(root_distance(&c, now).ns, 33500000);
	/* a sample of the future ages nothing */
	c.newest.ns = now.ns + 100 * NS_PER_SECOND;
	ck_assert_int_eq(root_distance(&c, now).ns, 32 * MS);
}
END_TEST

START_TEST(three_honest_servers_expose_a_liar)
{
	struct candidate c[] = {
		candidate_of(3200 * MS, 20 * MS),
		candidate_of(3205 * MS, 10 * MS),
		candidate_of(-400 * MS, 5 * MS),
		candidate_of(3195 * MS, 30 * MS),
	};
	struct selection s = choose(c, 4);

	ck_assert_int_eq(s.outcome, OUTCOME_MAJORITY);
	ck_assert_int_eq(s.winner, 1);
	ck_assert_int_eq(s.candidates, 4);
	ck_assert_int_eq(s.truechimers, 3);
	ck_assert_int_eq(s.verdict[0], VERDICT_ELIGIBLE);
	ck_assert_int_eq(s.verdict[1], VERDICT_SELECTED);
	ck_assert_int_eq(s.verdict[2], VERDICT_FALSETICKER);
	ck_assert_int_eq(s.verdict[3], VERDICT_ELIGIBLE);
	ck_assert_int_eq(s.low.ns, 3195 * MS);
	ck_assert_int_eq(s.high.ns, 3215 * MS);
}
END_TEST

START_TEST(two_against_two_are_no_majority)
{
	struct candidate c[] = {
		candidate_of(0, MS),
		candidate_of(0, MS),
		candidate_of(100 * MS, MS),
		candidate_of(100 * MS, MS),
	};
	struct selection s = choose(c, 4);

	ck_assert_int_eq(s.outcome, OUTCOME_NO_MAJORITY);
	ck_assert_int_eq(s.winner, -1);
	ck_assert_int_eq(s.truechimers, 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(s.verdict[i], VERDICT_UNDECIDED);
}
END_TEST

START_TEST(one_against_one_is_no_majority)
{
	struct candidate c[] = { candidate_of(0, MS), candidate_of(3 * MS, MS) };

	ck_assert_int_eq(choose(c, 2).outcome, OUTCOME_NO_MAJORITY);
	ck_assert_int_eq(choose(c, 2).winner, -1);
}
END_TEST

START_TEST(one_candidate_is_only_a_server)
{
	struct candidate c[] = { candidate_of(7, MS), candidate_of(0, MS) };
	struct selection s;

	c[1].standing = VERDICT_UNREACHABLE;
	s = choose(c, 2);
	ck_assert_int_eq(s.outcome, OUTCOME_ONLY_SERVER);
	ck_assert_int_eq(s.winner, 0);
	ck_assert_int_eq(s.truechimers, 1);
	ck_assert_int_eq(s.verdict[1], VERDICT_UNREACHABLE);
}
END_TEST

START_TEST(no_candidate_is_said_so)
{
	struct candidate c[] = { candidate_of(0, MS) };

	ck_assert_int_eq(choose(c, 0).outcome, OUTCOME_NO_CANDIDATE);
	c[0].standing = VERDICT_DENIED;
	ck_assert_int_eq(choose(c, 1).outcome, OUTCOME_NO_CANDIDATE);
	ck_assert_int_eq(choose(c, 1).verdict[0], VERDICT_DENIED);
	ck_assert_int_eq(choose(c, 1).winner, -1);
}
END_TEST

START_TEST(standing_other_than_eligible_is_the_verdict)
{
	for (int v = VERDICT_UNRESOLVED; v < VERDICTS; v++) {
		struct candidate c[] = { candidate_of(0, MS), candidate_of(0, MS),
			candidate_of(0, MS / 2) };
		struct selection s;

		c[2].standing = (enum verdict)v;
		s = choose(c, 3);
		ck_assert_int_eq(s.verdict[2], v);
		ck_assert_int_eq(s.winner, 0);
		ck_assert_int_eq(s.candidates, 2);
	}
}
END_TEST

START_TEST(ties_go_to_the_lower_stratum_then_to_the_earlier)
{
	struct candidate c[] = { candidate_of(0, MS), candidate_of(0, MS),
		candidate_of(0, MS) };

	ck_assert_int_eq(choose(c, 3).winner, 0);
	c[2].stratum = 1;
	ck_assert_int_eq(choose(c, 3).winner, 2);
	c[1].stratum = 1;
	ck_assert_int_eq(choose(c, 3).winner, 1);
	/* the distance comes first */
	c[0].root_dispersion.ns = MS - 1;
	ck_assert_int_eq(choose(c, 3).winner, 0);
}
END_TEST

START_TEST(root_distance_over_1500_ms_is_too_distant)
{
	struct candidate c[] = { candidate_of(0, 1500 * MS),
		candidate_of(0, 1500 * MS + 1) };
	struct selection s = choose(c, 2);

	ck_assert_int_eq(s.verdict[0], VERDICT_SELECTED);
	ck_assert_int_eq(s.verdict[1], VERDICT_TOO_DISTANT);
	ck_assert_int_eq(s.outcome, OUTCOME_ONLY_SERVER);
	ck_assert_int_eq(s.root_distance[1].ns, 1500 * MS + 1);
}
END_TEST

START_TEST(touching_intervals_share_a_point)
{
	struct candidate points[] = { candidate_of(10, 0), candidate_of(10, 0) };
	struct candidate edges[] = { candidate_of(5, 5), candidate_of(10, 0),
		candidate_of(15, 5) };
	struct candidate apart[] = { candidate_of(10, 0), candidate_of(11, 0) };

	ck_assert_int_eq(choose(points, 2).truechimers, 2);
	ck_assert_int_eq(choose(points, 2).outcome, OUTCOME_MAJORITY);
	/* [0,10], [10,10] and [10,20]: two of three from 10 to 10 */
	ck_assert_int_eq(choose(edges, 3).outcome, OUTCOME_NO_MAJORITY);
	ck_assert_int_eq(choose(apart, 2).outcome, OUTCOME_NO_MAJORITY);
}
END_TEST

/* ---- the intersection, as slowly as it can be said */

static int
holding(const struct candidate c[], size_t n, int64_t point)
{
	int held = 0;

	for (size_t i = 0; i < n; i++)
		held += c[i].offset.ns - c[i].root_dispersion.ns <= point &&
			point <= c[i].offset.ns + c[i].root_dispersion.ns;
	return held;
}

/* The truechimers if f falsetickers are assumed; -1: the assumption does not hold. */
static int
truechimers_with(const struct candidate c[], size_t n, int f, int64_t *low, int64_t *high)
{
	bool found = false;
	int inside = 0;

	for (int64_t point = -100; point <= 100; point++) {
		if (holding(c, n, point) < (int)n - f)
			continue;
		*low = found ? *low : point;
		*high = point;
		found = true;
	}
	for (size_t i = 0; i < n; i++)
		inside += found && c[i].offset.ns >= *low && c[i].offset.ns <= *high;
	return found && (int)n - inside <= f ? inside : -1;
}

static int
reference(const struct candidate c[], size_t n, int64_t *low, int64_t *high)
{
	for (int f = 0; 2 * f < (int)n; f++) {
		int inside = truechimers_with(c, n, f, low, high);

		if (inside >= 0)
			return inside;
	}
	return 0;
}

static size_t
random_case(struct candidate c[8])
{
	size_t n = 1 + law_below(8);

	for (size_t i = 0; i < n; i++) {
		c[i] = candidate_of(law_between(-20, 20), law_between(0, 15));
		c[i].stratum = (uint8_t)law_between(1, 3);
	}
	return n;
}

START_TEST(intersection_is_the_one_of_a_search_over_all_points)
{
	size_t majorities = 0;
	size_t none = 0;

	for (int round = 0; round < 20000; round++) {
		struct candidate c[8];
		size_t n = random_case(c);
		struct selection s = choose(c, n);
		int64_t low = 0;
		int64_t high = 0;
		int wanted = reference(c, n, &low, &high);

		law_equal(s.truechimers, wanted);
		law_equal(s.winner >= 0, wanted > 0);
		majorities += wanted > 0 && n > 2;
		none += wanted == 0;
		for (size_t i = 0; i < n && wanted > 0; i++) {
			bool true_one = c[i].offset.ns >= low && c[i].offset.ns <= high;

			law_equal(s.verdict[i] != VERDICT_FALSETICKER, true_one);
		}
		if (wanted > 0)
			law_holds(s.low.ns == low && s.high.ns == high);
	}
	ck_assert_uint_gt(majorities, 1000);
	ck_assert_uint_gt(none, 1000);
}
END_TEST

START_TEST(winner_is_the_nearest_of_the_truechimers)
{
	for (int round = 0; round < 20000; round++) {
		struct candidate c[8];
		size_t n = random_case(c);
		struct selection s = choose(c, n);
		int selected = 0;

		for (size_t i = 0; i < n; i++) {
			selected += s.verdict[i] == VERDICT_SELECTED;
			if (s.verdict[i] == VERDICT_ELIGIBLE)
				law_holds(s.root_distance[i].ns >=
					  s.root_distance[s.winner].ns);
		}
		law_equal(selected, s.winner >= 0);
		law_holds(s.winner < 0 || s.verdict[s.winner] == VERDICT_SELECTED);
		law_holds(2 * s.truechimers > s.candidates || s.winner < 0);
	}
}
END_TEST

START_TEST(order_of_the_servers_does_not_make_a_truechimer)
{
	for (int round = 0; round < 20000; round++) {
		struct candidate c[8];
		struct candidate mixed[8];
		size_t from[8];
		size_t n = random_case(c);
		struct selection s = choose(c, n);
		struct selection m;

		for (size_t i = 0; i < n; i++)
			from[i] = i;
		for (size_t i = n; i-- > 1;) {
			size_t other = law_below(i + 1);
			size_t kept = from[i];

			from[i] = from[other];
			from[other] = kept;
		}
		for (size_t i = 0; i < n; i++)
			mixed[i] = c[from[i]];
		m = choose(mixed, n);
		law_equal(m.outcome, s.outcome);
		law_equal(m.truechimers, s.truechimers);
		for (size_t i = 0; i < n; i++)
			law_equal(m.verdict[i] == VERDICT_FALSETICKER,
			    s.verdict[from[i]] == VERDICT_FALSETICKER);
		if (s.winner >= 0)
			law_equal(
			    m.root_distance[m.winner].ns, s.root_distance[s.winner].ns);
	}
}
END_TEST

START_TEST(constant_added_to_all_offsets_moves_the_intersection)
{
	for (int round = 0; round < 5000; round++) {
		struct candidate c[8];
		size_t n = random_case(c);
		struct selection s = choose(c, n);
		int64_t more = law_between(-NS_PER_SECOND, NS_PER_SECOND);
		struct selection moved;

		for (size_t i = 0; i < n; i++)
			c[i].offset.ns += more;
		moved = choose(c, n);
		law_equal(moved.winner, s.winner);
		law_holds(memcmp(moved.verdict, s.verdict, n * sizeof(*s.verdict)) == 0);
		if (s.winner >= 0)
			law_holds(moved.low.ns == s.low.ns + more &&
				  moved.high.ns == s.high.ns + more);
	}
}
END_TEST

/* The truth is 0. Honest intervals hold it, wherever their midpoints are; liars collude. */
START_TEST(truth_is_assured_whatever_a_minority_says)
{
	size_t chosen = 0;

	for (int round = 0; round < 20000; round++) {
		struct candidate c[9];
		size_t n = 1 + law_below(9);
		size_t liars = law_below((n + 1) / 2);
		int64_t lie = law_between(-60 * MS, 60 * MS);
		struct selection s;

		for (size_t i = 0; i < n; i++) {
			int64_t distance = law_between(MS, 40 * MS);

			c[i] = candidate_of(law_between(-distance, distance), distance);
			if (i < liars)
				c[i] = candidate_of(
				    lie + law_between(-MS, MS), law_between(1, 5 * MS));
		}
		s = choose(c, n);
		if (s.winner < 0)
			continue;
		chosen++;
		law_holds(s.sure_low.ns <= 0 && s.sure_high.ns >= 0);
		law_holds(s.sure_low.ns <= s.low.ns && s.sure_high.ns >= s.high.ns);
	}
	ck_assert_uint_gt(chosen, 10000);
}
END_TEST

START_TEST(sixty_four_servers_are_chosen_from)
{
	struct candidate c[MAX_SERVERS];
	struct selection s;

	for (size_t i = 0; i < MAX_SERVERS; i++)
		c[i] = candidate_of(i < 31 ? 500 * MS : 0, (int64_t)(100 - i) * MS);
	s = choose(c, MAX_SERVERS);
	ck_assert_int_eq(s.winner, 63);
	ck_assert_int_eq(s.truechimers, 33);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("selection");
	TCase *t = law_case(s);

	tcase_add_test(t, root_distance_by_hand);
	tcase_add_test(t, three_honest_servers_expose_a_liar);
	tcase_add_test(t, two_against_two_are_no_majority);
	tcase_add_test(t, one_against_one_is_no_majority);
	tcase_add_test(t, one_candidate_is_only_a_server);
	tcase_add_test(t, no_candidate_is_said_so);
	tcase_add_test(t, standing_other_than_eligible_is_the_verdict);
	tcase_add_test(t, ties_go_to_the_lower_stratum_then_to_the_earlier);
	tcase_add_test(t, root_distance_over_1500_ms_is_too_distant);
	tcase_add_test(t, touching_intervals_share_a_point);
	tcase_add_test(t, intersection_is_the_one_of_a_search_over_all_points);
	tcase_add_test(t, winner_is_the_nearest_of_the_truechimers);
	tcase_add_test(t, order_of_the_servers_does_not_make_a_truechimer);
	tcase_add_test(t, constant_added_to_all_offsets_moves_the_intersection);
	tcase_add_test(t, truth_is_assured_whatever_a_minority_says);
	tcase_add_test(t, sixty_four_servers_are_chosen_from);
	return law_run(s);
}
