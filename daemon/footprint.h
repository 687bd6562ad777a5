/* What this process has done to the host so far, counted where it is done. */
#ifndef CLOCKWITNESSD_FOOTPRINT_H
#define CLOCKWITNESSD_FOOTPRINT_H

#include <stddef.h>
#include <stdint.h>

struct footprint {
	uint64_t files_read;     /* the host's files that were opened, by this program */
	uint64_t octets_written; /* of evidence */
	uint64_t packets_sent;   /* to servers */
};

void footprint_read_file(void);
void footprint_wrote(size_t octets);
void footprint_sent_packet(void);

struct footprint footprint_so_far(void);

#endif
