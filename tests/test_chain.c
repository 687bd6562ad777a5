#include <stdio.h>
#include <string.h>

#include "chain.h"
#include "chain_break.h"
#include "law.h"

#define LINES 12
#define LINE_ROOM 2048

struct line {
	char text[LINE_ROOM];
	size_t n;
};

/* A writer of evidence, in memory. */
struct writer {
	struct chain chain;
	struct seal_key key; /* of the next seal */
	int64_t raw;
};

static struct line good[LINES];
static struct line altered[LINES + 2];
static struct chain_checker before[LINES + 1]; /* the checker before each good line */
static struct writer writer;
static struct record record, out;

static void
new_key(struct seal_key *key)
{
	uint8_t seed[SEAL_SEED_BYTES];

	law_bytes(seed, sizeof(seed));
	seal_key_from_seed(key, seed);
}

static void
prepare(struct writer *w, enum record_type type)
{
	memset(&record, 0, sizeof(record));
	record.type = type;
	record.seq = w->chain.seq;
	record.prev = w->chain.head;
	w->raw += 1000;
	record.at = (struct clock_reading){
		.real = { INT64_C(1795312367123456789) + w->raw },
		.raw = { w->raw },
		.read = { 50 },
	};
}

static void
append(struct writer *w, struct line *to)
{
	to->n = record_encode(&record, to->text, sizeof(to->text));
	ck_assert_uint_gt(to->n, 0);
	chain_advance(&w->chain, to->text, to->n);
}

static void
write_start(struct writer *w, struct line *to)
{
	new_key(&w->key);
	prepare(w, RECORD_START);
	(void)snprintf(record.start.host, sizeof(record.start.host), "host");
	record.start.seal_key = w->key.public_half;
	record.start.seal_fingerprint =
	    digest_bytes(&record.start.seal_key, sizeof(record.start.seal_key));
	record.start.servers.count = 1;
	(void)snprintf(record.start.servers.server[0].name, SERVER_NAME_SIZE, "ntp1");
	append(w, to);
}

static void
write_exchange(struct writer *w, struct line *to)
{
	prepare(w, RECORD_EXCHANGE);
	(void)snprintf(record.exchange.server, SERVER_NAME_SIZE, "ntp1");
	record.exchange.exchange.t1.ns = law_between(0, INT64_MAX);
	record.exchange.exchange.fault = FAULT_TIMEOUT;
	append(w, to);
}

static void
write_seal(struct writer *w, struct line *to, bool last)
{
	struct seal_key next;
	size_t n;

	new_key(&next);
	prepare(w, RECORD_SEAL);
	record.seal.has_next = !last;
	if (!last)
		record.seal.next = next.public_half;
	n = record_encode(&record, to->text, sizeof(to->text));
	record.seal.signature =
	    seal_sign(&w->key, to->text, record_signed_length(to->text, n));
	w->key = next;
	append(w, to);
}

static void
write_stop(struct writer *w, struct line *to)
{
	prepare(w, RECORD_STOP);
	(void)snprintf(record.stop.reason, sizeof(record.stop.reason), "SIGTERM");
	append(w, to);
}

static void
write_continue(struct writer *w, struct line *to)
{
	prepare(w, RECORD_CONTINUE);
	(void)snprintf(record.go_on.host, sizeof(record.go_on.host), "host");
	record.go_on.seal_key = w->key.public_half;
	append(w, to);
}

/* start e e e seal e e seal e e stop seal */
static void
write_all(struct line to[LINES])
{
	writer = (struct writer){ .raw = 1000000 };
	for (size_t i = 0; i < LINES; i++) {
		if (i == 0)
			write_start(&writer, &to[i]);
		else if (i == 4 || i == 7 || i == LINES - 1)
			write_seal(&writer, &to[i], i == LINES - 1);
		else if (i == LINES - 2)
			write_stop(&writer, &to[i]);
		else
			write_exchange(&writer, &to[i]);
	}
}

static struct chain_line
line_of(const struct line *l)
{
	return (struct chain_line){ l->text, l->n, digest_bytes(l->text, l->n) };
}

static struct chain_result
check_line(struct chain_checker *c, const struct line lines[], size_t i)
{
	struct chain_line line = line_of(&lines[i]);

	return chain_check(c, &line, &out);
}

struct blame {
	enum chain_finding finding;
	size_t line;    /* n: none */
	uint64_t other; /* as in chain_explanation, from 0; or UINT64_MAX */
};

