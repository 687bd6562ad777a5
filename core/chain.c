#include "chain.h"

#include <string.h>

const char *const chain_finding_names[CHAIN_FINDINGS] = {
	[CHAIN_OK] = "good",
	[CHAIN_MALFORMED] = "malformed",
	[CHAIN_NEW_VERSION] = "new-version",
	[CHAIN_NO_START] = "no-start",
	[CHAIN_ALTERED] = "altered",
	[CHAIN_ALTERED_OR_NEXT] = "altered-or-next",
	[CHAIN_MISSING] = "missing",
	[CHAIN_INSERTED] = "inserted",
	[CHAIN_SWAPPED] = "swapped",
	[CHAIN_MOVED] = "moved",
	[CHAIN_REPEATED] = "repeated",
	[CHAIN_SPLICED] = "spliced",
	[CHAIN_RAW_BACKWARD] = "raw-backward",
	[CHAIN_BAD_FINGERPRINT] = "bad-fingerprint",
	[CHAIN_BAD_SEAL] = "bad-seal",
	[CHAIN_AFTER_END] = "after-end",
	[CHAIN_NOT_CONTINUED] = "not-continued",
};

const char *const chain_finding_words[CHAIN_FINDINGS] = {
	[CHAIN_OK] = "is good",
	[CHAIN_MALFORMED] = "is not a record as this program writes them: altered",
	[CHAIN_NEW_VERSION] = "was written by a later version of the format",
	[CHAIN_NO_START] =
	    "should be a start or continue record: lines before it are gone",
	[CHAIN_ALTERED] = "was altered after it was written",
	[CHAIN_ALTERED_OR_NEXT] = "or the one after it was altered after it was written",
	[CHAIN_MISSING] = "does not follow the line before: lines between them are gone",
	[CHAIN_INSERTED] = "was inserted: nothing was written here",
	[CHAIN_SWAPPED] = "was swapped with the next one",
	[CHAIN_MOVED] = "is out of its place: moved",
	[CHAIN_REPEATED] = "is a copy of another one: repeated",
	[CHAIN_SPLICED] =
	    "is not of this chain: spliced from another file, process or host",
	[CHAIN_RAW_BACKWARD] = "was written before the line before it, by the raw clock",
	[CHAIN_BAD_FINGERPRINT] = "names a fingerprint that is not its key's: forged",
	[CHAIN_BAD_SEAL] =
	    "is a seal that the announced key did not make: forged or altered",
	[CHAIN_AFTER_END] = "was added after the last seal",
	[CHAIN_NOT_CONTINUED] = "does not continue the file before it",
};

void
chain_advance(struct chain *c, const char *line, size_t n)
{
	c->seq++;
	c->head = digest_bytes(line, n);
}

void
chain_check_next_file(struct chain_checker *c)
{
	c->begun = false;
	c->repeats = false;
	c->alone = false;
}

void
chain_check_alone(struct chain_checker *c)
{
	c->alone = true;
}

bool
chain_signed(const struct chain_checker *c, const struct chain_line *line,
    const struct seal_signature *signature)
{
	size_t signed_length = record_signed_length(line->text, line->n);

	return c->keyed && signed_length > 0 &&
	       seal_check(signature, &c->key, line->text, signed_length);
}

static bool
is_zero(const struct digest *d)
{
	static const struct digest zero;

	return digest_equal(d, &zero);
}

static bool
names_own_key(const struct record_start *s)
{
	struct digest own = digest_bytes(&s->seal_key, sizeof(s->seal_key));

	return digest_equal(&own, &s->seal_fingerprint);
}

static bool
opens_chain(const struct chain_checker *c, const struct record *r)
{
	return c->chain.seq == 0 && r->type == RECORD_START && r->seq == 0 &&
	       is_zero(&r->prev);
}

static bool
in_place(const struct chain_checker *c, const struct record *r)
{
	return r->seq == c->chain.seq && digest_equal(&r->prev, &c->chain.head);
}

static enum chain_finding
check_continue(const struct chain_checker *c, const struct record *r)
{
	if (!in_place(c, r))
		return CHAIN_NOT_CONTINUED;
	if (c->ended)
		return CHAIN_AFTER_END;
	if (c->keyed && memcmp(&r->go_on.seal_key, &c->key, sizeof(c->key)) != 0)
		return CHAIN_NOT_CONTINUED;
	return r->at.raw.ns < c->raw.ns ? CHAIN_RAW_BACKWARD : CHAIN_OK;
}

static enum chain_finding
check_order(const struct chain_checker *c, const struct record *r)
{
	if (c->ended)
		return CHAIN_AFTER_END;
	if (r->type == RECORD_CONTINUE && c->repeats)
		return check_continue(c, r);
	if (r->type == RECORD_START || r->type == RECORD_CONTINUE)
		return CHAIN_SPLICED;
	if (r->at.raw.ns < c->raw.ns)
		return CHAIN_RAW_BACKWARD;
	return CHAIN_OK;
}

/* Does a line that the file before has too stand where it stood there? */
static enum chain_finding
check_again(
    const struct chain_checker *c, const struct record *r, const struct digest *own)
{
	if (r->seq != c->again.seq || !digest_equal(&r->prev, &c->again.head))
		return CHAIN_NOT_CONTINUED;
	if (r->seq + 1 == c->chain.seq && !digest_equal(own, &c->chain.head))
		return CHAIN_NOT_CONTINUED;
	return CHAIN_OK;
}

