/*
 * The whole of core against a known truth: a virtual oscillator, a host clock that is
 * steered and set, and a network of four servers of which one lies. Packets are octets;
 * everything else is arithmetic, so an hour takes milliseconds.
 */
#include <math.h>
#include <stdlib.h>

#include "association.h"
#include "calibration.h"
#include "clock_model.h"
#include "law.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define S NS_PER_SECOND
#define BEGIN (INT64_C(1795312800) * S) /* UTC when the raw clock was 0 */
#define BOOTED (1000 * S)               /* raw time when the daemon is started */
#define LENGTH (3600 * S)
#define SEEDS 200
#define SERVERS 4
#define KNOTS 4096
#define READ 50 /* ns, half-width of a reading of the clocks */

struct server {
	int64_t wrong; /* its clock - UTC */
	int64_t up, down;
	double queue; /* ns, mean of what queues add to either way */
	struct association association;
	bool answered; /* a reply is under way, or lost */
	struct raw_time arrives;
	uint8_t reply[NTP_HEADER_BYTES];
	struct exchange exchange;
};

struct world {
	double oscillator; /* d(UTC - raw)/d(raw) */
	int64_t behind;
	double rate, steered_rate; /* of the host's clock against the raw clock */
	int64_t steered, stepped;  /* raw times */
	int64_t step;
	size_t liar;
	struct server server[SERVERS];
	int64_t around_step[2]; /* raw times of the readings before and after it */
	int64_t settled;        /* raw time of the first fit of eight samples */
	size_t lies_selected, selections;
};

static struct world world;
static struct calibrator calibrator;
static struct calibration known;
static struct model_piece pieces[2 * KNOTS];
static struct model_run runs[KNOTS];
static struct model_point points[KNOTS];
static struct clock_model model;

/* ---- the truth */

static struct utc_time
utc_at(int64_t c)
{
	return (struct utc_time){ BEGIN + c +
				  (int64_t)llround((double)c * world.oscillator) };
}

static struct system_time
host_at(int64_t c)
{
	double gained = world.rate * (double)c;
	int64_t set = c >= world.stepped ? world.step : 0;

	if (c > world.steered)
		gained += (world.steered_rate - world.rate) * (double)(c - world.steered);
	return (struct system_time){ BEGIN - world.behind + c + (int64_t)llround(gained) +
				     set };
}

static struct clock_reading
read_clocks(int64_t c)
{
	return (struct clock_reading){
		.real = host_at(c),
		.raw = { c },
		.read = { READ },
	};
}

static void
new_server(struct server *s, bool lies)
{
	int64_t lie = law_between(400 * MS, 5 * S);

	*s = (struct server){
		.wrong = law_between(-500 * US, 500 * US),
		.up = law_between(MS, 20 * MS),
		.down = law_between(MS, 20 * MS),
		.queue = law_uniform() * 4e6,
	};
	if (lies)
		s->wrong = law_chance(0.5) ? lie : -lie;
}

static void
new_world(void)
{
	const struct association_rules rules = { .minpoll = 6, .maxpoll = 8, .burst = 4 };

	world = (struct world){
		.oscillator = law_chance(0.5) ? 40e-6 : -40e-6,
		.behind = 3200 * MS,
		.rate = (law_uniform() - 0.5) * 100e-6,
		.steered_rate = (law_uniform() - 0.5) * 600e-6,
		.steered = BOOTED + law_between(0, LENGTH),
		.stepped = BOOTED + law_between(LENGTH / 10, LENGTH - LENGTH / 10),
		.step = law_between(500 * MS, 20 * S) * (law_chance(0.5) ? 1 : -1),
		.liar = law_below(SERVERS),
	};
	calibrator = (struct calibrator){ 0 };
	model = (struct clock_model){ .piece = pieces, .run = runs, .point = points };
	for (size_t i = 0; i < SERVERS; i++) {
		const char name[] = { (char)('a' + i), '\0' };

		new_server(&world.server[i], i == world.liar);
		association_begin(
		    &world.server[i].association, &rules, (struct raw_time){ BOOTED });
		(void)calibrator_add(&calibrator, name, "192.0.2.1:123", false);
	}
}

/* ---- the network */

