/* Gives away the one privilege that could change what this program watches. */
#ifndef CLOCKWITNESSD_PRIVILEGE_H
#define CLOCKWITNESSD_PRIVILEGE_H

/*
 * Drops CAP_SYS_TIME from the bounding set and from this process's own sets, and the way
 * to get new ones by executing something. 0, or -errno: it may still be held.
 */
int privilege_drop_set_time(void);

#endif
