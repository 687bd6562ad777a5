#include "case.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

void
case_add_path(struct case_paths *p, const char *path)
{
	p->path = memory_grow(p->path, &p->room, p->count + 1, sizeof(*p->path));
	p->path[p->count++] = memory_text(path);
}

bool
case_add_logs(struct case_paths *p, const char *pattern)
{
	glob_t found;

	if (strpbrk(pattern, "*?[") == NULL) {
		case_add_path(p, pattern);
		return true;
	}
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++)
		case_add_path(p, found.gl_pathv[i]);
	globfree(&found);
	return true;
}

struct case_host *
case_add_host(struct merge_case *c, const char *name)
{
	for (size_t i = 0; i < c->hosts; i++)
		if (strcmp(c->host[i].name, name) == 0)
			return NULL;
	c->host = memory_grow(c->host, &c->host_room, c->hosts + 1, sizeof(*c->host));
	c->host[c->hosts] = (struct case_host){ .name = memory_text(name) };
	return &c->host[c->hosts++];
}

static void
free_paths(struct case_paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->path[i]);
	free(p->path);
}

static void
free_end(struct case_end *e, bool there)
{
	if (there)
		regfree(&e->line);
	free(e->host);
}

void
case_free(struct merge_case *c)
{
	for (size_t i = 0; i < c->hosts; i++) {
		free_paths(&c->host[i].evidence);
		free_paths(&c->host[i].logs);
		free(c->host[i].name);
		free(c->host[i].table);
		free(c->host[i].timezone);
		free(c->host[i].format);
	}
	for (size_t i = 0; i < c->causes; i++) {
		free_end(&c->cause[i].cause, c->cause[i].has_cause);
		free_end(&c->cause[i].effect, c->cause[i].has_effect);
		free(c->cause[i].name);
	}
	free(c->host);
	free(c->cause);
	*c = (struct merge_case){ .hosts = 0 };
}
