#include <math.h>
#include <string.h>

#include "daemon_log.h"
#include "law.h"

static struct daemon_line
message(const char *text)
{
	struct daemon_line d;

	ck_assert_int_eq(daemon_log_message(text, strlen(text), &d), d.word);
	return d;
}

static struct daemon_line
columns(const char *text, enum daemon_statistics of)
{
	struct daemon_line d;

	ck_assert_msg(daemon_log_statistics(text, strlen(text), &d) == of, "%s", text);
	return d;
}

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-12 + 1e-9 * fabs(b);
}

/* What stands behind the stamp. All these hosts were slow by 0.75 s, or 2.75 s, and each
 * daemon has its own way to say so. */
START_TEST(each_daemon_has_its_sign_and_here_is_one)
{
	static const struct {
		const char *text;
		enum daemon_author author;
		enum daemon_word word;
		double offset;
	} lines[] = {
		{ " h ntpd[9]: adjusting local clock by 0.750000s\n", AUTHOR_OPENNTPD,
		    WORD_SLEW, 0.75 },
		{ " h ntpd[9]: set local clock to Tue Mar 28 14:16:41 CEST 2023 (offset "
		  "2.750000s)\n",
		    AUTHOR_OPENNTPD, WORD_STEP, 2.75 },
		{ " h ntpd[9]: ntpd: time set +0.75 s", AUTHOR_NTPD, WORD_STEP, 0.75 },
		{ " h ntpd[9]: ntpd: time set +0.750000s", AUTHOR_NTPD, WORD_STEP, 0.75 },
		{ " h ntpd[9]: time reset +2.750000 s", AUTHOR_NTPD, WORD_STEP, 2.75 },
		{ " h ntpd[9]: 0.0.0.0 c61c 0c clock_step +0.750000 s", AUTHOR_NTPD,
		    WORD_STEPPING, 0.75 },
		{ " h ntpd[9]: PROTO: 0.0.0.0 061c 0c clock_step +0.750000 s",
		    AUTHOR_NTPD, WORD_STEPPING, 0.75 },
		{ " h ntpd[9]: CLOCK: time stepped by 0.750000", AUTHOR_NTPD, WORD_STEP,
		    0.75 },
		{ " ntpd[9]: time slew +0.750000 s", AUTHOR_NTPD, WORD_SLEW, 0.75 },
		{ " ntpdate[9]: step time server 192.0.2.1 offset 2.750000 sec",
		    AUTHOR_NTPDATE, WORD_STEP, 2.75 },
		{ " h ntpdate[9]: adjust time server 2001:db8::1 offset 0.750000 sec",
		    AUTHOR_NTPDATE, WORD_SLEW, 0.75 },
		{ " h chronyd[9]: System clock wrong by 0.750000 seconds", AUTHOR_CHRONY,
		    WORD_OFFSET, 0.75 },
		{ " h chronyd[9]: System clock wrong by 0.750000 seconds, adjustment "
		  "started",
		    AUTHOR_CHRONY, WORD_OFFSET, 0.75 },
		{ " h chronyd[9]: System clock was stepped by 2.750000 seconds",
		    AUTHOR_CHRONY, WORD_STEP, 2.75 },
		/* a daemon's own log, and RFC 5424 */
		{ " System clock was stepped by 2.750000 seconds", AUTHOR_CHRONY,
		    WORD_STEP, 2.75 },
		{ " h chronyd 9 - - System clock was stepped by 2.75 seconds",
		    AUTHOR_CHRONY, WORD_STEP, 2.75 },
		{ " h ntpd 9 - [timeQuality tzKnown=\"1\"] time reset +2.75 s",
		    AUTHOR_NTPD, WORD_STEP, 2.75 },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct daemon_line d = message(lines[i].text);

		ck_assert_msg(d.author == lines[i].author && d.word == lines[i].word &&
				  is_near(d.offset, lines[i].offset),
		    "%s: %s, word %d, %g", lines[i].text, daemon_author_names[d.author],
		    (int)d.word, d.offset);
	}
	ck_assert(
	    is_near(message(" h ntpd[9]: adjusting local clock by -0.032001s").offset,
		-0.032001));
	ck_assert(is_near(message(" h chronyd[9]: System clock was stepped by -0.000001 "
				  "seconds")
			      .offset,
	    -1e-6));
}
END_TEST

