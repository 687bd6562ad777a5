/*
 * What stands beside the clock and bears on it: the device that the kernel counts by, the
 * rules of local time, other time daemons. It is looked at when the clock watch reads the
 * clocks, and never wakes anybody: the device every four seconds, before an exchange is
 * recorded and when the clocks behave otherwise than before, the others once a minute,
 * and all processes only once in ten minutes or when somebody has touched the clock.
 */
#ifndef CLOCKWITNESSD_SURROUNDINGS_H
#define CLOCKWITNESSD_SURROUNDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "exchange.h"
#include "record.h"

/* Another file is another mark; so is the same one, changed. */
struct file_mark {
	uint64_t device, inode;
	int64_t size, modified_ns;
};

struct surroundings {
	int clocksource_file; /* < 0: -errno */
	char clocksource[64];
	struct file_mark zone_mark;
	char zone[RECORD_TEXT_SIZE];
	struct digest zone_digest;
	char daemons[RECORD_TEXT_SIZE]; /* "chronyd 812, ntpd 4711" */
	size_t pids;
	int64_t pid[CONTEXT_TIME_DAEMONS]; /* of these */
	bool suspicious;                   /* somebody has touched the clock */
	int scans;                         /* that may be made now; more come with time */
	struct clock_reading looked;       /* the last look at the device, */
	struct clock_reading looked_slowly; /* at zone and daemons, */
	struct clock_reading scanned;       /* and at all processes */
};

/* As the start record, read at `now`, has it; adds there what cannot be looked at. */
void surroundings_open(
    struct surroundings *s, struct record_start *start, const struct clock_reading *now);
void surroundings_close(struct surroundings *s);

/* Somebody touched the clock: perhaps a daemon that was not there before. */
void surroundings_suspect(struct surroundings *s);

/*
 * An exchange is about to be recorded: is it still counted by the same device? true: as
 * below. What was seen within the last second is taken for true.
 */
bool surroundings_look_at_device(
    struct surroundings *s, const struct clock_reading *now, struct record_event *out);

/*
 * The next thing that changed, without type, reading and what else is not of the event;
 * false: no more.
 */
bool surroundings_look(
    struct surroundings *s, const struct clock_reading *now, struct record_event *out);

#endif
