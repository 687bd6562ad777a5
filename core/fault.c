#include "fault.h"

const char *const fault_names[FAULTS] = {
	[FAULT_NONE] = "none",
	[FAULT_TIMEOUT] = "timeout",
	[FAULT_REFUSED] = "refused",
	[FAULT_UNREACHABLE] = "unreachable",
	[FAULT_NOT_SENT] = "not-sent",
	[FAULT_LENGTH] = "length",
	[FAULT_VERSION] = "version",
	[FAULT_MODE] = "mode",
	[FAULT_BOGUS_ORIGIN] = "bogus-origin",
	[FAULT_DUPLICATE] = "duplicate",
	[FAULT_ZERO_TIMESTAMP] = "zero-timestamp",
	[FAULT_KISS_RATE] = "kiss-rate",
	[FAULT_KISS_DENY] = "kiss-deny",
	[FAULT_KISS_RSTR] = "kiss-rstr",
	[FAULT_KISS_OTHER] = "kiss-other",
	[FAULT_UNSYNCHRONISED] = "unsynchronised",
	[FAULT_TRANSMIT_BEFORE_RECEIVE] = "transmit-before-receive",
	[FAULT_FUTURE_REFERENCE] = "future-reference",
	[FAULT_ROOT_DISTANCE] = "root-distance",
	[FAULT_LOOP] = "loop",
	[FAULT_IMPLAUSIBLE] = "implausible",
	[FAULT_CLOCK_STEPPED] = "clock-stepped",
};
bool
fault_ends_request(enum fault f)
{
	return f < FAULT_LENGTH || f > FAULT_DUPLICATE;
}
