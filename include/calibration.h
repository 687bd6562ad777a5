/*
 * The composer: exchanges of all servers in, calibrations out. It calls the stages (clock
 * filter, drift, selection, fit) in order and knows no packet, no file and no clock.
 *
 * It is fed with nothing but what the records of the evidence hold, in their order, by
 * the daemon and by who replays its evidence alike (replay.h does it for both):
 *
 *   start        the servers, of no address yet
 *   reload       the servers anew, if they are not the same
 *   exchange     the server's address, if it is another; then, if the request has ended,
 *                the record's own reading of the clocks, the exchange and its sample,
 *                which follows from the exchange
 *   calibration  the addresses of all servers: nothing else tells of one that was not
 *                asked yet
 *   clock        the knot, if it has one: there the rate of the host's clock changed
 *   event        step, leap: the readings before and after it; slew: the knot; suspend,
 *                clocksource: all that was measured is forgotten
 *
 * `now` of a conclusion is the reading of the record that holds it. Any other reading of
 * the clocks, and what was not recorded for whatever reason, has no part in it.
 */
#ifndef CLOCKWITNESS_CALIBRATION_H
#define CLOCKWITNESS_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock_filter.h"
#include "drift.h"
#include "exchange.h"
#include "host_rate.h"
#include "sample.h"
#include "selection.h"
#include "timescale.h"

/* Raised whenever any conclusion could differ from the same exchanges. */
#define CALIBRATION_METHOD 3

#define SERVER_NAME_SIZE 128   /* with the NUL */
#define SERVER_ADDRESS_SIZE 64 /* numeric, with port and NUL */

struct calibration_pair {
	struct span offset, delay;
};

struct server_calibration {
	char name[SERVER_NAME_SIZE];
	char address[SERVER_ADDRESS_SIZE]; /* empty: not resolved yet */
	enum verdict verdict;
	uint8_t reach; /* the last eight requests, newest in bit 0; 1: it gave a sample */
	struct span root_distance;
	size_t pairs;                                      /* <= CLOCK_FILTER_STAGES */
	struct calibration_pair pair[CLOCK_FILTER_STAGES]; /* newest first */
};

/* What we know at one moment. Offset and frequency have design signs: UTC - host. */
struct calibration {
	enum selection_outcome outcome;
	int candidates, truechimers;
	bool selected; /* with one: all down to `samples` holds */
	char server[SERVER_NAME_SIZE];
	bool common; /* the server is an unsynchronised, common time base: not UTC */
	struct span offset;        /* UTC - host clock, now */
	struct span utc_minus_raw; /* now */
	struct span delay;         /* of the selected server's best sample */
	struct span jitter;        /* psi of its clock filter */
	struct span root_distance;
	double frequency;       /* d(UTC - host)/d(host), s/s; positive: the host loses */
	double frequency_error; /* s/s, one standard deviation */
	double oscillator;      /* d(UTC - raw)/d(raw), s/s */
	struct span noise;      /* 95 %, statistical only */
	struct span uncertainty; /* 95 %, with the systematic part; <= bound */
	struct span
	    bound; /* UTC lies within offset +- bound if most candidates are true */
	struct span length; /* from the first sample of the fit to its last */
	size_t samples;
	size_t servers;
	struct server_calibration server_at[MAX_SERVERS];
};

/* What came of asking one address. All zero: it was not asked. */
struct measured {
	char address[SERVER_ADDRESS_SIZE];
	bool asked; /* at least one request has ended */
	bool denied;
	bool common; /* its last sample was unsynchronised */
	uint8_t reach;
	uint8_t answered; /* as reach; 1: it gave a reply, usable or not */
	enum fault last_fault;
	uint8_t stratum; /* of the last sample; so the next two */
	struct span root_delay, root_dispersion;
	struct clock_filter filter;
	struct drift_history history;
	/* of these two, as of the last sample; worth the room: all servers are judged at
	 * each exchange of one */
	struct drift drift;
	struct estimate estimate;
};

struct calibrated_server {
	char name[SERVER_NAME_SIZE];
	char address[SERVER_ADDRESS_SIZE]; /* what it has now; empty: not resolved yet */
	bool common_allowed;
	struct measured measured; /* counts while it is of that address */
};

struct calibrator {
	size_t servers;
	struct calibrated_server server[MAX_SERVERS];
	struct host_rate host_rate;
};

/* What there is of it: most hosts ask far fewer than MAX_SERVERS. */
void calibration_copy(struct calibration *to, const struct calibration *from);

/*
 * Adds a server; its index, or -1: there are MAX_SERVERS, or the name is there already,
 * or name or address are too long.
 */
int calibrator_add(
    struct calibrator *c, const char *name, const char *address, bool common);

/* The index of the server of this name, or -1. */
int calibrator_find(const struct calibrator *c, const char *name);

/*
 * The server has, or now has another, address. What was measured at the old one counts no
 * more, and is forgotten with the first exchange with the new one.
 */
void calibrator_readdress(struct calibrator *c, size_t server, const char *address);

/* The raw clock stood still (suspend): nothing measured before says anything of now. */
void calibrator_forget(struct calibrator *c);

/* Would the sample come within three standard errors of what is expected of it? */
bool calibrator_predicts(
    const struct calibrator *c, size_t server, const struct sample *sample);

/* Takes an exchange; sample: what it gave, NULL where x->fault says that it gave none. */
void calibrator_exchange(struct calibrator *c, size_t server, const struct exchange *x,
    const struct sample *sample);

/* Who is believed at this reading of the clocks; out as of selection.h. */
void calibrator_judge(
    const struct calibrator *c, const struct clock_reading *now, struct selection *out);

/* What is known at this reading of the clocks; out->server_at[out->servers] and on are
 * left as they are. */
void calibrator_conclude(
    const struct calibrator *c, const struct clock_reading *now, struct calibration *out);

#endif
