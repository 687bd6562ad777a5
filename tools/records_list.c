#include "records_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* A daemon renames and unlinks once a file that it closes, not more. */
#define LOOKS_MAX 10

static bool
ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name);
	size_t m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

bool
records_is_plain(const char *name)
{
	return ends_in(name, ".jsonl");
}

bool
records_is_packed(const char *name)
{
	return ends_in(name, ".jsonl" RECORDS_PACKED);
}

static void
add(struct records_names *l, const char *name)
{
	bool packed = records_is_packed(name);
	struct records_name *n;

	l->name = memory_grow(l->name, &l->room, l->count + 1, sizeof(*l->name));
	n = &l->name[l->count++];
	*n = (struct records_name){ memory_text(name), !packed, packed };
	if (packed)
		n->name[strlen(name) - strlen(RECORDS_PACKED)] = '\0';
}

static int
by_name(const void *a, const void *b)
{
	const struct records_name *x = a;
	const struct records_name *y = b;

	return strcmp(x->name, y->name);
}

/* X.jsonl and X.jsonl.zst are one. */
static void
join(struct records_names *l)
{
	size_t kept = 0;

	if (l->count > 1)
		qsort(l->name, l->count, sizeof(*l->name), by_name);
	for (size_t i = 0; i < l->count; i++) {
		struct records_name *last = kept > 0 ? &l->name[kept - 1] : NULL;

		if (last == NULL || strcmp(last->name, l->name[i].name) != 0) {
			l->name[kept++] = l->name[i];
			continue;
		}
		last->plain |= l->name[i].plain;
		last->packed |= l->name[i].packed;
		free(l->name[i].name);
	}
	l->count = kept;
}

static bool
look(struct records_names *l, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *d;

	*l = (struct records_names){ .count = 0 };
	if (dir == NULL)
		return false;
	while ((d = readdir(dir)) != NULL)
		if (records_is_plain(d->d_name) || records_is_packed(d->d_name))
			add(l, d->d_name);
	closedir(dir);
	join(l);
	return true;
}

static bool
same_names(const struct records_names *a, const struct records_names *b)
{
	for (size_t i = 0; i < a->count && a->count == b->count; i++)
		if (strcmp(a->name[i].name, b->name[i].name) != 0)
			return false;
	return a->count == b->count;
}

/* Who looks while a name is replaced by another may see neither. */
bool
records_list(struct records_names *l, const char *path)
{
	if (!look(l, path))
		return false;
	for (int i = 0; i < LOOKS_MAX; i++) {
		struct records_names before = *l;
		bool same;

		if (!look(l, path)) {
			records_list_free(&before);
			return false;
		}
		same = same_names(&before, l);
		records_list_free(&before);
		if (same)
			break;
	}
	return true;
}

void
records_list_free(struct records_names *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->name[i].name);
	free(l->name);
	*l = (struct records_names){ .count = 0 };
}
