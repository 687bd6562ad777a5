/*
 * Reads evidence: files and directories, in the order in which they were written, every
 * line checked before it is handed on. Evidence counts up to the first line that does not
 * hold, and is handed on up to the last seal: anybody could have written what no seal
 * covers. What stands after that in its chain is not handed on, unless it is asked for.
 *
 * In memory is a window of one file, and what waits for the next seal.
 */
#ifndef CLOCKWITNESS_RECORDS_H
#define CLOCKWITNESS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "chain.h"
#include "record.h"

/* Lines that hold, until a seal covers them. */
struct records_waiting {
	char *text;
	size_t used, room;
	size_t held;     /* so much of it the line after bears out */
	uint64_t number; /* of the first line */
};

struct records_file {
	char *path;
	char *twin; /* it is there under this name, too, compressed; or NULL */
	int fd;     /* -1: opened by its path when it is read */
	dev_t device;
	ino_t inode;
	int64_t octets_there; /* as it lies there, perhaps compressed */
	/* of its first line */
	bool any; /* it is a record; false: there is no whole line, or it is none */
	uint64_t first_seq;
	struct digest first_prev;
	/* from its first start or continue record; of a file that ended before that came,
	 * and holds nothing but lines of another one, as that one's; else none is
	 * understood */
	bool understood;
	bool headless;                   /* it ended so */
	struct record_previous previous; /* of a start record */
	bool has_previous;
	char previous_file[RECORD_TEXT_SIZE]; /* of a continue record; else empty */
	char host[RECORD_TEXT_SIZE];
	char boot_id[64];
	struct digest fingerprint; /* of the first seal's key; of a start record */
	struct system_time at;
	struct raw_time raw;
	size_t boot;  /* 0.. in the order of writing, as far as it can be told */
	bool repeats; /* it begins with lines of the file before it */
	bool unread;  /* left out by records_narrow() */
	/* filled in by records_walk() */
	uint64_t lines_before; /* of its chain, in the files before it */
	uint64_t octets;       /* of the lines that hold */
	uint64_t repeated;     /* lines of the file before, which count there */
	uint64_t lines;        /* that hold, after those */
	uint64_t sealed;       /* of those, so many are covered by a seal */
	uint64_t torn;         /* octets after the last newline */
	struct digest head;    /* of the last line that holds */
	uint64_t seq;          /* of that line */
	struct system_time last_at;
	bool stopped, ended;         /* a stop record; the last seal */
	bool broken;                 /* a line does not hold */
	bool skipped;                /* goes on from a broken one */
	struct records_file *before; /* the one it goes on from */
	struct chain_checker end;    /* after its last line that holds */
	struct records_waiting waiting;
};

struct records {
	struct records_file *file;
	size_t files;
};

struct records_line {
	struct records_file *file;
	uint64_t number;  /* 1.. */
	const char *text; /* with its newline */
	size_t length;
};

/* The first line of a file that does not hold. */
struct records_damage {
	const struct records_file *file;
	uint64_t line;
	const char *kind; /* a word for machines: chain_finding_names, or "unreadable" */
	char words[512];  /* the rest of a sentence that begins with "this line" */
	bool has_at;
	struct system_time at; /* of that line, or the last one before it */
};

struct records_visitor {
	/* a record that holds and is sealed (or, with unverified, any that can be
	 * decoded); may be NULL */
	void (*record)(void *arg, const struct records_line *l, const struct record *r);
	/* a line that holds as far as the lines before it tell, sealed or not, as soon
	 * as it is read; if it does not, damage() tells so at the next; may be NULL */
	void (*checked)(void *arg, const struct records_line *l, const struct record *r,
	    const struct digest *digest);
	void (*damage)(void *arg, const struct records_damage *d);
	void *arg;
	bool unverified;
};

/*
 * Opens files and the *.jsonl and *.jsonl.zst of directories; "-" is standard input.
 * false: said why. They are in the order of writing: of one boot by the raw clock, which
 * nobody can set; boots by what their start records say of the files before them; and only
 * where nothing says more, by the host's clock, which may have been set back.
 */
bool records_open(struct records *r, char *const paths[], size_t n);
void records_close(struct records *r);

/* Times of the host's clock, and how far around them counts, too. */
struct records_range {
	struct system_time from, to;
	struct span margin;
};

/*
 * Leaves out the files that lie wholly outside the range; so many. How far a file reaches
 * is told by its first reading and that of the file that names it as the one before;
 * where there is none in the same boot, it is not left out. A file whose
 * predecessor is left out counts as one that is read alone: its own first record names
 * the key that its first seal is checked by. Of a file that is left out after one that
 * is not, the first line is checked: it tells where that ended.
 *
 * What a file that is left out holds is not known: the clock may have been set in it to
 * the range, and back.
 */
size_t records_narrow(struct records *r, const struct records_range *range);

/* Every line of every file that is not left out, once. */
void records_walk(struct records *r, const struct records_visitor *v);

/* The number of the last line in the file that holds; 0: none does. */
uint64_t records_last_line(const struct records_file *f);

/* Does the evidence call the file so? Its name without directory, and not compressed. */
bool records_is_called(const struct records_file *f, const char *name);
bool records_same_directory(const struct records_file *a, const struct records_file *b);

/* The file's name as the evidence calls it. */
void records_name(const struct records_file *f, char out[RECORD_TEXT_SIZE]);

#endif