/* What a second look at lines [0, n) says of line i. */
static struct blame
explain(const struct chain_checker *as_it_was, struct chain_result r,
    const struct line lines[], size_t n, size_t i)
{
	struct chain_line line = line_of(&lines[i]);
	struct chain_break b;
	struct chain_explanation e;

	chain_break_begin(
	    &b, as_it_was, &line, r.finding == CHAIN_MALFORMED ? NULL : &out);
	b.finding = r.finding;
	b.number = i + 1;
	for (size_t k = 0; k < n; k++) {
		line = line_of(&lines[k]);
		chain_break_line(&b, &line);
	}
	e = chain_break_end(&b);
	return (struct blame){ e.finding, (size_t)e.line - 1, e.other - 1 };
}

/* Checks lines [from, n) with a checker that has read those before. */
static struct blame
check_from(struct chain_checker *c, const struct line lines[], size_t n, size_t from)
{
	for (size_t i = from; i < n; i++) {
		struct chain_checker before_it = *c;
		struct chain_result r = check_line(c, lines, i);

		if (r.finding != CHAIN_OK && (r.broken || r.finding == CHAIN_MALFORMED ||
						 r.finding == CHAIN_BAD_SEAL))
			return explain(&before_it, r, lines, n, i);
		if (r.finding != CHAIN_OK)
			return (struct blame){ r.finding, i, UINT64_MAX };
	}
	return (struct blame){ CHAIN_OK, n, UINT64_MAX };
}

static struct blame
check_all(const struct line lines[], size_t n)
{
	struct chain_checker c = { 0 };

	return check_from(&c, lines, n, 0);
}

static void
begin(void)
{
	ck_assert(seal_begin());
	write_all(good);
	before[0] = (struct chain_checker){ 0 };
	for (size_t i = 0; i < LINES; i++) {
		before[i + 1] = before[i];
		ck_assert_int_eq(check_line(&before[i + 1], good, i).finding, CHAIN_OK);
	}
}

START_TEST(what_was_written_verifies)
{
	const struct chain_checker *c = &before[LINES];

	ck_assert_int_eq(check_all(good, LINES).finding, CHAIN_OK);
	ck_assert(c->ended && c->stopped);
	ck_assert_uint_eq(c->lines, LINES);
	ck_assert_uint_eq(c->sealed, LINES);
	ck_assert_uint_eq(c->seals, 3);
}
END_TEST

START_TEST(seal_covers_the_lines_before_it_only)
{
	ck_assert_uint_eq(before[4].sealed, 0);
	ck_assert_uint_eq(before[5].sealed, 5);
	ck_assert_uint_eq(before[7].sealed, 5);
	ck_assert_uint_eq(before[8].sealed, 8);
	ck_assert(!before[LINES - 1].ended);
}
END_TEST

START_TEST(every_flipped_bit_is_blamed_on_its_line)
{
	size_t i = (size_t)_i;

	memcpy(altered, good, sizeof(good));
	for (size_t bit = 0; bit < 8 * good[i].n; bit++) {
		/* the line before was good, and says nothing of what follows it */
		struct chain_checker c = before[i];
		struct blame b;

		altered[i].text[bit / 8] ^= (char)(1 << bit % 8);
		b = check_from(&c, altered, i + 3 < LINES ? i + 3 : LINES, i);
		altered[i].text[bit / 8] ^= (char)(1 << bit % 8);
		if (b.finding == CHAIN_OK || b.line != i)
			ck_abort_msg("bit %zu of line %zu: finding %d, line %zu", bit, i,
			    (int)b.finding, b.line);
	}
}
END_TEST

START_TEST(dropped_line_is_missed)
{
	for (size_t gone = 0; gone < LINES - 1; gone++) {
		struct blame b;

		memcpy(altered, good, gone * sizeof(*good));
		memcpy(
		    &altered[gone], &good[gone + 1], (LINES - 1 - gone) * sizeof(*good));
		b = check_all(altered, LINES - 1);
		ck_assert_int_eq(b.finding, gone == 0 ? CHAIN_NO_START : CHAIN_MISSING);
		ck_assert_uint_eq(b.line, gone);
	}
}
END_TEST

START_TEST(chain_cut_short_has_no_end)
{
	for (size_t n = 1; n < LINES; n++) {
		struct chain_checker c = { 0 };

		ck_assert_int_eq(check_from(&c, good, n, 0).finding, CHAIN_OK);
		ck_assert(!c.ended);
	}
}
END_TEST