/* What the server makes of the request, when it will be here; 1 in 20 is lost. */
static void
answer(struct server *s, int64_t sent, uint64_t nonce)
{
	int64_t up = s->up + (int64_t)law_exponential(s->queue);
	int64_t down = s->down + (int64_t)law_exponential(s->queue);
	int64_t received = sent + up;
	int64_t replied = received + law_between(10 * US, 200 * US);
	struct utc_time t2 = { utc_at(received).ns + s->wrong };
	struct utc_time t3 = { utc_at(replied).ns + s->wrong };
	struct ntp_packet p = {
		.version = NTP_VERSION,
		.mode = NTP_MODE_SERVER,
		.stratum = 2,
		.precision = -20,
		.root_delay = span_to_ntp_short((struct span){ MS }),
		.root_dispersion = span_to_ntp_short((struct span){ MS }),
		.refid = { 203, 0, 113, 5 },
		.reference = utc_to_ntp_time((struct utc_time){ t3.ns - 30 * S }),
		.origin = nonce,
		.receive = utc_to_ntp_time(t2),
		.transmit = utc_to_ntp_time(t3),
	};

	s->answered = !law_chance(0.05);
	s->arrives.ns = replied + down;
	ntp_packet_encode(&p, s->reply);
}

static void
ask(struct server *s, struct raw_time now)
{
	struct association_cookies cookies = { law_u64(), 0 };
	struct clock_reading at = read_clocks(now.ns);

	(void)association_request(&s->association, &cookies, &at);
	s->exchange = (struct exchange){
		.t1 = host_at(now.ns),
		.t1_raw = now,
		.t1_read = { READ },
	};
	answer(s, now.ns, cookies.transmit);
}

/* ---- what the daemon would do */

static bool
all_measured(void)
{
	for (size_t i = 0; i < SERVERS; i++)
		if (calibrator.server[i].measured.filter.used == 0)
			return false;
	return true;
}

static void
note(int64_t c)
{
	struct clock_reading now = read_clocks(c);

	if (model.begun && model.last.raw.ns < world.stepped && c >= world.stepped) {
		world.around_step[0] = model.last.raw.ns;
		world.around_step[1] = c;
	}
	host_rate_read(&calibrator.host_rate, &now);
	clock_model_knot(&model, &now);
	if (!all_measured())
		return;
	calibrator_conclude(&calibrator, &now, &known);
	if (!known.selected)
		return;
	world.selections++;
	if (world.settled == 0 && known.samples >= CLOCK_FILTER_STAGES)
		world.settled = c;
	world.lies_selected += known.server[0] == (char)('a' + world.liar);
	clock_model_point(&model, &now, &known);
}

static void
end(size_t i, int64_t now, const struct sample *sample)
{
	struct server *s = &world.server[i];
	bool well = sample != NULL && calibrator_predicts(&calibrator, i, sample);

	association_end(&s->association, s->exchange.fault, (uint32_t)law_u64());
	calibrator_exchange(&calibrator, i, &s->exchange, sample);
	if (sample != NULL)
		association_predicted(&s->association, well);
	note(now);
}

static void
receive(size_t i, int64_t now)
{
	struct server *s = &world.server[i];
	struct exchange *x = &s->exchange;
	struct sample sample;
	struct ntp_packet p;

	s->answered = false;
	x->replied = true;
	x->t4 = host_at(now);
	x->t4_raw.ns = now;
	x->t4_read.ns = READ;
	x->fault = association_examine(&s->association, s->reply, sizeof(s->reply), &p);
	law_equal(x->fault, FAULT_NONE);
	exchange_take_packet(x, &p);
	x->fault = sample_from_exchange(x, &sample);
	end(i, now, x->fault == FAULT_NONE ? &sample : NULL);
}

/* When the server's next event is, INT64_MAX: never. */
static int64_t
next_event(const struct server *s)
{
	struct action a = association_tick(&s->association, (struct raw_time){ 0 });

	law_equal(a.kind, ACTION_WAIT);
	if (s->answered && s->arrives.ns <= a.wake.ns)
		return s->arrives.ns;
	return a.wake.ns;
}

static void
act(size_t i, int64_t now)
{
	struct server *s = &world.server[i];

	if (s->answered && s->arrives.ns <= now) {
		receive(i, now);
		return;
	}
	if (association_tick(&s->association, (struct raw_time){ now }).kind ==
	    ACTION_SEND) {
		ask(s, (struct raw_time){ now });
		return;
	}
	s->answered = false;
	s->exchange.fault = FAULT_TIMEOUT;
	end(i, now, NULL);
}

static void
live(void)
{
	int64_t now = BOOTED;

	while (now < BOOTED + LENGTH) {
		size_t first = 0;

		for (size_t i = 1; i < SERVERS; i++)
			if (next_event(&world.server[i]) <
			    next_event(&world.server[first]))
				first = i;
		if (next_event(&world.server[first]) > now)
			now = next_event(&world.server[first]);
		act(first, now);
		law_holds(model.pieces + 4 < 2 * KNOTS);
	}
}

