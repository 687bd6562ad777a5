#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "law.h"
#include "record.h"
#include "text.h"

static struct record record, decoded;
static char line[RECORD_LINE_MAX], again[RECORD_LINE_MAX], other[RECORD_LINE_MAX + 64];

/* ---- random records; what a record does not say is zero, so that two can be compared */

static double
any_rate(void)
{
	return (double)law_between(-INT64_C(1000000000000), INT64_C(1000000000000)) /
	       1e12;
}

#define ANY_TEXT(member) law_text((member), sizeof(member))

static void
any_servers(struct record_servers *to, size_t most)
{
	to->count = law_below(most + 1);
	for (size_t i = 0; i < to->count; i++) {
		struct record_server *s = &to->server[i];

		ANY_TEXT(s->name);
		ANY_TEXT(s->address);
		s->port = (int)law_u64();
		s->minpoll = (int)law_u64();
		s->maxpoll = (int)law_u64();
		s->burst = (int)law_u64();
		s->pool = (int)law_u64();
		s->fixed_poll.ns = law_any_int64();
		s->common = law_chance(0.5);
		s->interleaved = law_chance(0.5);
	}
}

/* short, for the tests that alter every octet of a line */
#define SHORT_TEXT(member) law_text((member), 8)

static void
any_context_lists(struct record_context *c)
{
	for (; c->zone_changes < law_below(3); c->zone_changes++) {
		c->zone_change[c->zone_changes].at.ns = law_any_int64();
		c->zone_change[c->zone_changes].utc_offset_s = law_any_int64();
		SHORT_TEXT(c->zone_change[c->zone_changes].abbreviation);
	}
	for (; c->time_daemons < law_below(3); c->time_daemons++) {
		SHORT_TEXT(c->time_daemon[c->time_daemons].program);
		c->time_daemon[c->time_daemons].pid = law_any_int64();
		SHORT_TEXT(c->time_daemon[c->time_daemons].command);
	}
	for (; c->drift_files < law_below(3); c->drift_files++) {
		struct context_drift_file *d = &c->drift_file[c->drift_files];

		d->author = (enum drift_author)law_below(DRIFT_AUTHORS);
		SHORT_TEXT(d->file);
		d->modified.ns = law_any_int64();
		SHORT_TEXT(d->text);
		d->says.has_frequency = law_chance(0.5);
		d->says.has_skew = law_chance(0.5);
		d->says.frequency = d->says.has_frequency ? any_rate() : 0;
		d->says.skew = d->says.has_skew ? any_rate() : 0;
	}
	for (; c->listeners < law_below(3); c->listeners++) {
		SHORT_TEXT(c->listener[c->listeners].protocol);
		SHORT_TEXT(c->listener[c->listeners].address);
		c->listener[c->listeners].port = (int)law_u64();
		c->listener[c->listeners].uid = law_any_int64();
	}
	for (; c->unreads < law_below(3); c->unreads++) {
		SHORT_TEXT(c->unread[c->unreads].item);
		SHORT_TEXT(c->unread[c->unreads].reason);
	}
}

static void
any_digest(bool *there, struct digest *d)
{
	*there = law_chance(0.5);
	if (*there)
		law_bytes(d, sizeof(*d));
}

static void
any_context(struct record_context *c)
{
	SHORT_TEXT(c->machine);
	SHORT_TEXT(c->kernel_build);
	SHORT_TEXT(c->clocksources);
	SHORT_TEXT(c->configuration);
	any_digest(&c->has_configuration, &c->configuration_digest);
	any_digest(&c->has_program, &c->program_digest);
	any_digest(&c->has_localtime, &c->localtime_digest);
	any_digest(&c->has_leap, &c->leap_digest);
	c->has_tz = law_chance(0.5);
	if (c->has_tz)
		SHORT_TEXT(c->tz);
	SHORT_TEXT(c->localtime);
	SHORT_TEXT(c->zone_rule);
	c->has_rtc = law_chance(0.5);
	c->rtc.ns = c->has_rtc ? law_any_int64() : 0;
	c->rtc_ahead.ns = c->has_rtc ? law_any_int64() : 0;
	c->has_libc = law_chance(0.5);
	c->libc_real.ns = c->has_libc ? law_any_int64() : 0;
	c->has_hypervisor = law_chance(0.5);
	c->hypervisor = c->has_hypervisor && law_chance(0.5);
	c->has_timens = law_chance(0.5);
	c->timens_boottime.ns = c->has_timens ? law_any_int64() : 0;
	SHORT_TEXT(c->container);
	SHORT_TEXT(c->cgroup);
	SHORT_TEXT(c->vendor);
	any_context_lists(c);
}