START_TEST(what_is_said_without_a_number_counts_too)
{
	static const struct {
		const char *text;
		enum daemon_author author;
		enum daemon_word word;
	} lines[] = {
		{ " h ntpd[9]: clock is now synced", AUTHOR_OPENNTPD, WORD_NEAR },
		{ " h ntpd[9]: clock is now unsynced", AUTHOR_OPENNTPD, WORD_LOST },
		{ " h ntpd[9]: peer 192.0.2.1 now valid", AUTHOR_OPENNTPD, WORD_ALIVE },
		{ " h ntpd[9]: adjusting clock frequency by -28.1 to -28.7ppm",
		    AUTHOR_OPENNTPD, WORD_STEERED },
		{ " h ntpd[9]: Listen normally on 2 lo 127.0.0.1:123", AUTHOR_NTPD,
		    WORD_ALIVE },
		{ " h ntpd[9]: kernel reports TIME_ERROR: 0x41: Clock Unsynchronized",
		    AUTHOR_NTPD, WORD_LOST },
		{ " h chronyd[9]: Selected source 192.0.2.1 (ntp.example)", AUTHOR_CHRONY,
		    WORD_NEAR },
		{ " h chronyd[9]: Forward time jump detected!", AUTHOR_CHRONY,
		    WORD_BREAK },
		{ " h chronyd[9]: chronyd version 4.3 starting (+CMDMON +NTP)",
		    AUTHOR_CHRONY, WORD_LOST },
		{ " h ntpd[9]: ntpd 4.2.8p12@1.3728-o Sat Feb 23 20:00:00 UTC 2019 (1): "
		  "Starting",
		    AUTHOR_NTPD, WORD_LOST },
		{ " h kernel: Command line: BOOT_IMAGE=/vmlinuz-6.1.0", AUTHOR_KERNEL,
		    WORD_BREAK },
		{ " h chronyd[9]: Can't synchronise: no majority", AUTHOR_CHRONY,
		    WORD_LOST },
		{ " h systemd-timesyncd[9]: Initial clock synchronization to Wed "
		  "2025-01-22 22:26:41.112346 MSK.",
		    AUTHOR_TIMESYNCD, WORD_FIRST },
		{ " h systemd-timesyncd[9]: Contacted time server 192.0.2.1:123 (x).",
		    AUTHOR_TIMESYNCD, WORD_ALIVE },
		{ " h kernel: Linux version 5.14.0", AUTHOR_KERNEL, WORD_BREAK },
		{ " h kernel: [    0.000000] Linux version 6.1.0", AUTHOR_KERNEL,
		    WORD_BREAK },
		{ " h kernel: [   10.1] PM: suspend exit", AUTHOR_KERNEL, WORD_BREAK },
		{ " h /bsd: OpenBSD 7.2 (GENERIC) #728", AUTHOR_KERNEL, WORD_BREAK },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct daemon_line d = message(lines[i].text);

		ck_assert_msg(d.author == lines[i].author && d.word == lines[i].word,
		    "%s: %s, word %d", lines[i].text, daemon_author_names[d.author],
		    (int)d.word);
	}
}
END_TEST

START_TEST(only_the_program_whose_words_they_are_is_believed)
{
	static const char *const lines[] = {
		" h sshd[9]: adjusting local clock by 0.750000s",
		" h sshd[9]: Invalid user System clock was stepped by 2.7 seconds",
		" h sshd[9]: ntpd[9]: time reset +2.750000 s",
		" h chronyd[9]: time reset +2.750000 s",
		" h ntpd[9]: System clock was stepped by 2.750000 seconds",
		" h systemd-timesyncd[9]: adjusting local clock by 0.750000s",
		" h chronyd[9] System clock was stepped by 2.750000 seconds",
		" h xntpd[9]: time reset +2.750000 s",
		" h ntpd[x]: time reset +2.750000 s",
		" h kernel: adjusting local clock by 0.750000s",
		" h kernel: [ 1.0] usb 1-1: Linux version 5",
		" Linux version 5.14.0",
		"",
		"\n",
		" ",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct daemon_line d = message(lines[i]);

		ck_assert_msg(d.word == WORD_NONE || d.word == WORD_ALIVE, "'%s' is %d",
		    lines[i], (int)d.word);
	}
}
END_TEST

