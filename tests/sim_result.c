#include "sim_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const double sim_horizons[SIM_HORIZONS] = { 120, 300, 900, 3600, 1e99 };

static const char *const method_names[SIM_METHODS] = { "smoother", "linear", "wls" };
static const char *const place_names[SIM_PLACES] = { "inside", "to 1 h outside",
	"to 6 h outside" };

static void
put(struct sim_numbers *g, double value)
{
	if (g->used == g->room) {
		g->room = g->room * 2 + 1024;
		g->value = realloc(g->value, g->room * sizeof(*g->value));
		if (g->value == NULL)
			abort();
	}
	g->value[g->used++] = fabs(value);
}

void
sim_put_error(struct sim_errors *e, double time, double frequency)
{
	put(&e->time, time);
	put(&e->frequency, frequency);
}

void
sim_put_rms(struct sim_errors *e, double time, double frequency, size_t points)
{
	double n = points > 0 ? (double)points : 1;

	e->time_rms += sqrt(time / n);
	e->frequency_rms += sqrt(frequency / n);
}

void
sim_put_cover(struct sim_cover *c, bool inside, double half_width)
{
	c->inside += inside;
	c->points++;
	put(&c->width, half_width);
}

static int
ascending(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
quantile(struct sim_numbers *g, double q)
{
	if (g->used == 0)
		return NAN;
	qsort(g->value, g->used, sizeof(*g->value), ascending);
	return g->value[(size_t)(q * (double)(g->used - 1))];
}

static double
percent(const struct sim_cover *c)
{
	return 100.0 * (double)c->inside / (double)(c->points > 0 ? c->points : 1);
}

static void
print_errors(struct sim_errors errors[SIM_METHODS], double horizon, double seeds)
{
	for (int m = 0; m < SIM_METHODS; m++) {
		struct sim_errors *e = &errors[m];

		if (e->time.used == 0)
			continue;
		if (horizon < 1e9)
			printf("  %6.0f s  ", horizon);
		else
			printf("  all       ");
		printf("%-8s  %10.2f %10.2f %10.2f us   %9.4f %9.4f %9.4f ppm\n",
		    method_names[m], e->time_rms / seeds * 1e6,
		    quantile(&e->time, 0.95) * 1e6, quantile(&e->time, 1) * 1e6,
		    e->frequency_rms / seeds * 1e6, quantile(&e->frequency, 0.95) * 1e6,
		    quantile(&e->frequency, 1) * 1e6);
	}
}

static void
print_cover(const char *name, struct sim_cover *c)
{
	printf(
	    "    %-12s covers %zu of %zu = %.3f %%, half-width %.2f us (median), %.2f us "
	    "(95 %%)\n",
	    name, c->inside, c->points, percent(c), quantile(&c->width, 0.5) * 1e6,
	    quantile(&c->width, 0.95) * 1e6);
}

static void
print_covers(const char *place, struct sim_covers *c)
{
	if (c->uncertainty.points == 0)
		return;
	printf("  %s\n", place);
	print_cover("noise", &c->noise);
	print_cover("uncertainty", &c->uncertainty);
	print_cover("guarantee", &c->guarantee);
	if (c->infeasible > 0)
		printf("    infeasible at %zu points\n", c->infeasible);
}

static struct sim_summary
summary(const struct sim_world *w, struct sim_result *r)
{
	struct sim_errors *all = r->errors[SIM_HORIZONS - 1];
	struct sim_covers *in = &r->at[SIM_INSIDE];

	return (struct sim_summary){
		.name = w->scenario.name,
		.rms = all[SIM_SMOOTHER].time_rms / r->seeds,
		.linear = all[SIM_LINEAR].time_rms / r->seeds,
		.wls = all[SIM_WLS].time_rms / r->seeds,
		.target = w->target,
		.noise = percent(&in->noise),
		.uncertainty = percent(&in->uncertainty),
		.guarantee = percent(&in->guarantee),
		.noise_width = quantile(&in->noise.width, 0.5),
		.uncertainty_width = quantile(&in->uncertainty.width, 0.5),
		.guarantee_width = quantile(&in->guarantee.width, 0.5),
		.promises = w->promises,
		.points = in->guarantee.points,
	};
}

static void
forget(struct sim_result *r)
{
	for (int h = 0; h < SIM_HORIZONS; h++)
		for (int m = 0; m < SIM_METHODS; m++) {
			free(r->errors[h][m].time.value);
			free(r->errors[h][m].frequency.value);
		}
	for (int p = 0; p < SIM_PLACES; p++) {
		free(r->at[p].noise.width.value);
		free(r->at[p].uncertainty.width.value);
		free(r->at[p].guarantee.width.value);
	}
}

struct sim_summary
sim_print_world(const struct sim_world *w, struct sim_result *r)
{
	struct sim_summary s = summary(w, r);

	printf("%s: %s\n", w->scenario.name, w->sentence);
	printf("  evidence  method     time: RMS       95 %%        max      "
	       "frequency: RMS     95 %%       max\n");
	for (size_t h = 0; h < SIM_HORIZONS; h++)
		print_errors(r->errors[h], sim_horizons[h], r->seeds);
	for (int p = 0; p < SIM_PLACES; p++)
		print_covers(place_names[p], &r->at[p]);
	if (r->asked > 0)
		printf("  %zu host times asked for: %.4f answers each, %zu without\n",
		    r->asked, (double)r->answers / (double)r->asked, r->unanswered);
	printf("  the estimate lies outside of the guaranteed interval at %zu points\n",
	    r->moved_out);
	printf("  %d seeds, smoothing took %.3f s each\n\n", r->seeds,
	    r->seconds / r->seeds);
	fflush(stdout);
	forget(r);
	return s;
}

/* "+": kept; "-": broken; blank: not promised. */
static char
kept(bool promised, bool is_kept, int *broken)
{
	if (!promised)
		return ' ';
	*broken += !is_kept;
	return is_kept ? '+' : '-';
}

int
sim_print_table(const struct sim_summary s[], size_t n)
{
	int broken = 0;

	printf(
	    "RMS error of the corrected time, us, mean over seeds; coverage, and median "
	    "half-width in us.\n+ a promise kept, - one broken\n\n"
	    "%-18s %9s %9s  %10s %9s  %-18s %-20s %-20s\n",
	    "world", "smoother", "target", "linear", "wls", "noise", "uncertainty",
	    "guarantee");
	for (size_t i = 0; i < n; i++) {
		const struct sim_summary *w = &s[i];
		bool symmetric = (w->promises & SIM_SYMMETRIC) != 0;

		printf(
		    "%-18s %9.2f %8.2f%c %10.0f %9.1f  %6.2f %%%c %8.1f  %6.2f %%%c %9.1f "
		    " %7.3f %%%c %9.1f\n",
		    w->name, w->rms * 1e6, w->target * 1e6,
		    kept(w->target > 0, w->rms <= w->target, &broken), w->linear * 1e6,
		    w->wls * 1e6, w->noise,
		    kept(symmetric, w->noise >= 93 && w->noise <= 99, &broken),
		    w->noise_width * 1e6, w->uncertainty,
		    kept(true, w->uncertainty >= 95, &broken), w->uncertainty_width * 1e6,
		    w->guarantee, kept(true, w->guarantee >= 100, &broken),
		    w->guarantee_width * 1e6);
	}
	printf("\n%d promises broken\n", broken);
	return broken;
}
