#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "memory.h"
#include "say.h"
#include "text.h"
#include "timestamp.h"
#include "verification.h"

static const char usage[] =
    "usage: clockwitness verify [--closed] [--head HEX] [--fingerprint HEX]\n"
    "                           [--tsr FILE] [--tsa-ca FILE] [--no-replay] [--json]\n"
    "                           EVIDENCE...\n"
    "\n"
    "Checks chain, numbers and seals of evidence files (or all *.jsonl and *.jsonl.zst\n"
    "of a directory), and that the conclusions follow from the exchanges; says what is\n"
    "wrong and where, and what nothing proves.\n"
    "\n"
    "  --closed           a file without stop and last seal is a finding\n"
    "  --head HEX         this head must be there (printed at start and stop)\n"
    "  --fingerprint HEX  a file must begin with this key (printed at start)\n"
    "  --tsr FILE         a time-stamp that anchor keeps: when a head existed\n"
    "  --tsa-ca FILE      certificates, PEM, by which time-stamps are checked\n"
    "  --no-replay        do not compute the conclusions again\n"
    "  --json             one JSON object\n"
    "\n"
    "Exit status: 0 good; 1 findings; 2 usage; 3 cannot read.\n";

void
verify_note(struct verify_notes *to, struct verify_note n)
{
	to->count++;
	if (to->kept == FINDINGS_KEPT)
		return;
	to->note = memory_grow(to->note, &to->room, to->kept + 1, sizeof(*to->note));
	to->note[to->kept++] = n;
}

/* What was computed from lines that do not hold is no finding of its own. */
static void
withdraw(struct verify_notes *n, const struct records_damage *d)
{
	while (n->kept > 0 && n->note[n->kept - 1].file == d->file &&
	       n->note[n->kept - 1].line >= d->line) {
		n->kept--;
		n->count--;
	}
}

static void
on_damage(void *arg, const struct records_damage *d)
{
	struct verification *v = arg;
	const struct records_file *f = d->file;
	struct verify_note n = {
		.file = f,
		.line = d->line,
		.kind = d->kind,
		.has_at = d->has_at,
		.at = d->at,
	};

	withdraw(&v->findings, d);
	(void)snprintf(n.words, sizeof(n.words),
	    "%s; good: the %" PRIu64 " lines before it, sealed: the first %" PRIu64
	    "; nothing from here on counts",
	    d->words, f->lines, f->sealed);
	verify_note(&v->findings, n);
}

static void
take_deleted(struct verification *v, const struct records_line *l, const struct record *r)
{
	struct verify_note n = { .file = l->file, .line = l->number, .kind = "deleted" };

	record_copy_text(n.words, sizeof(n.words), r->deleted.file);
	verify_note(&v->deleted, n);
}

static void
on_checked(void *arg, const struct records_line *l, const struct record *r,
    const struct digest *digest)
{
	struct verification *v = arg;

	for (size_t i = 0; i < v->marks; i++) {
		if (!digest_equal(&v->mark[i].head, digest))
			continue;
		v->mark[i].file = l->file;
		v->mark[i].line = l->number;
		v->mark[i].at = r->at.real;
	}
	if (r->type == RECORD_DELETED)
		take_deleted(v, l, r);
	if (!v->no_replay)
		verify_replay(v, l, r);
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

/* A time-stamp that is not good marks nothing. */
static void
read_stamps(struct verification *v)
{
	for (size_t i = 0; i < v->marks; i++) {
		struct verify_mark *m = &v->mark[i];
		struct verify_note n = { .kind = "tsr" };
		struct timestamp stamp;
		const char *wrong;

		if (m->tsr == NULL)
			continue;
		wrong = timestamp_read(m->tsr, v->authority, NULL, &stamp);
		m->head = stamp.head;
		m->trusted = stamp.checked;
		memcpy(m->when, stamp.when, sizeof(m->when));
		record_copy_text(m->by, sizeof(m->by), stamp.by);
		if (wrong == NULL)
			continue;
		(void)snprintf(
		    n.words, sizeof(n.words), "the time-stamp %s: %s", m->tsr, wrong);
		verify_note(&v->findings, n);
		*m = v->mark[--v->marks];
		i--;
	}
}

static int
verify(struct verification *v, char *const paths[], size_t n)
{
	struct records_visitor visitor = {
		.checked = on_checked,
		.damage = on_damage,
		.arg = v,
	};

	if (!records_open(&v->records, paths, n))
		return EXIT_CANNOT;
	read_stamps(v);
	records_walk(&v->records, &visitor);
	verify_files(v);
	verify_gaps(v);
	if (v->json)
		verify_print_json(v);
	else
		verify_print(v);
	return v->findings.count == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

static struct verify_mark *
add_mark(struct verification *v)
{
	v->mark = memory_grow(v->mark, &v->mark_room, v->marks + 1, sizeof(*v->mark));
	v->mark[v->marks] = (struct verify_mark){ .trusted = true };
	return &v->mark[v->marks++];
}

static const struct option options[] = {
	{ "closed", no_argument, NULL, 'c' },
	{ "head", required_argument, NULL, 'H' },
	{ "fingerprint", required_argument, NULL, 'f' },
	{ "tsr", required_argument, NULL, 't' },
	{ "tsa-ca", required_argument, NULL, 'a' },
	{ "no-replay", no_argument, NULL, 'n' },
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
		return parse_digest(optarg, &add_mark(v)->head) ? -1 : EXIT_USAGE;
	case 't':
		add_mark(v)->tsr = optarg;
		return -1;
	case 'a':
		v->authority = optarg;
		return -1;
	case 'f':
		v->has_fingerprint = parse_digest(optarg, &v->fingerprint);
		return v->has_fingerprint ? -1 : EXIT_USAGE;
	case 'n':
		v->no_replay = true;
		return -1;
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

static void
release(struct verification *v)
{
	records_close(&v->records);
	free(v->mark);
	free(v->findings.note);
	free(v->statements.note);
	free(v->deleted.note);
	verify_replay_free(v);
}

int
verify_main(int argc, char *argv[])
{
	struct verification v = { .closed = false };
	int option;
	int code = -1;

	while (code < 0 && (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = take_option(&v, option);
	if (code < 0 && optind == argc) {
		(void)fputs(usage, stderr);
		code = EXIT_USAGE;
	}
	if (code < 0)
		code = verify(&v, argv + optind, (size_t)(argc - optind));
	release(&v);
	return code;
}