static void
any_start(struct record_start *s)
{
	ANY_TEXT(s->program);
	s->method = (int)law_u64();
	ANY_TEXT(s->host);
	ANY_TEXT(s->machine_id);
	ANY_TEXT(s->boot_id);
	ANY_TEXT(s->kernel);
	ANY_TEXT(s->clocksource);
	ANY_TEXT(s->timezone);
	s->utc_offset_s = law_any_int64();
	ANY_TEXT(s->command_line);
	s->uid = law_any_int64();
	law_bytes(s->capabilities, sizeof(s->capabilities));
	any_servers(&s->servers, 5);
	s->has_previous = law_chance(0.5);
	if (s->has_previous) {
		ANY_TEXT(s->previous.file);
		law_bytes(&s->previous.head, sizeof(s->previous.head));
		s->previous.seq = law_u64();
		s->previous.torn = law_u64();
	}
	s->watch_s = (int)law_u64();
	ANY_TEXT(s->unwatched);
	s->has_steering = law_chance(0.5);
	if (s->has_steering)
		s->steering = (struct steering){ any_rate(), law_any_int64(),
			(int)law_u64(), law_any_int64(), (int)law_u64() };
	any_context(&s->context);
	law_bytes(&s->seal_key, sizeof(s->seal_key));
	law_bytes(&s->seal_fingerprint, sizeof(s->seal_fingerprint));
}

static void
any_continue(struct record_continue *c)
{
	ANY_TEXT(c->program);
	c->method = (int)law_u64();
	ANY_TEXT(c->host);
	ANY_TEXT(c->machine_id);
	ANY_TEXT(c->boot_id);
	ANY_TEXT(c->timezone);
	c->utc_offset_s = law_any_int64();
	c->watch_s = (int)law_below(61);
	any_servers(&c->servers, 5);
	ANY_TEXT(c->reason);
	ANY_TEXT(c->previous_file);
	law_bytes(&c->seal_key, sizeof(c->seal_key));
}

static void
any_reply(struct exchange *x)
{
	x->t2.ns = law_any_int64();
	x->t3.ns = law_any_int64();
	x->interleaved = law_chance(0.5);
	x->leap = (uint8_t)law_u64();
	x->version = (uint8_t)law_u64();
	x->stratum = (uint8_t)law_u64();
	x->poll = (int8_t)law_u64();
	x->precision = (int8_t)law_u64();
	law_bytes(x->refid, sizeof(x->refid));
	x->root_delay.ns = law_any_int64();
	x->root_dispersion.ns = law_any_int64();
}

static void
any_exchange(struct record_exchange *e)
{
	struct exchange *x = &e->exchange;

	ANY_TEXT(e->server);
	ANY_TEXT(e->address);
	x->t1.ns = law_any_int64();
	x->t1_raw.ns = law_any_int64();
	x->t1_read.ns = law_any_int64();
	x->fault = (enum fault)law_below(FAULTS);
	x->sent_by = (enum stamp)law_below(STAMPS);
	x->replied = law_chance(0.7);
	x->decoded = law_chance(0.7);
	if (x->replied) {
		x->t4.ns = law_any_int64();
		x->t4_raw.ns = law_any_int64();
		x->t4_read.ns = law_any_int64();
		x->received_by = (enum stamp)law_below(STAMPS);
		x->ttl = (int)law_u64();
	}
	if (x->decoded)
		any_reply(x);
	e->has_sample = law_chance(0.5);
	if (e->has_sample) {
		e->offset.ns = law_any_int64();
		e->delay.ns = law_any_int64();
		e->dispersion.ns = law_any_int64();
	}
	e->has_suppressed = law_chance(0.3);
	if (e->has_suppressed)
		e->suppressed = law_u64();
}

static void
any_server_calibration(struct server_calibration *s)
{
	ANY_TEXT(s->name);
	ANY_TEXT(s->address);
	s->verdict = (enum verdict)law_below(VERDICTS);
	s->reach = (uint8_t)law_u64();
	s->root_distance.ns = law_any_int64();
	s->pairs = law_below(CLOCK_FILTER_STAGES + 1);
	for (size_t i = 0; i < s->pairs; i++) {
		s->pair[i].offset.ns = law_any_int64();
		s->pair[i].delay.ns = law_any_int64();
	}
}

static void
any_selected(struct calibration *c)
{
	ANY_TEXT(c->server);
	c->common = law_chance(0.5);
	c->offset.ns = law_any_int64();
	c->utc_minus_raw.ns = law_any_int64();
	c->delay.ns = law_any_int64();
	c->jitter.ns = law_any_int64();
	c->root_distance.ns = law_any_int64();
	c->frequency = any_rate();
	c->frequency_error = any_rate();
	c->oscillator = any_rate();
	c->noise.ns = law_any_int64();
	c->uncertainty.ns = law_any_int64();
	c->bound.ns = law_any_int64();
	c->length.ns = law_any_int64();
	c->samples = law_u64();
}

static void
any_calibration(struct calibration *c)
{
	c->outcome = (enum selection_outcome)law_below(OUTCOMES);
	c->candidates = (int)law_u64();
	c->truechimers = (int)law_u64();
	c->selected = law_chance(0.7);
	if (c->selected)
		any_selected(c);
	c->servers = law_below(4);
	for (size_t i = 0; i < c->servers; i++)
		any_server_calibration(&c->server_at[i]);
}

static void
any_clock(struct clock_change *c)
{
	struct steering_change *s = &c->steering;

	c->bent = law_chance(0.7);
	if (c->bent)
		c->bend.knot = (struct clock_knot){ { law_any_int64() },
			{ law_any_int64() }, { law_any_int64() } };
	c->bend.loose = law_chance(0.3);
	c->bend.slew_limit = c->bend.loose ? any_rate() : 0;
	c->bend.has_rate = law_chance(0.7);
	c->bend.rate = c->bend.has_rate ? any_rate() : 0;
	s->frequency = !c->bent || law_chance(0.5); /* a record says something */
	s->now.frequency = s->frequency ? any_rate() : 0;
	s->tick = law_chance(0.3);
	s->now.tick = s->tick ? law_any_int64() : 0;
	s->status = law_chance(0.3);
	s->now.status = s->status ? (int)law_u64() : 0;
	s->constant = law_chance(0.3);
	s->now.constant = s->constant ? law_any_int64() : 0;
	s->tai = law_chance(0.3);
	s->now.tai = s->tai ? (int)law_u64() : 0;
}

