#include "sim.h"

#include <math.h>
#include <stdlib.h>

#include "selection.h"

#define PI 3.14159265358979323846
#define DAY 86400.0
#define YEAR (365.25 * DAY)
#define SLOT 600.0
#define THERMAL_LAG 600.0
#define SERVER_BUSY 20e-6
#define READ_NS 50

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t
sim_bits(struct sim_random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double
sim_uniform(struct sim_random *r)
{
	return (double)(sim_bits(r) >> 11) * 0x1p-53;
}

double
sim_normal(struct sim_random *r)
{
	double radius = sqrt(-2 * log(1 - sim_uniform(r)));

	return radius * cos(2 * PI * sim_uniform(r));
}

double
sim_exponential(struct sim_random *r, double mean)
{
	return -mean * log(1 - sim_uniform(r));
}

static void
run_oscillator(struct sim *s, const struct sim_oscillator *c)
{
	double walk = 0;
	double heat = 0;
	double phase = sim_uniform(&s->random);

	s->x[0] = 0;
	for (size_t i = 1; i < s->points; i++) {
		double t = (double)i * s->grid;
		double cycle = c->load_period > 0 ? t / c->load_period + phase : 0.5;
		double load = cycle - floor(cycle) < 0.25 ? c->load : 0;
		double step = c->wander * sqrt(s->grid) * sim_normal(&s->random);
		double y;

		heat += (load - heat) * (1 - exp(-s->grid / THERMAL_LAG));
		y = c->frequency + walk + step / 2 + heat +
		    c->sine * sin(2 * PI * (t / DAY + phase)) +
		    c->season * sin(2 * PI * (t / YEAR + phase)) + c->ageing * t +
		    c->white / sqrt(s->grid) * sim_normal(&s->random);
		walk += step;
		s->x[i] = s->x[i - 1] + y * s->grid;
	}
}

static double
truth(const struct sim *s, double t)
{
	double at = t / s->grid;
	size_t i = at < 0 ? 0 : (size_t)at;

	if (i + 2 > s->points)
		i = s->points - 2;
	return s->x[i] + (at - (double)i) * (s->x[i + 1] - s->x[i]);
}

double
sim_frequency(const struct sim *s, double t)
{
	double slope = (truth(s, t + s->grid) - truth(s, t - s->grid)) / (2 * s->grid);

	return slope / (1 - slope);
}

/* x = UTC - raw as a function of UTC, hence raw = UTC - x */
struct raw_time
sim_raw(const struct sim *s, double t)
{
	if (t > s->sleep_from && t < s->sleep_until)
		t = s->sleep_from;
	if (s->sleep_until > 0 && t >= s->sleep_until)
		return (struct raw_time){
			SIM_RAW_NS +
			llround((t - s->sleep_until + s->sleep_from - truth(s, t) +
				    truth(s, s->sleep_until) - truth(s, s->sleep_from)) *
				1e9)
		};
	return (struct raw_time){ SIM_RAW_NS + llround((t - truth(s, t)) * 1e9) };
}

static struct utc_time
utc(double t)
{
	return (struct utc_time){ SIM_EPOCH_NS + llround(t * 1e9) };
}

struct span
sim_utc_minus_raw(const struct sim *s, double t)
{
	return utc_minus_raw(utc(t), sim_raw(s, t));
}

static double
server_error(const struct sim_server *v, double t)
{
	double error = v->error + v->error_drift * t;

	if (t >= v->lie_from && t < v->lie_until)
		error += v->lie;
	if (t >= v->smear_from && t < v->smear_until)
		error -= (t - v->smear_from) / (v->smear_until - v->smear_from);
	return error;
}

static double
one_way(struct sim *s, const struct sim_server *v, bool there, bool congested, double t)
{
	double delay =
	    (there ? v->there : v->back) + sim_exponential(&s->random, v->jitter);

	if (t >= v->change_from && t < v->change_until)
		delay += there ? v->change_there : v->change_back;
	if (sim_uniform(&s->random) < v->spike_rate / 2)
		delay += sim_exponential(&s->random, v->spike);
	if (congested && there)
		delay += sim_exponential(&s->random, v->congested);
	return delay;
}

static bool
in_congested_slot(const struct sim_server *v, uint64_t salt, double t)
{
	struct sim_random r = { salt ^
				(uint64_t)(t / SLOT) * UINT64_C(0x9e3779b97f4a7c15) };

	return sim_uniform(&r) < v->congested_rate;
}

static struct span
half_sum(struct span a, struct span b)
{
	return (struct span){ a.ns / 2 + b.ns / 2 + (a.ns % 2 + b.ns % 2) / 2 };
}

static void
exchange(
    struct sim *s, const struct sim_server *v, uint16_t server, uint64_t salt, double t)
{
	bool congested = in_congested_slot(v, salt + server, t);
	double t2 = t + one_way(s, v, true, congested, t);
	double t3 = t2 + SERVER_BUSY;
	double t4 = t3 + one_way(s, v, false, congested, t);
	struct observation *o = &s->o[s->n];

	if (sim_uniform(&s->random) < v->loss ||
	    (t4 >= s->sleep_from && t < s->sleep_until))
		return;
	o->server = server;
	o->t1_raw = sim_raw(s, t);
	o->t2 = utc(t2 + server_error(v, t2));
	o->t3 = utc(t3 + server_error(v, t3));
	o->t4_raw = sim_raw(s, t4);
	o->at =
	    raw_after(o->t1_raw, (struct span){ raw_since(o->t4_raw, o->t1_raw).ns / 2 });
	o->utc_minus_raw =
	    half_sum(utc_minus_raw(o->t2, o->t1_raw), utc_minus_raw(o->t3, o->t4_raw));
	o->delay = span_max((struct span){ 0 },
	    span_sub(raw_since(o->t4_raw, o->t1_raw), utc_since(o->t3, o->t2)));
	o->dispersion = (struct span){ READ_NS + 1000 };
	o->root_delay = span_from_seconds(v->root_delay);
	o->root_dispersion = span_from_seconds(v->root_dispersion);
	s->n++;
}

static int
by_time(const void *a, const void *b)
{
	const struct observation *x = a;
	const struct observation *y = b;

	return x->at.ns < y->at.ns ? -1 : x->at.ns > y->at.ns;
}

static void *
memory(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL)
		abort();
	return p;
}

