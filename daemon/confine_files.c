#include "confine_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What later kernels know, and the headers of older systems do not. */
#define FS_REFER (UINT64_C(1) << 13)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEVICE (UINT64_C(1) << 15)
#define NET_BIND_TCP (UINT64_C(1) << 0)
#define NET_CONNECT_TCP (UINT64_C(1) << 1)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

#define FS_FIRST ((UINT64_C(1) << 13) - 1) /* all that version 1 knows */
#define FS_READ ((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
#define FS_KEEP                                                                          \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |         \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* struct landlock_ruleset_attr as it has grown; zeros are for older kernels, too. */
struct rules {
	uint64_t files, net, scope;
};

static struct rules
rules_of_version(long version)
{
	struct rules r = { .files = FS_FIRST };

	if (version >= 2)
		r.files |= FS_REFER;
	if (version >= 3)
		r.files |= FS_TRUNCATE;
	if (version >= 4)
		r.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (version >= 5)
		r.files |= FS_IOCTL_DEVICE;
	if (version >= 6)
		r.scope = SCOPE_SIGNAL;
	return r;
}

/* A path that is not there can be left out. */
static int
allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = access };
	long done;

	beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return 0;
	done = syscall(
	    SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
	return done == 0 ? 0 : -errno;
}

/* An editor puts a new file in the old one's place: it is the directory that counts. */
static int
allow_configuration(int rules, const char *configuration)
{
	char directory[PATH_MAX];
	char *slash;

	if (configuration[0] == '\0')
		return 0;
	(void)snprintf(directory, sizeof(directory), "%s", configuration);
	slash = strrchr(directory, '/');
	if (slash == NULL)
		return allow(rules, ".", FS_READ);
	slash[slash == directory] = '\0';
	return allow(rules, directory, FS_READ);
}

static int
add_rules(int rules, const char *writable, const char *configuration)
{
	static const char *const readable[] = { "/etc", "/usr/share", "/proc", "/sys",
		"/run" };
	int error = writable != NULL ? allow(rules, writable, FS_KEEP) : 0;

	if (error == 0)
		error = allow_configuration(rules, configuration);
	for (size_t i = 0; i < sizeof(readable) / sizeof(*readable) && error == 0; i++)
		error = allow(rules, readable[i], FS_READ);
	return error;
}

int
confine_files(const char *writable, const char *configuration)
{
	long version = syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct rules handled = rules_of_version(version);
	int error;
	long rules;

	if (version < 0)
		return -errno;
	rules = syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (rules < 0)
		return -errno;
	error = add_rules((int)rules, writable, configuration);
	if (error == 0 && syscall(SYS_landlock_restrict_self, (int)rules, 0) != 0)
		error = -errno;
	close((int)rules);
	return error < 0 ? error : (int)version;
}
