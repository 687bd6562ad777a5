/*
 * The composer: exchanges of all servers in, calibrations out. It calls the stages (clock
 * filter, drift, selection) in order and knows no packet, no file and no clock, so the
 * same exchanges give the same calibrations to the daemon and to who replays its
 * evidence.
 */
#ifndef CLOCKWITNESS_CALIBRATION_H
#define CLOCKWITNESS_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock_filter.h"
#include "drift.h"
#include "exchange.h"
#include "sample.h"
#include "selection.h"
#include "timescale.h"

/* Raised whenever any conclusion could differ from the same exchanges. */
#define CALIBRATION_METHOD 1

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
	struct span bound;  /* UTC lies within offset +- bound if the server is true */
	struct span length; /* from the first sample of the fit to its last */
	size_t samples;
	size_t servers;
	struct server_calibration server_at[MAX_SERVERS];
};

struct calibrated_server {
	char name[SERVER_NAME_SIZE];
	char address[SERVER_ADDRESS_SIZE];
	bool common_allowed;
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
};

struct calibrator {
	size_t servers;
	struct calibrated_server server[MAX_SERVERS];
	/* two readings of the clocks of this host, for the rate between them */
	struct clock_reading older, newer;
	bool has_reading;
};

/* Adds a server; its index, or -1: there are MAX_SERVERS, or name or address too long. */
int calibrator_add(
    struct calibrator *c, const char *name, const char *address, bool common);

/* The server has, or now has another, address: samples of the old one are forgotten. */
void calibrator_readdress(struct calibrator *c, size_t server, const char *address);

/* The raw clock stood still (suspend): nothing measured before says anything of now. */
void calibrator_forget(struct calibrator *c);

/* A reading of the host's clocks, as each record has one. */
void calibrator_read(struct calibrator *c, const struct clock_reading *r);

/*
 * Takes an exchange of server [index]; sample: what it gave, NULL where x->fault says
 * that it gave none. true: the sample came within three standard errors of its
 * prediction.
 */
bool calibrator_exchange(struct calibrator *c, size_t index, const struct exchange *x,
    const struct sample *sample);

/* What is known at this reading of the clocks. */
void calibrator_conclude(
    const struct calibrator *c, const struct clock_reading *now, struct calibration *out);

#endif
