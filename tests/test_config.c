#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../daemon/config.h"
#include "law.h"

static struct config config;
static char message[CONFIG_MESSAGE_SIZE];

static bool
read_octets(const char *octets, size_t n)
{
	bool good;

	message[0] = '\0';
	good = config_read(octets, n, "the.conf", &config, message) &&
	       config_finish(&config, "the.conf", message);
	ck_assert_msg(good || message[0] != '\0', "refused without a word");
	return good;
}

static bool
read_text(const char *text)
{
	return read_octets(text, strlen(text));
}

/* Refused, and the message holds file, line and this. */
static void
check_refused(const char *text, int line, const char *says)
{
	char where[32];

	(void)snprintf(where, sizeof(where), "the.conf:%d: ", line);
	ck_assert_msg(!read_text(text), "'%s' is taken", text);
	ck_assert_msg(
	    strncmp(message, where, strlen(where)) == 0, "'%s': %s", text, message);
	ck_assert_msg(strstr(message, says) != NULL, "'%s': %s", text, message);
}

START_TEST(empty_file_gives_the_defaults)
{
	struct config wanted;

	config_defaults(&wanted);
	ck_assert(read_text(""));
	ck_assert_str_eq(config.evidence, wanted.evidence);
	ck_assert_int_eq(config.minpoll, wanted.minpoll);
	ck_assert_int_eq(config.maxpoll, wanted.maxpoll);
	ck_assert_int_eq(config.seal, wanted.seal);
	ck_assert_int_eq(config.watch, wanted.watch);
	ck_assert_int_eq(config.sync, wanted.sync);
	ck_assert_int_eq(config.log, wanted.log);
	ck_assert_uint_eq(config.servers, 0);
}
END_TEST

/* Every key written at its fallback. */
static void
write_fallbacks(char *to, size_t size)
{
	size_t n = (size_t)snprintf(to, size, "[daemon]\n");

	for (size_t i = 0; i < config_daemon_key_count; i++)
		if (config_daemon_keys[i].fallback != NULL)
			n += (size_t)snprintf(to + n, size - n, "%s = %s\n",
			    config_daemon_keys[i].key, config_daemon_keys[i].fallback);
	n += (size_t)snprintf(to + n, size - n, "[server a]\n");
	for (size_t i = 0; i < config_server_key_count; i++)
		if (config_server_keys[i].fallback != NULL)
			n += (size_t)snprintf(to + n, size - n, "%s = %s\n",
			    config_server_keys[i].key, config_server_keys[i].fallback);
}

START_TEST(defaults_are_those_of_the_table)
{
	static struct config plain;
	char text[2048];

	ck_assert(read_text("[server a]\n"));
	plain = config;
	write_fallbacks(text, sizeof(text));
	ck_assert_msg(read_text(text), "%s", message);
	ck_assert_str_eq(config.evidence, plain.evidence);
	ck_assert_int_eq(config.minpoll, plain.minpoll);
	ck_assert_int_eq(config.maxpoll, plain.maxpoll);
	ck_assert_int_eq(config.seal, plain.seal);
	ck_assert_int_eq(config.watch, plain.watch);
	ck_assert_int_eq(config.sync, plain.sync);
	ck_assert_int_eq(config.log, plain.log);
	ck_assert_str_eq(config.status, plain.status);
	ck_assert_int_eq(config.rotate_size, plain.rotate_size);
	ck_assert_int_eq(config.rotate_age, plain.rotate_age);
	ck_assert_int_eq(config.keep_size, plain.keep_size);
	ck_assert_int_eq(config.compress, plain.compress);
	ck_assert_int_eq(config.announce, plain.announce);
	ck_assert_int_eq(config.syslog, plain.syslog);
	ck_assert_str_eq(config.server[0].address, "a");
	ck_assert_int_eq(config.server[0].port, plain.server[0].port);
	ck_assert_int_eq(config.server[0].minpoll, plain.server[0].minpoll);
	ck_assert_int_eq(config.server[0].maxpoll, plain.server[0].maxpoll);
	ck_assert_int_eq(config.server[0].burst, plain.server[0].burst);
	ck_assert_int_eq(config.server[0].pool, plain.server[0].pool);
	ck_assert_int_eq(config.server[0].common, plain.server[0].common);
}
END_TEST

