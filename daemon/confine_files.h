/* Landlock: which files the process can still reach (landlock(7)). */
#ifndef CLOCKWITNESSD_CONFINE_FILES_H
#define CLOCKWITNESSD_CONFINE_FILES_H

/*
 * From now on files are made and written beneath `writable` only (NULL: nowhere), read
 * there, in the directory of `configuration` (empty: none), and beneath /etc, /usr/share,
 * /proc, /sys and /run; none is executed. No TCP socket is bound or connected, no signal
 * sent to others. The kernel's version of Landlock (1, 2, ...), which tells how much of
 * that it can do, or -errno: nothing is confined.
 */
int confine_files(const char *writable, const char *configuration);

#endif
