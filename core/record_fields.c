#include "record_fields.h"

#include "record_tables.h"

_Static_assert(sizeof(enum fault) == sizeof(int), "enums are read and written as int");
_Static_assert(
    sizeof(size_t) == sizeof(uint64_t), "counts are read and written as uint64_t");

static const struct field head_fields[] = {
	NUMBER("at", clock_reading, real, FIELD_TIME),
	NUMBER("raw_ns", clock_reading, raw, FIELD_I64),
	NUMBER_IF("mono_ns", clock_reading, mono, FIELD_I64, has_mono),
	NUMBER_IF("boot_ns", clock_reading, boot, FIELD_I64, has_boot),
	NUMBER("read_ns", clock_reading, read, FIELD_I64),
};

static const struct field server_fields[] = {
	STRING("name", record_server, name),
	STRING("address", record_server, address),
	NUMBER("port", record_server, port, FIELD_INT),
	NUMBER("minpoll", record_server, minpoll, FIELD_INT),
	NUMBER("maxpoll", record_server, maxpoll, FIELD_INT),
	NUMBER("burst", record_server, burst, FIELD_INT),
	NUMBER("pool", record_server, pool, FIELD_INT),
	NUMBER("poll_ns", record_server, fixed_poll, FIELD_I64),
	NUMBER("common", record_server, common, FIELD_BOOL),
	NUMBER("interleaved", record_server, interleaved, FIELD_BOOL),
};

static const struct list server_list = {
	.field = server_fields,
	.fields = COUNT(server_fields),
	.count = offsetof(struct record_servers, count),
	.first = offsetof(struct record_servers, server),
	.stride = sizeof(struct record_server),
	.most = MAX_SERVERS,
};

static const struct field reload_fields[] = {
	HEX("configuration_sha256", record_reload, configuration_digest),
	NUMBER("watch_s", record_reload, watch_s, FIELD_INT),
	{ .key = "servers",
	    .kind = FIELD_LIST,
	    AT(record_reload, servers),
	    .when = FIELD_ALWAYS,
	    .list = &server_list },
};

static const struct field previous_fields[] = {
	STRING("file", record_previous, file),
	HEX("head", record_previous, head),
	NUMBER("seq", record_previous, seq, FIELD_U64),
	NUMBER("torn", record_previous, torn, FIELD_U64),
};

static const struct list previous_object = {
	.field = previous_fields,
	.fields = COUNT(previous_fields),
};

static const struct field start_fields[] = {
	STRING("program", record_start, program),
	NUMBER("method", record_start, method, FIELD_INT),
	STRING("host", record_start, host),
	STRING("machine_id", record_start, machine_id),
	STRING("boot_id", record_start, boot_id),
	STRING("kernel", record_start, kernel),
	STRING("clocksource", record_start, clocksource),
	STRING("timezone", record_start, timezone),
	NUMBER("utc_offset_s", record_start, utc_offset_s, FIELD_I64),
	STRING("command_line", record_start, command_line),
	NUMBER("watch_s", record_start, watch_s, FIELD_INT),
	STRING("hwtimestamp", record_start, hwtimestamp),
	STRING("unwatched", record_start, unwatched),
	NUMBER_IF("freq_ppm", record_start, steering.frequency, FIELD_PPM, has_steering),
	NUMBER_IF("tick_us", record_start, steering.tick, FIELD_I64, has_steering),
	NUMBER_IF("status", record_start, steering.status, FIELD_INT, has_steering),
	NUMBER_IF("constant", record_start, steering.constant, FIELD_I64, has_steering),
	NUMBER_IF("tai_s", record_start, steering.tai, FIELD_INT, has_steering),
	NUMBER("uid", record_start, uid, FIELD_I64),
	HEX("capabilities", record_start, capabilities),
	{ .key = "servers",
	    .kind = FIELD_LIST,
	    AT(record_start, servers),
	    .when = FIELD_ALWAYS,
	    .list = &server_list },
	{ .key = "previous",
	    .kind = FIELD_OBJECT,
	    AT(record_start, previous),
	    WHEN(record_start, has_previous),
	    .list = &previous_object },
	{ .key = "context",
	    .kind = FIELD_OBJECT,
	    AT(record_start, context),
	    .when = FIELD_ALWAYS,
	    .list = &record_context_object },
	HEX("seal_key", record_start, seal_key),
	HEX("seal_fingerprint", record_start, seal_fingerprint),
};

