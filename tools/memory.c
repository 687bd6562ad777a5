#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

static void
out_of_memory(void)
{
	say("out of memory");
	exit(EXIT_CANNOT);
}

void *
memory_grow(void *p, size_t *have, size_t need, size_t size)
{
	size_t want = *have;

	if (need <= want && p != NULL)
		return p;
	while (want < need || want == 0)
		want = want < 16 ? 16 : want * 2;
	p = reallocarray(p, want, size);
	if (p == NULL)
		out_of_memory();
	*have = want;
	return p;
}

char *
memory_text(const char *s)
{
	char *copy = strdup(s);

	if (copy == NULL)
		out_of_memory();
	return copy;
}
