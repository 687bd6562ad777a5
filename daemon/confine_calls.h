/* Seccomp: which system calls the process can still make. The only user of libseccomp. */
#ifndef CLOCKWITNESSD_CONFINE_CALLS_H
#define CLOCKWITNESSD_CONFINE_CALLS_H

/*
 * From now on the calls that this program makes are allowed. Any other fails with EPERM,
 * so that a libc that has learnt a new way falls back, and the watch goes on; but those
 * that this program, and what it is built from, never make (to set a clock, to execute,
 * to trace, to load a module) kill it: then something else runs in the process, and its
 * word is worth nothing. 0, or -errno: nothing is confined.
 */
int confine_calls(void);

#endif
