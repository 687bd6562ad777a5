/* Gives away privileges: first that which could change what this program watches. */
#ifndef CLOCKWITNESSD_PRIVILEGE_H
#define CLOCKWITNESSD_PRIVILEGE_H

#include <stdint.h>

/*
 * Drops CAP_SYS_TIME from the bounding set and from this process's own sets, and the way
 * to get new ones by executing something. 0, or -errno: it may still be held.
 */
int privilege_drop_set_time(void);

/* All other capabilities as well, from all sets. 0 or -errno. */
int privilege_drop_all(void);

/* The effective capabilities, 64 bits, big-endian; zeros if they cannot be read. */
void privilege_read(uint8_t out[8]);

/* 0: no filter of system calls is in force; 2: one is; < 0: unknown. */
int privilege_seccomp_mode(void);

#endif