START_TEST(every_key_is_read)
{
	ck_assert_msg(read_text("# a comment\n"
				"[daemon] ; the process\n"
				"evidence = /srv/evidence\n"
				"minpoll=3\n"
				"maxpoll = 17\n"
				"watch = 60\n"
				"seal = 3600\n"
				"sync = 0\n"
				"hwtimestamp = enp3s0f1\n"
				"log = debug\n"
				"\n"
				"[server ntp-1.example_org]\n"
				"address = 2001:db8::1%eth0\n"
				"port = 65535\n"
				"minpoll = 0\n"
				"maxpoll = 5\n"
				"burst = 16\n"
				"pool = 16\n"
				"common = yes\n"
				"interleaved = yes\n"
				"[server b]\n"),
	    "%s", message);
	ck_assert_str_eq(config.evidence, "/srv/evidence");
	ck_assert_int_eq(config.minpoll, 3);
	ck_assert_int_eq(config.maxpoll, 17);
	ck_assert_int_eq(config.watch, 60);
	ck_assert_int_eq(config.seal, 3600);
	ck_assert_int_eq(config.sync, 0);
	ck_assert_str_eq(config.hwtimestamp, "enp3s0f1");
	ck_assert_int_eq(config.log, LOG_DEBUG);
	ck_assert_uint_eq(config.servers, 2);
	ck_assert_str_eq(config.server[0].name, "ntp-1.example_org");
	ck_assert_str_eq(config.server[0].address, "2001:db8::1%eth0");
	ck_assert_int_eq(config.server[0].port, 65535);
	ck_assert_int_eq(config.server[0].minpoll, 0);
	ck_assert_int_eq(config.server[0].maxpoll, 5);
	ck_assert_int_eq(config.server[0].burst, 16);
	ck_assert_int_eq(config.server[0].pool, 16);
	ck_assert(config.server[0].common);
	ck_assert(config.server[0].interleaved);
	ck_assert(!config.server[1].interleaved);
	ck_assert_str_eq(config.server[1].address, "b");
	ck_assert_int_eq(config.server[1].minpoll, 3);
	ck_assert_int_eq(config.server[1].maxpoll, 17);
}
END_TEST

START_TEST(every_refused_value_names_key_and_allowed)
{
	static const char *const daemon[][2] = { { "evidence", "relative/dir" },
		{ "evidence", "" }, { "minpoll", "18" }, { "minpoll", "-1" },
		{ "minpoll", "6.5" }, { "minpoll", "" }, { "minpoll", "six" },
		{ "minpoll", "99999999999999999999" }, { "maxpoll", "18" },
		{ "hwtimestamp", "eth0/1" }, { "hwtimestamp", "sixteen-letters-" },
		{ "hwtimestamp", "" }, { "seal", "0" }, { "seal", "3601" },
		{ "seal", "60s" }, { "sync", "61" }, { "watch", "61" }, { "log", "loud" },
		{ "log", "INFO" }, { "log", "" } };
	static const char *const server[][2] = { { "address", "a b" },
		{ "address", "a/b" }, { "address", "" }, { "port", "0" },
		{ "port", "65536" }, { "port", "ntp" }, { "minpoll", "18" },
		{ "maxpoll", "x" }, { "burst", "17" }, { "pool", "0" }, { "pool", "17" },
		{ "common", "true" }, { "common", "Yes" }, { "common", "1" },
		{ "interleaved", "auto" } };

	for (size_t i = 0; i < sizeof(daemon) / sizeof(*daemon); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "\n[daemon]\n%s = %s\n", daemon[i][0],
		    daemon[i][1]);
		check_refused(text, 3, daemon[i][0]);
		ck_assert_ptr_nonnull(strstr(message, "allowed: "));
		for (size_t k = 0; k < config_daemon_key_count; k++)
			if (strcmp(config_daemon_keys[k].key, daemon[i][0]) == 0)
				ck_assert_ptr_nonnull(
				    strstr(message, config_daemon_keys[k].allowed));
	}
	for (size_t i = 0; i < sizeof(server) / sizeof(*server); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "[server a]\n\n\n%s = %s\n",
		    server[i][0], server[i][1]);
		check_refused(text, 4, server[i][0]);
		ck_assert_ptr_nonnull(strstr(message, "allowed: "));
	}
}
END_TEST

