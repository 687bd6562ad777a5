#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "commands.h"
#include "json.h"
#include "records.h"
#include "say.h"
#include "text.h"

static const char usage[] =
    "usage: clockwitness verify [--closed] [--head HEX] [--fingerprint HEX] [--json] "
    "EVIDENCE...\n"
    "\n"
    "Checks chain, numbers and seals of evidence files (or all *.jsonl of a directory) and\n"
    "says what is wrong and where.\n"
    "\n"
    "  --closed           a file without stop and last seal is a finding\n"
    "  --head HEX         the last file must end in this head (printed at stop)\n"
    "  --fingerprint HEX  a file must begin with this key (printed at start)\n"
    "  --json             one object a line\n"
    "\n"
    "Exit status: 0 good; 1 findings; 2 usage; 3 cannot read.\n";

struct verification {
	struct records records;
	bool closed, json;
	bool has_head, has_fingerprint;
	struct digest head, fingerprint;
	uint64_t findings;
};

static void
print_time(char out[RFC3339_LENGTH + 1], struct system_time t)
{
	struct text text = { out, out + RFC3339_LENGTH, false };

	print_rfc3339(&text, t.ns);
	*text.at = '\0';
}

static void
print_digest(char out[2 * DIGEST_BYTES + 1], const struct digest *d)
{
	struct text text = { out, out + 2 * DIGEST_BYTES, false };

	print_hex(&text, d->byte, sizeof(d->byte));
	*text.at = '\0';
}

/* A finding about a line (0: the whole file). at: the host's time there, NULL if unknown.
 */
static void
find(struct verification *v, const struct records_file *f, uint64_t line,
    const char *kind, const char *words)
{
	v->findings++;
	if (v->json) {
		struct json *j = json_begin();

		json_text(j, "kind", "finding");
		json_text(j, "file", f->path);
		json_number(j, "line", (int64_t)line);
		json_text(j, "finding", kind);
		json_text(j, "words", words);
		json_end(j, stdout);
	} else if (line > 0) {
		(void)printf("%s:%" PRIu64 ": %s\n", f->path, line, words);
	} else {
		(void)printf("%s: %s\n", f->path, words);
	}
}

static const char *const finding_kinds[CHAIN_FINDINGS] = {
	[CHAIN_OK] = "good",
	[CHAIN_MALFORMED] = "malformed",
	[CHAIN_NEW_VERSION] = "new-version",
	[CHAIN_NO_START] = "no-start",
	[CHAIN_START_INSIDE] = "start-inside",
	[CHAIN_ALTERED] = "altered",
	[CHAIN_MISSING] = "missing",
	[CHAIN_REPEATED] = "repeated",
	[CHAIN_RAW_BACKWARD] = "raw-backward",
	[CHAIN_BAD_SEAL] = "bad-seal",
	[CHAIN_BAD_FINGERPRINT] = "bad-fingerprint",
	[CHAIN_AFTER_END] = "after-end",
	[CHAIN_NOT_CONTINUED] = "not-continued",
};

static void
on_finding(void *arg, const struct records_line *l, struct chain_result result,
    const struct record *r)
{
	struct verification *v = arg;
	const struct records_file *f = l->file;
	uint64_t line = l->number - (result.previous ? 1 : 0);
	char at[RFC3339_LENGTH + 1] = "unknown time";
	char words[512];

	if (result.finding != CHAIN_MALFORMED && result.finding != CHAIN_NEW_VERSION &&
	    !result.previous)
		print_time(at, r->at.real);
	else if (f->lines > 0)
		print_time(at, f->last_at);
	(void)snprintf(words, sizeof(words),
	    "this line (about %s) %s; good: %" PRIu64
	    " lines before it, sealed: the first "
	    "%" PRIu64 "; nothing from here on counts",
	    at, chain_finding_words[result.finding], f->lines, f->sealed);
	find(v, f, line, finding_kinds[result.finding], words);
}

static const char *
state_of(const struct records_file *f)
{
	if (f->broken)
		return "broken";
	if (f->skipped)
		return "not read: it goes on from a broken file";
	if (f->ended)
		return "closed by stop and last seal";
	return f->stopped ? "stopped, the last seal is missing"
			  : "open end: no stop record";
}

static void
report_file_json(const struct records_file *f)
{
	struct json *j = json_begin();

	json_text(j, "kind", "file");
	json_text(j, "file", f->path);
	json_text(j, "host", f->host);
	json_text(j, "boot_id", f->boot_id);
	json_text(j, "state", state_of(f));
	json_flag(j, "good", !f->broken && !f->skipped);
	json_number(j, "lines", (int64_t)f->lines);
	json_number(j, "sealed", (int64_t)f->sealed);
	json_number(j, "torn", (int64_t)f->torn);
	json_time(j, "from", f->at.ns);
	json_time(j, "to", f->last_at.ns);
	json_hex(j, "head", f->head.byte, sizeof(f->head.byte));
	json_hex(j, "fingerprint", f->fingerprint.byte, sizeof(f->fingerprint.byte));
	json_end(j, stdout);
}

