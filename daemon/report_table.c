/* The table of --once. */
#include "report.h"

static double
ms(struct span d)
{
	return span_seconds(d) * 1e3;
}

/* "GPS", "192.0.2.7" or "0x7f7f0101": letters at stratum 0 and 1, else an address. */
static void
print_refid(const struct exchange *x, char *out, size_t size)
{
	bool letters = x->stratum <= 1 || x->stratum > NTP_STRATUM_MAX;
	size_t n = 0;

	for (; n < 4 && letters && x->refid[n] != 0; n++)
		letters = x->refid[n] >= 0x20 && x->refid[n] < 0x7f;
	if (letters)
		(void)snprintf(out, size, "%.*s", (int)n, (const char *)x->refid);
	else
		(void)snprintf(out, size, "%u.%u.%u.%u", x->refid[0], x->refid[1],
		    x->refid[2], x->refid[3]);
}

/* Who stamped the request and the reply, and whether it was interleaved. */
static void
print_stamps(FILE *out, const struct exchange *x)
{
	const char *mode = x->interleaved ? ", interleaved" : "";

	if (x->sent_by == x->received_by)
		(void)fprintf(out, "  %s%s\n", stamp_names[x->sent_by], mode);
	else
		(void)fprintf(out, "  %s/%s%s\n", stamp_names[x->sent_by],
		    stamp_names[x->received_by], mode);
}

static void
print_server(FILE *out, const struct server_calibration *s, const struct exchange *x)
{
	char refid[20];

	(void)fprintf(out, "%-24s %-14s", s->name, verdict_names[s->verdict]);
	if (!x->decoded) {
		(void)fprintf(out, " %s\n", fault_names[x->fault]);
		return;
	}
	print_refid(x, refid, sizeof(refid));
	(void)fprintf(out, " %4u %7u %-15s %11.3f %11.3f %9d", x->leap, x->stratum, refid,
	    ms(x->root_delay), ms(x->root_dispersion), x->precision);
	if (s->pairs == 0) {
		(void)fprintf(out, " %s\n", fault_names[x->fault]);
		return;
	}
	(void)fprintf(out, " %+14.6f %10.3f %11.3f", span_seconds(s->pair[0].offset),
	    ms(s->pair[0].delay), ms(s->root_distance));
	print_stamps(out, x);
}

void
report_table(FILE *out, const struct calibration *c, const struct exchange last[])
{
	char sentence[512];

	(void)fprintf(out, "%-24s %-14s %4s %7s %-15s %11s %11s %9s %14s %10s %11s  %s\n",
	    "server", "verdict", "leap", "stratum", "refid", "rootdel/ms", "rootdisp/ms",
	    "precision", "offset/s", "delay/ms", "distance/ms", "stamps");
	for (size_t i = 0; i < c->servers; i++)
		print_server(out, &c->server_at[i], &last[i]);
	report_sentence(c, sentence, sizeof(sentence));
	(void)fprintf(out, "%s\n", sentence);
	if (c->outcome == OUTCOME_ONLY_SERVER)
		(void)fprintf(
		    out, "no majority possible with one server: its word alone\n");
	if (c->outcome == OUTCOME_NO_MAJORITY)
		(void)fprintf(out, "no majority: nothing is claimed\n");
}
