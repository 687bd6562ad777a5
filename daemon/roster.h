/*
 * Which servers there are: from the configuration to peers, from names to addresses. A
 * `pool` section stands for several peers; names are asked for again when a peer is
 * silent.
 */
#ifndef CLOCKWITNESSD_ROSTER_H
#define CLOCKWITNESSD_ROSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "calibration.h"
#include "config.h"
#include "loop.h"
#include "peer.h"

struct roster;

struct roster_name {
	struct roster *roster;
	const struct config_server *server;
	size_t first, count;      /* its peers */
	struct loop_timer *timer; /* when to ask again */
	bool asked;               /* a query is under way */
	struct loop_query *query;
	bool failed;    /* the last one gave no address */
	int failures;   /* in a row */
	char error[96]; /* of the last failure, said once */
};

typedef void roster_changed(void *arg);

struct roster {
	struct loop *loop;
	int stamping; /* a socket that keeps the kernel's stamping on; < 0: none */
	struct calibrator *calibrator; /* its servers are the peers */
	size_t peers;
	struct peer peer[MAX_SERVERS];
	size_t names;
	struct roster_name name[MAX_SERVERS];
	roster_changed *changed; /* a name was answered, or will not be */
	void *arg;
};

/* 0 or -errno; resolves all names. fixed_poll: 0 for none; burst: -1 as configured. */
struct roster_rules {
	struct span fixed_poll;
	int burst;
	const struct phc *phc; /* may have none */
};

int roster_open(struct roster *r, const struct config *c,
    const struct roster_rules *rules, peer_exchanged *exchanged, void *arg);
void roster_close(struct roster *r);

/* The peer has been silent for its last eight requests: perhaps its name moved. */
void roster_silent(struct roster *r, size_t peer);

/* Nothing is known yet about whether this peer will get an address. */
bool roster_waiting(const struct roster *r, size_t peer);

#endif