START_TEST(doubled_line_is_found_at_its_copy)
{
	for (size_t twice = 0; twice < LINES; twice++) {
		struct blame b;

		memcpy(altered, good, (twice + 1) * sizeof(*good));
		memcpy(
		    &altered[twice + 1], &good[twice], (LINES - twice) * sizeof(*good));
		b = check_all(altered, LINES + 1);
		ck_assert_uint_eq(b.line, twice + 1);
		ck_assert_int_eq(b.finding, CHAIN_REPEATED);
		ck_assert_uint_eq(b.other, twice);
	}
}
END_TEST

START_TEST(swapped_lines_are_found_at_the_first)
{
	for (size_t i = 0; i + 1 < LINES; i++) {
		struct blame b;

		memcpy(altered, good, sizeof(good));
		altered[i] = good[i + 1];
		altered[i + 1] = good[i];
		b = check_all(altered, LINES);
		ck_assert_int_eq(b.finding, CHAIN_SWAPPED);
		ck_assert_uint_eq(b.line, i);
	}
}
END_TEST

START_TEST(splice_of_two_chains_is_found_at_the_seam)
{
	static struct line strange[LINES];

	write_all(strange);
	ck_assert_int_eq(check_all(strange, LINES).finding, CHAIN_OK);
	for (size_t seam = 1; seam < LINES; seam++) {
		struct blame b;

		memcpy(altered, good, seam * sizeof(*good));
		memcpy(&altered[seam], &strange[seam], (LINES - seam) * sizeof(*good));
		b = check_all(altered, LINES);
		ck_assert_int_ne(b.finding, CHAIN_OK);
		/* either side of it may be the strange one */
		ck_assert(b.line == seam || b.line == seam - 1);
	}
}
END_TEST

START_TEST(whole_chain_after_another_is_found_at_its_start)
{
	struct blame b;

	memcpy(altered, good, 5 * sizeof(*good));
	memcpy(&altered[5], good, 5 * sizeof(*good));
	b = check_all(altered, 10);
	ck_assert_int_eq(b.finding, CHAIN_REPEATED);
	ck_assert_uint_eq(b.line, 5);
}
END_TEST

START_TEST(seal_by_another_key_is_bad)
{
	struct blame b;

	writer = (struct writer){ .raw = 1000 };
	write_start(&writer, &altered[0]);
	write_exchange(&writer, &altered[1]);
	new_key(&writer.key); /* not the one that was announced */
	write_seal(&writer, &altered[2], true);
	b = check_all(altered, 3);
	ck_assert_int_eq(b.finding, CHAIN_BAD_SEAL);
	ck_assert_uint_eq(b.line, 2);
}
END_TEST

START_TEST(record_after_the_last_seal_is_found)
{
	struct blame b;

	memcpy(altered, good, sizeof(good));
	write_exchange(&writer, &altered[LINES]); /* well linked */
	b = check_all(altered, LINES + 1);
	ck_assert_int_eq(b.finding, CHAIN_AFTER_END);
	ck_assert_uint_eq(b.line, LINES);
}
END_TEST

START_TEST(raw_clock_never_runs_backwards)
{
	struct blame b;

	writer = (struct writer){ .raw = 1000 };
	write_start(&writer, &altered[0]);
	write_exchange(&writer, &altered[1]);
	writer.raw -= 1001;
	write_exchange(&writer, &altered[2]);
	b = check_all(altered, 3);
	ck_assert_int_eq(b.finding, CHAIN_RAW_BACKWARD);
	ck_assert_uint_eq(b.line, 2);
}
END_TEST

START_TEST(chain_begins_with_a_start_of_number_zero)
{
	writer = (struct writer){ .raw = 1000 };
	write_exchange(&writer, &altered[0]);
	ck_assert_int_eq(check_all(altered, 1).finding, CHAIN_NO_START);
	writer = (struct writer){ .raw = 1000, .chain = { .seq = 1 } };
	write_start(&writer, &altered[0]);
	ck_assert_int_eq(check_all(altered, 1).finding, CHAIN_NO_START);
	writer = (struct writer){ .raw = 1000, .chain.head.byte = { 1 } };
	write_start(&writer, &altered[0]);
	ck_assert_int_eq(check_all(altered, 1).finding, CHAIN_NO_START);
}
END_TEST

