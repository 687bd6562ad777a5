/* What `verify` says, to people and to machines. */
#include <inttypes.h>
#include <stdio.h>

#include "calendar.h"
#include "json.h"
#include "text.h"
#include "verification.h"

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

static void
print_note(const struct verify_note *n)
{
	if (n->file == NULL) {
		(void)printf("%s\n", n->words);
		return;
	}
	if (n->line == 0) {
		(void)printf("%s: %s\n", n->file->path, n->words);
		return;
	}
	(void)printf("%s:%" PRIu64 ": ", n->file->path, n->line);
	if (n->has_at) {
		char at[RFC3339_LENGTH + 1];

		print_time(at, n->at);
		(void)printf("this line (about %s) ", at);
	}
	(void)printf("%s\n", n->words);
}

static void
print_seals(const struct records_file *f)
{
	if (f->lines > 0 && f->sealed == f->lines)
		(void)printf("  sealed: all of them\n");
	else
		(void)printf("  sealed: the first %" PRIu64
			     "; covered by no seal: the last %" PRIu64 "\n",
		    f->sealed, f->lines - f->sealed);
}

static void
print_file(const struct records_file *f)
{
	char from[RFC3339_LENGTH + 1];
	char to[RFC3339_LENGTH + 1];
	char hex[2 * DIGEST_BYTES + 1];

	print_time(from, f->at);
	print_time(to, f->last_at);
	(void)printf("%s: %s\n", f->path, verify_state(f));
	if (records_last_line(f) == 0)
		return;
	if (f->repeated > 0)
		(void)printf("  begins with %" PRIu64
			     " lines of the file before it, which count there\n",
		    f->repeated);
	(void)printf("  host %s, boot %s\n  %" PRIu64
		     " lines hold, %s to %s (host's clock)\n",
	    f->host, f->boot_id, f->lines, from, to);
	print_seals(f);
	if (f->previous_file[0] == '\0') {
		print_digest(hex, &f->fingerprint);
		(void)printf("  fingerprint %s\n", hex);
	}
	print_digest(hex, &f->head);
	(void)printf("  head %s\n", hex);
	if (f->torn > 0)
		(void)printf("  torn last line: %" PRIu64
			     " octets, which count for nothing\n",
		    f->torn);
}

static void
print_replay(const struct verification *v)
{
	if (v->no_replay) {
		(void)puts("replay: not asked for");
		return;
	}
	(void)printf("replay: %" PRIu64 " conclusions follow from the exchanges, %" PRIu64
		     " do not\n",
	    v->follow, v->differ);
	if (v->not_yet > 0)
		(void)printf("  %" PRIu64 " not replayed: what they rest on stands in a "
			     "file before, or in a gap\n",
		    v->not_yet);
	if (v->foreign > 0)
		(void)printf("  %" PRIu64 " not replayed: method %d\n", v->foreign,
		    v->foreign_method);
}

void
verify_print(const struct verification *v)
{
	for (size_t i = 0; i < v->findings.kept; i++)
		print_note(&v->findings.note[i]);
	if (v->findings.count > v->findings.kept)
		(void)printf("... and %" PRIu64 " findings more\n",
		    v->findings.count - v->findings.kept);
	for (size_t i = 0; i < v->records.files; i++)
		print_file(&v->records.file[i]);
	print_replay(v);
	(void)puts("not tampering, but to know:");
	for (size_t i = 0; i < v->statements.kept; i++) {
		(void)printf("  ");
		print_note(&v->statements.note[i]);
	}
	(void)printf("%s: %" PRIu64 " findings\n",
	    v->findings.count == 0 ? "good" : "NOT GOOD", v->findings.count);
}

static struct json *
note_json(const struct verify_note *n, const char *kind)
{
	struct json *j = json_begin();

	json_text(j, "file", n->file != NULL ? n->file->path : NULL);
	json_number(j, "line", (int64_t)n->line);
	if (n->has_at)
		json_time(j, "at", n->at.ns);
	else
		json_text(j, "at", NULL);
	json_text(j, kind, n->kind);
	json_text(j, "words", n->words);
	return j;
}

static struct json *
file_json(const struct records_file *f)
{
	struct json *j = json_begin();

	json_text(j, "file", f->path);
	json_text(j, "host", f->host);
	json_text(j, "boot_id", f->boot_id);
	json_text(j, "state", verify_state(f));
	json_flag(j, "good", !f->broken && !f->skipped);
	json_number(j, "repeated", (int64_t)f->repeated);
	json_number(j, "lines", (int64_t)f->lines);
	json_number(j, "sealed", (int64_t)f->sealed);
	json_number(j, "torn", (int64_t)f->torn);
	json_time(j, "from", f->at.ns);
	json_time(j, "to", f->last_at.ns);
	json_hex(j, "head", f->head.byte, sizeof(f->head.byte));
	json_hex(j, "fingerprint", f->fingerprint.byte, sizeof(f->fingerprint.byte));
	return j;
}

static struct json *
replay_json(const struct verification *v)
{
	struct json *j = json_begin();

	json_flag(j, "done", !v->no_replay);
	json_number(j, "follow", (int64_t)v->follow);
	json_number(j, "differ", (int64_t)v->differ);
	json_number(j, "not_yet", (int64_t)v->not_yet);
	json_number(j, "other_method", (int64_t)v->foreign);
	return j;
}

void
verify_print_json(const struct verification *v)
{
	struct json *j = json_begin();

	json_flag(j, "good", v->findings.count == 0);
	json_number(j, "count", (int64_t)v->findings.count);
	json_list(j, "findings");
	for (size_t i = 0; i < v->findings.kept; i++)
		json_append(j, "findings", note_json(&v->findings.note[i], "finding"));
	json_list(j, "statements");
	for (size_t i = 0; i < v->statements.kept; i++)
		json_append(
		    j, "statements", note_json(&v->statements.note[i], "statement"));
	json_object_in(j, "replay", replay_json(v));
	json_list(j, "files");
	for (size_t i = 0; i < v->records.files; i++)
		json_append(j, "files", file_json(&v->records.file[i]));
	json_end(j, stdout);
}
