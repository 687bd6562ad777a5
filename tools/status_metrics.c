/* OpenMetrics: times in seconds, rates as ratios, as the format wants them. */
#include <inttypes.h>
#include <string.h>

#include "status_print.h"

struct metric {
	const char *name, *help, *key;
	double scale;
};

static const struct metric clock_metrics[] = {
	{ "clockwitness_offset_seconds", "UTC minus the host's clock", "offset_ns",
	    1e-9 },
	{ "clockwitness_uncertainty_seconds", "half-width, 95 %", "uncertainty_ns",
	    1e-9 },
	{ "clockwitness_noise_seconds", "its statistical part, 95 %", "noise_ns", 1e-9 },
	{ "clockwitness_bound_seconds", "the offset is never worse, if servers are true",
	    "bound_ns", 1e-9 },
	{ "clockwitness_frequency_ratio", "how fast the offset grows", "frequency_ppm",
	    1e-6 },
	{ "clockwitness_frequency_error_ratio", "its standard error",
	    "frequency_error_ppm", 1e-6 },
	{ "clockwitness_truechimers", "servers that agree", "truechimers", 1 },
	{ "clockwitness_candidates", "servers that could be used", "candidates", 1 },
};

static const struct metric evidence_metrics[] = {
	{ "clockwitness_evidence_seq", "number of the newest record", "seq", 1 },
	{ "clockwitness_evidence_synced_seq", "number of the newest record on disk",
	    "synced_seq", 1 },
	{ "clockwitness_evidence_lost_records", "records that could not be written",
	    "records_lost", 1 },
	{ "clockwitness_evidence_file_bytes", "size of the present file", "file_octets",
	    1 },
	{ "clockwitness_evidence_other_files_bytes", "size of the closed files",
	    "other_files_octets", 1 },
};

static const struct metric server_metrics[] = {
	{ "clockwitness_server_offset_seconds", "UTC minus the host's clock by a server",
	    "offset_ns", 1e-9 },
	{ "clockwitness_server_delay_seconds", "round trip", "delay_ns", 1e-9 },
	{ "clockwitness_server_root_distance_seconds", "its greatest error",
	    "root_distance_ns", 1e-9 },
	{ "clockwitness_server_age_seconds", "of its newest sample", "age_ns", 1e-9 },
	{ "clockwitness_server_reach", "the last eight requests, newest in bit 0",
	    "reach", 1 },
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static void
print_head(const struct metric *m, FILE *out)
{
	(void)fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n", m->name, m->name, m->help);
}

static void
print_all(const struct json *of, const struct metric metrics[], size_t n, FILE *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct metric *m = &metrics[i];

		if (json_get(of, m->key) == NULL)
			continue;
		print_head(m, out);
		(void)fprintf(
		    out, "%s %.12g\n", m->name, json_get_real(of, m->key, 0) * m->scale);
	}
}

/* As the format escapes a label's value. */
static void
print_label(const char *value, FILE *out)
{
	for (; value != NULL && *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			(void)fputc('\\', out);
		(void)fputc(*value == '\n' ? ' ' : *value, out);
	}
}

static void
print_server_label(const struct json *server, FILE *out)
{
	(void)fputs("{server=\"", out);
	print_label(json_get_text(server, "name"), out);
}

static void
print_of_servers(const struct json *servers, const struct metric *m, FILE *out)
{
	print_head(m, out);
	for (size_t i = 0; i < json_count(servers); i++) {
		const struct json *s = json_item(servers, i);

		if (json_get(s, m->key) == NULL)
			continue;
		(void)fputs(m->name, out);
		print_server_label(s, out);
		(void)fprintf(out, "\"} %.12g\n", json_get_real(s, m->key, 0) * m->scale);
	}
}

static void
print_verdicts(const struct json *servers, FILE *out)
{
	static const struct metric m = { "clockwitness_server_verdict",
		"1 for the verdict that a server has", NULL, 1 };

	print_head(&m, out);
	for (size_t i = 0; i < json_count(servers); i++) {
		const struct json *s = json_item(servers, i);

		(void)fputs(m.name, out);
		print_server_label(s, out);
		(void)fputs("\",verdict=\"", out);
		print_label(json_get_text(s, "verdict"), out);
		(void)fputs("\"} 1\n", out);
	}
}

void
status_print_metrics(const struct json *answer, FILE *out)
{
	static const struct metric up = { "clockwitness_up_seconds",
		"how long the daemon has run", "running_ns", 1e-9 };
	static const struct metric disk = { "clockwitness_evidence_writable",
		"1: the evidence is written", NULL, 1 };
	const struct json *evidence = json_get(answer, "evidence");
	const struct json *servers = json_get(answer, "servers");
	const char *state = json_get_text(evidence, "disk");

	print_all(answer, &up, 1, out);
	print_all(json_get(answer, "clock"), clock_metrics, COUNT(clock_metrics), out);
	print_all(evidence, evidence_metrics, COUNT(evidence_metrics), out);
	print_head(&disk, out);
	(void)fprintf(
	    out, "%s %d\n", disk.name, state != NULL && strcmp(state, "ok") == 0);
	for (size_t i = 0; i < COUNT(server_metrics); i++)
		print_of_servers(servers, &server_metrics[i], out);
	print_verdicts(servers, out);
	(void)fputs("# EOF\n", out);
}