START_TEST(start_that_names_another_fingerprint_is_forged)
{
	writer = (struct writer){ .raw = 1000 };
	write_start(&writer, &altered[0]);
	record.start.seal_fingerprint.byte[0] ^= 1;
	writer.chain = (struct chain){ 0 };
	append(&writer, &altered[0]);
	ck_assert_int_eq(check_all(altered, 1).finding, CHAIN_BAD_FINGERPRINT);
}
END_TEST

START_TEST(line_of_a_later_version_is_told_from_damage)
{
	memcpy(altered, good, sizeof(good));
	altered[3].text[5] = '2';
	ck_assert_int_eq(check_all(altered, LINES).finding, CHAIN_NEW_VERSION);
	ck_assert_uint_eq(check_all(altered, LINES).line, 3);
	altered[3].text[5] = 'x';
	ck_assert_int_eq(check_all(altered, LINES).finding, CHAIN_MALFORMED);
}
END_TEST

/* ---- files of one process */

/* Two files: start e seal, continue e seal(last). */
static struct chain_checker
first_file(struct line lines[6])
{
	struct chain_checker c = { 0 };

	writer = (struct writer){ .raw = 1000 };
	write_start(&writer, &lines[0]);
	write_exchange(&writer, &lines[1]);
	write_seal(&writer, &lines[2], false);
	ck_assert_int_eq(check_from(&c, lines, 3, 0).finding, CHAIN_OK);
	chain_check_next_file(&c);
	return c;
}

START_TEST(continue_file_goes_on)
{
	struct chain_checker c = first_file(altered);

	write_continue(&writer, &altered[3]);
	write_exchange(&writer, &altered[4]);
	write_seal(&writer, &altered[5], true);
	ck_assert_int_eq(check_from(&c, altered, 6, 3).finding, CHAIN_OK);
	ck_assert(c.ended);
	ck_assert_uint_eq(c.sealed, 6);
	/* alone it is believed to follow something */
	ck_assert_int_eq(check_all(altered + 3, 3).finding, CHAIN_OK);
}
END_TEST

START_TEST(continue_in_the_middle_of_a_file_is_found)
{
	(void)first_file(altered);
	write_continue(&writer, &altered[3]);
	ck_assert_int_eq(check_all(altered, 4).finding, CHAIN_SPLICED);
	ck_assert_uint_eq(check_all(altered, 4).line, 3);
}
END_TEST

START_TEST(file_of_another_place_in_the_chain_is_not_continued)
{
	struct chain_checker c = first_file(altered);
	struct chain_checker again = c;

	writer.chain.seq++;
	write_continue(&writer, &altered[3]);
	ck_assert_int_eq(check_from(&c, altered, 4, 3).finding, CHAIN_NOT_CONTINUED);
	c = again;
	writer.chain = again.chain;
	writer.chain.head.byte[31] ^= 1;
	write_continue(&writer, &altered[3]);
	ck_assert_int_eq(check_from(&c, altered, 4, 3).finding, CHAIN_NOT_CONTINUED);
	c = again;
	writer.chain = again.chain;
	writer.key.public_half.byte[0] ^= 1;
	write_continue(&writer, &altered[3]);
	ck_assert_int_eq(check_from(&c, altered, 4, 3).finding, CHAIN_NOT_CONTINUED);
	c = again;
	writer.chain = again.chain;
	writer.chain.seq++;
	write_exchange(&writer, &altered[3]);
	ck_assert_int_eq(check_from(&c, altered, 4, 3).finding, CHAIN_NOT_CONTINUED);
	c = again;
	ck_assert_int_eq(check_from(&c, good, 1, 0).finding, CHAIN_NOT_CONTINUED);
}
END_TEST

/* What may not have reached the disk is written again: e seal, continue e seal(last). */
static void
second_file_repeats_two(void)
{
	altered[3] = altered[1];
	altered[4] = altered[2];
	write_continue(&writer, &altered[5]);
	write_exchange(&writer, &altered[6]);
	write_seal(&writer, &altered[7], true);
}

START_TEST(file_may_begin_with_lines_of_the_one_before)
{
	struct chain_checker c = first_file(altered);
	struct chain_checker lost = { 0 };

	second_file_repeats_two();
	ck_assert_int_eq(check_from(&c, altered, 8, 3).finding, CHAIN_OK);
	ck_assert_uint_eq(c.lines, 6);
	ck_assert_uint_eq(c.sealed, 6);
	ck_assert(c.ended);
	/* and the first file may have lost them */
	ck_assert_int_eq(check_from(&lost, altered, 1, 0).finding, CHAIN_OK);
	chain_check_next_file(&lost);
	ck_assert_int_eq(check_from(&lost, altered, 8, 3).finding, CHAIN_OK);
	ck_assert_uint_eq(lost.lines, 6);
}
END_TEST