static const struct field continue_fields[] = {
	STRING("program", record_continue, program),
	NUMBER("method", record_continue, method, FIELD_INT),
	STRING("host", record_continue, host),
	STRING("machine_id", record_continue, machine_id),
	STRING("boot_id", record_continue, boot_id),
	STRING("timezone", record_continue, timezone),
	NUMBER("utc_offset_s", record_continue, utc_offset_s, FIELD_I64),
	NUMBER("watch_s", record_continue, watch_s, FIELD_INT),
	{ .key = "servers",
	    .kind = FIELD_LIST,
	    AT(record_continue, servers),
	    .when = FIELD_ALWAYS,
	    .list = &server_list },
	STRING("reason", record_continue, reason),
	STRING("previous_file", record_continue, previous_file),
	HEX("seal_key", record_continue, seal_key),
};

#define X(member) exchange.member
static const struct field exchange_fields[] = {
	STRING("server", record_exchange, server),
	STRING("address", record_exchange, address),
	NUMBER("t1", record_exchange, X(t1), FIELD_TIME),
	NUMBER_IF("t2", record_exchange, X(t2), FIELD_TIME, X(decoded)),
	NUMBER_IF("t3", record_exchange, X(t3), FIELD_TIME, X(decoded)),
	NUMBER_IF("t4", record_exchange, X(t4), FIELD_TIME, X(replied)),
	NUMBER("t1_raw_ns", record_exchange, X(t1_raw), FIELD_I64),
	NUMBER_IF("t4_raw_ns", record_exchange, X(t4_raw), FIELD_I64, X(replied)),
	NUMBER("t1_read_ns", record_exchange, X(t1_read), FIELD_I64),
	NUMBER_IF("t4_read_ns", record_exchange, X(t4_read), FIELD_I64, X(replied)),
	NAMED("t1_stamp", record_exchange, X(sent_by), stamp_names),
	{ .key = "t4_stamp",
	    .kind = FIELD_ENUM,
	    AT(record_exchange, X(received_by)),
	    WHEN(record_exchange, X(replied)),
	    .names = stamp_names,
	    .size = COUNT(stamp_names) },
	NUMBER_IF(
	    "interleaved", record_exchange, X(interleaved), FIELD_BOOL, X(interleaved)),
	NUMBER_IF("leap", record_exchange, X(leap), FIELD_U8, X(decoded)),
	NUMBER_IF("version", record_exchange, X(version), FIELD_U8, X(decoded)),
	NUMBER_IF("stratum", record_exchange, X(stratum), FIELD_U8, X(decoded)),
	NUMBER_IF("poll", record_exchange, X(poll), FIELD_I8, X(decoded)),
	NUMBER_IF("precision", record_exchange, X(precision), FIELD_I8, X(decoded)),
	HEX_IF("refid", record_exchange, X(refid), X(decoded)),
	NUMBER_IF("root_delay_ns", record_exchange, X(root_delay), FIELD_I64, X(decoded)),
	NUMBER_IF("root_dispersion_ns", record_exchange, X(root_dispersion), FIELD_I64,
	    X(decoded)),
	NAMED("auth", record_exchange, X(auth), auth_names),
	NUMBER_IF("ttl", record_exchange, X(ttl), FIELD_INT, X(replied)),
	NAMED("fault", record_exchange, X(fault), fault_names),
	NUMBER_IF("offset_ns", record_exchange, offset, FIELD_I64, has_sample),
	NUMBER_IF("delay_ns", record_exchange, delay, FIELD_I64, has_sample),
	NUMBER_IF("dispersion_ns", record_exchange, dispersion, FIELD_I64, has_sample),
	NUMBER_IF("suppressed", record_exchange, suppressed, FIELD_U64, has_suppressed),
};
#undef X

