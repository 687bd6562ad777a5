/*
 * One server on the wire: does what its association says, and hands over each exchange.
 * A new socket for each request, closed when the request has ended.
 */
#ifndef CLOCKWITNESSD_PEER_H
#define CLOCKWITNESSD_PEER_H

#include <stdbool.h>

#include "association.h"
#include "exchange.h"
#include "loop.h"
#include "phc.h"
#include "sample.h"
#include "stamp.h"

struct peer;

/*
 * Called for every reply, refused or not, and for every request that ended without one.
 * at: the clocks at the reply, or now; sample: NULL if the exchange gave none.
 */
typedef void peer_exchanged(void *arg, struct peer *p, const struct exchange *x,
    const struct clock_reading *at, const struct sample *sample);

/* Called when it has sent a request because it was time: others may join it. */
typedef void peer_asks(void *arg, const struct peer *p);

struct peer {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_watch *watch;
	int fd; /* -1: no request is out */
	bool has_address;
	struct loop_address address;
	struct association association;
	struct association_rules rules;
	const struct phc *phc; /* an interface's clock that stamps */
	struct stamp_frame
	    frame;          /* before: the clocks just before the request was sent */
	struct stamps sent; /* when it left */
	uint32_t spread;    /* random, of this request; see association_end() */
	unsigned ended;     /* requests that have ended, since it got its address */
	bool paused;
	peer_exchanged *exchanged;
	void *arg;
	peer_asks *asks; /* NULL: nobody cares */
	void *asks_arg;
};

/* 0 or -ENOMEM. It asks nothing before it has an address. */
int peer_open(struct peer *p, struct loop *l, const struct association_rules *rules,
    peer_exchanged *exchanged, void *arg);
void peer_close(struct peer *p);

/* Starts asking this address, with a burst, at once. */
void peer_set_address(struct peer *p, const struct loop_address *a);

/* Asks now, if no request is out. */
void peer_hurry(struct peer *p);

/* Asks now, if it may a little before it is time. */
void peer_join(struct peer *p);

/* A clock has changed its ways: no reply completes what was measured before. */
void peer_forget(struct peer *p);

/* Asks no more. */
void peer_pause(struct peer *p);

#endif
