/* Packets: pcap-savefile(5), and draft-ietf-opsawg-pcapng. */
#include <string.h>

#include "binary_octets.h"
#include "binary_parts.h"

#define MOST_CAPTURED (UINT32_C(1) << 28) /* more than any program captures of a packet */

/* ---- pcap */

#define FILE_HEADER 24
#define MAGIC_US 0xa1b2c3d4
#define MAGIC_NS 0xa1b23c4d
#define MAGIC_MODIFIED 0xa1b2cd34 /* with 8 octets more before each packet */

bool
pcap_begin(struct binary_log *b, const uint8_t *octets)
{
	for (int big = 0; big < 2; big++) {
		uint32_t magic = octets_get32(octets, big == 1);

		if (magic != MAGIC_US && magic != MAGIC_NS && magic != MAGIC_MODIFIED)
			continue;
		b->big = big == 1;
		b->unit_ns = magic == MAGIC_NS ? 1 : 1000;
		b->packet_header = magic == MAGIC_MODIFIED ? 24 : 16;
		return true;
	}
	return false;
}

enum binary_step
pcap_next(struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	uint32_t captured;

	out->head = b->begun ? b->packet_header : FILE_HEADER;
	if (n < out->head)
		return BINARY_MORE;
	if (!b->begun) {
		b->begun = true;
		return BINARY_ITEM;
	}
	captured = octets_get32(octets + 8, b->big);
	if (captured > MOST_CAPTURED)
		return BINARY_LOST;
	out->rest = captured;
	out->is_record = true;
	out->stamps = 1;
	out->stamp[0].form = (struct binary_form){
		.kind = BINARY_SECONDS, .big = b->big, .unit_ns = b->unit_ns
	};
	return BINARY_ITEM;
}

/* ---- pcapng */

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* obsolete */
	BLOCK_STATISTICS = 5,
	BLOCK_ENHANCED_PACKET = 6
};
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define LEAST_BLOCK 12
#define LEAST_SECTION 28
#define LEAST_STAMPED 24 /* interface, stamp */

enum { IF_TSRESOL = 9, IF_TSOFFSET = 14, ISB_STARTTIME = 2, ISB_ENDTIME = 3 };

/* if_tsresol: the exponent of 10, or with the highest bit set of 2. */
static uint64_t
units_per_second(uint8_t resolution)
{
	unsigned exponent = resolution & 0x7fU;
	uint64_t ten = 1;

	if ((resolution & 0x80U) != 0)
		return exponent < 64 ? UINT64_C(1) << exponent : 0;
	if (exponent > 19)
		return 0;
	while (exponent-- > 0)
		ten *= 10;
	return ten;
}

struct option {
	uint16_t code, length;
	size_t at; /* of its value */
};

/* In [*at, end); false: there is none. */
static bool
next_option(const uint8_t *octets, size_t *at, size_t end, bool big, struct option *out)
{
	size_t padded;

	if (end < *at || end - *at < 4)
		return false;
	out->code = octets_get16(octets + *at, big);
	out->length = octets_get16(octets + *at + 2, big);
	out->at = *at + 4;
	padded = (out->length + (size_t)3) & ~(size_t)3;
	if (out->code == 0 || padded > end - out->at)
		return false;
	*at = out->at + padded;
	return true;
}

/* The first one for which there is no room, and all behind it, are not known. */
static void
keep_interface(struct binary_log *b, const struct binary_interface *i)
{
	const struct binary_interface *last =
	    b->kinds > 0 ? &b->interface[b->kinds - 1] : NULL;
	bool alike = last != NULL && last->per_second == i->per_second &&
		     last->offset_s == i->offset_s;

	if (!alike && b->kinds < BINARY_INTERFACES && b->known == b->interfaces) {
		b->interface[b->kinds] = *i;
		b->interface[b->kinds++].first = b->interfaces;
		alike = true;
	}
	b->known += alike && b->known == b->interfaces && b->known < UINT32_MAX;
	b->interfaces += b->interfaces < UINT32_MAX;
}