static const struct field server_calibration_fields[] = {
	STRING("name", server_calibration, name),
	STRING("address", server_calibration, address),
	NAMED("verdict", server_calibration, verdict, verdict_names),
	NUMBER("reach", server_calibration, reach, FIELD_U8),
	NUMBER("root_distance_ns", server_calibration, root_distance, FIELD_I64),
	{ .key = "pairs", .kind = FIELD_PAIRS, .when = FIELD_ALWAYS },
};

static const struct list server_calibration_list = {
	.field = server_calibration_fields,
	.fields = COUNT(server_calibration_fields),
	.count = offsetof(struct calibration, servers),
	.first = offsetof(struct calibration, server_at),
	.stride = sizeof(struct server_calibration),
	.most = MAX_SERVERS,
};

static const struct field calibration_fields[] = {
	{ .key = "selected",
	    .kind = FIELD_NULLABLE,
	    AT(calibration, server),
	    .size = SERVER_NAME_SIZE,
	    WHEN(calibration, selected) },
	NAMED("why", calibration, outcome, outcome_names),
	NUMBER("candidates", calibration, candidates, FIELD_INT),
	NUMBER("truechimers", calibration, truechimers, FIELD_INT),
	NUMBER_IF("common", calibration, common, FIELD_BOOL, selected),
	NUMBER_IF("offset_ns", calibration, offset, FIELD_I64, selected),
	NUMBER_IF("utc_minus_raw_ns", calibration, utc_minus_raw, FIELD_I64, selected),
	NUMBER_IF("delay_ns", calibration, delay, FIELD_I64, selected),
	NUMBER_IF("jitter_ns", calibration, jitter, FIELD_I64, selected),
	NUMBER_IF("root_distance_ns", calibration, root_distance, FIELD_I64, selected),
	NUMBER_IF("frequency_ppm", calibration, frequency, FIELD_PPM, selected),
	NUMBER_IF(
	    "frequency_error_ppm", calibration, frequency_error, FIELD_PPM, selected),
	NUMBER_IF("oscillator_ppm", calibration, oscillator, FIELD_PPM, selected),
	NUMBER_IF("noise_ns", calibration, noise, FIELD_I64, selected),
	NUMBER_IF("uncertainty_ns", calibration, uncertainty, FIELD_I64, selected),
	NUMBER_IF("bound_ns", calibration, bound, FIELD_I64, selected),
	NUMBER_IF("span_ns", calibration, length, FIELD_I64, selected),
	NUMBER_IF("samples", calibration, samples, FIELD_U64, selected),
	{ .key = "servers",
	    .kind = FIELD_LIST,
	    .when = FIELD_ALWAYS,
	    .list = &server_calibration_list },
};

/* Members of a struct clock_change that stands at `m` in a t. */
#define CLOCK_FIELDS(t, m)                                                               \
	NUMBER_IF("knot", t, m bend.knot.real, FIELD_TIME, m bent),                      \
	    NUMBER_IF("knot_raw_ns", t, m bend.knot.raw, FIELD_I64, m bent),             \
	    NUMBER_IF("knot_read_ns", t, m bend.knot.read, FIELD_I64, m bent),           \
	    NUMBER_IF("slew_limit_ppm", t, m bend.slew_limit, FIELD_PPM, m bend.loose),  \
	    NUMBER_IF("rate_ppm", t, m bend.rate, FIELD_PPM, m bend.has_rate),           \
	    NUMBER_IF("freq_ppm", t, m steering.now.frequency, FIELD_PPM,                \
		m steering.frequency),                                                   \
	    NUMBER_IF("tick_us", t, m steering.now.tick, FIELD_I64, m steering.tick),    \
	    NUMBER_IF("status", t, m steering.now.status, FIELD_INT, m steering.status), \
	    NUMBER_IF(                                                                   \
		"constant", t, m steering.now.constant, FIELD_I64, m steering.constant), \
	    NUMBER_IF("tai_s", t, m steering.now.tai, FIELD_INT, m steering.tai)

