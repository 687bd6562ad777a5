/* A corrected log and its manifest -> the original. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "memory.h"
#include "say.h"
#include "source.h"
#include "text.h"

struct undoing {
	const char *manifest, *name; /* paths */
	FILE *list, *out;
	char *line; /* of the manifest */
	size_t room, number;
	struct source source; /* the corrected log */
	char buffer[1 << 16];
	size_t from, to;
	enum encoding encoding;
	char *whole; /* of a UTF-16 log, which is turned back at its end */
	size_t whole_n, whole_room;
	struct digest_state original, corrected;
	uint64_t original_n, corrected_n;
};

static int
wrong_manifest(const struct undoing *u)
{
	say("%s:%zu: this is no line of a manifest", u->manifest, u->number);
	return EXIT_CANNOT;
}

static void
give(struct undoing *u, const char *octets, size_t n)
{
	digest_add(&u->original, octets, n);
	u->original_n += n;
	if (u->encoding == ENCODING_OCTETS) {
		(void)fwrite(octets, 1, n, u->out);
		return;
	}
	u->whole = memory_grow(u->whole, &u->whole_room, u->whole_n + n + 1, 1);
	memcpy(u->whole + u->whole_n, octets, n);
	u->whole_n += n;
}

/* n octets of the corrected log: handed on, or passed over. */
static bool
take(struct undoing *u, uint64_t n, bool hand_on)
{
	while (n > 0) {
		size_t part = u->to - u->from;
		ssize_t got = 1;

		if (part == 0) {
			got = source_read(&u->source, u->buffer, sizeof(u->buffer));
			u->from = 0;
			u->to = part = got > 0 ? (size_t)got : 0;
		}
		if (got <= 0)
			return false;
		if (part > n)
			part = (size_t)n;
		digest_add(&u->corrected, u->buffer + u->from, part);
		if (hand_on)
			give(u, u->buffer + u->from, part);
		u->from += part;
		u->corrected_n += part;
		n -= part;
	}
	return true;
}

/* In place; how many octets. */
static size_t
scan_octets(struct scan *s, char *to)
{
	char *at = to;

	scan_literal(s, "\"");
	while (!s->failed && s->at < s->end && *s->at != '"') {
		uint8_t octet;

		if (scan_peek(s, "\\u00")) {
			s->at += 4;
			scan_hex(s, &octet, 1);
			*at++ = (char)octet;
			continue;
		}
		s->at += *s->at == '\\' && s->end - s->at > 1;
		*at++ = *s->at++;
	}
	scan_literal(s, "\"");
	return (size_t)(at - to);
}

static int
undo_change(struct undoing *u, struct scan s)
{
	uint64_t gap;
	uint64_t length;
	char *original = u->line;
	size_t n;

	scan_literal(&s, "[");
	gap = scan_uint(&s);
	scan_literal(&s, ",");
	length = scan_uint(&s);
	scan_literal(&s, ",");
	n = scan_octets(&s, original);
	scan_literal(&s, "]");
	if (s.failed)
		return wrong_manifest(u);
	if (!take(u, gap, true) || !take(u, length, false)) {
		say("%s ends before the changes in %s do", u->name, u->manifest);
		return EXIT_FINDINGS;
	}
	give(u, original, n);
	return EXIT_DONE;
}

static int
begin_log(struct undoing *u, struct scan s)
{
	scan_literal(&s, "{\"log\":");
	(void)scan_octets(&s, u->line);
	scan_literal(&s, ",\"encoding\":\"");
	if (s.failed)
		return wrong_manifest(u);
	u->encoding = ENCODING_OCTETS;
	for (int e = 0; e < ENCODINGS; e++)
		if (scan_peek(&s, encoding_names[e]))
			u->encoding = (enum encoding)e;
	u->whole_n = 0;
	u->original_n = u->corrected_n = 0;
	digest_begin(&u->original);
	digest_begin(&u->corrected);
	return EXIT_DONE;
}

static void
give_utf16(struct undoing *u)
{
	char *back = malloc(2 * u->whole_n + 2);
	size_t n;

	if (back == NULL) {
		say("out of memory");
		exit(EXIT_CANNOT);
	}
	n = utf16_from_utf8(u->encoding, "\xef\xbb\xbf", 3, back);
	(void)fwrite(back, 1, n, u->out);
	n = utf16_from_utf8(u->encoding, u->whole, u->whole_n, back);
	(void)fwrite(back, 1, n, u->out);
	free(back);
}

static bool
same_digest(struct digest_state *state, const uint8_t wanted[DIGEST_BYTES])
{
	struct digest is = digest_end(state);

	return memcmp(is.byte, wanted, DIGEST_BYTES) == 0;
}

static int
end_log(struct undoing *u, struct scan s)
{
	uint8_t original[DIGEST_BYTES];
	uint8_t corrected[DIGEST_BYTES];
	uint64_t original_n;
	uint64_t corrected_n;

	scan_literal(&s, "{\"original_bytes\":");
	original_n = scan_uint(&s);
	scan_literal(&s, ",\"original_sha256\":\"");
	scan_hex(&s, original, sizeof(original));
	scan_literal(&s, "\",\"corrected_bytes\":");
	corrected_n = scan_uint(&s);
	scan_literal(&s, ",\"corrected_sha256\":\"");
	scan_hex(&s, corrected, sizeof(corrected));
	if (s.failed)
		return wrong_manifest(u);
	if (corrected_n < u->corrected_n ||
	    !take(u, corrected_n - u->corrected_n, true)) {
		say("%s is shorter than what %s is of", u->name, u->manifest);
		return EXIT_FINDINGS;
	}
	if (u->encoding != ENCODING_OCTETS)
		give_utf16(u);
	if (!same_digest(&u->corrected, corrected) || original_n != u->original_n ||
	    !same_digest(&u->original, original)) {
		say("%s is not what %s is of: what was written is NOT the original",
		    u->name, u->manifest);
		return EXIT_FINDINGS;
	}
	return EXIT_DONE;
}

static int
undo_line(struct undoing *u, size_t n)
{
	struct scan s = { u->line, u->line + n, false };

	if (scan_peek(&s, "["))
		return undo_change(u, s);
	if (scan_peek(&s, "{\"log\":"))
		return begin_log(u, s);
	return end_log(u, s);
}

static int
undo_all(struct undoing *u)
{
	int code = EXIT_DONE;
	ssize_t n;

	while (code == EXIT_DONE && (n = getline(&u->line, &u->room, u->list)) > 0) {
		u->number++;
		code = undo_line(u, (size_t)n);
	}
	if (code == EXIT_DONE && u->number == 0)
		return wrong_manifest(u);
	return code;
}

int
manifest_undo(const char *manifest, const char *corrected, FILE *out)
{
	static struct undoing u;
	int code;
	int error;

	u = (struct undoing){ .manifest = manifest, .name = corrected, .out = out };
	u.list = fopen(manifest, "re");
	if (u.list == NULL)
		return say_errno("%s", manifest);
	error = source_open(&u.source, corrected);
	if (error < 0) {
		errno = -error;
		(void)fclose(u.list);
		return say_errno("%s", corrected);
	}
	code = undo_all(&u);
	source_close(&u.source);
	(void)fclose(u.list);
	free(u.line);
	free(u.whole);
	if (fflush(out) != 0 || ferror(out) != 0)
		return say_errno("the output");
	return code;
}