static double
poll_of(const struct sim_scenario *c, size_t server)
{
	return c->server[server].poll > 0 ? c->server[server].poll : c->poll;
}

static void
poll_server(struct sim *s, const struct sim_scenario *c, uint16_t server, uint64_t salt)
{
	double poll = poll_of(c, server);
	double skew =
	    c->asymmetry > 0 ? c->asymmetry * (2 * sim_uniform(&s->random) - 1) : 0;
	struct sim_server v = c->server[server];
	double t = poll * sim_uniform(&s->random) / 8;

	v.there *= 1 + skew;
	v.back *= 1 - skew;
	for (int i = 0; i < 7 && !c->no_burst && t < c->duration; i++, t += 2)
		exchange(s, &v, server, salt, t);
	for (; t < c->duration; t += poll * (1 + 0.05 * (sim_uniform(&s->random) - 0.5)))
		exchange(s, &v, server, salt, t);
}

void
sim_run(struct sim *s, const struct sim_scenario *c, uint64_t seed)
{
	size_t room = 0;

	*s = (struct sim){ .random = { seed }, .grid = c->grid > 0 ? c->grid : 1 };
	for (size_t i = 0; i < c->servers; i++)
		room += (size_t)(c->duration / poll_of(c, i) * 1.03) + 16;
	s->points = (size_t)(c->duration / s->grid) + 200;
	s->x = memory(s->points, sizeof(*s->x));
	s->o = memory(room, sizeof(*s->o));
	run_oscillator(s, &c->oscillator);
	s->sleep_from = c->sleep_from;
	s->sleep_until = c->sleep_until;
	for (size_t i = 0; i < c->servers; i++)
		poll_server(s, c, (uint16_t)i, sim_bits(&s->random));
	qsort(s->o, s->n, sizeof(*s->o), by_time);
}

void
sim_free(struct sim *s)
{
	free(s->o);
	free(s->x);
}
