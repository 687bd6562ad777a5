#include "record_context.h"

#include "record_tables.h"

static const struct field zone_change_fields[] = {
	NUMBER("at", context_zone_change, at, FIELD_TIME),
	NUMBER("utc_offset_s", context_zone_change, utc_offset_s, FIELD_I64),
	STRING("abbreviation", context_zone_change, abbreviation),
};

static const struct field time_daemon_fields[] = {
	STRING("program", context_time_daemon, program),
	NUMBER("pid", context_time_daemon, pid, FIELD_I64),
	STRING("command", context_time_daemon, command),
};

static const struct field drift_file_fields[] = {
	NAMED("of", context_drift_file, author, drift_author_names),
	STRING("file", context_drift_file, file),
	NUMBER("modified", context_drift_file, modified, FIELD_TIME),
	STRING("text", context_drift_file, text),
	NUMBER_IF("frequency_ppm", context_drift_file, says.frequency, FIELD_PPM,
	    says.has_frequency),
	NUMBER_IF("skew_ppm", context_drift_file, says.skew, FIELD_PPM, says.has_skew),
};

static const struct field listener_fields[] = {
	STRING("protocol", context_listener, protocol),
	STRING("address", context_listener, address),
	NUMBER("port", context_listener, port, FIELD_INT),
	NUMBER("uid", context_listener, uid, FIELD_I64),
};

static const struct field unread_fields[] = {
	STRING("item", context_unread, item),
	STRING("reason", context_unread, reason),
};

LIST(zone_change, record_context, CONTEXT_ZONE_CHANGES);
LIST(time_daemon, record_context, CONTEXT_TIME_DAEMONS);
LIST(drift_file, record_context, CONTEXT_DRIFT_FILES);
LIST(listener, record_context, CONTEXT_LISTENERS);
LIST(unread, record_context, CONTEXT_UNREAD);

static const struct field context_fields[] = {
	STRING("machine", record_context, machine),
	STRING("kernel_build", record_context, kernel_build),
	STRING("clocksources", record_context, clocksources),
	STRING("configuration", record_context, configuration),
	HEX_IF("configuration_sha256", record_context, configuration_digest,
	    has_configuration),
	HEX_IF("program_sha256", record_context, program_digest, has_program),
	STRING_IF("ld_preload", record_context, preload, has_preload),
	STRING_IF("ld_so_preload", record_context, preload_file, has_preload_file),
	STRING_IF("tz", record_context, tz, has_tz),
	STRING("localtime", record_context, localtime),
	HEX_IF("localtime_sha256", record_context, localtime_digest, has_localtime),
	STRING("zone_rule", record_context, zone_rule),
	OBJECTS("zone_changes", zone_change),
	NUMBER_IF("rtc", record_context, rtc, FIELD_TIME, has_rtc),
	NUMBER_IF("rtc_ahead_ns", record_context, rtc_ahead, FIELD_I64, has_rtc),
	STRING("rtc_scale", record_context, rtc_scale),
	NUMBER_IF("libc_real_ns", record_context, libc_real, FIELD_I64, has_libc),
	NUMBER_IF("libc_mono_ns", record_context, libc_mono, FIELD_I64, has_libc),
	NUMBER_IF("libc_raw_ns", record_context, libc_raw, FIELD_I64, has_libc),
	NUMBER_IF("libc_boot_ns", record_context, libc_boot, FIELD_I64, has_libc),
	HEX_IF("leap_table_sha256", record_context, leap_digest, has_leap),
	NUMBER_IF("leap_table_expires", record_context, leap_expiry, FIELD_TIME,
	    has_leap_expiry),
	STRING("container", record_context, container),
	STRING("container_by", record_context, container_by),
	STRING("cgroup", record_context, cgroup),
	NUMBER_IF("hypervisor", record_context, hypervisor, FIELD_BOOL, has_hypervisor),
	STRING("vendor", record_context, vendor),
	STRING("product", record_context, product),
	NUMBER_IF("timens_monotonic_ns", record_context, timens_monotonic, FIELD_I64,
	    has_timens),
	NUMBER_IF(
	    "timens_boottime_ns", record_context, timens_boottime, FIELD_I64, has_timens),
	NUMBER("no_new_privileges", record_context, no_new_privileges, FIELD_BOOL),
	STRING("seccomp", record_context, seccomp),
	NUMBER("landlock", record_context, landlock, FIELD_INT),
	OBJECTS("time_daemons", time_daemon),
	OBJECTS("drift_files", drift_file),
	OBJECTS("listeners", listener),
	OBJECTS("unread", unread),
};

const struct list record_context_object = {
	.field = context_fields,
	.fields = COUNT(context_fields),
};