static void
any_event(struct record_event *e)
{
	e->kind = (enum event_kind)law_below(EVENTS);
	e->sized = e->kind <= EVENT_LEAP;
	e->size.ns = e->sized ? law_any_int64() : 0;
	e->before.ns = law_any_int64();
	e->before_raw.ns = law_any_int64();
	e->slewed = e->kind == EVENT_SLEW;
	if (e->slewed) {
		e->slew = (struct clock_slew){ any_rate(), any_rate(), any_rate() };
		any_clock(&e->clock);
	}
	e->worded = e->kind > EVENT_SLEW;
	if (e->worded) {
		ANY_TEXT(e->words.was);
		ANY_TEXT(e->words.now);
	}
	e->zoned = e->kind == EVENT_TIMEZONE;
	if (e->zoned) {
		law_bytes(&e->zone.digest, sizeof(e->zone.digest));
		e->zone.utc_offset_s = law_any_int64();
	}
}

static void
any_body(struct record *r)
{
	switch (r->type) {
	case RECORD_START:
		any_start(&r->start);
		break;
	case RECORD_CONTINUE:
		any_continue(&r->go_on);
		break;
	case RECORD_RELOAD:
		r->reload.watch_s = (int)law_below(61);
		law_bytes(&r->reload.configuration_digest, DIGEST_BYTES);
		any_servers(&r->reload.servers, 5);
		break;
	case RECORD_EXCHANGE:
		any_exchange(&r->exchange);
		break;
	case RECORD_CALIBRATION:
		any_calibration(&r->calibration);
		break;
	case RECORD_CLOCK:
		any_clock(&r->clock);
		break;
	case RECORD_EVENT:
		any_event(&r->event);
		break;
	case RECORD_GAP:
		r->gap.records = law_u64();
		ANY_TEXT(r->gap.reason);
		break;
	case RECORD_DELETED:
		ANY_TEXT(r->deleted.file);
		law_bytes(&r->deleted.head, sizeof(r->deleted.head));
		r->deleted.seq = law_u64();
		r->deleted.octets = law_u64();
		ANY_TEXT(r->deleted.reason);
		break;
	case RECORD_SEAL:
		r->seal.has_next = law_chance(0.5);
		if (r->seal.has_next)
			law_bytes(&r->seal.next, sizeof(r->seal.next));
		law_bytes(&r->seal.signature, sizeof(r->seal.signature));
		break;
	case RECORD_STOP:
		ANY_TEXT(r->stop.reason);
		r->stop.exchanges = law_u64();
		r->stop.samples = law_u64();
		r->stop.faults = law_u64();
		r->stop.calibrations = law_u64();
		r->stop.files_read = law_u64();
		r->stop.octets_written = law_u64();
		r->stop.packets_sent = law_u64();
		break;
	case RECORD_TYPES:
		break;
	}
}

static void
any_record(struct record *r, enum record_type type)
{
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->seq = law_u64();
	law_bytes(&r->prev, sizeof(r->prev));
	r->at.real.ns = law_any_int64();
	r->at.raw.ns = law_any_int64();
	r->at.has_mono = law_chance(0.5);
	if (r->at.has_mono)
		r->at.mono.ns = law_any_int64();
	r->at.has_boot = law_chance(0.5);
	if (r->at.has_boot)
		r->at.boot.ns = law_any_int64();
	r->at.read.ns = law_any_int64();
	any_body(r);
}

static enum record_fault
decode(const char *from, size_t n)
{
	size_t column;

	memset(&decoded, 0, sizeof(decoded));
	return record_decode(from, n, &decoded, &column);
}

START_TEST(decoded_record_is_the_encoded_one)
{
	for (int round = 0; round < 200; round++) {
		size_t n;

		any_record(&record, (enum record_type)_i);
		n = record_encode(&record, line, sizeof(line));
		law_holds(n > 0 && line[n - 1] == '\n');
		law_holds(memchr(line, '\n', n) == line + n - 1);
		law_equal(decode(line, n), RECORD_OK);
		law_holds(memcmp(&decoded, &record, sizeof(record)) == 0);
		law_equal(record_encode(&decoded, again, sizeof(again)), n);
		law_holds(memcmp(again, line, n) == 0);
	}
}
END_TEST

/* ---- altered lines */

static size_t
short_line(enum record_type type)
{
	size_t n;

	do {
		any_record(&record, type);
		n = record_encode(&record, line, sizeof(line));
	} while (n == 0 || n > (type == RECORD_START ? 2500 : 1200));
	return n;
}

static bool
refused_or_read_as_it_stands(const char *altered, size_t n)
{
	switch (decode(altered, n)) {
	case RECORD_OK:
		return record_encode(&decoded, again, sizeof(again)) == n &&
		       memcmp(again, altered, n) == 0;
	case RECORD_MALFORMED:
	case RECORD_NEW_VERSION:
	default:
		return true;
	}
}