static const struct field clock_fields[] = {
	CLOCK_FIELDS(clock_change, ),
};

static const struct field event_fields[] = {
	NAMED("event", record_event, kind, event_names),
	NUMBER_IF("size_ns", record_event, size, FIELD_I64, sized),
	NUMBER("before", record_event, before, FIELD_TIME),
	NUMBER("before_raw_ns", record_event, before_raw, FIELD_I64),
	NUMBER_IF("size_ppm", record_event, slew.size, FIELD_PPM, slewed),
	NUMBER_IF("rate_before_ppm", record_event, slew.before, FIELD_PPM, slewed),
	NUMBER_IF("rate_after_ppm", record_event, slew.after, FIELD_PPM, slewed),
	CLOCK_FIELDS(record_event, clock.),
	STRING_IF("was", record_event, words.was, worded),
	STRING_IF("now", record_event, words.now, worded),
	HEX_IF("localtime_sha256", record_event, zone.digest, zoned),
	NUMBER_IF("utc_offset_s", record_event, zone.utc_offset_s, FIELD_I64, zoned),
};

static const struct field gap_fields[] = {
	NUMBER("records", record_gap, records, FIELD_U64),
	STRING("reason", record_gap, reason),
};

static const struct field deleted_fields[] = {
	STRING("file", record_deleted, file),
	HEX("head", record_deleted, head),
	NUMBER("last_seq", record_deleted, seq, FIELD_U64),
	NUMBER("octets", record_deleted, octets, FIELD_U64),
	STRING("reason", record_deleted, reason),
};

static const struct field seal_fields[] = {
	HEX_IF("next", record_seal, next, has_next),
	HEX("sig", record_seal, signature),
};

static const struct field stop_fields[] = {
	STRING("reason", record_stop, reason),
	NUMBER("exchanges", record_stop, exchanges, FIELD_U64),
	NUMBER("samples", record_stop, samples, FIELD_U64),
	NUMBER("faults", record_stop, faults, FIELD_U64),
	NUMBER("calibrations", record_stop, calibrations, FIELD_U64),
	NUMBER("files_read", record_stop, files_read, FIELD_U64),
	NUMBER("octets_written", record_stop, octets_written, FIELD_U64),
	NUMBER("packets_sent", record_stop, packets_sent, FIELD_U64),
};

#define BODY(t, m)                                                                       \
	{                                                                                \
		.field = (t), .fields = COUNT(t), .offset = offsetof(struct record, m),  \
		.size = sizeof(((struct record *)0)->m)                                  \
	}
const struct body record_bodies[RECORD_TYPES] = {
	[RECORD_START] = BODY(start_fields, start),
	[RECORD_CONTINUE] = BODY(continue_fields, go_on),
	[RECORD_RELOAD] = BODY(reload_fields, reload),
	[RECORD_EXCHANGE] = BODY(exchange_fields, exchange),
	[RECORD_CALIBRATION] = BODY(calibration_fields, calibration),
	[RECORD_CLOCK] = BODY(clock_fields, clock),
	[RECORD_EVENT] = BODY(event_fields, event),
	[RECORD_GAP] = BODY(gap_fields, gap),
	[RECORD_DELETED] = BODY(deleted_fields, deleted),
	[RECORD_SEAL] = BODY(seal_fields, seal),
	[RECORD_STOP] = BODY(stop_fields, stop),
};

const struct list record_head = {
	.field = head_fields,
	.fields = COUNT(head_fields),
};