/* ---- probes */

struct probe {
	bool inside;    /* the truth lies in a guaranteed interval */
	bool uncertain; /* ... within the uncertainty of the nearest answer */
	int64_t missed; /* ns, nearest answer - truth */
};

static struct probe
probe_at(int64_t c)
{
	struct correction out[4];
	size_t n = clock_model_correct(&model, host_at(c), out, 4);
	struct utc_time truth = utc_at(c);
	struct probe p = { .missed = INT64_MAX };

	for (size_t i = 0; i < n; i++) {
		int64_t missed = llabs(utc_since(out[i].utc, truth).ns);

		p.inside |= utc_since(truth, out[i].earliest).ns >= 0 &&
			    utc_since(out[i].latest, truth).ns >= 0;
		if (missed < p.missed) {
			p.missed = missed;
			p.uncertain = missed <= out[i].uncertainty.ns;
		}
	}
	return p;
}

/* A raw time between `from` and the last reading, outside the step's. */
static int64_t
any_moment(int64_t from)
{
	for (;;) {
		int64_t c = law_between(from, model.last.raw.ns - 1);

		if (c < world.around_step[0] || c >= world.around_step[1])
			return c;
	}
}

START_TEST(truth_is_in_the_guaranteed_interval_once_a_fit_has_eight_samples)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		law_sequence(seed);
		new_world();
		live();
		law_holds(world.around_step[1] > 0 && world.settled > 0);
		law_equal(model.runs, 2);
		for (int i = 0; i < 200; i++) {
			int64_t c = any_moment(world.settled);
			struct probe p = probe_at(c);

			if (!p.inside)
				ck_abort_msg("sequence %d, %.3f s after the start: "
					     "misses by %.6f s",
				    (int)seed, (double)(c - BOOTED) / 1e9,
				    (double)p.missed / 1e9);
		}
	}
}
END_TEST

/* A burst of four may be fitted by chance, and then its frequency promises too much. */
START_TEST(truth_is_in_the_guaranteed_interval_from_the_first_burst_in_999_of_1000)
{
	int inside = 0;
	int probes = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		law_sequence(seed);
		new_world();
		live();
		for (int i = 0; i < 100; i++) {
			inside += probe_at(any_moment(pieces[0].raw.ns)).inside;
			probes++;
		}
	}
	ck_assert_msg(inside >= probes / 1000 * 999, "%d of %d", inside, probes);
}
END_TEST

START_TEST(liar_is_never_selected)
{
	size_t selections = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		law_sequence(seed);
		new_world();
		live();
		law_equal(world.lies_selected, 0);
		law_holds(known.server_at[world.liar].verdict == VERDICT_FALSETICKER ||
			  known.outcome == OUTCOME_NO_MAJORITY);
		selections += world.selections;
	}
	ck_assert_uint_gt(selections, 100 * SEEDS);
}
END_TEST

START_TEST(stated_uncertainty_covers_the_truth_in_95_of_100_probes)
{
	int covered = 0;
	int probes = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		law_sequence(seed);
		new_world();
		live();
		for (int i = 0; i < 100; i++) {
			covered += probe_at(any_moment(pieces[0].raw.ns)).uncertain;
			probes++;
		}
	}
	ck_assert_msg(covered >= probes * 95 / 100, "%d of %d", covered, probes);
}
END_TEST

START_TEST(oscillator_is_known_to_2_ppm_after_an_hour)
{
	int known_ones = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		int64_t truth;

		law_sequence(seed);
		new_world();
		live();
		if (!known.selected)
			continue;
		known_ones++;
		truth = utc_minus_system(
		    utc_at(model.last.raw.ns), host_at(model.last.raw.ns))
			    .ns;
		law_holds(fabs(known.oscillator - world.oscillator) < 2e-6);
		law_holds(llabs(known.offset.ns - truth) <= known.bound.ns);
	}
	ck_assert_int_ge(known_ones, SEEDS * 9 / 10);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sim");
	TCase *t = law_case(s);

	tcase_add_test(
	    t, truth_is_in_the_guaranteed_interval_once_a_fit_has_eight_samples);
	tcase_add_test(
	    t, truth_is_in_the_guaranteed_interval_from_the_first_burst_in_999_of_1000);
	tcase_add_test(t, liar_is_never_selected);
	tcase_add_test(t, stated_uncertainty_covers_the_truth_in_95_of_100_probes);
	tcase_add_test(t, oscillator_is_known_to_2_ppm_after_an_hour);
	return law_run(s);
}
