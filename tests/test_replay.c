#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "law.h"
#include "replay.h"

#define MS INT64_C(1000000)
#define BEGIN (INT64_C(1795312800) * NS_PER_SECOND)
#define NAMES 3

static struct replay writer, reader;
static struct record record;
static struct replay_finding finding;
static int64_t now; /* raw time, ns */

static struct clock_reading
reading(void)
{
	return (struct clock_reading){
		.real = { BEGIN - 3200 * MS + now },
		.raw = { now },
		.read = { 50 },
	};
}

static void
list_servers(struct record_servers *s, int pool)
{
	static const char *const names[NAMES] = { "a", "b", "c" };

	s->count = NAMES;
	for (size_t i = 0; i < NAMES; i++) {
		s->server[i] = (struct record_server){ .pool = i == 2 ? pool : 1 };
		memcpy(s->server[i].name, names[i], 2);
	}
}

static void
start(int method)
{
	record = (struct record){ .type = RECORD_START, .at = reading() };
	record.start.method = method;
	list_servers(&record.start.servers, 1);
}

static void
exchange(const char *name, const char *address, int64_t wrong)
{
	struct exchange *x = &record.exchange.exchange;
	struct sample sample;
	int64_t path = 2 * MS + law_between(0, MS);

	now += 100 * MS;
	record = (struct record){ .type = RECORD_EXCHANGE, .at = reading() };
	record.exchange.has_sample = true;
	memcpy(record.exchange.server, name, strlen(name) + 1);
	memcpy(record.exchange.address, address, strlen(address) + 1);
	*x = (struct exchange){
		.t1 = { record.at.real.ns - path },
		.t1_raw = { now - path },
		.t2 = { BEGIN + now - path / 2 + wrong },
		.t3 = { BEGIN + now - path / 2 + wrong },
		.t4 = record.at.real,
		.t4_raw = record.at.raw,
		.replied = true,
		.decoded = true,
		.version = 4,
		.stratum = 2,
		.precision = -20,
	};
	ck_assert_int_eq(sample_from_exchange(x, &sample), FAULT_NONE);
	record.exchange.offset = sample.offset;
	record.exchange.delay = sample.delay;
	record.exchange.dispersion = sample.dispersion;
}

static void
calibration(void)
{
	now += MS;
	record = (struct record){ .type = RECORD_CALIBRATION, .at = reading() };
	calibrator_conclude(&writer.calibrator, &record.at, &record.calibration);
}

/* As the daemon writes it and another reads it; what that finds. */
static enum replay_verdict
pass(void)
{
	replay_take(&writer, &record);
	replay_check(&reader, &record, &finding);
	return finding.verdict;
}

static void
begin(void)
{
	now = 1000 * NS_PER_SECOND;
	memset(&writer, 0, sizeof(writer));
	memset(&reader, 0, sizeof(reader));
	start(CALIBRATION_METHOD);
	ck_assert_int_eq(pass(), REPLAY_NOTHING);
}

static void
rounds(int n)
{
	for (int k = 0; k < n; k++) {
		exchange("a", "192.0.2.1:123", 0);
		law_equal(pass(), REPLAY_FOLLOWS);
		exchange("b", "192.0.2.2:123", MS);
		law_equal(pass(), REPLAY_FOLLOWS);
		exchange("c", "192.0.2.3:123", -MS);
		law_equal(pass(), REPLAY_FOLLOWS);
	}
}

START_TEST(what_was_concluded_follows)
{
	begin();
	calibration();
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
	for (int k = 0; k < 100; k++) {
		rounds(1);
		calibration();
		ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
	}
	ck_assert(record.calibration.selected);
}
END_TEST

START_TEST(what_was_not_is_named)
{
	begin();
	rounds(20);
	calibration();
	record.calibration.server_at[1].root_distance.ns++;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	ck_assert_str_eq(finding.difference.field, "servers[1].root_distance_ns");
	ck_assert_int_eq(strtoll(finding.difference.first, NULL, 10),
	    strtoll(finding.difference.second, NULL, 10) + 1);
	calibration();
	record.calibration.frequency += 1e-12;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	ck_assert_str_eq(finding.difference.field, "frequency_ppm");
	exchange("a", "192.0.2.1:123", 0);
	record.exchange.delay.ns--;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	ck_assert_str_eq(finding.difference.field, "delay_ns");
	calibration();
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
}
END_TEST

START_TEST(no_selection_where_there_is_one_is_found)
{
	begin();
	rounds(20);
	calibration();
	record.calibration.selected = false;
	record.calibration.server[0] = '\0';
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	ck_assert_str_eq(finding.difference.field, "selected");
}
END_TEST