/* The file before it has been read: does this line go on where that ended, or before? */
static enum chain_finding
check_continued(
    const struct chain_checker *c, const struct record *r, const struct digest *own)
{
	struct chain_checker there = *c;

	if (r->type == RECORD_CONTINUE)
		return check_continue(c, r);
	if (r->type == RECORD_START || r->seq > c->chain.seq)
		return CHAIN_NOT_CONTINUED;
	if (r->seq == c->chain.seq)
		return in_place(c, r) ? check_order(c, r) : CHAIN_NOT_CONTINUED;
	there.again = (struct chain){ r->seq, r->prev };
	return check_again(&there, r, own);
}

/* A rotated file may be read alone: then its first line is believed, since nothing else
 * can tell, and the file before it stays unproven. */
static enum chain_finding
check_first(
    const struct chain_checker *c, const struct record *r, const struct digest *own)
{
	if (c->chain.seq > 0)
		return check_continued(c, r, own);
	if (opens_chain(c, r) && !names_own_key(&r->start))
		return CHAIN_BAD_FINGERPRINT;
	return opens_chain(c, r) || r->type == RECORD_CONTINUE ||
		       (c->alone && r->type != RECORD_START)
		   ? CHAIN_OK
		   : CHAIN_NO_START;
}

static void
accept_seal(struct chain_checker *c, const struct record *r)
{
	if (c->keyed)
		c->sealed = c->lines + 1;
	c->keyed = r->seal.has_next;
	c->key = r->seal.next;
	c->ended = !r->seal.has_next;
	c->seals++;
}

static void
accept_first(struct chain_checker *c, const struct record *r)
{
	c->begun = true;
	c->repeats = r->type != RECORD_START && r->type != RECORD_CONTINUE;
	c->again = (struct chain){ r->seq, r->prev };
	if (c->alone)
		c->chain = c->again;
	if (!c->repeats)
		c->chain.seq = r->seq;
}

static void
accept_key(struct chain_checker *c, const struct record *r)
{
	c->keyed = true;
	c->key = r->type == RECORD_START ? r->start.seal_key : r->go_on.seal_key;
}

static bool
stands_again(const struct chain_checker *c)
{
	return c->repeats && c->again.seq < c->chain.seq;
}

/* true: it counts already. */
static bool
accept(struct chain_checker *c, const struct record *r, const struct digest *own)
{
	if (!c->begun)
		accept_first(c, r);
	if (stands_again(c)) {
		c->again = (struct chain){ c->again.seq + 1, *own };
		return true;
	}
	if (r->type == RECORD_CONTINUE)
		c->repeats = false;
	if (r->type == RECORD_START || r->type == RECORD_CONTINUE)
		accept_key(c, r);
	if (r->type == RECORD_SEAL)
		accept_seal(c, r);
	c->stopped |= r->type == RECORD_STOP;
	c->raw = r->at.raw;
	c->has_mono = r->at.has_mono;
	c->mono_minus_raw =
	    span_sub((struct span){ r->at.mono.ns }, (struct span){ r->at.raw.ns });
	c->lines++;
	c->chain = (struct chain){ c->chain.seq + 1, *own };
	c->again = c->chain;
	return false;
}

/* A line that the file before has too, counts there. */
static bool
counts(const struct chain_checker *c, const struct record *r)
{
	return c->begun ? !stands_again(c) : r->seq >= c->chain.seq;
}

/* In lines of a file that is not here nobody knows whose key a seal must have. */
static bool
signs(const struct chain_checker *c, const struct record *r)
{
	return r->type == RECORD_SEAL && counts(c, r) && (c->keyed || !c->alone);
}

static enum chain_finding
check_place(const struct chain_checker *c, const struct record *r, bool broken)
{
	enum chain_finding order = check_order(c, r);

	if (!broken || order == CHAIN_AFTER_END || order == CHAIN_SPLICED)
		return order;
	return CHAIN_ALTERED;
}

static struct chain_result
check_decoded(
    const struct chain_checker *c, const struct chain_line *line, const struct record *r)
{
	struct chain_result result = { .finding = CHAIN_OK };

	if (!c->begun) {
		result.finding = check_first(c, r, &line->digest);
		result.broken = result.finding == CHAIN_NO_START;
	} else if (stands_again(c)) {
		result.finding = check_again(c, r, &line->digest);
	} else {
		result.broken = !in_place(c, r);
		result.finding = check_place(c, r, result.broken);
	}
	if (result.finding == CHAIN_OK && signs(c, r) &&
	    !chain_signed(c, line, &r->seal.signature))
		result.finding = CHAIN_BAD_SEAL;
	return result;
}

struct chain_result
chain_check(struct chain_checker *c, const struct chain_line *line, struct record *out)
{
	struct chain_result result = { .finding = CHAIN_OK };

	switch (record_decode(line->text, line->n, out, &result.column)) {
	case RECORD_MALFORMED:
		result.finding = CHAIN_MALFORMED;
		return result;
	case RECORD_NEW_VERSION:
		result.finding = CHAIN_NEW_VERSION;
		return result;
	case RECORD_OK:
		break;
	}
	result = check_decoded(c, line, out);
	if (result.finding == CHAIN_OK)
		result.again = accept(c, out, &line->digest);
	return result;
}