START_TEST(unknown_keys_are_refused_with_those_known)
{
	check_refused("[daemon]\nport = 1\n", 2, "unknown key 'port' in [daemon]");
	check_refused("[daemon]\nEvidence = /x\n", 2, "known here: evidence, minpoll");
	check_refused("[server a]\nseal = 1\n", 2, "unknown key 'seal' in [server");
	for (size_t i = 0; i < config_server_key_count; i++) {
		check_refused("[server a]\nx = 1\n", 2, config_server_keys[i].key);
	}
}
END_TEST

START_TEST(keys_and_sections_are_given_once)
{
	check_refused("[daemon]\nseal = 1\nseal = 1\n", 3, "'seal' is given twice");
	check_refused("[server a]\nport = 1\n[server b]\nport = 2\nport = 2\n", 5,
	    "'port' is given twice");
	check_refused("[daemon]\n[server a]\n[daemon]\n", 3, "second section [daemon]");
	check_refused(
	    "[server a]\n[server b]\n[server a]\n", 3, "second section [server a]");
}
END_TEST

START_TEST(broken_section_headers_are_refused)
{
	check_refused("[daemon\nseal = 1\n", 1, "broken section header");
	check_refused("[server a\n", 1, "broken section header");
	check_refused("[daemon] x\n", 1, "broken section header");
	check_refused("\n\n[demon]\n", 3, "unknown section [demon]");
	check_refused("[]\n", 1, "unknown section []");
	check_refused("[server]\n", 1, "unknown section [server]");
	check_refused("[server ]\n", 1, "unknown section [server ]");
	check_refused("[Daemon]\n", 1, "unknown section");
	check_refused("[server a b]\n", 1, "server name 'a b'");
	check_refused("[server a[b]\n", 1, "server name 'a[b'");
}
END_TEST

START_TEST(key_before_any_section_is_refused)
{
	check_refused("seal = 1\n[daemon]\n", 1, "key 'seal' before any");
}
END_TEST

START_TEST(line_that_is_nothing_is_refused)
{
	check_refused("[daemon]\nseal\n", 2, "neither 'key = value' nor a [section]");
	check_refused("[daemon]\nseal = 1\nnonsense\n", 3, "neither");
}
END_TEST

START_TEST(continued_lines_are_refused)
{
	check_refused("[daemon]\nevidence = /x\n  /y\n", 3, "begins with a blank");
	check_refused("[daemon]\n\tseal = 1\n", 2, "begins with a blank");
	ck_assert_msg(read_text("[daemon]\n   \n\t# indented\n  ; too\n"), "%s", message);
}
END_TEST

START_TEST(lines_of_198_characters_are_refused_and_of_197_not_cut)
{
	char text[512];

	for (size_t n = 190; n <= 420; n++) {
		int used = snprintf(text, sizeof(text), "[daemon]\nevidence = /");
		size_t line = n - strlen("evidence = /");

		memset(text + used, 'x', line);
		memcpy(text + (size_t)used + line, "\n", 2);
		if (n > 197) {
			check_refused(text, 2, "line longer than 197 characters");
		} else {
			ck_assert_msg(read_text(text), "%zu: %s", n, message);
			ck_assert_uint_eq(strlen(config.evidence), n - 11);
		}
	}
}
END_TEST

START_TEST(long_lines_do_not_smuggle_keys)
{
	char text[512];
	int used = snprintf(text, sizeof(text), "[daemon]\n#");

	/* the tail of a cut line would be a line of its own */
	memset(text + used, 'x', 198);
	(void)snprintf(text + used + 198, 64, "seal = 1\n");
	check_refused(text, 2, "line longer");
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
	static const char text[] = "[daemon]\nseal = 1\0 2\n";
	static const char hidden[] = "[daemon]\n\0evidence = /x\n";

	ck_assert(!read_octets(text, sizeof(text) - 1));
	ck_assert_ptr_nonnull(strstr(message, "the.conf:2: a NUL byte"));
	ck_assert(!read_octets(hidden, sizeof(hidden) - 1));
	ck_assert_ptr_nonnull(strstr(message, "the.conf:2: a NUL byte"));
}
END_TEST