static void
learn_interface(struct binary_log *b, const uint8_t *octets, size_t end)
{
	struct binary_interface i = { .per_second = 1000000 };
	struct option o;
	size_t at = 16;

	while (next_option(octets, &at, end, b->big, &o)) {
		if (o.code == IF_TSRESOL && o.length >= 1)
			i.per_second = units_per_second(octets[o.at]);
		if (o.code == IF_TSOFFSET && o.length == 8)
			i.offset_s = (int64_t)octets_get(octets + o.at, 8, b->big);
	}
	keep_interface(b, &i);
}

static const struct binary_interface *
find_interface(const struct binary_log *b, uint32_t number)
{
	size_t i = b->kinds;

	if (number >= b->known)
		return NULL;
	while (b->interface[--i].first > number)
		;
	return &b->interface[i];
}

static void
add_stamp(
    const struct binary_log *b, uint32_t interface, size_t at, struct binary_item *out)
{
	const struct binary_interface *i = find_interface(b, interface);

	if (i == NULL) {
		out->note = BINARY_STRANGE;
		return;
	}
	out->stamp[out->stamps++] =
	    (struct binary_stamp){ at, { .kind = BINARY_COUNT,
					   .big = b->big,
					   .per_second = i->per_second,
					   .offset_s = i->offset_s } };
}

static void
add_statistics(const struct binary_log *b, const uint8_t *octets, size_t end,
    struct binary_item *out)
{
	uint32_t interface = octets_get32(octets + 8, b->big);
	struct option o;
	size_t at = 20;

	add_stamp(b, interface, 12, out);
	while (out->stamps < BINARY_STAMPS && next_option(octets, &at, end, b->big, &o))
		if ((o.code == ISB_STARTTIME || o.code == ISB_ENDTIME) && o.length == 8)
			add_stamp(b, interface, o.at, out);
}

/* Section by section the order of octets may change. */
static enum binary_step
begin_section(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	uint32_t length;

	if (n < LEAST_BLOCK)
		return BINARY_MORE;
	b->big = octets[8] == 0x1a;
	length = octets_get32(octets + 4, b->big);
	if (octets_get32(octets + 8, b->big) != BYTE_ORDER_MAGIC ||
	    length < LEAST_SECTION || length % 4 != 0)
		return BINARY_LOST;
	b->in_section = true;
	b->interfaces = b->known = 0;
	b->kinds = 0;
	out->head = LEAST_BLOCK;
	out->rest = length - LEAST_BLOCK;
	return BINARY_ITEM;
}

/* How much of a block is to be looked at: of what has options, all but its end. */
static size_t
head_of(uint32_t type, size_t length)
{
	size_t most = BINARY_LOOK;

	if (type == BLOCK_PACKET || type == BLOCK_ENHANCED_PACKET)
		most = 20;
	else if (type != BLOCK_INTERFACE && type != BLOCK_STATISTICS)
		most = LEAST_BLOCK;
	return length < most ? length : most;
}

static void
take_block(
    struct binary_log *b, uint32_t type, const uint8_t *octets, struct binary_item *out)
{
	size_t end = out->rest == 0 ? out->head - 4 : out->head; /* its length again */

	if (type == BLOCK_INTERFACE) {
		learn_interface(b, octets, end);
		return;
	}
	if (type != BLOCK_PACKET && type != BLOCK_ENHANCED_PACKET &&
	    type != BLOCK_STATISTICS)
		return;
	out->is_record = true;
	if (out->head + out->rest < LEAST_STAMPED) {
		out->note = BINARY_STRANGE;
		return;
	}
	if (type == BLOCK_STATISTICS)
		add_statistics(b, octets, end, out);
	else
		add_stamp(b,
		    type == BLOCK_PACKET ? octets_get16(octets + 8, b->big)
					 : octets_get32(octets + 8, b->big),
		    12, out);
}

enum binary_step
pcapng_next(
    struct binary_log *b, const uint8_t *octets, size_t n, struct binary_item *out)
{
	uint32_t type;
	uint32_t length;

	if (n < 8)
		return BINARY_MORE;
	type = octets_get32(octets, b->big);
	if (type == BLOCK_SECTION)
		return begin_section(b, octets, n, out);
	length = octets_get32(octets + 4, b->big);
	if (!b->in_section || length < LEAST_BLOCK || length % 4 != 0)
		return BINARY_LOST;
	out->head = head_of(type, length);
	if (n < out->head)
		return BINARY_MORE;
	out->rest = length - out->head;
	take_block(b, type, octets, out);
	return BINARY_ITEM;
}
