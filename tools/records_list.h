/* The files of a directory that are evidence, while a daemon may be writing there. */
#ifndef CLOCKWITNESS_RECORDS_LIST_H
#define CLOCKWITNESS_RECORDS_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct records_name {
	char *name;         /* X.jsonl */
	bool plain, packed; /* it is there; X.jsonl.zst is */
};

struct records_names {
	struct records_name *name; /* in order */
	size_t count, room;
};

/* false: the directory cannot be read, errno says why. */
bool records_list(struct records_names *l, const char *path);
void records_list_free(struct records_names *l);

/* Does a file's name end as that of compressed evidence, or of evidence? */
bool records_is_packed(const char *name);
bool records_is_plain(const char *name);

#define RECORDS_PACKED ".zst" /* behind the name that it had */

#endif
