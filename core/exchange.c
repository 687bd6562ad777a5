#include "exchange.h"

#include <string.h>

const char *const stamp_names[STAMPS] = {
	[STAMP_USER] = "user",
	[STAMP_KERNEL] = "kernel",
	[STAMP_HARDWARE] = "hardware",
};

const char *const auth_names[AUTHS] = {
	[AUTH_NONE] = "none",
};

void
exchange_take_packet(struct exchange *x, const struct ntp_packet *p)
{
	x->decoded = true;
	x->t2 = ntp_time_to_utc(p->receive);
	x->t3 = ntp_time_to_utc(p->transmit);
	x->leap = p->leap;
	x->version = p->version;
	x->stratum = p->stratum;
	x->poll = p->poll;
	x->precision = p->precision;
	memcpy(x->refid, p->refid, sizeof(x->refid));
	x->root_delay = ntp_short_to_span(p->root_delay);
	x->root_dispersion = ntp_short_to_span(p->root_dispersion);
}
