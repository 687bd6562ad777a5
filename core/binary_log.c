#include "binary_log.h"

#include <string.h>

#include "binary_parts.h"

const struct binary_format_words binary_formats[BINARY_FORMATS] = {
	[BINARY_NONE] = { "none", "", "" },
	[BINARY_UTMP] = { "utmp", "utmp, wtmp, btmp: who logged in; last, lastb",
	    "ut_tv, us; OLD_TIME and NEW_TIME are reported, not changed" },
	[BINARY_LASTLOG] = { "lastlog", "the last login of each user", "ll_time, 1 s" },
	[BINARY_ACCOUNTING] = { "acct", "process accounting: lastcomm, sa",
	    "ac_btime, 1 s" },
	[BINARY_PCAP] = { "pcap", "packets: tcpdump", "of each packet, us or ns" },
	[BINARY_PCAPNG] = { "pcapng", "packets: Wireshark, dumpcap",
	    "of packets and interface statistics, in the unit of the interface" },
	[BINARY_EXPORT] = { "journal-export", "journalctl -o export",
	    "__REALTIME_TIMESTAMP, _SOURCE_REALTIME_TIMESTAMP, us" },
	[BINARY_JOURNAL] = { "journal", "the journal's own files: written as its export",
	    "as of journal-export" },
};

enum binary_format
binary_format_find(const char *name)
{
	for (int i = BINARY_NONE + 1; i < BINARY_FORMATS; i++)
		if (strcmp(name, binary_formats[i].name) == 0)
			return (enum binary_format)i;
	return BINARY_NONE;
}

/* ---- what it is */

static const struct {
	enum binary_format format;
	size_t octets;
	const char *magic;
} magics[] = {
	{ BINARY_PCAP, 4, "\xa1\xb2\xc3\xd4" },
	{ BINARY_PCAP, 4, "\xd4\xc3\xb2\xa1" },
	{ BINARY_PCAP, 4, "\xa1\xb2\x3c\x4d" },
	{ BINARY_PCAP, 4, "\x4d\x3c\xb2\xa1" },
	{ BINARY_PCAP, 4, "\xa1\xb2\xcd\x34" },
	{ BINARY_PCAP, 4, "\x34\xcd\xb2\xa1" },
	{ BINARY_PCAPNG, 4, "\x0a\x0d\x0d\x0a" },
	{ BINARY_EXPORT, 9, "__CURSOR=" },
	{ BINARY_EXPORT, 21, "__REALTIME_TIMESTAMP=" },
	{ BINARY_JOURNAL, 8, "LPKSHHRH" },
};

static enum binary_guess
by_magic(struct binary_log *b, enum binary_format wish, const uint8_t *octets, size_t n,
    bool whole)
{
	enum binary_guess guess = BINARY_IS_NOT;

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		size_t least = n < magics[i].octets ? n : magics[i].octets;

		if ((wish != BINARY_NONE && wish != magics[i].format) ||
		    memcmp(octets, magics[i].magic, least) != 0)
			continue;
		if (least == magics[i].octets) {
			b->format = magics[i].format;
			return BINARY_IS;
		}
		if (!whole)
			guess = BINARY_MAY_BE;
	}
	return guess;
}

static bool
is_fixed(enum binary_format f)
{
	return f == BINARY_UTMP || f == BINARY_LASTLOG || f == BINARY_ACCOUNTING;
}

enum binary_guess
binary_log_begin(struct binary_log *b, enum binary_format wish, const uint8_t *octets,
    size_t n, bool whole)
{
	enum binary_guess guess = BINARY_IS_NOT;

	memset(b, 0, sizeof(*b));
	if (n == 0)
		return whole ? BINARY_IS_NOT : BINARY_MAY_BE;
	if (!is_fixed(wish))
		guess = by_magic(b, wish, octets, n, whole);
	if (guess == BINARY_IS && b->format == BINARY_PCAP)
		(void)pcap_begin(b, octets);
	/* an entry may begin with any field */
	if (wish == BINARY_EXPORT && guess == BINARY_IS_NOT) {
		b->format = BINARY_EXPORT;
		return BINARY_IS;
	}
	if (guess != BINARY_IS_NOT || (wish != BINARY_NONE && !is_fixed(wish)))
		return guess;
	return fixed_begin(b, wish, octets, n, whole);
}

enum binary_step
binary_log_next(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	memset(out, 0, sizeof(*out));
	switch (b->format) {
	case BINARY_UTMP:
	case BINARY_LASTLOG:
	case BINARY_ACCOUNTING:
		return fixed_next(b, octets, n, out);
	case BINARY_PCAP:
		return pcap_next(b, octets, n, out);
	case BINARY_PCAPNG:
		return pcapng_next(b, octets, n, out);
	case BINARY_EXPORT:
		return export_next(b, octets, n, out);
	case BINARY_NONE:
	case BINARY_JOURNAL:
	case BINARY_FORMATS:
		break;
	}
	return BINARY_LOST;
}