static void
report_file(const struct records_file *f)
{
	char from[RFC3339_LENGTH + 1];
	char to[RFC3339_LENGTH + 1];
	char head[2 * DIGEST_BYTES + 1];
	char fingerprint[2 * DIGEST_BYTES + 1];

	print_time(from, f->at);
	print_time(to, f->last_at);
	print_digest(head, &f->head);
	print_digest(fingerprint, &f->fingerprint);
	(void)printf("%s: %s\n", f->path, state_of(f));
	if (f->lines == 0)
		return;
	(void)printf(
	    "  host %s, boot %s\n  %" PRIu64 " lines hold, %s to %s (host's clock)\n"
	    "  sealed: the first %" PRIu64 "; covered by nothing: the last %" PRIu64 "\n",
	    f->host, f->boot_id, f->lines, from, to, f->sealed, f->lines - f->sealed);
	if (f->previous_file[0] == '\0')
		(void)printf("  fingerprint %s\n", fingerprint);
	else if (f->before == NULL)
		(void)printf(
		    "  goes on from %s, which is not here: nothing proves that\n",
		    f->previous_file);
	(void)printf("  head %s\n", head);
	if (f->torn > 0)
		(void)printf("  torn last line: %" PRIu64
			     " octets, which count for nothing\n",
		    f->torn);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static const struct records_file *
file_named(const struct records *r, const char *name)
{
	for (size_t i = 0; i < r->files; i++)
		if (strcmp(base_name(r->file[i].path), name) == 0)
			return &r->file[i];
	return NULL;
}

/* What a start record says of the file before it is another process's word, no proof. */
static void
check_previous(struct verification *v, const struct records_file *f)
{
	const struct records_file *p = file_named(&v->records, f->previous.file);
	char words[2 * RECORD_TEXT_SIZE + 128];

	for (const struct records_file *o = v->records.file; o < f; o++) {
		if (!o->has_previous || strcmp(o->previous.file, f->previous.file) != 0)
			continue;
		(void)snprintf(words, sizeof(words),
		    "names %s as the file before it, and so "
		    "does %s",
		    f->previous.file, base_name(o->path));
		find(v, f, 1, "same-previous", words);
	}
	if (p == NULL || p->broken || p->skipped)
		return;
	if (digest_equal(&p->head, &f->previous.head) && p->torn == f->previous.torn)
		return;
	(void)snprintf(words, sizeof(words),
	    "%s now ends at number %" PRIu64 " and %" PRIu64
	    " torn octets; when this file was "
	    "begun it ended at number %" PRIu64 " and %" PRIu64 ": cut, or written on",
	    f->previous.file, p->seq, p->torn, f->previous.seq, f->previous.torn);
	find(v, f, 1, "previous-differs", words);
}

static bool
goes_on(const struct records *r, const struct records_file *f)
{
	for (size_t i = 0; i < r->files; i++)
		if (r->file[i].before == f)
			return true;
	return false;
}

static void
check_ends(struct verification *v)
{
	const struct records *r = &v->records;
	bool met = false;

	for (size_t i = 0; i < r->files; i++) {
		const struct records_file *f = &r->file[i];

		if (f->has_previous)
			check_previous(v, f);
		if (v->closed && !f->broken && !f->skipped && !f->ended && !goes_on(r, f))
			find(v, f, f->lines, "open-end", state_of(f));
		if (f->lines == 0 && !f->broken && !f->skipped)
			find(v, f, 0, "empty", "holds no record");
		met |= f->lines > 0 && f->previous_file[0] == '\0' &&
		       digest_equal(&f->fingerprint, &v->fingerprint);
	}
	if (v->has_fingerprint && !met)
		find(v, &r->file[0], 1, "fingerprint",
		    "no file begins with the key of that fingerprint");
	if (v->has_head && !digest_equal(&r->file[r->files - 1].head, &v->head))
		find(v, &r->file[r->files - 1], r->file[r->files - 1].lines, "head",
		    "does not end in the given head: the end was altered or cut, or it is "
		    "another file");
}

static bool
parse_digest(const char *text, struct digest *out)
{
	struct scan s = { text, text + strlen(text), false };

	scan_hex(&s, out->byte, sizeof(out->byte));
	if (s.failed || s.at != s.end)
		say("'%s' is no SHA-256; allowed: 64 lowercase hex digits", text);
	return !s.failed && s.at == s.end;
}

static int
verify(struct verification *v, char *const paths[], size_t n)
{
	struct records_visitor visitor = {
		.finding = on_finding,
		.arg = v,
	};

	if (!records_open(&v->records, paths, n))
		return EXIT_CANNOT;
	records_walk(&v->records, &visitor);
	check_ends(v);
	for (size_t i = 0; i < v->records.files; i++) {
		if (v->json)
			report_file_json(&v->records.file[i]);
		else
			report_file(&v->records.file[i]);
	}
	if (!v->json)
		(void)printf("%s: %" PRIu64 " findings\n",
		    v->findings == 0 ? "good" : "NOT GOOD", v->findings);
	return v->findings == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

static const struct option options[] = {
	{ "closed", no_argument, NULL, 'c' },
	{ "head", required_argument, NULL, 'H' },
	{ "fingerprint", required_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* -1: go on, else the exit code. */
static int
take_option(struct verification *v, int option)
{
	switch (option) {
	case 'c':
		v->closed = true;
		return -1;
	case 'H':
		v->has_head = parse_digest(optarg, &v->head);
		return v->has_head ? -1 : EXIT_USAGE;
	case 'f':
		v->has_fingerprint = parse_digest(optarg, &v->fingerprint);
		return v->has_fingerprint ? -1 : EXIT_USAGE;
	case 'j':
		v->json = true;
		return -1;
	case 'h':
		(void)fputs(usage, stdout);
		return EXIT_DONE;
	default:
		(void)fputs("try 'clockwitness verify --help'\n", stderr);
		return EXIT_USAGE;
	}
}

int
verify_main(int argc, char *argv[])
{
	struct verification v = { .closed = false };
	int option;
	int code = -1;

	while (code < 0 && (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = take_option(&v, option);
	if (code >= 0)
		return code;
	if (optind == argc) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	code = verify(&v, argv + optind, (size_t)(argc - optind));
	records_close(&v.records);
	return code;
}