START_TEST(lines_of_the_file_before_are_the_same_lines)
{
	for (size_t i = 3; i < 5; i++) {
		for (size_t k = 0; k < 8; k++) {
			struct chain_checker c = first_file(altered);
			size_t at;

			second_file_repeats_two();
			at = (size_t)law_below(altered[i].n - 1);
			altered[i].text[at] ^= (char)(1 << k);
			ck_assert_int_ne(check_from(&c, altered, 8, 3).finding, CHAIN_OK);
		}
	}
}
END_TEST

START_TEST(nothing_but_the_end_of_the_file_before_is_repeated)
{
	struct chain_checker c = first_file(altered);
	struct chain_checker again = c;

	second_file_repeats_two();
	altered[4] = altered[5]; /* one is left out */
	ck_assert_int_ne(check_from(&c, altered, 5, 3).finding, CHAIN_OK);
	c = again;
	(void)first_file(good); /* another chain's end */
	altered[4] = good[2];
	ck_assert_int_ne(check_from(&c, altered, 5, 3).finding, CHAIN_OK);
	write_all(good);
}
END_TEST

START_TEST(file_that_repeats_lines_may_be_read_alone)
{
	struct chain_checker c = first_file(altered);
	struct chain_checker alone = { .lines = 0 };
	struct chain_checker forged;

	second_file_repeats_two();
	chain_check_alone(&alone);
	forged = alone;
	ck_assert_int_eq(check_from(&alone, altered, 8, 3).finding, CHAIN_OK);
	ck_assert_uint_eq(alone.lines, 5);
	ck_assert_uint_eq(alone.sealed, 5);
	ck_assert(alone.ended);
	/* a seal by nobody knows whom covers nothing, */
	c = (struct chain_checker){ .lines = 0 };
	chain_check_alone(&c);
	ck_assert_int_eq(check_from(&c, altered, 5, 3).finding, CHAIN_OK);
	ck_assert_uint_eq(c.lines, 2);
	ck_assert_uint_eq(c.sealed, 0);
	/* and the continue record was made from those lines */
	altered[3].text[altered[3].n / 2] ^= 1;
	ck_assert_int_ne(check_from(&forged, altered, 8, 3).finding, CHAIN_OK);
}
END_TEST

/* The seal that did not get into the first file: exchange seal(forged). */
START_TEST(seal_that_a_further_file_begins_with_is_checked)
{
	struct chain_checker c = { .lines = 0 };

	(void)first_file(altered);
	ck_assert_int_eq(check_from(&c, altered, 2, 0).finding, CHAIN_OK);
	chain_check_next_file(&c);
	ck_assert_int_eq(check_from(&c, altered, 3, 2).finding, CHAIN_OK);
	c = (struct chain_checker){ .lines = 0 };
	ck_assert_int_eq(check_from(&c, altered, 2, 0).finding, CHAIN_OK);
	chain_check_next_file(&c);
	altered[2].text[altered[2].n - 10] ^= 1;
	ck_assert_int_eq(check_from(&c, altered, 3, 2).finding, CHAIN_BAD_SEAL);
}
END_TEST

START_TEST(nothing_continues_a_chain_that_has_ended)
{
	struct chain_checker c = before[LINES];

	chain_check_next_file(&c);
	memset(&writer.key, 0, sizeof(writer.key)); /* as the last seal announces none */
	write_continue(&writer, &altered[0]);
	ck_assert_int_eq(check_from(&c, altered, 1, 0).finding, CHAIN_AFTER_END);
}
END_TEST

START_TEST(raw_clock_runs_on_across_files)
{
	struct chain_checker c = first_file(altered);

	writer.raw -= 1001;
	write_continue(&writer, &altered[3]);
	ck_assert_int_eq(check_from(&c, altered, 4, 3).finding, CHAIN_RAW_BACKWARD);
}
END_TEST

/* ---- seals and digests */