START_TEST(fault_that_the_fields_do_not_show_is_found)
{
	static const struct {
		enum fault said, shown;
	} cases[] = {
		{ FAULT_UNSYNCHRONISED, FAULT_NONE },
		{ FAULT_KISS_DENY, FAULT_NONE },
		{ FAULT_ROOT_DISTANCE, FAULT_NONE },
		{ FAULT_IMPLAUSIBLE, FAULT_NONE },
		{ FAULT_TRANSMIT_BEFORE_RECEIVE, FAULT_NONE },
		/* nothing recorded could show these */
		{ FAULT_BOGUS_ORIGIN, FAULT_BOGUS_ORIGIN },
		{ FAULT_DUPLICATE, FAULT_DUPLICATE },
		{ FAULT_LOOP, FAULT_LOOP },
		{ FAULT_CLOCK_STEPPED, FAULT_CLOCK_STEPPED },
		{ FAULT_FUTURE_REFERENCE, FAULT_FUTURE_REFERENCE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin();
		exchange("a", "192.0.2.1:123", 0);
		record.exchange.exchange.fault = cases[i].said;
		record.exchange.has_sample = false;
		ck_assert_int_eq(pass(),
		    cases[i].said == cases[i].shown ? REPLAY_FOLLOWS : REPLAY_DIFFERS);
	}
	begin();
	record = (struct record){ .type = RECORD_EXCHANGE, .at = reading() };
	record.exchange.exchange.fault = FAULT_NONE;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
}
END_TEST

START_TEST(replies_that_should_have_been_refused_are_found)
{
	begin();
	exchange("a", "192.0.2.1:123", 0);
	record.exchange.exchange.leap = NTP_LEAP_UNKNOWN;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	ck_assert_str_eq(finding.difference.field, "fault");
	ck_assert_str_eq(finding.difference.second, "\"unsynchronised\"");
	exchange("a", "192.0.2.1:123", 0);
	record.exchange.exchange.root_dispersion.ns = 2 * NS_PER_SECOND;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	exchange("a", "192.0.2.1:123", 0);
	record.exchange.exchange.t3.ns--;
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
	exchange("a", "192.0.2.1:123", 0);
	record.exchange.exchange.stratum = 0;
	memcpy(record.exchange.exchange.refid, "RATE", 4);
	ck_assert_int_eq(pass(), REPLAY_DIFFERS);
}
END_TEST

static void
reload(int pool)
{
	record = (struct record){ .type = RECORD_RELOAD, .at = reading() };
	list_servers(&record.reload.servers, pool);
	(void)pass();
}

START_TEST(servers_that_stay_keep_their_samples_and_others_begin_afresh)
{
	begin();
	rounds(10);
	reload(1);
	ck_assert_uint_eq(writer.calibrator.server[0].measured.filter.used, 8);
	reload(3);
	ck_assert_uint_eq(writer.calibrator.servers, 5);
	ck_assert_str_eq(writer.calibrator.server[2].name, "c");
	ck_assert_str_eq(writer.calibrator.server[4].name, "c#3");
	ck_assert_uint_eq(writer.calibrator.server[0].measured.filter.used, 0);
	rounds(3);
	calibration();
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
}
END_TEST

START_TEST(events_reach_the_calibrator)
{
	begin();
	rounds(10);
	record = (struct record){ .type = RECORD_EVENT, .at = reading() };
	record.event.kind = EVENT_SUSPEND;
	(void)pass();
	ck_assert_uint_eq(writer.calibrator.server[1].measured.filter.used, 0);
	rounds(2);
	record = (struct record){ .type = RECORD_EVENT, .at = reading() };
	record.event.kind = EVENT_STEP;
	(void)pass();
	ck_assert_uint_eq(writer.calibrator.server[1].measured.filter.used, 2);
	ck_assert_int_eq(writer.calibrator.host_rate.newer.raw.ns, now);
	record = (struct record){ .type = RECORD_CLOCK, .at = reading() };
	record.clock.bent = true;
	record.clock.bend.knot.raw.ns = now + 1;
	(void)pass();
	ck_assert_int_eq(writer.calibrator.host_rate.newer.raw.ns, now + 1);
	calibration();
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
}
END_TEST

/* When a reader that begins in the middle comes to conclude, it is right. */
static int
until_it_follows(void)
{
	for (int k = 0; k < 1000; k++) {
		enum replay_verdict v;

		rounds(1);
		calibration();
		v = pass();
		if (v != REPLAY_NOT_YET) {
			law_equal(v, REPLAY_FOLLOWS);
			return k;
		}
	}
	return 1000;
}

START_TEST(who_begins_in_the_middle_waits_until_all_that_counts_is_inside)
{
	int k;

	begin();
	rounds(100);
	memset(&reader, 0, sizeof(reader));
	k = until_it_follows();
	ck_assert_int_ge(k, DRIFT_POINTS);
	ck_assert_int_lt(k, 1000);
	for (int i = 0; i < 200; i++) {
		rounds(1);
		calibration();
		ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
	}
}
END_TEST

/* What is older than the fit's memory need not be known, however often it was measured. */
START_TEST(who_begins_in_the_middle_waits_no_longer_than_the_fit_remembers)
{
	int first = -1;

	begin();
	for (int k = 0; k < 400; k++) {
		enum replay_verdict v;

		now += 10 * NS_PER_SECOND;
		if (k == 200)
			memset(&reader, 0, sizeof(reader));
		rounds(1);
		calibration();
		v = pass();
		law_holds(v == REPLAY_FOLLOWS || (v == REPLAY_NOT_YET && first < 0));
		if (k >= 200 && v == REPLAY_FOLLOWS && first < 0)
			first = k - 200;
	}
	ck_assert_int_ge(first, DRIFT_POINTS);
	ck_assert_int_le(first, FIT_MEMORY_NS / 10 / NS_PER_SECOND);
}
END_TEST

START_TEST(a_suspend_before_the_servers_are_known_does_not_confuse)
{
	begin();
	rounds(100);
	memset(&reader, 0, sizeof(reader));
	record = (struct record){ .type = RECORD_EVENT, .at = reading() };
	record.event.kind = EVENT_SUSPEND;
	(void)pass();
	ck_assert_int_ge(until_it_follows(), DRIFT_POINTS);
	record = (struct record){ .type = RECORD_EVENT, .at = reading() };
	record.event.kind = EVENT_SUSPEND;
	(void)pass();
	ck_assert_int_eq(until_it_follows(), 0);
}
END_TEST

START_TEST(after_a_gap_likewise)
{
	begin();
	rounds(100);
	for (int k = 0; k < 5; k++) { /* the daemon knows them */
		exchange("a", "192.0.2.1:123", 0);
		replay_take(&writer, &record);
	}
	record = (struct record){ .type = RECORD_GAP, .at = reading() };
	(void)pass();
	ck_assert_int_ge(until_it_follows(), DRIFT_POINTS);
}
END_TEST

START_TEST(address_that_changed_without_an_exchange_follows_from_the_calibration)
{
	begin();
	rounds(10);
	calibrator_readdress(&writer.calibrator, 1, "192.0.2.9:123");
	calibration();
	ck_assert_uint_eq(record.calibration.server_at[1].pairs, 0);
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
	calibrator_readdress(&writer.calibrator, 1, "192.0.2.2:123");
	rounds(1);
	calibration();
	ck_assert_uint_eq(record.calibration.server_at[1].pairs, 8);
	ck_assert_int_eq(pass(), REPLAY_FOLLOWS);
}
END_TEST

START_TEST(another_method_is_not_judged)
{
	begin();
	start(CALIBRATION_METHOD + 1);
	(void)pass();
	rounds(0);
	exchange("a", "192.0.2.1:123", 0);
	ck_assert_int_eq(pass(), REPLAY_FOREIGN);
	calibration();
	ck_assert_int_eq(pass(), REPLAY_FOREIGN);
}
END_TEST

static int64_t
near_or_any(int64_t good)
{
	return law_chance(0.1) ? law_any_int64() : good;
}

/* What somebody forged may be nonsense, but is judged. */
START_TEST(forged_numbers_are_judged)
{
	for (int round = 0; round < 300; round++) {
		begin();
		for (int k = 0; k < 60; k++) {
			struct exchange *x = &record.exchange.exchange;

			exchange(k % 2 == 0 ? "a" : "b", "192.0.2.1:123", 0);
			record.at.raw.ns = near_or_any(record.at.raw.ns);
			record.at.real.ns = near_or_any(record.at.real.ns);
			record.at.read.ns = near_or_any(50);
			x->t1.ns = near_or_any(x->t1.ns);
			x->t1_raw.ns = near_or_any(x->t1_raw.ns);
			x->t2.ns = near_or_any(x->t2.ns);
			x->t3.ns = near_or_any(x->t3.ns);
			x->t4.ns = near_or_any(x->t4.ns);
			x->t4_raw.ns = near_or_any(x->t4_raw.ns);
			x->root_delay.ns = near_or_any(0);
			x->root_dispersion.ns = near_or_any(0);
			law_holds(pass() != REPLAY_NOTHING);
			calibration();
			record.at.raw.ns = near_or_any(record.at.raw.ns);
			law_holds(pass() != REPLAY_NOTHING);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("replay");
	TCase *t = law_case(s);

	tcase_add_test(t, what_was_concluded_follows);
	tcase_add_test(t, what_was_not_is_named);
	tcase_add_test(t, no_selection_where_there_is_one_is_found);
	tcase_add_test(t, fault_that_the_fields_do_not_show_is_found);
	tcase_add_test(t, replies_that_should_have_been_refused_are_found);
	tcase_add_test(t, servers_that_stay_keep_their_samples_and_others_begin_afresh);
	tcase_add_test(t, events_reach_the_calibrator);
	tcase_add_test(t, who_begins_in_the_middle_waits_until_all_that_counts_is_inside);
	tcase_add_test(
	    t, who_begins_in_the_middle_waits_no_longer_than_the_fit_remembers);
	tcase_add_test(t, a_suspend_before_the_servers_are_known_does_not_confuse);
	tcase_add_test(t, after_a_gap_likewise);
	tcase_add_test(
	    t, address_that_changed_without_an_exchange_follows_from_the_calibration);
	tcase_add_test(t, another_method_is_not_judged);
	tcase_add_test(t, forged_numbers_are_judged);
	return law_run(s);
}
