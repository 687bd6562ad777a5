#include "privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
without_set_time(struct __user_cap_data_struct set[2])
{
	__u32 keep = ~(1U << (CAP_SYS_TIME % 32));

	set[CAP_SYS_TIME / 32].effective &= keep;
	set[CAP_SYS_TIME / 32].permitted &= keep;
	set[CAP_SYS_TIME / 32].inheritable &= keep;
}

int
privilege_drop_set_time(void)
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct set[2];

	/* needs CAP_SETPCAP; who has not got it, has no CAP_SYS_TIME either as a rule */
	(void)prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	memset(set, 0, sizeof(set));
	if (syscall(SYS_capget, &header, set) != 0)
		return -errno;
	without_set_time(set);
	return syscall(SYS_capset, &header, set) == 0 ? 0 : -errno;
}

int
privilege_drop_all(void)
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2];

	for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		(void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	memset(none, 0, sizeof(none));
	return syscall(SYS_capset, &header, none) == 0 ? 0 : -errno;
}

void
privilege_read(uint8_t out[8])
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct set[2];

	memset(set, 0, sizeof(set));
	(void)syscall(SYS_capget, &header, set);
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(set[i < 4].effective >> (24 - 8 * (i % 4)));
}

int
privilege_seccomp_mode(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
}
