/*
 * The configuration file: text -> struct config, or a message that names file, line, key
 * and what is allowed. Any error refuses the whole file. The only user of inih.
 */
#ifndef CLOCKWITNESSD_CONFIG_H
#define CLOCKWITNESSD_CONFIG_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "association.h"
#include "calibration.h"
#include "log.h"
#include "loop.h"
#include "record.h"

struct config_server {
	char name[SERVER_NAME_SIZE];
	char address[RECORD_TEXT_SIZE]; /* host name or number */
	int port;
	int minpoll, maxpoll; /* -1: as in [daemon] */
	int burst;
	int pool; /* so many addresses of the name, each a server */
	bool common;
	bool interleaved;
};

#define CONFIG_USER_SIZE 64

struct config {
	char evidence[PATH_MAX]; /* directory; empty: none */
	int minpoll, maxpoll;    /* poll exponents */
	int watch; /* s: the host's clocks are read so often; 0: not for their own sake */
	int seal;  /* s: at most so long is a record without a seal */
	int sync;  /* s: at most so long is an exchange not on disk */
	char status[PATH_MAX];      /* of the socket; empty: none */
	int64_t rotate_size;        /* octets a file; 0: any */
	int64_t rotate_age;         /* s: a file is written to for so long; 0: for ever */
	int64_t keep_size;          /* octets, all files; 0: all are kept */
	bool compress;              /* closed files */
	int64_t announce;           /* s: the head is said so often; 0: only at events */
	bool syslog;                /* heads go there, too */
	char hwtimestamp[IFNAMSIZ]; /* network interface; empty: none */
	char user[CONFIG_USER_SIZE]; /* that the process becomes; empty: nobody else */
	bool confine;
	enum log_level log;
	char file[RECORD_TEXT_SIZE]; /* what was read; empty: nothing */
	struct digest digest;        /* of that */
	size_t servers;
	struct config_server server[MAX_SERVERS];
};

#define CONFIG_MESSAGE_SIZE 512

/* One key as a row of a table, for the parser, the tests and the manual's check. */
struct config_key {
	const char *key;
	const char *fallback; /* as it is written; NULL: none */
	const char *allowed;
};

extern const struct config_key config_daemon_keys[];
extern const size_t config_daemon_key_count;
extern const struct config_key config_server_keys[];
extern const size_t config_server_key_count;

/* What holds where no file says otherwise; no servers. */
void config_defaults(struct config *c);

/* Without a file nothing outside the evidence's directory is touched. */
void config_bare(struct config *c);

/*
 * Reads a file; config_finish() is due. false: message says what is wrong, where, and
 * what is allowed.
 */
bool config_load(const char *path, struct config *out, char message[CONFIG_MESSAGE_SIZE]);

/* The same from text; `name` stands for the file in messages. */
bool config_read(const char *text, size_t n, const char *name, struct config *out,
    char message[CONFIG_MESSAGE_SIZE]);

/* Do both say the same, or the same of the servers? */
bool config_equal(const struct config *a, const struct config *b);
bool config_servers_equal(const struct config *a, const struct config *b);

/* "host", "host:port", "[v6]:port", "v6" of the command line. false: message. */
bool config_add_argument(
    struct config *c, const char *argument, char message[CONFIG_MESSAGE_SIZE]);

/* "key=value" of [daemon], or of all servers. false: message. */
bool config_add_setting(
    struct config *c, const char *setting, char message[CONFIG_MESSAGE_SIZE]);

/* Fills in what servers inherit, checks what spans several keys. false: message. */
bool config_finish(struct config *c, const char *name, char message[CONFIG_MESSAGE_SIZE]);

#endif
