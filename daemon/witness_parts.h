/* What the files of the witness share; who composes them includes witness.h. */
#ifndef CLOCKWITNESSD_WITNESS_PARTS_H
#define CLOCKWITNESSD_WITNESS_PARTS_H

#include <stdbool.h>

#include "clock_watch.h"
#include "record.h"
#include "witness.h"

/* The loop ends; the first code that was given counts. */
void witness_stop(struct witness *w, enum exit_code code);

/*
 * Reads what the start record says of the host, gives away all privileges, makes the first
 * file. 0, or the exit code; what is wrong has been said.
 */
int witness_begin(struct witness *w);

/* The servers as they are configured, for start and reload records. */
void witness_list_servers(const struct witness *w, struct record_servers *out);

/*
 * Writes a record that may wait, or one that may not (ledger.h), and takes it into
 * account: nothing else reaches the calibrator, so that what it concludes can be
 * replayed from the evidence.
 */
void witness_record(struct witness *w, struct record *r);
void witness_record_sealed(struct witness *w, struct record *r);

/* A calibration, if the round is over, a standing has changed, or it must be. */
void witness_conclude(struct witness *w, const struct clock_reading *now, bool must);

/* Of what was suppressed the newest becomes a record, which counts the others. */
void witness_tell_suppressed(struct witness *w, const struct clock_reading *now);

/* All servers are asked now. */
void witness_hurry(struct witness *w);

/* The watch saw something: record it, and measure anew after a step or a suspend. */
void witness_on_watch(
    void *arg, const struct watch_report *report, const struct clock_reading *at);

/* The watch has looked: what stands beside the clock may have changed, too. */
void witness_on_looked(void *arg, const struct clock_reading *at);

/* What was counted by another clocksource must not be recorded as if by the old one. */
void witness_look_at_device(struct witness *w, const struct clock_reading *at);

/* The answer to a request for status. */
size_t witness_answer(void *arg, char *out, size_t size);

/* From the configuration to peers. 0 or -errno. */
int witness_open_roster(struct witness *w);

/* Puts the configuration's settings, servers aside, into force. */
void witness_apply_settings(struct witness *w);

/* SIGHUP. */
void witness_on_reload(void *arg);

#endif
