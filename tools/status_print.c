#include "status_print.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define DURATION_SIZE 32

static const char *
word(const struct json *j, const char *key)
{
	const char *text = json_get_text(j, key);

	return text != NULL ? text : "?";
}

bool
status_is_whole(const struct json *answer)
{
	return json_get_number(answer, "v", 0) == 1 &&
	       json_get(answer, "clock") != NULL &&
	       json_get(answer, "evidence") != NULL &&
	       json_get(answer, "servers") != NULL;
}

bool
status_is_well(const struct json *answer)
{
	return json_get_text(json_get(answer, "clock"), "selected") != NULL &&
	       strcmp(word(json_get(answer, "evidence"), "disk"), "ok") == 0;
}

/* Three digits, in the unit that suits. */
static const char *
duration(int64_t ns, char out[DURATION_SIZE])
{
	double s = fabs((double)ns / 1e9);

	if (s < 1e-6)
		(void)snprintf(out, DURATION_SIZE, "%.0f ns", s * 1e9);
	else if (s < 1e-3)
		(void)snprintf(out, DURATION_SIZE, "%.3g us", s * 1e6);
	else if (s < 1)
		(void)snprintf(out, DURATION_SIZE, "%.3g ms", s * 1e3);
	else if (s < 100)
		(void)snprintf(out, DURATION_SIZE, "%.3f s", s);
	else if (s < 2 * 86400)
		(void)snprintf(
		    out, DURATION_SIZE, "%d:%02d h", (int)(s / 3600), (int)(s / 60) % 60);
	else
		(void)snprintf(out, DURATION_SIZE, "%.1f d", s / 86400);
	return out;
}

/* plus: a sign where it is not negative, too. */
static void
signed_duration(int64_t ns, bool plus, char out[DURATION_SIZE])
{
	const char *sign = ns < 0 ? "-" : (plus ? "+" : "");
	char size[DURATION_SIZE];

	(void)snprintf(out, DURATION_SIZE, "%s%.20s", sign, duration(ns, size));
}

static const char *
slow_or_fast(double v)
{
	return v < 0 ? "fast" : "slow";
}

static void
print_claim(const struct json *c, FILE *out)
{
	char offset[DURATION_SIZE];
	char uncertainty[DURATION_SIZE];
	char bound[DURATION_SIZE];
	int64_t ns = json_get_number(c, "offset_ns", 0);
	double ppm = json_get_real(c, "frequency_ppm", 0);
	double error = json_get_real(c, "frequency_error_ppm", 0);

	(void)fprintf(out, "clock      %s %s, +-%s (95 %%), never worse than %s\n",
	    duration(ns, offset), slow_or_fast((double)ns),
	    duration(json_get_number(c, "uncertainty_ns", 0), uncertainty),
	    duration(json_get_number(c, "bound_ns", 0), bound));
	if (error > 50)
		(void)fprintf(out, "frequency  not known yet\n");
	else
		(void)fprintf(out, "frequency  %.3f ppm %s, +-%.3f (95 %%)\n", fabs(ppm),
		    slow_or_fast(ppm), 1.96 * error);
	(void)fprintf(out, "by         %s: %" PRId64 " of %" PRId64 " agree%s\n",
	    word(c, "selected"), json_get_number(c, "truechimers", 0),
	    json_get_number(c, "candidates", 0),
	    json_get_flag(c, "common") ? "; common time, not UTC" : "");
}

static void
print_clock(const struct json *c, FILE *out)
{
	const char *why = word(c, "why");

	if (json_get_text(c, "selected") != NULL)
		print_claim(c, out);
	else
		(void)fprintf(out,
		    "clock      nothing is claimed: %s (%" PRId64 " candidates)\n", why,
		    json_get_number(c, "candidates", 0));
	if (strcmp(why, "only-server") == 0)
		(void)fprintf(out,
		    "           one server only: nobody contradicts it, nobody confirms "
		    "it\n");
}

