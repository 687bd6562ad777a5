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

/* What chance has to say of a request. */
struct lots {
	struct association_cookies cookies;
	uint64_t spread;
};

static struct lots
draw_lots(void)
{
	struct lots l;

	/* cannot fail for so few octets once the kernel has booted */
	if (getrandom(&l, sizeof(l), 0) != (ssize_t)sizeof(l))
		abort();
	return l;
}

static bool
by_hardware(const struct peer *p)
{
	return p->phc->interface != 0;
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
	/* the loop counts by the monotonic clock, which others may slew by 1/2000 */
	in.ns += in.ns / 1024;
	loop_timer_set(p->timer, in);
}

static void
finish(struct peer *p, const struct exchange *x, const struct clock_reading *at,
    const struct sample *sample)
{
	hang_up(p);
	p->ended++;
	association_end(&p->association, x->fault, p->spread);
	p->exchanged(p->arg, p, x, at, sample);
	sleep_until_due(p);
}

/* The interface's clock is read outside of the host's, so that its stamps lie between. */
static void
read_before(struct peer *p)
{
	p->frame.interface =
	    phc_read(p->phc, &p->frame.device_before) ? p->phc->interface : 0;
	clock_read(&p->frame.before);
}

static void
read_after(struct peer *p)
{
	clock_read(&p->frame.after);
	if (p->frame.interface != 0 && !phc_read(p->phc, &p->frame.device_after))
		p->frame.interface = 0;
}

static void
finish_without_reply(struct peer *p, enum fault fault)
{
	struct exchange x = { .fault = fault };

	read_after(p);
	stamp_sent(&p->frame, &p->sent, &x);
	finish(p, &x, &p->frame.after, NULL);
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

static struct exchange
begin_exchange(struct peer *p, const struct udp_received *received)
{
	struct exchange x = { .replied = true, .ttl = received->ttl };

	stamp_sent(&p->frame, &p->sent, &x);
	stamp_received(&p->frame, &received->stamps, &x);
	return x;
}

/* Between the frame's readings somebody may have set the clock. */
static enum fault
measure(const struct stamp_frame *frame, const struct exchange *x, struct sample *out)
{
	if (!stamp_continuous(&frame->before, &frame->after))
		return FAULT_CLOCK_STEPPED;
	return sample_from_exchange(x, out);
}

/* A reply that cannot be ours is handed over, and the wait goes on. */
static void
take_reply(
    struct peer *p, const uint8_t *octets, size_t n, const struct udp_received *received)
{
	const struct clock_reading *at = &p->frame.after;
	struct ntp_packet packet;
	struct exchange own;
	struct exchange x;
	struct sample sample;

	read_after(p);
	own = x = begin_exchange(p, received);
	x.fault = association_examine(&p->association, octets, n, &packet);
	if (x.fault != FAULT_LENGTH && x.fault != FAULT_VERSION && x.fault != FAULT_MODE)
		association_take(&p->association, &packet, &x);
	if (x.fault == FAULT_NONE)
		x.fault = measure(&p->frame, &x, &sample);
	if (x.fault == FAULT_NONE)
		association_answered(&p->association, &packet, &own, at);
	if (fault_ends_request(x.fault))
		finish(p, &x, at, x.fault == FAULT_NONE ? &sample : NULL);
	else
		p->exchanged(p->arg, p, &x, at, NULL);
}

static void
on_readable(void *arg)
{
	struct peer *p = arg;
	_Alignas(8) uint8_t octets[PACKET_MAX];

	if (!udp_sent_is_known(by_hardware(p), &p->sent))
		udp_sent_at(p->fd, by_hardware(p), &p->sent);
	for (int i = 0; i < REPLIES_AT_ONCE && p->fd >= 0; i++) {
		struct udp_received received;
		int n = udp_receive(p->fd, octets, sizeof(octets), &received);

		if (n == -EAGAIN && i == 0) /* woken by a stamp that nobody waits for */
			udp_sent_at(p->fd, by_hardware(p), &p->sent);
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
	struct lots lots = draw_lots();
	struct ntp_packet request;
	uint8_t octets[NTP_HEADER_BYTES];
	int error;

	p->spread = (uint32_t)lots.spread;
	p->fd = udp_open(&p->address, by_hardware(p));
	if (p->fd >= 0) {
		p->association.has_address =
		    udp_own_address(p->fd, p->association.own_address);
		p->watch = loop_watch_new(p->loop, p->fd, false, on_readable, p);
	}
	p->sent = (struct stamps){ .by_kernel = false };
	read_before(p);
	request = association_request(&p->association, &lots.cookies, &p->frame.before);
	ntp_packet_encode(&request, octets);
	if (p->fd < 0)
		return p->fd;
	error = p->watch != NULL ? udp_send(p->fd, octets, sizeof(octets)) : -ENOMEM;
	if (error == 0)
		udp_sent_at(p->fd, by_hardware(p), &p->sent);
	return error;
}

static void
ask(struct peer *p)
{
	int error = send_request(p);

	if (error < 0)
		finish_without_reply(p, fault_from_error(error));
	else
		sleep_until_due(p);
}

static void
on_timer(void *arg)
{
	struct peer *p = arg;
	struct action action = association_tick(&p->association, clock_raw());

	if (p->paused || !p->has_address)
		return;
	switch (action.kind) {
	case ACTION_TIMEOUT:
		finish_without_reply(p, FAULT_TIMEOUT);
		break;
	case ACTION_WAIT:
		sleep_until_due(p);
		break;
	case ACTION_SEND:
		ask(p);
		if (p->asks != NULL)
			p->asks(p->asks_arg, p);
		break;
	}
}

void
peer_join(struct peer *p)
{
	if (p->has_address && !p->paused &&
	    association_may_join(&p->association, clock_raw()))
		ask(p);
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
peer_forget(struct peer *p)
{
	association_forget(&p->association);
}

void
peer_pause(struct peer *p)
{
	p->paused = true;
	hang_up(p);
	loop_timer_clear(p->timer);
}
