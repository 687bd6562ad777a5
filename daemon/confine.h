/*
 * What the process gives away before it has sent or received anything: privileges, other
 * users' files, system calls that it has no use for. All that it needs them for is done
 * before; sockets that listen and files outside the evidence directory are among it.
 */
#ifndef CLOCKWITNESSD_CONFINE_H
#define CLOCKWITNESSD_CONFINE_H

#include <stdbool.h>

#include "options.h"
#include "record.h"

struct confinement {
	bool wanted;               /* confine = yes */
	const char *user;          /* empty: nobody else */
	const char *directory;     /* written to; NULL: none */
	const char *configuration; /* read again on SIGHUP; empty: none */
};

/*
 * Becomes the user, gives away all capabilities, and with `wanted` confines itself by
 * Landlock and seccomp where the kernel has them. *out (uid, capabilities, and in context
 * what is in force, or why not) tells what came of it. 0; EXIT_USAGE: there is no such
 * user, or it cannot write to the directory; EXIT_CANNOT. What is wrong has been said.
 */
int confine(const struct confinement *c, struct record_start *out);

#endif
