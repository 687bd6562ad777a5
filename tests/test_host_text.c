#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "host_text.h"
#include "law.h"

#define TEXT(s) (s), strlen(s)

START_TEST(words_are_whole_words)
{
	ck_assert(host_text_has_word(TEXT("flags\t: fpu hypervisor lahf"), "hypervisor"));
	ck_assert(host_text_has_word(TEXT("a hypervisor\nb"), "hypervisor"));
	ck_assert(host_text_has_word(TEXT("hypervisor"), "hypervisor"));
	ck_assert(
	    !host_text_has_word(TEXT("flags: nohypervisor hypervisors"), "hypervisor"));
	ck_assert(!host_text_has_word(TEXT(""), "hypervisor"));
}
END_TEST

START_TEST(containers_are_told_by_their_group)
{
	static const struct {
		const char *text, *name;
	} groups[] = {
		{ "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope\n",
		    "kubernetes" },
		{ "12:cpu:/docker/0123abcd\n0::/\n", "docker" },
		{ "0::/system.slice/docker-0123.scope\n", "docker" },
		{ "0::/machine.slice/libpod-99.scope\n", "podman" },
		{ "1:name=systemd:/lxc/web\n", "lxc" },
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		ck_assert_str_eq(
		    host_text_cgroup_container(TEXT(groups[i].text)), groups[i].name);
	ck_assert_ptr_null(host_text_cgroup_container(
	    TEXT("0::/user.slice/user-0.slice/session-3.scope\n")));
}
END_TEST

START_TEST(time_namespace_offsets_are_read)
{
	int64_t mono;
	int64_t boot;

	ck_assert(host_text_time_namespace(
	    TEXT("monotonic           0         0\nboottime            0         0\n"),
	    &mono, &boot));
	ck_assert(mono == 0 && boot == 0);
	ck_assert(host_text_time_namespace(
	    TEXT("monotonic      86400 500000000\nboottime      -7         3\n"), &mono,
	    &boot));
	ck_assert_int_eq(mono, INT64_C(86400500000000));
	ck_assert_int_eq(boot, INT64_C(-6999999997));
	ck_assert(!host_text_time_namespace(TEXT("monotonic 1\n"), &mono, &boot));
	ck_assert(!host_text_time_namespace(
	    TEXT("monotonic 9223372036854775807 0\nboottime 0 0\n"), &mono, &boot));
}
END_TEST

START_TEST(leap_table_tells_its_expiry)
{
	int64_t expiry = 0;

	ck_assert(host_text_leap_expiry(
	    TEXT("#\tx\n#$\t3676924800\n#@\t3991593600\n2272060800 10\n"), &expiry));
	ck_assert_int_eq(expiry, 1782604800); /* 2026-06-28 */
	ck_assert(host_text_leap_expiry(TEXT("#@ 2208988800"), &expiry));
	ck_assert_int_eq(expiry, 0);
	ck_assert(!host_text_leap_expiry(TEXT("# @ 1\n"), &expiry));
	ck_assert(!host_text_leap_expiry(TEXT("#@ never\n"), &expiry));
	ck_assert(!host_text_leap_expiry(TEXT("#@ 99999999999999\n"), &expiry));
}
END_TEST

START_TEST(zone_files_end_in_a_rule)
{
	static const char table[] =
	    "TZif2\0\0\0\0 more \n\n\nCET-1CEST,M3.5.0,M10.5.0/3\n";
	char rule[32];

	ck_assert(host_text_zone_rule(table, sizeof(table) - 1, rule, sizeof(rule)));
	ck_assert_str_eq(rule, "CET-1CEST,M3.5.0,M10.5.0/3");
	ck_assert(!host_text_zone_rule(table, sizeof(table) - 1, rule, 8));
	ck_assert(!host_text_zone_rule(table, sizeof(table) - 2, rule, sizeof(rule)));
	ck_assert(!host_text_zone_rule(TEXT("TZif1\nUTC0\n"), rule, sizeof(rule)));
	ck_assert(!host_text_zone_rule(TEXT("text, text\nUTC0\n"), rule, sizeof(rule)));
	ck_assert(!host_text_zone_rule(TEXT("TZif2\n\n"), rule, sizeof(rule)));
	ck_assert(!host_text_zone_rule(TEXT("TZif2\n\x1b[2J\n"), rule, sizeof(rule)));
}
END_TEST

START_TEST(sockets_are_read_as_the_kernel_prints_them)
{
	char text[64];
	struct socket_row row;

	ck_assert(host_text_socket_row(
	    TEXT("  184: 0100007F:007B 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000   107        0 1592 2 0000000000000000 0\n"),
	    &row));
	ck_assert_int_eq(row.port, 123);
	ck_assert_int_eq(row.uid, 107);
	ck_assert_uint_eq(row.state, 7);
	ck_assert_ptr_nonnull(inet_ntop(AF_INET, row.local, text, sizeof(text)));
	ck_assert_str_eq(text, "127.0.0.1");
	ck_assert(host_text_socket_row(
	    TEXT("   0: B80D01200000000000000000010000FF:116C "
		 "00000000000000000000000000000000:0000 0A 00000000:00000000 "
		 "00:00000000 00000000     0        0 1 1 0 100\n"),
	    &row));
	ck_assert_uint_eq(row.words, 4);
	ck_assert_int_eq(row.port, 4460);
	ck_assert_uint_eq(row.state, 10);
	ck_assert_ptr_nonnull(inet_ntop(AF_INET6, row.local, text, sizeof(text)));
	ck_assert_str_eq(text, "2001:db8::ff00:1");
	ck_assert(!host_text_socket_row(
	    TEXT("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n"),
	    &row));
	ck_assert(!host_text_socket_row(TEXT(" 0: 0100007F:007B"), &row));
	ck_assert(
	    !host_text_socket_row(TEXT(" 0: 0100007F00000000:007B a 07 b c d 0"), &row));
}
END_TEST

START_TEST(time_daemons_are_told_apart)
{
	static const struct {
		const char *name, *command, *program;
	} processes[] = {
		{ "chronyd", "/usr/sbin/chronyd -F 1", "chrony" },
		{ "ntpd", "/usr/sbin/ntpd -p /var/run/ntpd.pid -g -u 107:113", "ntpd" },
		{ "ntpd", "/usr/sbin/ntpd -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf -g",
		    "ntpsec" },
		{ "ntpd", "ntpd: ntp engine", "openntpd" },
		{ "ntpd", "/bin/busybox ntpd -p 192.0.2.1", "busybox ntpd" },
		{ "systemd-timesyn", "/lib/systemd/systemd-timesyncd",
		    "systemd-timesyncd" },
		{ "phc2sys", "phc2sys -a -r", "phc2sys" },
	};

	for (size_t i = 0; i < sizeof(processes) / sizeof(*processes); i++)
		ck_assert_str_eq(
		    host_text_time_daemon(processes[i].name, processes[i].command),
		    processes[i].program);
	ck_assert_ptr_null(host_text_time_daemon("sshd", "chronyd"));
	ck_assert_ptr_null(host_text_time_daemon("", ""));
}
END_TEST

START_TEST(any_octets_are_survived)
{
	char text[128];
	char rule[16];
	struct socket_row row;
	int64_t a;
	int64_t b;

	for (int i = 0; i < 100000; i++) {
		size_t n = law_below(sizeof(text) + 1);

		law_bytes(text, n);
		for (size_t k = 0; k < n; k += 1 + law_below(3))
			text[k] = "0123ABCDEF: \n#@TZif2"[law_below(20)];
		(void)host_text_has_word(text, n, "hypervisor");
		(void)host_text_cgroup_container(text, n);
		(void)host_text_time_namespace(text, n, &a, &b);
		(void)host_text_leap_expiry(text, n, &a);
		if (host_text_zone_rule(text, n, rule, sizeof(rule)))
			law_holds(strlen(rule) < sizeof(rule));
		(void)host_text_socket_row(text, n, &row);
		law_holds(row.words <= 4);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("host_text");
	TCase *t = law_case(s);

	tcase_add_test(t, words_are_whole_words);
	tcase_add_test(t, containers_are_told_by_their_group);
	tcase_add_test(t, time_namespace_offsets_are_read);
	tcase_add_test(t, leap_table_tells_its_expiry);
	tcase_add_test(t, zone_files_end_in_a_rule);
	tcase_add_test(t, sockets_are_read_as_the_kernel_prints_them);
	tcase_add_test(t, time_daemons_are_told_apart);
	tcase_add_test(t, any_octets_are_survived);
	return law_run(s);
}
