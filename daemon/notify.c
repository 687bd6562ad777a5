#include "notify.h"

#ifdef WITHOUT_SYSTEMD

void
notify_ready(void)
{
}

void
notify_stopping(void)
{
}

void
notify_status(const char *sentence)
{
	(void)sentence;
}

void
notify_reloading(void)
{
}

#else

#include <inttypes.h>
#include <stdint.h>
#include <time.h>

#include <systemd/sd-daemon.h>

void
notify_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

void
notify_status(const char *sentence)
{
	(void)sd_notifyf(0, "STATUS=%s", sentence);
}

void
notify_reloading(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIi64,
	    (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

#endif