START_TEST(sha256_of_abc_is_that_of_fips_180)
{
	static const uint8_t wanted[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3,
		0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	struct digest d = digest_bytes("abc", 3);

	ck_assert_mem_eq(d.byte, wanted, sizeof(wanted));
}
END_TEST

START_TEST(signature_is_that_of_rfc_8032)
{
	/* section 7.1, TEST 1: the empty message */
	uint8_t seed[SEAL_SEED_BYTES] = { 0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60,
		0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69,
		0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60 };
	static const uint8_t public_half[] = { 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a,
		0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72,
		0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51,
		0x1a };
	static const uint8_t first[] = { 0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72 };
	struct seal_key key;
	struct seal_signature s;

	seal_key_from_seed(&key, seed);
	ck_assert_mem_eq(key.public_half.byte, public_half, sizeof(public_half));
	s = seal_sign(&key, "", 0);
	ck_assert_mem_eq(s.byte, first, sizeof(first));
	ck_assert(seal_check(&s, &key.public_half, "", 0));
}
END_TEST

START_TEST(key_that_has_signed_and_its_seed_are_erased)
{
	static const uint8_t zeros[64];
	uint8_t seed[SEAL_SEED_BYTES];
	struct seal_key key;

	law_bytes(seed, sizeof(seed));
	seal_key_from_seed(&key, seed);
	ck_assert_mem_eq(seed, zeros, sizeof(seed));
	ck_assert_mem_ne(key.secret_half, zeros, sizeof(zeros));
	(void)seal_sign(&key, "abc", 3);
	ck_assert_mem_eq(key.secret_half, zeros, sizeof(zeros));
}
END_TEST

START_TEST(signature_holds_for_its_data_and_key_only)
{
	char data[] = "{\"v\":1}";
	struct seal_key key;
	struct seal_key strange;
	struct seal_signature s;

	new_key(&key);
	new_key(&strange);
	s = seal_sign(&key, data, sizeof(data));
	ck_assert(seal_check(&s, &key.public_half, data, sizeof(data)));
	ck_assert(!seal_check(&s, &key.public_half, data, sizeof(data) - 1));
	ck_assert(!seal_check(&s, &strange.public_half, data, sizeof(data)));
	for (size_t bit = 0; bit < 8 * sizeof(s.byte); bit++) {
		s.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert(!seal_check(&s, &key.public_half, data, sizeof(data)));
		s.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof(data); bit++) {
		data[bit / 8] ^= (char)(1 << bit % 8);
		ck_assert(!seal_check(&s, &key.public_half, data, sizeof(data)));
		data[bit / 8] ^= (char)(1 << bit % 8);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("chain");
	TCase *t = law_case(s);

	tcase_add_checked_fixture(t, begin, NULL);
	tcase_add_test(t, what_was_written_verifies);
	tcase_add_test(t, seal_covers_the_lines_before_it_only);
	tcase_add_loop_test(t, every_flipped_bit_is_blamed_on_its_line, 0, LINES);
	tcase_add_test(t, dropped_line_is_missed);
	tcase_add_test(t, chain_cut_short_has_no_end);
	tcase_add_test(t, doubled_line_is_found_at_its_copy);
	tcase_add_test(t, swapped_lines_are_found_at_the_first);
	tcase_add_test(t, splice_of_two_chains_is_found_at_the_seam);
	tcase_add_test(t, whole_chain_after_another_is_found_at_its_start);
	tcase_add_test(t, seal_by_another_key_is_bad);
	tcase_add_test(t, record_after_the_last_seal_is_found);
	tcase_add_test(t, raw_clock_never_runs_backwards);
	tcase_add_test(t, chain_begins_with_a_start_of_number_zero);
	tcase_add_test(t, start_that_names_another_fingerprint_is_forged);
	tcase_add_test(t, line_of_a_later_version_is_told_from_damage);
	tcase_add_test(t, continue_file_goes_on);
	tcase_add_test(t, continue_in_the_middle_of_a_file_is_found);
	tcase_add_test(t, file_of_another_place_in_the_chain_is_not_continued);
	tcase_add_test(t, file_may_begin_with_lines_of_the_one_before);
	tcase_add_test(t, lines_of_the_file_before_are_the_same_lines);
	tcase_add_test(t, nothing_but_the_end_of_the_file_before_is_repeated);
	tcase_add_test(t, file_that_repeats_lines_may_be_read_alone);
	tcase_add_test(t, seal_that_a_further_file_begins_with_is_checked);
	tcase_add_test(t, nothing_continues_a_chain_that_has_ended);
	tcase_add_test(t, raw_clock_runs_on_across_files);
	tcase_add_test(t, sha256_of_abc_is_that_of_fips_180);
	tcase_add_test(t, signature_is_that_of_rfc_8032);
	tcase_add_test(t, key_that_has_signed_and_its_seed_are_erased);
	tcase_add_test(t, signature_holds_for_its_data_and_key_only);
	return law_run(s);
}