static void
print_event(const struct json *e, FILE *out)
{
	char size[DURATION_SIZE];
	int64_t ns;

	if (e == NULL) {
		(void)fprintf(out, "last event none\n");
		return;
	}
	(void)fprintf(out, "last event %s at %s", word(e, "event"), word(e, "at"));
	ns = json_get_number(e, "size_ns", 0);
	signed_duration(ns, true, size);
	if (json_get(e, "size_ns") != NULL)
		(void)fprintf(out, ", %s", size);
	if (json_get(e, "size_ppm") != NULL)
		(void)fprintf(out, ", %+.3f ppm", json_get_real(e, "size_ppm", 0));
	if (json_get(e, "now") != NULL)
		(void)fprintf(out, ", '%s', was '%s'", word(e, "now"), word(e, "was"));
	(void)fprintf(out, "\n");
}

static double
megabytes(const struct json *e, const char *key)
{
	return (double)json_get_number(e, key, 0) / 1e6;
}

static void
print_evidence(const struct json *e, FILE *out)
{
	const char *disk = word(e, "disk");
	bool file = strcmp(word(e, "kind"), "file") == 0;

	(void)fprintf(out, "evidence   %s%s%s\n", word(e, "directory"), file ? "/" : " ",
	    file ? word(e, "file") : "");
	(void)fprintf(out, "           %.2f MB; all older files %.2f MB; disk %s\n",
	    megabytes(e, "file_octets"), megabytes(e, "other_files_octets"), disk);
	if (strcmp(disk, "ok") != 0)
		(void)fprintf(out, "           %s\n", word(e, "trouble"));
	if (json_get_number(e, "records_lost", 0) > 0)
		(void)fprintf(out, "           %" PRId64 " records were lost\n",
		    json_get_number(e, "records_lost", 0));
	(void)fprintf(out, "sealed     until %s\n", word(e, "sealed_until"));
	(void)fprintf(out, "           fingerprint %s\n", word(e, "fingerprint"));
	(void)fprintf(out,
	    "           head %s seq %" PRId64 ", on disk up to %" PRId64 "\n",
	    word(e, "head"), json_get_number(e, "seq", -1),
	    json_get_number(e, "synced_seq", -1));
}

/* The last eight requests, newest right: 1 gave a sample. */
static void
print_reach(int64_t reach, FILE *out)
{
	char bits[9];

	for (int i = 0; i < 8; i++)
		bits[i] = (reach >> (7 - i) & 1) != 0 ? '1' : '.';
	bits[8] = '\0';
	(void)fprintf(out, " %s", bits);
}

static void
print_server(const struct json *s, FILE *out)
{
	static const char *const columns[] = { "offset_ns", "delay_ns",
		"root_distance_ns", "age_ns", "poll_ns" };

	(void)fprintf(out, "%-24s %-14s", word(s, "name"), word(s, "verdict"));
	print_reach(json_get_number(s, "reach", 0), out);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		char text[DURATION_SIZE] = "-";
		int64_t ns = json_get_number(s, columns[i], 0);

		if (json_get(s, columns[i]) != NULL)
			signed_duration(ns, i == 0, text);
		(void)fprintf(out, " %11s", text);
	}
	(void)fprintf(out, "  %s\n", word(s, "last_fault"));
}

static void
print_servers(const struct json *list, FILE *out)
{
	(void)fprintf(out, "\n%-24s %-14s %8s %11s %11s %11s %11s %11s %s\n", "server",
	    "verdict", "reach", "offset", "delay", "distance", "age", "poll", "last");
	for (size_t i = 0; i < json_count(list); i++)
		print_server(json_item(list, i), out);
}

void
status_print(const struct json *answer, FILE *out)
{
	char running[DURATION_SIZE];

	(void)fprintf(out, "clockwitnessd %s on %s, process %" PRId64 ", for %s\n\n",
	    word(answer, "version"), word(answer, "host"),
	    json_get_number(answer, "pid", 0),
	    duration(json_get_number(answer, "running_ns", 0), running));
	print_clock(json_get(answer, "clock"), out);
	print_event(json_get(answer, "last_event"), out);
	print_evidence(json_get(answer, "evidence"), out);
	print_servers(json_get(answer, "servers"), out);
}