START_TEST(an_amount_is_one_number_and_all_of_it)
{
	static const char *const lines[] = {
		" h ntpd[9]: adjusting local clock by s",
		" h ntpd[9]: adjusting local clock by -s",
		" h ntpd[9]: adjusting local clock by .5s",
		" h ntpd[9]: adjusting local clock by 0.5",
		" h ntpd[9]: adjusting local clock by nans",
		" h ntpd[9]: adjusting local clock by infs",
		" h ntpd[9]: adjusting local clock by 0x5s",
		" h ntpd[9]: adjusting local clock by --5s",
		" h ntpd[9]: adjusting local clock by 1e99s",
		" h ntpd[9]: adjusting local clock by 1e18s",
		" h ntpd[9]: adjusting local clock by 99999999999999999999999s",
		" h ntpd[9]: time reset +2.7",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ck_assert_msg(message(lines[i]).word == WORD_ALIVE, "%s", lines[i]);
	ck_assert(is_near(
	    message(" h ntpd[9]: adjusting local clock by 72927926.233466s").offset,
	    72927926.233466));
}
END_TEST

/* The columns are those that ntpd's and chrony's manuals give as examples. */
START_TEST(columns_tell_whose_they_are)
{
	struct daemon_line d = columns(
	    " 0.000006019 13.778190 0.000351733 0.0133806 6\n", STATISTICS_LOOPSTATS);

	ck_assert_int_eq(d.author, AUTHOR_NTPD);
	ck_assert_int_eq(d.word, WORD_OFFSET);
	ck_assert(is_near(d.offset, 6.019e-6) && is_near(d.error, 351.733e-6));
	ck_assert(is_near(d.skew, 0.0133806e-6) && d.path < 0);
	d = columns(" 127.127.4.1 9614 -0.001605376 0.000000000 0.001424877 0.000958674",
	    STATISTICS_PEERSTATS);
	ck_assert_int_eq(d.word, WORD_OFFSET);
	ck_assert(is_near(d.offset, -0.001605376) && is_near(d.path, 0.001424877));
	d = columns(" 2001:db8::1 161a 0.5 0.2 0.1 0.01", STATISTICS_PEERSTATS);
	ck_assert_int_eq(d.word, WORD_OFFSET);
	ck_assert(is_near(d.path, 0.2));
	d = columns(" 192.0.2.1 1414 0.5 0.2 0.1 0.01", STATISTICS_PEERSTATS);
	ck_assert_int_eq(d.word, WORD_NONE); /* a candidate, not the system's peer */
	d = columns(" 192.0.2.1 161a 0.5 0.2 7.937 0.01", STATISTICS_PEERSTATS);
	ck_assert_int_eq(d.word, WORD_NONE); /* the filter is not full yet */
	d = columns(" 128.4.1.1 128.4.1.20 3102453281.584327000 3102453281.586228000 "
		    "3102453332.540806000 3102453332.541458000",
	    STATISTICS_RAWSTATS);
	ck_assert_int_eq(d.word, WORD_NONE);
}
END_TEST

/* chrony.conf(5): in tracking.log a positive offset is of a clock that is fast of UTC, a
 * positive remaining correction of a system clock that is slow of it. */
START_TEST(chrony_turns_its_sign_from_file_to_file)
{
	struct daemon_line d = columns(
	    " 203.0.113.15     2     -3.541      0.075 -8.621e-06 N  2  2.940e-03 "
	    "-2.084e-04  1.534e-02  3.472e-04  8.304e-03",
	    STATISTICS_TRACKING);

	ck_assert_int_eq(d.author, AUTHOR_CHRONY);
	ck_assert_int_eq(d.word, WORD_OFFSET);
	ck_assert(is_near(d.offset, 8.621e-06 - 2.084e-04));
	ck_assert(is_near(d.error, 2.940e-03) && is_near(d.skew, 0.075e-6));
	ck_assert(is_near(d.path, 0.00767 + 3.472e-04));
	d = columns(
	    " 0.0.0.0          0     21.770      0.016  0.000e+00 ?  0  0.000e+00 "
	    "-9.664e-14  1.000e+00  1.000e+00  1.500e+00",
	    STATISTICS_TRACKING);
	ck_assert_int_eq(d.word, WORD_NONE);
	d = columns(
	    " PPS              1     21.770      0.016  6.169e-03 N  1  7.607e-07 "
	    " 2.144e-03  1.000e-09  2.426e-05  4.320e-02",
	    STATISTICS_TRACKING);
	ck_assert(is_near(d.offset, -6.169e-03 + 2.144e-03));
	d = columns(
	    " 203.0.113.15    N  2 111 111 1111  10 10 1.0 -4.966e-03  2.296e-01  "
	    "1.577e-05  1.615e-01  7.446e-03 CB00717B 4B D K",
	    STATISTICS_MEASUREMENTS);
	ck_assert_int_eq(d.word, WORD_OFFSET);
	ck_assert(is_near(d.offset, -4.966e-03));
	ck_assert(is_near(d.path, (0.2296 + 0.1615) / 2 + 1.577e-05 + 7.446e-03));
	d = columns(
	    " 203.0.113.15    N  2 111 101 1111  10 10 1.0 -4.966e-03  2.296e-01  "
	    "1.577e-05  1.615e-01  7.446e-03 CB00717B 4B D K",
	    STATISTICS_MEASUREMENTS);
	ck_assert_int_eq(d.word, WORD_NONE);
	d = columns(" 203.0.113.15     6.261e-03 -3.247e-03  2.220e-03  1.874e-06  "
		    "1.080e-06 7.8e-02  16   0   8  0.00",
	    STATISTICS_STATISTICS);
	ck_assert_int_eq(d.word, WORD_NONE);
}
END_TEST

START_TEST(what_has_other_columns_is_nobodys)
{
	static const char *const lines[] = { "", " ", " h ntpd[9]: time reset +2.7 s",
		" 1 2 3 4", " 1 2 3 4 x", " 1 2 3 4 5 6",
		" 192.0.2.1 zz14 0.5 0.2 0.1 0.01", " 192.0.2.1 11414 0.5 0.2 0.1 0.01",
		" 203.0.113.15 2 -3.541 0.075 -8.6e-06 Q 2 2.9e-03",
		" a b c d e f g h i j k l m n o p q r s t u v w x y z" };
	struct daemon_line d;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ck_assert_msg(daemon_log_statistics(lines[i], strlen(lines[i]), &d) ==
				  STATISTICS_NONE,
		    "%s", lines[i]);
}
END_TEST

/* A line that is cut, or of which octets are others, is read as a line or not at all. */
START_TEST(any_octets_are_read_within_their_bounds)
{
	static const char line[] =
	    " h chronyd[9]: System clock was stepped by -2.750000 seconds";

	for (int i = 0; i < 20000; i++) {
		char text[sizeof(line)];
		size_t n = law_below(sizeof(line));
		struct daemon_line d;

		memcpy(text, line, sizeof(line));
		for (size_t k = law_below(4); k > 0; k--)
			text[law_below(sizeof(line))] = (char)law_below(256);
		(void)daemon_log_message(text, n, &d);
		law_holds(isfinite(d.offset) && fabs(d.offset) < 1e18);
		(void)daemon_log_statistics(text, n, &d);
		law_holds(isfinite(d.offset) && fabs(d.offset) < 1e18);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("daemon_log");
	TCase *t = law_case(s);

	tcase_add_test(t, each_daemon_has_its_sign_and_here_is_one);
	tcase_add_test(t, what_is_said_without_a_number_counts_too);
	tcase_add_test(t, only_the_program_whose_words_they_are_is_believed);
	tcase_add_test(t, an_amount_is_one_number_and_all_of_it);
	tcase_add_test(t, columns_tell_whose_they_are);
	tcase_add_test(t, chrony_turns_its_sign_from_file_to_file);
	tcase_add_test(t, what_has_other_columns_is_nobodys);
	tcase_add_test(t, any_octets_are_read_within_their_bounds);
	return law_run(s);
}
