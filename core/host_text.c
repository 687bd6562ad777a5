#include "host_text.h"

#include <string.h>

#include "text.h"

#define UNIX_IN_NTP INT64_C(2208988800) /* 1970 in seconds since 1900 */

static const char *
find(const char *text, size_t n, const char *what)
{
	size_t length = strlen(what);

	for (size_t i = 0; i + length <= n; i++)
		if (memcmp(text + i, what, length) == 0)
			return text + i;
	return NULL;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

bool
host_text_has_word(const char *text, size_t n, const char *word)
{
	const char *end = text + n;
	size_t length = strlen(word);
	const char *at = text;

	while ((at = find(at, (size_t)(end - at), word)) != NULL) {
		if ((at == text || is_space(at[-1])) &&
		    (at + length == end || is_space(at[length])))
			return true;
		at++;
	}
	return false;
}

const char *
host_text_cgroup_container(const char *text, size_t n)
{
	static const struct {
		const char *mark, *name;
	} engines[] = {
		{ "kubepods", "kubernetes" },
		{ "libpod", "podman" },
		{ "docker", "docker" },
		{ "containerd", "containerd" },
		{ "/lxc", "lxc" },
		{ "/buildkit", "buildkit" },
	};

	for (size_t i = 0; i < sizeof(engines) / sizeof(*engines); i++)
		if (find(text, n, engines[i].mark) != NULL)
			return engines[i].name;
	return NULL;
}

static void
skip_spaces(struct scan *s)
{
	while (s->at < s->end && is_space(*s->at))
		s->at++;
}

static int64_t
scan_offset(struct scan *s, const char *clock)
{
	int64_t seconds;
	int64_t ns;

	skip_spaces(s);
	scan_literal(s, clock);
	skip_spaces(s);
	seconds = scan_int(s);
	skip_spaces(s);
	ns = scan_int(s);
	if (__builtin_mul_overflow(seconds, INT64_C(1000000000), &seconds) ||
	    __builtin_add_overflow(seconds, ns, &seconds))
		s->failed = true;
	return seconds;
}

bool
host_text_time_namespace(
    const char *text, size_t n, int64_t *monotonic_ns, int64_t *boottime_ns)
{
	struct scan s = { text, text + n, false };

	*monotonic_ns = scan_offset(&s, "monotonic");
	*boottime_ns = scan_offset(&s, "boottime");
	return !s.failed;
}

bool
host_text_leap_expiry(const char *text, size_t n, int64_t *expiry)
{
	struct scan s = { text, text + n, false };
	uint64_t seconds;

	if (!scan_peek(&s, "#@"))
		s.at = find(text, n, "\n#@");
	if (s.at == NULL)
		return false;
	s.at += *s.at == '\n' ? 3 : 2;
	skip_spaces(&s);
	seconds = scan_uint(&s);
	*expiry = (int64_t)seconds - UNIX_IN_NTP;
	return !s.failed && seconds < UINT64_C(1) << 40;
}

bool
host_text_zone_rule(const char *data, size_t n, char *out, size_t size)
{
	size_t begin;

	if (n < 6 || memcmp(data, "TZif", 4) != 0 || data[4] < '2' || data[n - 1] != '\n')
		return false;
	for (begin = n - 1; begin > 0 && data[begin - 1] != '\n'; begin--)
		;
	if (begin == 0 || n - 1 - begin == 0 || n - 1 - begin >= size)
		return false;
	for (size_t i = begin; i < n - 1; i++)
		if (data[i] < 0x21 || data[i] > 0x7e)
			return false;
	memcpy(out, data + begin, n - 1 - begin);
	out[n - 1 - begin] = '\0';
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t
scan_word(struct scan *s, int digits)
{
	uint32_t v = 0;

	for (int i = 0; i < digits; i++, s->at++) {
		int d = s->at < s->end ? hex_value(*s->at) : -1;

		if (d < 0) {
			s->failed = true;
			return 0;
		}
		v = v << 4 | (uint32_t)d;
	}
	return v;
}

static void
skip_field(struct scan *s)
{
	skip_spaces(s);
	while (s->at < s->end && !is_space(*s->at))
		s->at++;
}

/* sl: local:port remote:port st tx:rx tr:when retransmits uid timeout inode ... */
bool
host_text_socket_row(const char *line, size_t n, struct socket_row *out)
{
	struct scan s = { line, line + n, false };

	*out = (struct socket_row){ .words = 0 };
	skip_field(&s);
	skip_spaces(&s);
	for (; out->words < 4 && !scan_peek(&s, ":") && !s.failed; out->words++)
		out->local[out->words] = scan_word(&s, 8);
	scan_literal(&s, ":");
	out->port = (int)scan_word(&s, 4);
	skip_field(&s);
	skip_spaces(&s);
	out->state = scan_word(&s, 2);
	for (int i = 0; i < 3; i++)
		skip_field(&s);
	skip_spaces(&s);
	out->uid = (int64_t)scan_uint(&s);
	return !s.failed && (out->words == 1 || out->words == 4);
}

static bool
mentions(const char *command, const char *what)
{
	return find(command, strlen(command), what) != NULL;
}

/* The ISC's program, NTPsec's, OpenBSD's and BusyBox's have one name. */
static const char *
which_ntpd(const char *command)
{
	if (mentions(command, "ntpsec"))
		return "ntpsec";
	if (mentions(command, "openntpd") || mentions(command, "ntp engine") ||
	    mentions(command, "dns engine"))
		return "openntpd";
	return mentions(command, "busybox") ? "busybox ntpd" : "ntpd";
}

const char *
host_text_time_daemon(const char *name, const char *command)
{
	static const struct {
		const char *name, *program;
	} known[] = {
		{ "chronyd", "chrony" },
		{ "ntpd", NULL },
		{ "openntpd", "openntpd" },
		{ "ntp-daemon", "ntpd-rs" },
		{ "systemd-timesyn", "systemd-timesyncd" },
		{ "ptp4l", "ptp4l" },
		{ "phc2sys", "phc2sys" },
		{ "ts2phc", "ts2phc" },
		{ "timemaster", "timemaster" },
		{ "ptpd", "ptpd" },
		{ "ptpd2", "ptpd" },
		{ "statime", "statime" },
		{ "sntp", "sntp" },
		{ "sntpd", "sntpd" },
		{ "ntpdate", "ntpdate" },
		{ "ntpclient", "ntpclient" },
		{ "rdate", "rdate" },
		{ "htpdate", "htpdate" },
		{ "tlsdated", "tlsdated" },
		{ "sdwdate", "sdwdate" },
		{ "clockspeed", "clockspeed" },
		{ "connmand", "connman" },
		{ "vmtoolsd", "open-vm-tools" },
		{ "VBoxService", "virtualbox guest additions" },
		{ "qemu-ga", "qemu guest agent" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].program != NULL ? known[i].program
							: which_ntpd(command);
	return NULL;
}
