/* Where the host's programs run: in a container, in a virtual machine. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "context_parts.h"
#include "host_file.h"
#include "host_text.h"
#include "record.h"

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
say_container(struct record_context *c, const char *name, const char *by)
{
	record_copy_text(c->container, sizeof(c->container), name);
	record_copy_text(c->container_by, sizeof(c->container_by), by);
}

/* The marks that engines leave; the most telling first. */
static void
read_container(struct record_context *c)
{
	static const char manager[] = "/run/systemd/container";
	char line[CONTEXT_WORD_SIZE];
	const char *name = host_text_cgroup_container(c->cgroup, strlen(c->cgroup));

	if (host_file_line(manager, line, sizeof(line)) == 0 && line[0] != '\0')
		say_container(c, line, manager);
	else if (is_there("/run/.containerenv"))
		say_container(c, "podman", "/run/.containerenv");
	else if (is_there("/.dockerenv"))
		say_container(c, "docker", "/.dockerenv");
	else if (is_there("/proc/vz") && !is_there("/proc/bc"))
		say_container(c, "openvz", "/proc/vz");
	else if (name != NULL)
		say_container(c, name, "/proc/self/cgroup");
	else
		say_container(c, "none", "no mark of any was found");
}

/* The line of the unified hierarchy, else the first. */
static void
read_cgroup(struct record_context *c)
{
	char text[4096];
	struct host_file file;
	int error = host_file_read("/proc/self/cgroup", text, sizeof(text), &file);
	char *line;

	if (error < 0) {
		context_failed(c, "cgroup", error);
		return;
	}
	line = strstr(text, "0::");
	if (line == NULL || (line != text && line[-1] != '\n'))
		line = text;
	line[strcspn(line, "\n")] = '\0';
	record_copy_text(c->cgroup, sizeof(c->cgroup), line);
}

static void
read_machine(struct record_context *c)
{
	static const char vendor[] = "/sys/class/dmi/id/sys_vendor";
	static const char product[] = "/sys/class/dmi/id/product_name";
	char text[8192];
	struct host_file file;
	int error = host_file_read("/proc/cpuinfo", text, sizeof(text), &file);

	c->has_hypervisor = error == 0 && strstr(text, "flags") != NULL;
	c->hypervisor =
	    c->has_hypervisor && host_text_has_word(text, file.length, "hypervisor");
	if (error < 0)
		context_failed(c, "hypervisor", error);
	else if (!c->has_hypervisor)
		context_unread(c, "hypervisor", "/proc/cpuinfo has no flags");
	error = host_file_line(vendor, text, sizeof(text));
	if (error < 0)
		context_failed(c, "vendor", error);
	record_copy_text(c->vendor, sizeof(c->vendor), text);
	error = host_file_line(product, text, sizeof(text));
	if (error < 0)
		context_failed(c, "product", error);
	record_copy_text(c->product, sizeof(c->product), text);
}

void
context_read_place(struct record_context *c)
{
	read_cgroup(c);
	read_container(c);
	read_machine(c);
}