START_TEST(last_newline_may_be_missing)
{
	ck_assert_msg(read_text("[daemon]\nseal = 7"), "%s", message);
	ck_assert_int_eq(config.seal, 7);
	ck_assert_msg(read_text("[daemon]\nseal = 7\n[server z]"), "%s", message);
	ck_assert_uint_eq(config.servers, 1);
	check_refused("[daemon]\nseal = x", 2, "'seal'");
}
END_TEST

START_TEST(lines_may_end_in_crlf)
{
	ck_assert_msg(read_text("[daemon]\r\nseal = 7\r\n\r\n[server a]\r\nport = 9\r\n"
				"common = yes\r\n"),
	    "%s", message);
	ck_assert_int_eq(config.seal, 7);
	ck_assert_int_eq(config.server[0].port, 9);
	ck_assert(config.server[0].common);
	ck_assert_str_eq(config.server[0].name, "a");
}
END_TEST

START_TEST(byte_order_mark_hides_nothing)
{
	ck_assert(!read_text("\xef\xbb\xbfseal = 1\n"));
	/* whether it is read or refused, the section counts or is complained of */
	if (read_text("\xef\xbb\xbf[daemon]\nseal = 9\n"))
		ck_assert_int_eq(config.seal, 9);
}
END_TEST

START_TEST(comments_may_follow_a_value)
{
	ck_assert_msg(read_text("[daemon]\nseal = 5 ; seconds\n"), "%s", message);
	ck_assert_int_eq(config.seal, 5);
}
END_TEST

START_TEST(minpoll_over_maxpoll_is_refused)
{
	ck_assert(!read_text("[daemon]\nminpoll = 8\nmaxpoll = 7\n"));
	ck_assert_ptr_nonnull(strstr(message, "minpoll 8 is greater than maxpoll 7"));
	ck_assert(!read_text("[server a]\nminpoll = 8\nmaxpoll = 7\n"));
	ck_assert_ptr_nonnull(strstr(message, "[server a] minpoll 8"));
}
END_TEST

START_TEST(server_that_sets_one_end_takes_the_other_with_it)
{
	ck_assert_msg(read_text("[server a]\nmaxpoll = 4\n[server b]\nminpoll = 12\n"),
	    "%s", message);
	ck_assert_int_eq(config.server[0].minpoll, 4);
	ck_assert_int_eq(config.server[0].maxpoll, 4);
	ck_assert_int_eq(config.server[1].minpoll, 12);
	ck_assert_int_eq(config.server[1].maxpoll, 12);
}
END_TEST

START_TEST(sixty_fifth_server_is_refused)
{
	char text[65 * 16];
	size_t n = 0;

	for (int i = 0; i < 64; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "[server s%d]\n", i);
	ck_assert_msg(read_text(text), "%s", message);
	ck_assert_uint_eq(config.servers, MAX_SERVERS);
	(void)snprintf(text + n, sizeof(text) - n, "[server more]\n");
	check_refused(text, 65, "more than 64 servers");
}
END_TEST

START_TEST(file_that_is_not_there_is_named)
{
	ck_assert(!config_load("/nonexistent/the.conf", &config, message));
	ck_assert_ptr_nonnull(strstr(message, "/nonexistent/the.conf: No such file"));
}
END_TEST

