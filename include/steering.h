/*
 * How the kernel was told to steer the host's clock: of what adjtimex(2) says, that which
 * stays as it is until somebody changes it.
 */
#ifndef CLOCKWITNESS_STEERING_H
#define CLOCKWITNESS_STEERING_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of `status` that say that a leap second is pending: STA_INS, STA_DEL. */
#define STEERING_LEAP_INSERT 0x10
#define STEERING_LEAP_DELETE 0x20

/* What a clock that nobody steers has: the length of a tick, us. */
#define STEERING_TICK 10000

struct steering {
	double frequency; /* s/s; positive: the host's clock is made faster */
	int64_t tick;     /* us */
	int status;       /* STA_ bits */
	int64_t constant; /* of the kernel's phase-locked loop */
	int tai;          /* TAI - UTC, s; 0: nobody told the kernel */
};

/* Which of them changed, and to what. */
struct steering_change {
	bool frequency, tick, status, constant, tai;
	struct steering now; /* of these, that which changed */
};

/* Of two readings; `before` NULL: all is new. true: something changed. */
bool steering_compare(const struct steering *before, const struct steering *now,
    struct steering_change *out);

/* Both changes in one, the later one's values where both have them. */
void steering_change_add(struct steering_change *to, const struct steering_change *later);

bool steering_changed(const struct steering_change *c);

#endif
