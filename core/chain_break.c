#include "chain_break.h"

#include <string.h>

#include "text.h"

/* Two readings of one boot: CLOCK_MONOTONIC is never slewed by more than a tenth. */
#define SLEW_MOST 10
#define CLOCKS_SLACK_NS INT64_C(1000000)

/* Only who wrote the line before can have the same distance between its clocks. */
static bool
are_strange(const struct chain_checker *c, const struct clock_reading *at)
{
	struct span apart = raw_since(at->raw, c->raw);
	struct span between =
	    span_sub((struct span){ at->mono.ns }, (struct span){ at->raw.ns });
	struct span moved = span_abs(span_sub(between, c->mono_minus_raw));

	if (apart.ns < 0)
		return true;
	return c->has_mono && at->has_mono &&
	       moved.ns > apart.ns / SLEW_MOST + CLOCKS_SLACK_NS;
}

void
chain_break_begin(struct chain_break *b, const struct chain_checker *before,
    const struct chain_line *line, const struct record *r)
{
	*b = (struct chain_break){ .before = *before, .own = line->digest };
	if (r == NULL)
		return;
	b->decoded = true;
	b->prev = r->prev;
	b->seq = r->seq;
	b->strange_clocks = before->begun && are_strange(before, &r->at);
}

struct head {
	uint64_t seq;
	struct digest prev;
	bool is_seal;
};

/* Of any line that begins as a record does, whatever follows. */
static bool
read_head(const struct chain_line *line, struct head *h)
{
	struct scan s = { line->text, line->text + line->n, false };

	scan_literal(&s, "{\"v\":1,\"seq\":");
	h->seq = scan_uint(&s);
	scan_literal(&s, ",\"prev\":\"");
	scan_hex(&s, h->prev.byte, sizeof(h->prev.byte));
	scan_literal(&s, "\",\"type\":\"");
	h->is_seal = scan_peek(&s, "seal\"");
	return !s.failed;
}

static void
check_seal(struct chain_break *b, const struct chain_line *line)
{
	struct seal_signature signature;
	size_t n = record_signed_length(line->text, line->n);
	struct scan s = { line->text + n, line->text + line->n, false };

	if (b->seal != BREAK_NO_SEAL || n == 0)
		return;
	scan_literal(&s, ",\"sig\":\"");
	scan_hex(&s, signature.byte, sizeof(signature.byte));
	b->seal = !s.failed && chain_signed(&b->before, line, &signature)
		      ? BREAK_OWN_SEAL
		      : BREAK_STRANGE_SEAL;
}

/* The lines from it on, as long as each was made from the one before. */
static void
follow(struct chain_break *b, const struct chain_line *line, const struct head *h)
{
	if (b->lines != b->number && !digest_equal(&h->prev, &b->link.head))
		b->linked = false;
	if (!b->linked)
		return;
	b->link.head = line->digest;
	if (h->is_seal)
		check_seal(b, line);
}

void
chain_break_line(struct chain_break *b, const struct chain_line *line)
{
	struct head h;
	bool itself = ++b->lines == b->number;

	if (itself)
		b->linked = true;
	if (!itself && digest_equal(&line->digest, &b->own) && b->copy == 0)
		b->copy = b->lines;
	if (!read_head(line, &h)) {
		b->linked = false;
		return;
	}
	if (!itself && digest_equal(&h.prev, &b->own) && b->made == 0)
		b->made = b->lines;
	if (b->lines > b->number && h.seq == b->before.chain.seq && b->due == 0 &&
	    digest_equal(&h.prev, &b->before.chain.head)) {
		b->due = b->lines;
		b->due_digest = line->digest;
	}
	if (b->lines >= b->number)
		follow(b, line, &h);
}

/* The line that should stand here stands further on. */
static struct chain_explanation
explain_displaced(const struct chain_break *b, struct chain_explanation e)
{
	e.other = b->due;
	if (b->decoded && digest_equal(&b->prev, &b->due_digest)) {
		e.finding = b->due == b->number + 1 ? CHAIN_SWAPPED : CHAIN_MOVED;
		return e;
	}
	e.finding = CHAIN_INSERTED;
	if (b->made > b->number + 1 && !b->strange_clocks) {
		e.finding = CHAIN_MOVED;
		e.other = b->made;
	}
	return e;
}

/* Nothing was made from this line: it is not what was written, unless it is the last. */
static struct chain_explanation
explain_alone(const struct chain_break *b, struct chain_explanation e)
{
	bool number_fits = b->seq == b->before.chain.seq;
	bool made_here = digest_equal(&b->prev, &b->before.chain.head);
	bool last = b->lines == b->number;

	e.finding = CHAIN_ALTERED;
	if (made_here || b->number == 1)
		return e;
	if (last && number_fits && b->seal == BREAK_NO_SEAL) {
		e.finding = CHAIN_ALTERED_OR_NEXT;
		e.line--;
	} else if (last && !b->strange_clocks && b->seq > b->before.chain.seq) {
		e.finding = CHAIN_MISSING;
		e.gone = b->seq - b->before.chain.seq;
	} else if (!number_fits) {
		e.finding = CHAIN_SPLICED;
	}
	return e;
}

/* What follows was made from this line. */
static struct chain_explanation
explain_genuine(const struct chain_break *b, struct chain_explanation e)
{
	uint64_t due = b->before.chain.seq;

	if (b->seq == due && b->seal != BREAK_STRANGE_SEAL) {
		e.finding = CHAIN_ALTERED;
		e.line--;
	} else if (b->seq > due && (b->seal == BREAK_OWN_SEAL || !b->strange_clocks)) {
		e.finding = CHAIN_MISSING;
		e.gone = b->seq - due;
	} else {
		e.finding = CHAIN_SPLICED;
	}
	return e;
}

/* In its place, and yet not made by the announced key. */
static struct chain_explanation
explain_seal(const struct chain_break *b, struct chain_explanation e)
{
	if (b->made == 0 && b->lines > b->number)
		e.finding = CHAIN_ALTERED;
	return e;
}

struct chain_explanation
chain_break_end(const struct chain_break *b)
{
	struct chain_explanation e = { .finding = b->finding, .line = b->number };

	if (b->finding == CHAIN_BAD_SEAL)
		return explain_seal(b, e);
	if (b->copy > 0) {
		e.finding = CHAIN_REPEATED;
		e.other = b->copy;
		return e;
	}
	if (b->due > 0)
		return explain_displaced(b, e);
	if (b->finding != CHAIN_ALTERED)
		return e;
	if (b->made > 0 || b->seal == BREAK_OWN_SEAL)
		return explain_genuine(b, e);
	return explain_alone(b, e);
}
