#include "footprint.h"

static struct footprint so_far;

void
footprint_read_file(void)
{
	so_far.files_read++;
}

void
footprint_wrote(size_t octets)
{
	so_far.octets_written += octets;
}

void
footprint_sent_packet(void)
{
	so_far.packets_sent++;
}

struct footprint
footprint_so_far(void)
{
	return so_far;
}