START_TEST(flipped_bit_is_refused_or_read_as_it_stands)
{
	size_t n = short_line((enum record_type)_i);

	for (size_t bit = 0; bit < 8 * n; bit++) {
		line[bit / 8] ^= (char)(1 << bit % 8);
		law_holds(refused_or_read_as_it_stands(line, n));
		line[bit / 8] ^= (char)(1 << bit % 8);
	}
}
END_TEST

START_TEST(dropped_octet_is_refused_or_read_as_it_stands)
{
	for (int round = 0; round < 2; round++) {
		size_t n = short_line((enum record_type)_i);

		for (size_t i = 0; i < n; i++) {
			memcpy(other, line, i);
			memcpy(other + i, line + i + 1, n - i - 1);
			law_holds(refused_or_read_as_it_stands(other, n - 1));
		}
	}
}
END_TEST

START_TEST(line_cut_anywhere_is_refused)
{
	size_t n = short_line((enum record_type)_i);

	for (size_t cut = 0; cut < n; cut++)
		ck_assert_int_eq(decode(line, cut), RECORD_MALFORMED);
}
END_TEST

START_TEST(octet_added_anywhere_is_refused_or_read_as_it_stands)
{
	static const char added[] = " 0,\n";
	size_t n = short_line((enum record_type)_i);

	for (size_t i = 0; i <= n; i++) {
		memcpy(other, line, i);
		memcpy(other + i + 1, line + i, n - i);
		for (size_t k = 0; k < sizeof(added); k++) {
			other[i] = added[k];
			law_holds(refused_or_read_as_it_stands(other, n + 1));
		}
	}
}
END_TEST

START_TEST(line_that_does_not_fit_is_not_written)
{
	size_t n = short_line((enum record_type)_i);

	for (size_t size = 0; size < n; size++)
		ck_assert_uint_eq(record_encode(&record, again, size), 0);
	ck_assert_uint_eq(record_encode(&record, again, n), n);
}
END_TEST

/* ---- a known exchange */

static void
known_exchange(struct record *r)
{
	memset(r, 0, sizeof(*r));
	r->type = RECORD_EXCHANGE;
	r->seq = 7;
	r->at = (struct clock_reading){ .real = { INT64_C(1795312367123456789) },
		.raw = { 5000 },
		.mono = { 6000 },
		.boot = { 7000 },
		.read = { 50 },
		.has_mono = true,
		.has_boot = true };
	r->exchange = (struct record_exchange){
		.server = "ntp1",
		.address = "192.0.2.1:123",
		.exchange = { .t1 = { INT64_C(1795312367000000000) },
		    .t2 = { INT64_C(1795312370210000000) },
		    .t3 = { INT64_C(1795312370211000000) },
		    .t4 = { INT64_C(1795312367021000000) },
		    .t1_raw = { 1000 },
		    .t4_raw = { 4000 },
		    .t1_read = { 40 },
		    .t4_read = { 50 },
		    .sent_by = STAMP_HARDWARE,
		    .received_by = STAMP_KERNEL,
		    .replied = true,
		    .decoded = true,
		    .interleaved = true,
		    .version = 4,
		    .stratum = 2,
		    .poll = 6,
		    .precision = -23,
		    .refid = { 192, 0, 2, 9 },
		    .root_delay = { 1000000 },
		    .root_dispersion = { 2000000 },
		    .ttl = 61 },
		.has_sample = true,
		.offset = { 3200000000 },
		.delay = { 20000000 },
		.dispersion = { 1319 },
	};
}

START_TEST(known_exchange_has_this_line)
{
	static const char wanted[] =
	    "{\"v\":1,\"seq\":7,\"prev\":\"0000000000000000000000000000000000000000000000000"
	    "000000000000000\",\"type\":\"exchange\",\"at\":\"2026-11-22T01:52:47.123456789Z"
	    "\",\"raw_ns\":5000,\"mono_ns\":6000,\"boot_ns\":7000,\"read_ns\":50,\"server\":"
	    "\"ntp1\",\"address\":\"192.0.2.1:123\",\"t1\":\"2026-11-22T01:52:47.000000000Z"
	    "\",\"t2\":\"2026-11-22T01:52:50.210000000Z\",\"t3\":\"2026-11-22T01:52:50.21100"
	    "0000Z\",\"t4\":\"2026-11-22T01:52:47.021000000Z\",\"t1_raw_ns\":1000,\"t4_raw_n"
	    "s\":4000,\"t1_read_ns\":40,\"t4_read_ns\":50,\"t1_stamp\":\"hardware\","
	    "\"t4_stamp\":\"kernel\",\"interleaved\":true,\"leap\":0,\"version\":4,"
	    "\"stratum\":2,\"poll\":6,\"precision\":-23,\"refid\":\"c0000209\",\"root_delay_"
	    "ns\":1000000,\"root_dispersion_ns\":2000000,\"auth\":\"none\",\"ttl\":61,\"faul"
	    "t\":\"none\",\"offset_ns\":3200000000,\"delay_ns\":20000000,\"dispersion_ns\":1"
	    "319}\n";
	size_t n;

	known_exchange(&record);
	n = record_encode(&record, line, sizeof(line) - 1);
	line[n] = '\0';
	ck_assert_str_eq(line, wanted);
}
END_TEST

