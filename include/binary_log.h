/*
 * Logs that are no text: where their time stamps stand. A log is taken apart item by item
 * from its beginning; of each only its head is looked at, so packets of any size need no
 * memory. What is not understood is said, never guessed.
 *
 * Sources: glibc's <utmp.h> and <lastlog.h> by architecture; Linux's <linux/acct.h>;
 * pcap-savefile(5); draft-ietf-opsawg-pcapng; systemd's "Journal Export Formats".
 */
#ifndef CLOCKWITNESS_BINARY_LOG_H
#define CLOCKWITNESS_BINARY_LOG_H

#include "binary_stamp.h"

enum binary_format {
	BINARY_NONE,
	BINARY_UTMP, /* utmp, wtmp, btmp */
	BINARY_LASTLOG,
	BINARY_ACCOUNTING,
	BINARY_PCAP,
	BINARY_PCAPNG,
	BINARY_EXPORT,  /* of the journal */
	BINARY_JOURNAL, /* the journal's own files: not read here */
	BINARY_FORMATS
};

struct binary_format_words {
	const char *name, *where, *stamps;
};

extern const struct binary_format_words binary_formats[BINARY_FORMATS];

/* BINARY_NONE: there is none of this name. */
enum binary_format binary_format_find(const char *name);

/* Of one section of pcapng; of interfaces in a row that count alike it is one. */
#define BINARY_INTERFACES 1024
#define BINARY_LOOK 16384 /* octets of a head at most; more than they are not asked for */
#define BINARY_PEEK 4096  /* octets that are looked at, at least, to tell records */

struct binary_interface {
	uint32_t first;      /* and those behind it, up to the next */
	uint64_t per_second; /* 0: not known */
	int64_t offset_s;
};

struct fixed_layout;

struct binary_log {
	enum binary_format format;
	bool big;                          /* most significant octet first */
	const struct fixed_layout *layout; /* of records of fixed size */
	size_t record;                     /* their size; else 0 */
	bool begun;                        /* pcap: its header is past */
	int32_t unit_ns;                   /* pcap */
	size_t packet_header;              /* pcap: octets */
	bool whole;      /* export: no more octets will come than those that are given */
	bool in_section; /* pcapng */
	uint32_t interfaces, known; /* described, and kept how they count */
	size_t kinds;
	struct binary_interface interface[BINARY_INTERFACES];
};

enum binary_guess {
	BINARY_IS_NOT,
	BINARY_IS,
	BINARY_MAY_BE /* more octets would tell */
};

/*
 * Is this the beginning of a binary log? wish: this format and no other, or BINARY_NONE.
 * whole: there are no more octets than these.
 */
enum binary_guess binary_log_begin(struct binary_log *b, enum binary_format wish,
    const uint8_t *octets, size_t n, bool whole);

enum binary_note {
	BINARY_NOTHING,
	BINARY_CLOCK_WAS, /* utmp's OLD_TIME: the clock was set, and showed this before */
	BINARY_CLOCK_IS,  /* NEW_TIME: and this afterwards */
	BINARY_STRANGE    /* its stamps cannot be understood */
};

struct binary_stamp {
	size_t at; /* in the head */
	struct binary_form form;
};

/* What stands beside a stamp of the journal. */
struct binary_uptime {
	bool known;
	int64_t us;       /* since the boot, less than 10^18 */
	uint8_t boot[32]; /* its ID, hexadecimal digits */
};

#define BINARY_STAMPS 3

struct binary_item {
	size_t head;   /* octets that were looked at */
	uint64_t rest; /* behind them, that belong to it */
	bool
	    to_newline; /* so does all up to the next newline, behind which the next begins */
	bool is_record; /* to be counted: a login, a packet, an entry */
	enum binary_note note;
	size_t stamps; /* for BINARY_CLOCK_*, one, which is not to be changed */
	struct binary_stamp stamp[BINARY_STAMPS];
	struct binary_uptime up;
};

enum binary_step {
	BINARY_ITEM,
	BINARY_MORE, /* n octets are not enough; BINARY_LOOK always are */
	BINARY_LOST  /* this is no item: from here on nothing can be told */
};

enum binary_step binary_log_next(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out);

#endif
