/* The configuration as a whole: the file, and the command line over it. */
#ifndef CLOCKWITNESSD_CONFIGURE_H
#define CLOCKWITNESSD_CONFIGURE_H

#include <stdbool.h>

#include "config.h"
#include "options.h"

/* The file that is read where one is. */
const char *configure_path(const struct options *o);

/*
 * Servers of the command line replace the file's, and then none is read that -c does not
 * name; what --set says goes over both. It may name no server. false: message.
 */
bool configure(const struct options *o, char *const argv[], struct config *out,
    char message[CONFIG_MESSAGE_SIZE]);

#endif