/* The known exchange's line with one place changed. */
static enum record_fault
decode_changed(const char *from, const char *to)
{
	size_t n;
	char *at;

	known_exchange(&record);
	n = record_encode(&record, line, sizeof(line) - 1);
	line[n] = '\0';
	at = strstr(line, from);
	ck_assert_ptr_nonnull(at);
	n = (size_t)snprintf(other, sizeof(other), "%.*s%s%s", (int)(at - line), line, to,
	    at + strlen(from));
	return decode(other, n);
}

START_TEST(only_canonical_lines_are_records)
{
	static const char *const changes[][2] = {
		{ "{\"v\":1", " {\"v\":1" },
		{ "\"v\":1", "\"v\": 1" },
		{ "\"v\":1", "\"v\":01" },
		{ "\"v\":1", "\"v\":0" },
		{ "\"v\":1", "\"v\":1.0" },
		{ "\"v\":1", "\"v\":\"1\"" },
		{ "\"seq\":7", "\"seq\":07" },
		{ "\"seq\":7", "\"seq\":-7" },
		{ "\"seq\":7", "\"seq\":18446744073709551616" },
		{ "\"seq\":7,", "" },
		{ "\"seq\":7,", "\"seq\":7,\"seq\":7," },
		{ "\"prev\":\"00", "\"prev\":\"0" },
		{ "\"prev\":\"00", "\"prev\":\"000" },
		{ "\"refid\":\"c0", "\"refid\":\"C0" },
		{ "\"type\":\"exchange\"", "\"type\":\"Exchange\"" },
		{ "\"type\":\"exchange\"", "\"type\":\"gap\"" },
		{ "\"type\":\"exchange\"", "\"type\":\"\"" },
		{ "\"raw_ns\":5000,\"mono_ns\":6000",
		    "\"mono_ns\":6000,\"raw_ns\":5000" },
		{ "\"interleaved\":true", "\"interleaved\":false" },
		{ "\"raw_ns\":5000,", "" },
		{ "\"raw_ns\":5000", "\"raw_ns\":5e3" },
		{ "\"raw_ns\":5000", "\"raw_ns\":+5000" },
		{ "\"raw_ns\":5000", "\"raw_ns\":null" },
		{ "\"raw_ns\":5000", "\"raw_ns\":9223372036854775808" },
		{ "\"read_ns\":50,", "\"read_ns\":50,\"extra\":1," },
		{ "\"server\":\"ntp1\"", "\"server\":\"\\u006etp1\"" },
		{ "\"server\":\"ntp1\"", "\"server\":\"ntp1\\/\"" },
		{ "\"server\":\"ntp1\"", "\"server\":null" },
		{ "\"server\":\"ntp1\"", "\"server\":\"\xc0\xaf\"" },
		{ "\"t2\":\"2026-11-22T01:52:50.210000000Z\",", "" },
		{ "\"t3\":\"2026-11-22T01:52:50.211000000Z\",", "" },
		{ "\"t4\":\"2026-11-22T01:52:47.021000000Z\",", "" },
		{ "47.021000000Z", "47.021Z" },
		{ "47.021000000Z", "60.021000000Z" },
		{ "\"t4_raw_ns\":4000,", "" },
		{ "\"ttl\":61,", "" },
		{ "\"leap\":0,", "" },
		{ "\"leap\":0", "\"leap\":256" },
		{ "\"leap\":0", "\"leap\":-1" },
		{ "\"poll\":6", "\"poll\":128" },
		{ "\"precision\":-23", "\"precision\":-129" },
		{ "\"ttl\":61", "\"ttl\":2147483648" },
		{ "\"fault\":\"none\"", "\"fault\":\"never-heard-of\"" },
		{ "\"auth\":\"none\"", "\"auth\":\"None\"" },
		{ "\"offset_ns\":3200000000,", "" },
		{ ",\"delay_ns\":20000000", "" },
		{ ",\"dispersion_ns\":1319", "" },
		{ "1319}\n", "1319}\r\n" },
		{ "1319}\n", "1319}" },
		{ "1319}\n", "1319}\n\n" },
		{ "1319}\n", "1319,}\n" },
		{ "1319}\n", "1319 }\n" },
		{ "1319}\n", "1319,\"suppressed\":-1}\n" },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		ck_assert_msg(
		    decode_changed(changes[i][0], changes[i][1]) == RECORD_MALFORMED,
		    "%s -> %s", changes[i][0], changes[i][1]);
	ck_assert_int_eq(decode_changed("\"seq\":7", "\"seq\":7"), RECORD_OK);
	ck_assert_int_eq(decode_changed("1319}", "1319,\"suppressed\":1}"), RECORD_OK);
}
END_TEST

START_TEST(later_version_is_told_from_damage)
{
	ck_assert_int_eq(decode_changed("\"v\":1", "\"v\":2"), RECORD_NEW_VERSION);
	ck_assert_int_eq(decode_changed("\"v\":1", "\"v\":12"), RECORD_NEW_VERSION);
	ck_assert_int_eq(decode_changed("\"v\":1", "\"w\":2"), RECORD_MALFORMED);
}
END_TEST

START_TEST(column_tells_where_a_line_stops_making_sense)
{
	static const char broken[] = "{\"v\":1,\"seq\":x";
	size_t column = 0;

	ck_assert_int_eq(record_decode(broken, sizeof(broken) - 1, &decoded, &column),
	    RECORD_MALFORMED);
	ck_assert_uint_eq(column, sizeof(broken) - 1);
}
END_TEST

START_TEST(sixty_five_servers_or_nine_pairs_are_refused)
{
	static const char server[] =
	    ",{\"name\":\"\",\"address\":\"\",\"port\":0,"
	    "\"minpoll\":0,\"maxpoll\":0,\"burst\":0,\"pool\":0,"
	    "\"poll_ns\":0,\"common\":false,\"interleaved\":false}";
	size_t n;
	char *end;

	any_record(&record, RECORD_RELOAD);
	memset(&record.reload, 0, sizeof(record.reload));
	record.reload.servers.count = MAX_SERVERS;
	n = record_encode(&record, line, sizeof(line) - 200);
	ck_assert_int_eq(decode(line, n), RECORD_OK);
	end = line + n - 3;
	ck_assert_mem_eq(end, "]}\n", 3);
	memcpy(end, server, sizeof(server) - 1);
	memcpy(end + sizeof(server) - 1, "]}\n", 3);
	ck_assert_int_eq(decode(line, n + sizeof(server) - 1), RECORD_MALFORMED);

	any_record(&record, RECORD_CALIBRATION);
	memset(&record.calibration, 0, sizeof(record.calibration));
	record.calibration.servers = 1;
	record.calibration.server_at[0].pairs = CLOCK_FILTER_STAGES;
	n = record_encode(&record, line, sizeof(line) - 200);
	ck_assert_int_eq(decode(line, n), RECORD_OK);
	end = line + n - 5;
	ck_assert_mem_eq(end, "]}]}\n", 5);
	memcpy(end, ",[0,0]]}]}\n", 11);
	ck_assert_int_eq(decode(line, n + 6), RECORD_MALFORMED);
}
END_TEST

START_TEST(counts_over_the_limits_are_not_written)
{
	any_record(&record, RECORD_RELOAD);
	record.reload.servers.count = MAX_SERVERS + 1;
	ck_assert_uint_eq(record_encode(&record, line, sizeof(line)), 0);
	any_record(&record, RECORD_CALIBRATION);
	record.calibration.servers = 1;
	record.calibration.server_at[0].pairs = CLOCK_FILTER_STAGES + 1;
	ck_assert_uint_eq(record_encode(&record, line, sizeof(line)), 0);
}
END_TEST

START_TEST(text_that_is_no_utf8_is_not_written)
{
	any_record(&record, RECORD_GAP);
	memcpy(record.gap.reason, "a\xff", 3);
	ck_assert_uint_eq(record_encode(&record, line, sizeof(line)), 0);
}
END_TEST

/* ---- a second opinion */

static json_int_t
json_number(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	ck_assert_msg(json_is_integer(v), "%s", key);
	return json_integer_value(v);
}

static const char *
json_text(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	ck_assert_msg(json_is_string(v), "%s", key);
	return json_string_value(v);
}

static json_t *
parsed(size_t n)
{
	json_error_t error;
	json_t *object = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(object != NULL, "%s", error.text);
	return object;
}

/* jansson counts to 2^63 only */
static void
halve_counts(struct record *r)
{
	r->seq /= 2;
	switch ((int)r->type) {
	case RECORD_START:
		r->start.previous.seq /= 2;
		r->start.previous.torn /= 2;
		break;
	case RECORD_EXCHANGE:
		r->exchange.suppressed /= 2;
		break;
	case RECORD_CALIBRATION:
		r->calibration.samples /= 2;
		break;
	case RECORD_GAP:
		r->gap.records /= 2;
		break;
	case RECORD_DELETED:
		r->deleted.seq /= 2;
		r->deleted.octets /= 2;
		break;
	case RECORD_STOP:
		r->stop.exchanges /= 2;
		r->stop.samples /= 2;
		r->stop.faults /= 2;
		r->stop.calibrations /= 2;
		r->stop.files_read /= 2;
		r->stop.octets_written /= 2;
		r->stop.packets_sent /= 2;
		break;
	default:
		break;
	}
}

START_TEST(jansson_reads_every_line_alike)
{
	for (int round = 0; round < 200; round++) {
		json_t *o;

		any_record(&record, (enum record_type)_i);
		halve_counts(&record);
		o = parsed(record_encode(&record, line, sizeof(line)));
		law_equal(json_number(o, "v"), 1);
		law_equal(json_number(o, "seq"), (json_int_t)record.seq);
		law_equal(json_number(o, "raw_ns"), record.at.raw.ns);
		law_equal(json_number(o, "read_ns"), record.at.read.ns);
		law_equal(json_object_get(o, "mono_ns") != NULL, record.at.has_mono);
		law_holds(strcmp(json_text(o, "type"), record_type_names[_i]) == 0);
		json_decref(o);
	}
}
END_TEST

START_TEST(jansson_reads_an_exchange_alike)
{
	for (int round = 0; round < 200; round++) {
		json_t *o;

		any_record(&record, RECORD_EXCHANGE);
		halve_counts(&record);
		o = parsed(record_encode(&record, line, sizeof(line)));
		law_holds(strcmp(json_text(o, "server"), record.exchange.server) == 0);
		law_holds(strcmp(json_text(o, "fault"),
			      fault_names[record.exchange.exchange.fault]) == 0);
		law_equal(
		    json_object_get(o, "offset_ns") != NULL, record.exchange.has_sample);
		if (record.exchange.has_sample)
			law_equal(json_number(o, "offset_ns"), record.exchange.offset.ns);
		json_decref(o);
	}
}
END_TEST

START_TEST(jansson_reads_a_calibration_alike)
{
	for (int round = 0; round < 200; round++) {
		const struct calibration *c = &record.calibration;
		json_t *o;

		any_record(&record, RECORD_CALIBRATION);
		halve_counts(&record);
		o = parsed(record_encode(&record, line, sizeof(line)));
		law_equal(json_array_size(json_object_get(o, "servers")), c->servers);
		law_equal(json_is_null(json_object_get(o, "selected")), !c->selected);
		if (c->selected) {
			double ppm = json_real_value(json_object_get(o, "frequency_ppm"));
			double apart = ppm - c->frequency * 1e6;

			law_holds(apart < 1e-6 && apart > -1e-6);
			law_equal(json_number(o, "bound_ns"), c->bound.ns);
		}
		json_decref(o);
	}
}
END_TEST

/* ---- limits */

static void
fill_text(char *to, size_t size)
{
	memset(to, 'x', size - 1);
	to[size - 1] = '\0';
}

START_TEST(longest_calibration_fits_a_line)
{
	struct calibration *c = &record.calibration;
	size_t n;

	any_record(&record, RECORD_CALIBRATION);
	record.seq = UINT64_MAX;
	memset(c, 0, sizeof(*c));
	c->selected = true;
	fill_text(c->server, sizeof(c->server));
	c->offset.ns = c->utc_minus_raw.ns = INT64_MIN;
	c->servers = MAX_SERVERS;
	for (size_t i = 0; i < MAX_SERVERS; i++) {
		struct server_calibration *s = &c->server_at[i];

		fill_text(s->name, sizeof(s->name));
		fill_text(s->address, sizeof(s->address));
		s->verdict = VERDICT_UNSYNCHRONISED;
		s->root_distance.ns = INT64_MIN;
		s->reach = 255;
		s->pairs = CLOCK_FILTER_STAGES;
		for (size_t k = 0; k < CLOCK_FILTER_STAGES; k++)
			s->pair[k].offset.ns = s->pair[k].delay.ns = INT64_MIN;
	}
	n = record_encode(&record, line, sizeof(line));
	ck_assert_uint_gt(n, 40000);
	ck_assert_int_eq(decode(line, n), RECORD_OK);
}
END_TEST

#define FILL(member) fill_text((member), sizeof(member))

static void
fill_context(struct record_context *c)
{
	FILL(c->machine);
	FILL(c->kernel_build);
	FILL(c->clocksources);
	FILL(c->configuration);
	c->has_tz = c->has_preload = c->has_preload_file = true;
	FILL(c->preload);
	FILL(c->preload_file);
	FILL(c->tz);
	FILL(c->localtime);
	FILL(c->zone_rule);
	FILL(c->container);
	FILL(c->container_by);
	FILL(c->cgroup);
	FILL(c->vendor);
	FILL(c->product);
	c->zone_changes = CONTEXT_ZONE_CHANGES;
	c->time_daemons = CONTEXT_TIME_DAEMONS;
	c->drift_files = CONTEXT_DRIFT_FILES;
	c->listeners = CONTEXT_LISTENERS;
	c->unreads = CONTEXT_UNREAD;
	for (size_t i = 0; i < CONTEXT_TIME_DAEMONS; i++) {
		FILL(c->time_daemon[i].program);
		FILL(c->time_daemon[i].command);
		FILL(c->drift_file[i].file);
		FILL(c->drift_file[i].text);
		FILL(c->listener[i].address);
	}
	for (size_t i = 0; i < CONTEXT_UNREAD; i++) {
		FILL(c->unread[i].item);
		FILL(c->unread[i].reason);
	}
}

START_TEST(longest_start_fits_a_line)
{
	struct record_start *s = &record.start;
	size_t n;

	any_record(&record, RECORD_START);
	fill_text(s->host, sizeof(s->host));
	fill_text(s->kernel, sizeof(s->kernel));
	fill_text(s->command_line, sizeof(s->command_line));
	fill_context(&s->context);
	s->servers.count = MAX_SERVERS;
	for (size_t i = 0; i < MAX_SERVERS; i++) {
		struct record_server *r = &s->servers.server[i];

		fill_text(r->name, sizeof(r->name));
		fill_text(r->address, sizeof(r->address));
		r->port = r->minpoll = r->maxpoll = r->burst = r->pool = INT32_MIN;
		r->fixed_poll.ns = INT64_MIN;
	}
	n = record_encode(&record, line, sizeof(line));
	ck_assert_uint_gt(n, 30000);
	ck_assert_int_eq(decode(line, n), RECORD_OK);
}
END_TEST

START_TEST(rates_are_kept_to_a_millionth_of_a_ppm)
{
	for (int round = 0; round < 1000; round++) {
		double rate = law_gaussian() * 1e-4;
		double apart;
		size_t n;

		any_record(&record, RECORD_CALIBRATION);
		memset(&record.calibration, 0, sizeof(record.calibration));
		record.calibration.selected = true;
		record.calibration.frequency = rate;
		n = record_encode(&record, line, sizeof(line));
		law_equal(decode(line, n), RECORD_OK);
		apart = decoded.calibration.frequency - rate;
		law_holds(apart <= 0.51e-12 && apart >= -0.51e-12);
	}
}
END_TEST

START_TEST(signed_part_of_a_seal_ends_before_the_signature)
{
	for (int round = 0; round < 100; round++) {
		size_t n;
		size_t cut;

		any_record(&record, RECORD_SEAL);
		n = record_encode(&record, line, sizeof(line));
		cut = record_signed_length(line, n);
		law_holds(cut > 0 && memcmp(line + cut, ",\"sig\":\"", 8) == 0);
		law_equal(n - cut, 8 + 128 + 3);
		for (size_t short_n = 0; short_n < n; short_n++)
			law_equal(record_signed_length(line, short_n), 0);
		any_record(&record, RECORD_STOP);
		n = record_encode(&record, line, sizeof(line));
		law_equal(record_signed_length(line, n), 0);
	}
}
END_TEST

/* ---- texts from outside */

START_TEST(clean_text_is_copied_as_it_is)
{
	char to[16];

	record_copy_text(to, sizeof(to), "caf\xc3\xa9 \"\\/");
	ck_assert_str_eq(to, "caf\xc3\xa9 \"\\/");
	record_copy_text(to, sizeof(to), "");
	ck_assert_str_eq(to, "");
}
END_TEST

START_TEST(control_characters_become_question_marks)
{
	char to[16];

	record_copy_text(to, sizeof(to), "a\nb\tc\x01\x1f\x7f.");
	ck_assert_str_eq(to, "a?b?c???.");
}
END_TEST

START_TEST(text_too_long_is_cut_between_characters)
{
	char to[5];

	record_copy_text(to, sizeof(to), "abcdefg");
	ck_assert_str_eq(to, "abcd");
	record_copy_text(
	    to, sizeof(to), "ab\xe2\x82\xac"); /* the last octet is cut off */
	ck_assert_str_eq(to, "ab??");
	record_copy_text(to, sizeof(to), "abc\xc3\xa9");
	ck_assert_str_eq(to, "abc?");
	record_copy_text(to, sizeof(to), "ab\xc3\xa9");
	ck_assert_str_eq(to, "ab\xc3\xa9");
}
END_TEST

START_TEST(any_octets_become_a_text_that_a_record_can_hold)
{
	for (int round = 0; round < 20000; round++) {
		char from[64];
		char to[40];
		size_t size = 1 + law_below(sizeof(to));
		size_t n;

		law_bytes(from, sizeof(from));
		from[law_below(sizeof(from))] = '\0';
		from[sizeof(from) - 1] = '\0';
		record_copy_text(to, size, from);
		n = strlen(to);
		law_holds(n < size);
		law_equal(n, strlen(from) < size ? strlen(from) : size - 1);
		law_holds(text_is_utf8(to, n));
		for (size_t i = 0; i < n; i++)
			law_holds(to[i] == '?' || to[i] == from[i]);
		for (size_t i = 0; i < n; i++)
			law_holds((uint8_t)to[i] >= 0x20 && to[i] != 0x7f);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("record");
	TCase *t = law_case(s);

	tcase_add_loop_test(t, decoded_record_is_the_encoded_one, 0, RECORD_TYPES);
	tcase_add_loop_test(
	    t, flipped_bit_is_refused_or_read_as_it_stands, 0, RECORD_TYPES);
	tcase_add_loop_test(
	    t, dropped_octet_is_refused_or_read_as_it_stands, 0, RECORD_TYPES);
	tcase_add_loop_test(t, line_cut_anywhere_is_refused, 0, RECORD_TYPES);
	tcase_add_loop_test(
	    t, octet_added_anywhere_is_refused_or_read_as_it_stands, 0, RECORD_TYPES);
	tcase_add_loop_test(t, line_that_does_not_fit_is_not_written, 0, RECORD_TYPES);
	tcase_add_test(t, known_exchange_has_this_line);
	tcase_add_test(t, only_canonical_lines_are_records);
	tcase_add_test(t, later_version_is_told_from_damage);
	tcase_add_test(t, column_tells_where_a_line_stops_making_sense);
	tcase_add_test(t, sixty_five_servers_or_nine_pairs_are_refused);
	tcase_add_test(t, counts_over_the_limits_are_not_written);
	tcase_add_test(t, text_that_is_no_utf8_is_not_written);
	tcase_add_loop_test(t, jansson_reads_every_line_alike, 0, RECORD_TYPES);
	tcase_add_test(t, jansson_reads_an_exchange_alike);
	tcase_add_test(t, jansson_reads_a_calibration_alike);
	tcase_add_test(t, longest_calibration_fits_a_line);
	tcase_add_test(t, longest_start_fits_a_line);
	tcase_add_test(t, rates_are_kept_to_a_millionth_of_a_ppm);
	tcase_add_test(t, signed_part_of_a_seal_ends_before_the_signature);
	tcase_add_test(t, clean_text_is_copied_as_it_is);
	tcase_add_test(t, control_characters_become_question_marks);
	tcase_add_test(t, text_too_long_is_cut_between_characters);
	tcase_add_test(t, any_octets_become_a_text_that_a_record_can_hold);
	return law_run(s);
}
