/* The host's clock where nobody read it: before the first knot and after the last. */
#include <math.h>

#include "modelling.h"

#define EDGE_MIN_S 16.0    /* the rate at an edge is read over so long, if it can be */
#define EDGE_MAX_S 4096.0  /* and over so long at most */
#define PASSED_RATE 100e-6 /* s/s: raw clocks of two boots differ by tens of ppm */
#define PASSED_S 2.0       /* an RTC counts seconds, and nobody knows who set it */

const char *const model_stop_names[STOPS] = {
	[STOP_NONE] = "none",
	[STOP_BOOT] = "boot",
	[STOP_SUSPEND] = "suspend",
	[STOP_CLOCKSOURCE] = "clocksource",
};

/* Piece i from an edge of the model: the first ones, or the last ones backward. */
static const struct model_piece *
from_edge(const struct clock_model *m, const struct model_run *run, size_t side, size_t i)
{
	return &m->piece[run->first + (side == 0 ? i : run->count - 1 - i)];
}

/* The mean over pieces from the edge on, as long as they go at one rate. */
static void
read_rate(const struct clock_model *m, const struct model_run *run, size_t side,
    struct model_edge *edge)
{
	double length = 0;
	double gained = 0;
	double errors = 0;

	for (size_t i = 0; i < run->count && length < EDGE_MAX_S; i++) {
		const struct model_piece *p = from_edge(m, run, side, i);
		double own = span_seconds(p->raw_length);
		double gain = modelling_rate(p) * own;
		double error = span_seconds(p->noise);

		if (length >= EDGE_MIN_S &&
		    fabs(gain - gained / length * own) > error + 1e-8 * own)
			break;
		length += own;
		gained += gain;
		errors = error > errors ? error : errors;
	}
	edge->rate = length > 0 ? gained / length : 0;
	edge->error = length > 0 ? errors / length : 0;
}

/* How far the rate was elsewhere from what it is at the edge, beyond what the readings
 * may err by. */
static void
read_spread(const struct clock_model *m, struct model_edge *edge)
{
	double length = 0;
	double sum = 0;

	for (size_t i = 0; i < m->pieces; i++) {
		const struct model_piece *p = &m->piece[i];
		double own = span_seconds(p->raw_length);
		double apart = fabs(modelling_rate(p) - edge->rate);

		apart -= span_seconds(p->noise) / own + edge->error;
		if (apart < 0 || p->real_length.ns <= 0)
			apart = 0;
		sum += apart * apart * own;
		length += own;
		if (own >= EDGE_MIN_S && apart > edge->most)
			edge->most = apart;
	}
	edge->spread = length > 0 ? sqrt(sum / length) : 0;
	if (edge->most < edge->spread)
		edge->most = edge->spread;
}

void
clock_model_close(struct clock_model *m)
{
	size_t first = 0;
	size_t last = m->runs;

	while (first < m->runs && m->run[first].count == 0)
		first++;
	while (last > 0 && m->run[last - 1].count == 0)
		last--;
	for (size_t side = 0; side < 2; side++) {
		m->edge[side] = (struct model_edge){ .rate = 0 };
		if (first >= last)
			continue;
		read_rate(m, &m->run[side == 0 ? first : last - 1], side, &m->edge[side]);
		read_spread(m, &m->edge[side]);
	}
	if (m->has_slewed) {
		double apart = fabs(m->slewed - m->edge[0].rate);

		if (apart > m->edge[0].spread)
			m->edge[0].spread = apart;
		if (apart > m->edge[0].most)
			m->edge[0].most = apart;
	}
}

/* The first reading, or the last one. */
static struct model_piece
brink(const struct clock_model *m, size_t side)
{
	if (side == 0 && m->pieces > 0)
		return m->piece[0];
	return (struct model_piece){ .raw = m->last.raw, .real = m->last.real };
}

bool
modelling_outside(const struct clock_model *m, struct system_time t, size_t side,
    struct correction *out)
{
	struct model_piece at = brink(m, side);
	const struct model_edge *edge = &m->edge[side];
	struct span away = system_since(t, at.real);
	double far = fabs(span_seconds(away));
	double host = -edge->rate / (1 + edge->rate) * span_seconds(away);
	double error = 2 * edge->error * far;
	double spread = MODELLING_Z95 * edge->spread * far;
	struct model_piece p = {
		.noise = span_from_seconds(error + spread),
		.bound = span_from_seconds(error + edge->most * far),
	};

	if (side == 0 ? away.ns >= 0 : away.ns < 0)
		return false;
	*out = modelling_at(
	    m, raw_after(raw_after(at.raw, away), span_from_seconds(host)), &p);
	if (away.ns != 0)
		out->kind = side == 0 ? CORRECTION_BEFORE : CORRECTION_AFTER;
	out->frequency = (out->frequency - edge->rate) / (1 + edge->rate);
	return true;
}

static struct raw_time
reach(const struct clock_model *m, size_t side)
{
	return m->reach[side].ns != 0 ? m->reach[side] : brink(m, side).raw;
}

enum model_stop
modelling_stop(const struct clock_model *m, const struct correction *c, size_t side)
{
	if (side == 0 && raw_since(c->raw, m->boot).ns < 0)
		return STOP_BOOT;
	if (side == 1 && m->has_until && utc_since(c->earliest, m->until).ns > 0)
		return STOP_BOOT;
	if (side == 0)
		return raw_since(c->raw, reach(m, 0)).ns < 0 ? m->front : STOP_NONE;
	return raw_since(c->raw, reach(m, 1)).ns > 0 ? m->back : STOP_NONE;
}

/* Of two stops, the one that is passed first is as good as the other. */
size_t
clock_model_correct_beyond(
    const struct clock_model *m, struct system_time t, struct correction *out)
{
	if (m->points == 0 || !m->begun)
		return 0;
	for (size_t side = 0; side < 2; side++) {
		struct span grown;

		if (!modelling_outside(m, t, side, out))
			continue;
		out->passed = modelling_stop(m, out, side);
		if (out->passed == STOP_NONE)
			continue;
		grown = span_from_seconds(
		    PASSED_S + PASSED_RATE * fabs(span_seconds(
						 system_since(t, brink(m, side).real))));
		out->noise = span_add(out->noise, grown);
		out->uncertainty = span_add(out->uncertainty, grown);
		out->earliest.ns = INT64_MIN;
		out->latest.ns = INT64_MAX;
		return 1;
	}
	return 0;
}
