#include "pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
pending_open(struct pending *p)
{
	*p = (struct pending){ .text = malloc(PENDING_SIZE) };
	return p->text != NULL ? 0 : -ENOMEM;
}

void
pending_close(struct pending *p)
{
	free(p->text);
	*p = (struct pending){ .used = 0 };
}

char *
pending_room(const struct pending *p, size_t keep, size_t *size)
{
	size_t left = PENDING_SIZE - p->used;

	*size = left > keep ? left - keep : 0;
	return p->text + p->used;
}

size_t
pending_next(const struct pending *p, const char **line)
{
	const char *end;

	*line = p->text + p->written;
	end = memchr(*line, '\n', p->used - p->written);
	return end != NULL ? (size_t)(end - *line) + 1 : 0;
}

void
pending_synced(struct pending *p)
{
	memmove(p->text, p->text + p->written, p->used - p->written);
	p->used -= p->written;
	p->written = 0;
}
