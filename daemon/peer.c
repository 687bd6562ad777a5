#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "clock.h"
#include "udp.h"

#define REPLIES_AT_ONCE 32 /* before others have their turn */
#define PACKET_MAX 1024

static void on_timer(void *arg);

int
peer_open(struct peer *p, struct loop *l, const struct association_rules *rules,
    peer_exchanged *exchanged, void *arg)
{
	*p = (struct peer){
		.loop = l,
		.fd = -1,
		.rules = *rules,
		.exchanged = exchanged,
		.arg = arg,
		.timer = loop_timer_new(l, on_timer, p),
	};
	return p->timer != NULL ? 0 : -ENOMEM;
}

static void
hang_up(struct peer *p)
{
	loop_watch_free(p->watch);
	p->watch = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void
peer_close(struct peer *p)
{
	hang_up(p);
	loop_timer_free(p->timer);
	p->timer = NULL;
}

static uint64_t
random_number(void)
{
	uint64_t v = 0;

	/* cannot fail for so few octets once the kernel has booted */
	if (getrandom(&v, sizeof(v), 0) != (ssize_t)sizeof(v))
		abort();
	return v;
}

static void
sleep_until_due(struct peer *p)
{
	struct raw_time now = clock_raw();
	struct action action = association_tick(&p->association, now);
	struct span in = { 0 };

	if (p->paused || action.never)
		return;
	if (action.kind == ACTION_WAIT)
		in = raw_since(action.wake, now);
	loop_timer_set(p->timer, in);
}

static void
finish(struct peer *p, const struct exchange *x, const struct clock_reading *at,
    const struct sample *sample)
{
	uint64_t transmit = sample != NULL ? p->association.last_transmit : 0;

	hang_up(p);
	p->ended++;
	association_end(&p->association, x->fault, transmit, (uint32_t)random_number());
	p->exchanged(p->arg, p, x, at, sample);
	sleep_until_due(p);
}

static void
finish_without_reply(struct peer *p, enum fault fault)
{
	struct exchange x = p->pending;
	struct clock_reading at;

	clock_read(&at);
	x.fault = fault;
	finish(p, &x, &at, NULL);
}

static enum fault
fault_from_error(int error)
{
	switch (-error) {
	case ECONNREFUSED:
		return FAULT_REFUSED;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
		return FAULT_UNREACHABLE;
	default:
		return FAULT_NOT_SENT;
	}
}

/*
 * A stamp of the kernel's lies on the host's clock; a bracketed reading of the clocks
 * near it gives its raw time. One that lies a second off, or on the wrong side, is not
 * used: the clock was set between.
 */
static bool
stamp_is_near(struct span from_reading)
{
	return from_reading.ns >= 0 && from_reading.ns < NS_PER_SECOND;
}

static void
take_sent_stamp(struct peer *p)
{
	struct system_time sent;
	struct span later;

	if (p->pending.sent_by == STAMP_KERNEL || !udp_sent_at(p->fd, &sent))
		return;
	later = system_since(sent, p->before.real);
	if (!stamp_is_near(later))
		return;
	p->pending.sent_by = STAMP_KERNEL;
	p->pending.t1 = sent;
	p->pending.t1_raw = raw_after(p->before.raw, later);
}

static void
stamp_arrival(struct exchange *x, const struct clock_reading *at,
    const struct udp_received *received)
{
	struct span earlier = system_since(at->real, received->at);

	x->replied = true;
	x->ttl = received->ttl;
	x->t4 = at->real;
	x->t4_raw = at->raw;
	if (!received->stamped || !stamp_is_near(earlier))
		return;
	x->received_by = STAMP_KERNEL;
	x->t4 = received->at;
	x->t4_raw = raw_after(at->raw, (struct span){ -earlier.ns });
}

/* A reply that cannot be ours is handed over, and the wait goes on. */
static void
take_reply(
    struct peer *p, const uint8_t *octets, size_t n, const struct udp_received *received)
{
	struct exchange x = p->pending;
	struct clock_reading at;
	struct ntp_packet packet;
	struct sample sample;

	clock_read(&at);
	stamp_arrival(&x, &at, received);
	x.fault = association_examine(&p->association, octets, n, &packet);
	if (x.fault != FAULT_LENGTH && x.fault != FAULT_VERSION && x.fault != FAULT_MODE)
		exchange_take_packet(&x, &packet);
	if (x.fault == FAULT_NONE)
		x.fault = sample_from_exchange(&x, at.read, &sample);
	if (x.fault == FAULT_NONE)
		p->association.last_transmit = packet.transmit;
	if (fault_ends_request(x.fault))
		finish(p, &x, &at, x.fault == FAULT_NONE ? &sample : NULL);
	else
		p->exchanged(p->arg, p, &x, &at, NULL);
}

static void
on_readable(void *arg)
{
	struct peer *p = arg;
	_Alignas(8) uint8_t octets[PACKET_MAX];

	take_sent_stamp(p);
	for (int i = 0; i < REPLIES_AT_ONCE && p->fd >= 0; i++) {
		struct udp_received received;
		int n = udp_receive(p->fd, octets, sizeof(octets), &received);

		if (n == -EAGAIN || n == -EINTR)
			return;
		if (n < 0)
			finish_without_reply(p, fault_from_error(n));
		else
			take_reply(p, octets, (size_t)n, &received);
	}
}

/* Connects first, so that what is left between reading the clock and sending is short. */
static int
send_request(struct peer *p)
{
	uint64_t nonce = random_number();
	uint8_t octets[NTP_HEADER_BYTES];
	int error;

	p->fd = udp_open(&p->address);
	if (p->fd >= 0) {
		p->association.has_address =
		    udp_own_address(p->fd, p->association.own_address);
		p->watch = loop_watch_new(p->loop, p->fd, false, on_readable, p);
	}
	ntp_request_encode(nonce, octets);
	clock_read(&p->before);
	p->pending = (struct exchange){ .t1 = p->before.real, .t1_raw = p->before.raw };
	association_request(&p->association, nonce, p->before.raw);
	if (p->fd < 0)
		return p->fd;
	error = p->watch != NULL ? udp_send(p->fd, octets, sizeof(octets)) : -ENOMEM;
	if (error == 0)
		take_sent_stamp(p);
	return error;
}

static void
on_timer(void *arg)
{
	struct peer *p = arg;
	struct action action = association_tick(&p->association, clock_raw());
	int error = 0;

	if (p->paused || !p->has_address)
		return;
	if (action.kind == ACTION_TIMEOUT) {
		finish_without_reply(p, FAULT_TIMEOUT);
		return;
	}
	if (action.kind == ACTION_SEND)
		error = send_request(p);
	if (error < 0)
		finish_without_reply(p, fault_from_error(error));
	else
		sleep_until_due(p);
}

void
peer_set_address(struct peer *p, const struct loop_address *a)
{
	hang_up(p);
	p->address = *a;
	p->has_address = true;
	p->ended = 0;
	association_begin(&p->association, &p->rules, clock_raw());
	sleep_until_due(p);
}

void
peer_hurry(struct peer *p)
{
	if (!p->has_address || p->paused)
		return;
	association_hurry(&p->association, clock_raw());
	sleep_until_due(p);
}

void
peer_pause(struct peer *p)
{
	p->paused = true;
	hang_up(p);
	loop_timer_clear(p->timer);
}
