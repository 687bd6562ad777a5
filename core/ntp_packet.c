#include "ntp_packet.h"

#include <string.h>

#include "bytes.h"

#define NTP_TO_UNIX UINT64_C(2208988800) /* 1900-01-01 to 1970-01-01, s */
#define PIVOT UINT64_C(1262304000)       /* 2010-01-01, s since 1970 */

/*
 *  0                   1                   2                   3
 * |LI | VN  |Mode |    Stratum     |     Poll      |  Precision   |
 * |                         Root Delay                            |
 * |                       Root Dispersion                         |
 * |                        Reference ID                           |
 * |                  Reference Timestamp (64)                     |
 * |                   Origin Timestamp (64)                       |
 * |                   Receive Timestamp (64)                      |
 * |                   Transmit Timestamp (64)                     |
 */
static void
read_header(struct reader *r, struct ntp_packet *p)
{
	uint8_t first = read_u8(r);

	p->leap = first >> 6;
	p->version = first >> 3 & 7;
	p->mode = first & 7;
	p->stratum = read_u8(r);
	p->poll = (int8_t)read_u8(r);
	p->precision = (int8_t)read_u8(r);
	p->root_delay = read_be32(r);
	p->root_dispersion = read_be32(r);
	read_bytes(r, p->refid, sizeof(p->refid));
	p->reference = read_be64(r);
	p->origin = read_be64(r);
	p->receive = read_be64(r);
	p->transmit = read_be64(r);
}

enum fault
ntp_packet_decode(const uint8_t *octets, size_t n, struct ntp_packet *out)
{
	struct reader r = { octets, octets + n, false };
	struct ntp_packet p;

	read_header(&r, &p);
	if (r.overrun || n % 4 != 0)
		return FAULT_LENGTH;
	if (p.version < 1 || p.version > NTP_VERSION)
		return FAULT_VERSION;
	if (p.mode != NTP_MODE_SERVER)
		return FAULT_MODE;
	*out = p;
	return FAULT_NONE;
}

void
ntp_packet_encode(const struct ntp_packet *p, uint8_t out[NTP_HEADER_BYTES])
{
	struct writer w = { out, out + NTP_HEADER_BYTES, false };

	write_u8(&w, (uint8_t)(p->leap << 6 | (p->version & 7) << 3 | (p->mode & 7)));
	write_u8(&w, p->stratum);
	write_u8(&w, (uint8_t)p->poll);
	write_u8(&w, (uint8_t)p->precision);
	write_be32(&w, p->root_delay);
	write_be32(&w, p->root_dispersion);
	write_bytes(&w, p->refid, sizeof(p->refid));
	write_be64(&w, p->reference);
	write_be64(&w, p->origin);
	write_be64(&w, p->receive);
	write_be64(&w, p->transmit);
}

struct utc_time
ntp_time_to_utc(uint64_t ntp)
{
	uint32_t since_pivot = (uint32_t)(ntp >> 32) - (uint32_t)(NTP_TO_UNIX + PIVOT);
	uint64_t fraction = ntp & UINT32_MAX;
	int64_t ns = (int64_t)((fraction * NS_PER_SECOND + (UINT64_C(1) << 31)) >> 32);

	return (struct utc_time){ ((int64_t)PIVOT + since_pivot) * NS_PER_SECOND + ns };
}

uint64_t
utc_to_ntp_time(struct utc_time u)
{
	int64_t seconds = u.ns / NS_PER_SECOND - (u.ns % NS_PER_SECOND < 0);
	uint64_t ns = (uint64_t)((u.ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND);
	uint64_t fraction = ((ns << 32) + NS_PER_SECOND / 2) / NS_PER_SECOND;

	return (((uint64_t)seconds + NTP_TO_UNIX) << 32) + fraction;
}

struct span
ntp_short_to_span(uint32_t v)
{
	return (struct span){ (int64_t)(((uint64_t)v * NS_PER_SECOND + 0xffff) >> 16) };
}

uint32_t
span_to_ntp_short(struct span s)
{
	if (s.ns <= 0)
		return 0;
	if (s.ns / NS_PER_SECOND > UINT16_MAX)
		return UINT32_MAX;
	return (uint32_t)((((uint64_t)s.ns) << 16) / NS_PER_SECOND);
}

struct span
ntp_log2_to_span(int exponent)
{
	if (exponent >= 0)
		return (struct span){ NS_PER_SECOND << (exponent < 16 ? exponent : 16) };
	if (exponent < -29)
		return (struct span){ 1 };
	return (
	    struct span){ (NS_PER_SECOND + (INT64_C(1) << -exponent) - 1) >> -exponent };
}

static enum fault
kiss_named(const uint8_t code[4])
{
	static const struct {
		char code[5];
		enum fault fault;
	} kisses[] = {
		{ "RATE", FAULT_KISS_RATE },
		{ "DENY", FAULT_KISS_DENY },
		{ "RSTR", FAULT_KISS_RSTR },
	};

	for (size_t i = 0; i < sizeof(kisses) / sizeof(*kisses); i++)
		if (memcmp(code, kisses[i].code, 4) == 0)
			return kisses[i].fault;
	return FAULT_KISS_OTHER;
}

enum fault
ntp_kiss(uint8_t stratum, const uint8_t refid[4])
{
	for (size_t i = 0; i < 4; i++)
		if (refid[i] < 0x20 || refid[i] > 0x7e)
			return FAULT_NONE;
	return stratum == 0 ? kiss_named(refid) : FAULT_NONE;
}