START_TEST(random_octets_never_crash_and_always_say_why)
{
	for (int i = 0; i < 3000; i++) {
		static const char *const pieces[] = { "[daemon]", "[server ", "a]", "\n",
			"=", " ", "seal", "evidence = /x", "port", "7", ";", "#", "\r",
			"]", "[", "yes", "common", "\t", ":" };
		char text[1024];
		size_t n = 0;

		for (size_t k = law_below(40); k-- > 0;)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    pieces[law_below(sizeof(pieces) / sizeof(*pieces))]);
		if (n > 0 && law_chance(0.3))
			text[law_below(n)] = (char)law_u64();
		if (read_octets(text, n))
			law_holds(config.seal >= 1 && config.seal <= 3600 &&
				  config.evidence[0] == '/' &&
				  config.minpoll <= config.maxpoll);
	}
}
END_TEST

/* ---- servers on the command line */

static const struct config_server *
argument(const char *text)
{
	config_defaults(&config);
	return config_add_argument(&config, text, message) ? &config.server[0] : NULL;
}

START_TEST(arguments_are_hosts_with_or_without_a_port)
{
	static const struct {
		const char *text, *address;
		int port;
	} cases[] = { { "ntp.example.org", "ntp.example.org", 123 },
		{ "ntp.example.org:1123", "ntp.example.org", 1123 },
		{ "192.0.2.1", "192.0.2.1", 123 }, { "192.0.2.1:9", "192.0.2.1", 9 },
		{ "2001:db8::1", "2001:db8::1", 123 }, { "::1", "::1", 123 },
		{ "[2001:db8::1]", "2001:db8::1", 123 },
		{ "[2001:db8::1]:1123", "2001:db8::1", 1123 },
		{ "fe80::1%eth0", "fe80::1%eth0", 123 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct config_server *s = argument(cases[i].text);

		ck_assert_msg(s != NULL, "%s", message);
		ck_assert_str_eq(s->address, cases[i].address);
		ck_assert_str_eq(s->name, cases[i].text);
		ck_assert_int_eq(s->port, cases[i].port);
	}
}
END_TEST

START_TEST(arguments_that_are_no_server_are_refused)
{
	static const char *const others[] = { "", ":", ":123", "a:", "a:0", "a:65536",
		"a:ntp", "a b", "a/b", "[::1", "[::1]x", "[::1]:", "[]", "[]:123",
		"http://a", "a:12 3", "a:+5", "a\n" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		ck_assert_msg(argument(others[i]) == NULL, "'%s'", others[i]);
		ck_assert_uint_eq(config.servers, 0);
		ck_assert_ptr_nonnull(strstr(message, "is no server; allowed: HOST"));
	}
}
END_TEST

START_TEST(same_argument_twice_is_refused)
{
	ck_assert_ptr_nonnull(argument("a"));
	ck_assert(!config_add_argument(&config, "a", message));
	ck_assert_ptr_nonnull(strstr(message, "'a' is given twice"));
	ck_assert(config_add_argument(&config, "a:124", message));
	ck_assert_uint_eq(config.servers, 2);
}
END_TEST

/* ---- the file that is shipped */

static char shipped[65536];

static bool
holds_line(const char *wanted)
{
	const char *at = shipped;
	size_t n = strlen(wanted);

	while ((at = strstr(at, wanted)) != NULL) {
		if ((at == shipped || at[-1] == '\n') && (at[n] == '\n' || at[n] == '\0'))
			return true;
		at += n;
	}
	return false;
}

static void
shows_keys(const struct config_key keys[], size_t n)
{
	char line[512];

	for (size_t i = 0; i < n; i++) {
		const char *fallback = keys[i].fallback;

		(void)snprintf(line, sizeof(line), "#%s = %s", keys[i].key,
		    fallback != NULL ? fallback : "");
		ck_assert_msg(
		    fallback != NULL ? holds_line(line) : strstr(shipped, line) != NULL,
		    "no line '%s'", line);
	}
}

START_TEST(shipped_file_shows_every_key_at_its_default)
{
	static const char path[] = "conf/clockwitness.conf";
	FILE *in;

	if (access(path, R_OK) != 0)
		return; /* not run from the root of the sources */
	in = fopen(path, "re");
	ck_assert_ptr_nonnull(in);
	shipped[fread(shipped, 1, sizeof(shipped) - 1, in)] = '\0';
	(void)fclose(in);
	shows_keys(config_daemon_keys, config_daemon_key_count);
	shows_keys(config_server_keys, config_server_key_count);
	ck_assert_msg(config_load(path, &config, message), "%s", message);
	ck_assert_uint_eq(config.servers, 0);
}
END_TEST

/* ---- settings on the command line */

START_TEST(setting_is_a_key_of_the_daemon_or_of_all_servers)
{
	config_defaults(&config);
	ck_assert(config_add_argument(&config, "a", message));
	ck_assert(config_add_argument(&config, "b:1123", message));
	ck_assert(config_add_setting(&config, "confine=no", message));
	ck_assert(config_add_setting(&config, "common=yes", message));
	ck_assert(config_add_setting(&config, "maxpoll=7", message));
	ck_assert(config_add_setting(&config, "user=who", message));
	ck_assert(config_finish(&config, "the command line", message));
	ck_assert(!config.confine);
	ck_assert_str_eq(config.user, "who");
	for (size_t i = 0; i < 2; i++) {
		ck_assert(config.server[i].common);
		ck_assert_int_eq(config.server[i].maxpoll, 7);
	}
	ck_assert_int_eq(config.server[1].port, 1123);
}
END_TEST

START_TEST(what_is_no_setting_is_named_with_what_is_allowed)
{
	static const struct {
		const char *setting, *says;
	} cases[] = { { "confine", "KEY=VALUE" }, { "", "KEY=VALUE" },
		{ "=no", "KEY=VALUE" }, { "confined=no", "KEY=VALUE" },
		{ "address=192.0.2.1", "but address" },
		{ "a_key_that_is_longer_than_any_that_there_is=1", "KEY=VALUE" },
		{ "confine=maybe", "yes or no" }, { "common=", "yes or no" },
		{ "confine =no", "KEY=VALUE" }, { "seal=0", "from 1 to 3600" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		config_defaults(&config);
		ck_assert(config_add_argument(&config, "a", message));
		ck_assert_msg(!config_add_setting(&config, cases[i].setting, message),
		    "'%s' is taken", cases[i].setting);
		ck_assert_msg(strstr(message, cases[i].says) != NULL, "'%s': %s",
		    cases[i].setting, message);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config");
	TCase *t = law_case(s);

	tcase_add_test(t, empty_file_gives_the_defaults);
	tcase_add_test(t, defaults_are_those_of_the_table);
	tcase_add_test(t, every_key_is_read);
	tcase_add_test(t, every_refused_value_names_key_and_allowed);
	tcase_add_test(t, unknown_keys_are_refused_with_those_known);
	tcase_add_test(t, keys_and_sections_are_given_once);
	tcase_add_test(t, broken_section_headers_are_refused);
	tcase_add_test(t, key_before_any_section_is_refused);
	tcase_add_test(t, line_that_is_nothing_is_refused);
	tcase_add_test(t, continued_lines_are_refused);
	tcase_add_test(t, lines_of_198_characters_are_refused_and_of_197_not_cut);
	tcase_add_test(t, long_lines_do_not_smuggle_keys);
	tcase_add_test(t, nul_bytes_are_refused);
	tcase_add_test(t, last_newline_may_be_missing);
	tcase_add_test(t, lines_may_end_in_crlf);
	tcase_add_test(t, byte_order_mark_hides_nothing);
	tcase_add_test(t, comments_may_follow_a_value);
	tcase_add_test(t, minpoll_over_maxpoll_is_refused);
	tcase_add_test(t, server_that_sets_one_end_takes_the_other_with_it);
	tcase_add_test(t, sixty_fifth_server_is_refused);
	tcase_add_test(t, file_that_is_not_there_is_named);
	tcase_add_test(t, random_octets_never_crash_and_always_say_why);
	tcase_add_test(t, arguments_are_hosts_with_or_without_a_port);
	tcase_add_test(t, arguments_that_are_no_server_are_refused);
	tcase_add_test(t, same_argument_twice_is_refused);
	tcase_add_test(t, setting_is_a_key_of_the_daemon_or_of_all_servers);
	tcase_add_test(t, what_is_no_setting_is_named_with_what_is_allowed);
	tcase_add_test(t, shipped_file_shows_every_key_at_its_default);
	return law_run(s);
}
