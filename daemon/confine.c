#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine_calls.h"
#include "confine_files.h"
#include "context_parts.h"
#include "log.h"
#include "privilege.h"

/* By the file alone: the modules of NSS cannot be had in a static program. */
static bool
find_user(const char *name, struct passwd *out)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p = NULL;

	while (f != NULL && (p = fgetpwent(f)) != NULL)
		if (strcmp(p->pw_name, name) == 0)
			break;
	if (p != NULL)
		*out = *p;
	if (f != NULL)
		(void)fclose(f);
	return p != NULL;
}

static int
become(const char *name)
{
	struct passwd user;

	if (!find_user(name, &user)) {
		log_line(LOG_ERROR, "user '%s' is not in /etc/passwd", name);
		return EXIT_USAGE;
	}
	if (geteuid() == user.pw_uid && getuid() == user.pw_uid)
		return 0;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(user.pw_gid, user.pw_gid, user.pw_gid) != 0 ||
	    setresuid(user.pw_uid, user.pw_uid, user.pw_uid) != 0) {
		(void)log_fail(-errno, "cannot become user '%s'", name);
		return EXIT_CANNOT;
	}
	return 0;
}

/* Root, too, writes by owner and mode alone: it keeps no privilege to override them. */
static void
say_whose(const char *directory)
{
	struct stat st;

	if (stat(directory, &st) != 0 || st.st_uid == geteuid())
		return;
	log_line(LOG_ERROR,
	    "it belongs to user %u: become that user (--set user=NAME, as root), or give the "
	    "directory to user %u; no privilege is kept that would help",
	    st.st_uid, geteuid());
}

static int
check_directory(const struct confinement *c)
{
	int error;

	if (c->directory == NULL ||
	    faccessat(AT_FDCWD, c->directory, W_OK | X_OK, AT_EACCESS) == 0)
		return 0;
	error = -errno;
	(void)log_fail(error, "user %u cannot write to the evidence directory %s",
	    geteuid(), c->directory);
	if (error == -EACCES)
		say_whose(c->directory);
	return EXIT_USAGE;
}

/* The keys of seals are in memory: it may be in no file, and no debugger may see it. */
static void
hide_memory(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Whoever put it there: systemd, a container's engine. Asked before our own is there. */
static void
describe_inherited(struct record_context *x)
{
	int mode = privilege_seccomp_mode();

	record_copy_text(x->seccomp, sizeof(x->seccomp), mode > 0 ? "inherited" : "none");
	x->no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static void
confine_self(const struct confinement *c, struct record_context *x)
{
	int landlock = confine_files(c->directory, c->configuration);
	int calls = confine_calls();

	x->landlock = landlock > 0 ? landlock : 0;
	if (landlock < 0)
		context_failed(x, "landlock", landlock);
	if (calls < 0)
		context_failed(x, "seccomp", calls);
	else
		record_copy_text(x->seccomp, sizeof(x->seccomp), "own");
}

static int
drop_privileges(const struct confinement *c)
{
	int code = c->user[0] != '\0' ? become(c->user) : 0;
	int error;

	if (code != 0 || !c->wanted)
		return code;
	hide_memory();
	error = privilege_drop_all();
	if (error == 0)
		return 0;
	(void)log_fail(error, "cannot give away all privileges");
	return EXIT_CANNOT;
}

int
confine(const struct confinement *c, struct record_start *out)
{
	int code = drop_privileges(c);

	if (code == 0)
		code = check_directory(c);
	if (code != 0)
		return code;
	describe_inherited(&out->context);
	if (c->wanted) {
		confine_self(c, &out->context);
	} else {
		context_unread(&out->context, "landlock", "confine = no");
		context_unread(&out->context, "seccomp", "confine = no");
	}
	out->uid = getuid();
	privilege_read(out->capabilities);
	return 0;
}
