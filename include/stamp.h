/*
 * When a packet left or came: from what the kernel and the network interface say, each by
 * a clock of its own, to the host's clock and the raw clock. The clocks are read before
 * the request is sent and after its reply has come; both packets lie between, and what is
 * read there on either side gives their raw times, also while somebody slews the clock.
 */
#ifndef CLOCKWITNESS_STAMP_H
#define CLOCKWITNESS_STAMP_H

#include <stdbool.h>

#include "exchange.h"
#include "timescale.h"

/* What a network interface's own clock says, ns since an epoch of its own. */
struct device_time {
	int64_t ns;
};

/* It was read between two readings of the host's clock. */
struct device_bracket {
	struct system_time before, after;
	struct device_time device;
};

/* That clock and the raw clock read together; the device was read within +- read. */
struct device_reading {
	struct device_time device;
	struct raw_time raw;
	struct span read;
};

/* What was said of one packet. All false: nothing. */
struct stamps {
	bool by_kernel;
	struct system_time kernel;
	bool by_hardware;
	struct device_time hardware;
	int interface; /* through which it passed; 0: not said */
};

/* The clocks before the request was sent and after its reply came. */
struct stamp_frame {
	struct clock_reading before, after;
	int interface; /* whose clock was read before that and after that; 0: none */
	struct device_reading device_before, device_after;
};

/*
 * Did neither anybody step the host's clock between these readings, nor the host sleep?
 * Told by clocks that are slewed alike, so that only their half-widths are allowed for;
 * where the kernel has but the raw clock, by what slewing cannot do (a tenth of the time).
 */
bool stamp_continuous(const struct clock_reading *a, const struct clock_reading *b);

/*
 * The device's time and the raw time that goes with it, from a bracket that lies between
 * two readings of the host's clocks. false: it does not, or they are not continuous.
 */
bool stamp_device_read(const struct clock_reading around[2],
    const struct device_bracket *b, struct device_reading *out);

/*
 * Origin and destination timestamp of an exchange, with their raw times and who took
 * them: the interface, else the kernel, else the program, that is the frame's readings.
 * A stamp that does not lie within the frame is not used, nor is one of another
 * interface, or of a clock that was set meanwhile; in a frame that is not continuous none
 * is.
 */
void stamp_sent(const struct stamp_frame *f, const struct stamps *s, struct exchange *x);
void stamp_received(
    const struct stamp_frame *f, const struct stamps *s, struct exchange *x);

#endif
