#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "../daemon/confine.h"
#include "../daemon/confine_calls.h"
#include "../daemon/confine_files.h"
#include "law.h"

static char inside[] = "/tmp/confine-XXXXXX";

static bool
is_confined(void)
{
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	return confine_calls() == 0;
}

static int
version(void)
{
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	return confine_files(inside, "");
}

static int
error_of(long result)
{
	return result < 0 ? errno : 0;
}

static int
opening(const char *directory, const char *name, int flags)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

START_TEST(calls_that_are_not_made_fail_with_eperm)
{
	if (!is_confined())
		return;
	ck_assert_int_eq(error_of(socket(AF_INET, SOCK_STREAM, 0)), EPERM);
	ck_assert_int_eq(error_of(socket(AF_INET, SOCK_RAW, 1)), EPERM);
	ck_assert_int_eq(error_of(socket(AF_PACKET, SOCK_DGRAM, 0)), EPERM);
	ck_assert_int_eq(error_of(syscall(SYS_fork)), EPERM);
	ck_assert_int_eq(error_of(listen(0, 1)), EPERM);
	ck_assert_int_eq(error_of(chmod("/", 0)), EPERM);
	ck_assert_int_eq(error_of(setuid(1)), EPERM);
	ck_assert_ptr_eq(
	    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	    MAP_FAILED);
}
END_TEST

START_TEST(calls_that_are_made_go_through)
{
	struct timex state = { .modes = 0 };
	struct timespec t;
	int fd;

	if (!is_confined())
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(error_of(syscall(SYS_clock_gettime, CLOCK_REALTIME, &t)), 0);
	ck_assert_int_ge(adjtimex(&state), 0);
	free(malloc(10000000));
}
END_TEST

START_TEST(executing_something_kills)
{
	static char *const nothing[] = { NULL };

	if (!is_confined())
		(void)raise(SIGSYS);
	(void)execve("/bin/true", nothing, nothing);
}
END_TEST

/* Without the capability it could set nothing; but it is not even asked. */
START_TEST(setting_the_clock_kills)
{
	struct timespec t = { .tv_nsec = -1 }; /* no time at all */

	if (!is_confined())
		(void)raise(SIGSYS);
	(void)syscall(SYS_clock_settime, CLOCK_REALTIME, &t);
}
END_TEST

START_TEST(files_are_made_in_the_evidence_directory_only)
{
	char path[64];

	if (version() < 0)
		return;
	ck_assert_int_eq(opening(inside, "a", O_WRONLY | O_CREAT | O_EXCL), 0);
	ck_assert_int_eq(opening(inside, "a", O_RDONLY), 0);
	ck_assert_int_eq(opening("/tmp", "confine-outside", O_WRONLY | O_CREAT), EACCES);
	ck_assert_int_eq(opening("/etc", "passwd", O_WRONLY), EACCES);
	ck_assert_int_eq(opening("/etc", "passwd", O_RDONLY), 0);
	ck_assert_int_eq(opening("/tmp", "", O_RDONLY | O_DIRECTORY), EACCES);
	ck_assert_int_eq(error_of(unlink("/etc/passwd-")),
	    access("/etc/passwd-", F_OK) == 0 ? EACCES : ENOENT);
	ck_assert_int_eq(error_of(mkdir("/tmp/confine-directory", 0700)), EACCES);
	(void)snprintf(path, sizeof(path), "%s/a", inside);
	ck_assert_int_eq(error_of(unlink(path)), 0);
}
END_TEST

START_TEST(all_of_it_is_told)
{
	static struct record_start start;
	struct confinement c = { .wanted = true, .user = "", .configuration = "" };
	struct rlimit core;

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(confine(&c, &start), 0);
	ck_assert(start.context.no_new_privileges);
	ck_assert_int_eq(start.uid, getuid());
	for (size_t i = 0; i < sizeof(start.capabilities); i++)
		ck_assert_uint_eq(start.capabilities[i], 0);
	ck_assert(start.context.landlock > 0 || start.context.unreads > 0);
	ck_assert(strcmp(start.context.seccomp, "own") == 0 || start.context.unreads > 0);
	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
	ck_assert_uint_eq(core.rlim_max, 0);
}
END_TEST

START_TEST(a_user_that_is_not_there_is_a_wrong_configuration)
{
	static struct record_start start;
	struct confinement c = { .user = "no-such-user-here", .configuration = "" };

	ck_assert_int_eq(confine(&c, &start), EXIT_USAGE);
	c.user = "";
	c.directory = "/nonexistent";
	ck_assert_int_eq(confine(&c, &start), EXIT_USAGE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("confine");
	TCase *t = law_case(s);
	int failed;

	if (mkdtemp(inside) == NULL)
		return 1;
	tcase_add_test(t, calls_that_are_not_made_fail_with_eperm);
	tcase_add_test(t, calls_that_are_made_go_through);
	tcase_add_test_raise_signal(t, executing_something_kills, SIGSYS);
	tcase_add_test_raise_signal(t, setting_the_clock_kills, SIGSYS);
	tcase_add_test(t, files_are_made_in_the_evidence_directory_only);
	tcase_add_test(t, all_of_it_is_told);
	tcase_add_test(t, a_user_that_is_not_there_is_a_wrong_configuration);
	failed = law_run(s);
	(void)rmdir(inside);
	return failed;
}
