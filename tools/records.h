/*
 * Reads evidence: files and directories, in the order in which they were written, every
 * line checked before it is handed on. Evidence counts up to the first line that does not
 * hold, and is handed on up to the last seal: anybody could have written what no seal
 * covers. What stands after that in its chain is not handed on, unless it is asked for.
 */
#ifndef CLOCKWITNESS_RECORDS_H
#define CLOCKWITNESS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "record.h"

struct records_file {
	char *path;
	char *data; /* the whole file, mapped or read */
	size_t size;
	bool mapped;
	/* from its first line */
	bool understood;
	struct record_previous previous; /* of a start record */
	bool has_previous;
	char previous_file[RECORD_TEXT_SIZE]; /* of a continue record; else empty */
	char host[RECORD_TEXT_SIZE];
	char boot_id[64];
	struct digest fingerprint;      /* of the first seal's key; of a start record */
	struct system_time at, boot_at; /* boot_at: the first of its boot's files */
	struct raw_time raw;
	/* filled in by records_walk() */
	uint64_t lines;     /* that hold */
	uint64_t sealed;    /* of those, so many are covered by a seal */
	uint64_t torn;      /* octets after the last newline */
	struct digest head; /* of the last line that holds */
	uint64_t seq;       /* of that line */
	struct system_time last_at;
	bool stopped, ended;         /* a stop record; the last seal */
	bool broken;                 /* a line does not hold */
	bool skipped;                /* goes on from a broken one */
	struct records_file *before; /* the one it goes on from */
	struct chain_checker end;    /* after its last line that holds */
	const char *waiting;         /* from here on nothing has been handed on */
	uint64_t waiting_number;     /* of that line */
	const char *held;            /* up to here it holds */
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

struct records_visitor {
	/* a record that holds and is sealed (or, with unverified, any that can be
	 * decoded); may be NULL */
	void (*record)(void *arg, const struct records_line *l, const struct record *r);
	/* a line that does not hold; its time, if known */
	void (*finding)(void *arg, const struct records_line *l,
	    struct chain_result result, const struct record *r);
	void *arg;
	bool unverified;
};

/* Opens files and the *.jsonl of directories; "-" is standard input. false: said why. */
bool records_open(struct records *r, char *const paths[], size_t n);
void records_close(struct records *r);

/* Every line of every file, once. */
void records_walk(struct records *r, const struct records_visitor *v);

#endif
