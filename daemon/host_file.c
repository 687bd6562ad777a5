#include "host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "footprint.h"

#define DIGEST_MAX ((off_t)64 * 1024 * 1024)

static int
open_regular(const char *path, struct stat *s)
{
	int fd;

	if (stat(path, s) != 0)
		return -errno;
	if (!S_ISREG(s->st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	footprint_read_file();
	if (fstat(fd, s) == 0 && S_ISREG(s->st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static ssize_t
read_all(int fd, char *out, size_t size)
{
	size_t used = 0;
	ssize_t n = 1;

	while (used < size && n != 0) {
		n = read(fd, out + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

int
host_file_read(const char *path, char *out, size_t size, struct host_file *file)
{
	struct stat s;
	int fd = open_regular(path, &s);
	ssize_t n;

	out[0] = '\0';
	if (fd < 0)
		return fd;
	n = read_all(fd, out, size - 1);
	close(fd);
	if (n < 0)
		return (int)n;
	out[n] = '\0';
	file->length = (size_t)n;
	file->modified.ns = s.st_mtim.tv_sec * NS_PER_SECOND + s.st_mtim.tv_nsec;
	return 0;
}

int
host_file_line(const char *path, char *out, size_t size)
{
	struct host_file file;
	int error = host_file_read(path, out, size, &file);

	out[strcspn(out, "\n")] = '\0';
	return error;
}

int
host_file_digest(const char *path, struct digest *out)
{
	struct stat s;
	int fd = open_regular(path, &s);
	ssize_t n = -ENOMEM;
	char *all;

	if (fd < 0)
		return fd;
	if (s.st_size > DIGEST_MAX) {
		close(fd);
		return -EFBIG;
	}
	all = malloc((size_t)s.st_size + 1);
	if (all != NULL)
		n = read_all(fd, all, (size_t)s.st_size);
	close(fd);
	if (n >= 0)
		*out = digest_bytes(all, (size_t)n);
	free(all);
	return n < 0 ? (int)n : 0;
}
