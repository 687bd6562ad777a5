#include "stamp.h"

#define SLEW_MAX 10 /* host - raw may change by so much less of the time that passed */
#define DEVICE_RATE_MAX 1000 /* no interface's clock strays by so much less of the time */
#define SLACK_NS 100 /* clocks that count in coarser steps than their brackets show */

static struct span
twice(struct span s)
{
	return span_add(s, s);
}

/* Did the difference of two clocks move by more than reading them explains? */
static bool
moved(struct span by, const struct clock_reading *a, const struct clock_reading *b)
{
	return span_abs(by).ns >
	       span_add(twice(span_add(a->read, b->read)), (struct span){ SLACK_NS }).ns;
}

/* No slewing is that fast. */
static bool
continuous_by_raw(const struct clock_reading *a, const struct clock_reading *b)
{
	struct span raw = raw_since(b->raw, a->raw);
	struct span by = span_sub(system_since(b->real, a->real), raw);

	return !moved(
	    (struct span){ span_abs(by).ns > raw.ns / SLEW_MAX ? by.ns : 0 }, a, b);
}

bool
stamp_continuous(const struct clock_reading *a, const struct clock_reading *b)
{
	struct span real = system_since(b->real, a->real);
	struct span mono = { b->mono.ns - a->mono.ns };
	struct span boot = { b->boot.ns - a->boot.ns };
	bool has_mono = a->has_mono && b->has_mono;
	bool has_boot = a->has_boot && b->has_boot;

	if (raw_since(b->raw, a->raw).ns < 0)
		return false;
	if (!has_mono && !has_boot)
		return continuous_by_raw(a, b);
	/* without one of them a suspend and a step look alike, and both are seen */
	if (!has_mono || !has_boot)
		return !moved(span_sub(real, has_mono ? mono : boot), a, b);
	return !moved(span_sub(real, boot), a, b) && !moved(span_sub(boot, mono), a, b);
}

/* A straight line through two points; what lies between them is looked up. */
struct line {
	int64_t x[2], y[2];
};

static bool
look_up(const struct line *l, int64_t x, int64_t *y)
{
	int64_t passed = x - l->x[0];
	int64_t length = l->x[1] - l->x[0];
	double more = (double)(l->y[1] - l->y[0] - length);

	if (x < l->x[0] || x > l->x[1])
		return false;
	if (length > 0)
		more *= (double)passed / (double)length;
	*y = l->y[0] + passed + (int64_t)(more < 0 ? more - 0.5 : more + 0.5);
	return true;
}

bool
stamp_device_read(const struct clock_reading around[2], const struct device_bracket *b,
    struct device_reading *out)
{
	struct line l = {
		{ around[0].real.ns, around[1].real.ns },
		{ around[0].raw.ns, around[1].raw.ns },
	};
	struct raw_time from;
	struct raw_time to;
	struct span width;

	if (!stamp_continuous(&around[0], &around[1]) ||
	    !look_up(&l, b->before.ns, &from.ns) || !look_up(&l, b->after.ns, &to.ns) ||
	    raw_since(to, from).ns < 0)
		return false;
	width = raw_since(to, from);
	out->device = b->device;
	out->raw = raw_after(from, (struct span){ width.ns / 2 });
	out->read = span_add((struct span){ (width.ns + 1) / 2 },
	    span_max(around[0].read, around[1].read));
	return true;
}

/* A packet's time by both clocks, and by how much they may miss one another. */
struct place {
	struct system_time real;
	struct raw_time raw;
	struct span read;
	enum stamp by;
};

static struct span
frame_read(const struct stamp_frame *f)
{
	return span_max(f->before.read, f->after.read);
}

static bool
place_by_kernel(const struct stamp_frame *f, struct system_time stamp, struct place *out)
{
	struct line l = {
		{ f->before.real.ns, f->after.real.ns },
		{ f->before.raw.ns, f->after.raw.ns },
	};

	out->real = stamp;
	out->read = frame_read(f);
	out->by = STAMP_KERNEL;
	return look_up(&l, stamp.ns, &out->raw.ns);
}

/* Did nobody set the interface's clock, so that it ran as any oscillator does? */
static bool
device_ran_on(const struct device_reading *a, const struct device_reading *b)
{
	struct span raw = raw_since(b->raw, a->raw);
	struct span device =
	    span_sub((struct span){ b->device.ns }, (struct span){ a->device.ns });

	return span_abs(span_sub(device, raw)).ns <=
	       span_add(twice(span_add(a->read, b->read)),
		   (struct span){ raw.ns / DEVICE_RATE_MAX })
		   .ns;
}

static bool
place_by_hardware(
    const struct stamp_frame *f, struct device_time stamp, struct place *out)
{
	const struct device_reading *before = &f->device_before;
	const struct device_reading *after = &f->device_after;
	struct line device = {
		{ before->device.ns, after->device.ns },
		{ before->raw.ns, after->raw.ns },
	};
	struct line host = {
		{ f->before.raw.ns, f->after.raw.ns },
		{ f->before.real.ns, f->after.real.ns },
	};

	out->read = span_add(span_max(before->read, after->read), frame_read(f));
	out->by = STAMP_HARDWARE;
	return device_ran_on(before, after) && look_up(&device, stamp.ns, &out->raw.ns) &&
	       look_up(&host, out->raw.ns, &out->real.ns);
}

static struct place
place(
    const struct stamp_frame *f, const struct stamps *s, const struct clock_reading *own)
{
	struct place p;

	if (stamp_continuous(&f->before, &f->after)) {
		if (s->by_hardware && f->interface != 0 && s->interface == f->interface &&
		    place_by_hardware(f, s->hardware, &p))
			return p;
		if (s->by_kernel && place_by_kernel(f, s->kernel, &p))
			return p;
	}
	return (struct place){ own->real, own->raw, own->read, STAMP_USER };
}

void
stamp_sent(const struct stamp_frame *f, const struct stamps *s, struct exchange *x)
{
	struct place p = place(f, s, &f->before);

	x->t1 = p.real;
	x->t1_raw = p.raw;
	x->t1_read = p.read;
	x->sent_by = p.by;
}

void
stamp_received(const struct stamp_frame *f, const struct stamps *s, struct exchange *x)
{
	struct place p = place(f, s, &f->after);

	x->t4 = p.real;
	x->t4_raw = p.raw;
	x->t4_read = p.read;
	x->received_by = p.by;
}
