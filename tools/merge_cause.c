#include "merge_cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define GROUPS 10
#define NOWHERE SIZE_MAX

static size_t
bucket_of(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return (size_t)(h % CAUSES_KEPT);
}

void
causes_begin(struct causes *c, const struct merge_case *rules)
{
	size_t room = 0;
	size_t buckets = 0;

	*c = (struct causes){ .rules = rules };
	if (rules->causes == 0)
		return;
	c->kept = memory_grow(NULL, &room, CAUSES_KEPT, sizeof(*c->kept));
	c->bucket = memory_grow(NULL, &buckets, CAUSES_KEPT, sizeof(*c->bucket));
	for (size_t i = 0; i < CAUSES_KEPT; i++) {
		c->kept[i] = (struct cause_entry){ .next = NOWHERE };
		c->bucket[i] = NOWHERE;
	}
}

void
causes_end(struct causes *c)
{
	for (size_t i = 0; c->kept != NULL && i < CAUSES_KEPT; i++)
		free(c->kept[i].key);
	free(c->kept);
	free(c->bucket);
}

/* false: it does not match, or its groups are longer than a key may be. */
static bool
match(size_t rule, const struct case_end *end, const char *host, const char *line,
    struct cause_key *out)
{
	regmatch_t group[GROUPS];
	size_t used;

	if (strcmp(end->host, host) != 0 ||
	    regexec(&end->line, line, GROUPS, group, 0) != 0)
		return false;
	used = (size_t)snprintf(out->text, sizeof(out->text), "%zu", rule);
	for (size_t i = 1; i < GROUPS && i <= end->line.re_nsub; i++) {
		size_t n =
		    group[i].rm_so >= 0 ? (size_t)(group[i].rm_eo - group[i].rm_so) : 0;

		if (used + n + 2 > sizeof(out->text))
			return false;
		out->text[used++] = '\x1f';
		memcpy(out->text + used, n > 0 ? line + group[i].rm_so : "", n);
		used += n;
	}
	out->text[used] = '\0';
	return true;
}

bool
cause_of(
    const struct causes *c, const char *host, const char *line, struct cause_key *out)
{
	for (size_t i = 0; i < c->rules->causes; i++)
		if (match(i, &c->rules->cause[i].effect, host, line, out))
			return true;
	return false;
}

static void
forget(struct causes *c, size_t i)
{
	size_t *at;

	if (c->kept[i].key == NULL)
		return;
	at = &c->bucket[bucket_of(c->kept[i].key)];
	while (*at != i)
		at = &c->kept[*at].next;
	*at = c->kept[i].next;
	free(c->kept[i].key);
	c->kept[i].key = NULL;
}

static void
keep(struct causes *c, const struct cause_key *key, uint64_t sequence)
{
	size_t i = c->used++ % CAUSES_KEPT;
	size_t *head = &c->bucket[bucket_of(key->text)];

	c->forgotten += c->kept[i].key != NULL;
	forget(c, i);
	c->kept[i] = (struct cause_entry){ memory_text(key->text), sequence, *head };
	*head = i;
}

void
causes_note(struct causes *c, const char *host, const char *line, uint64_t sequence)
{
	struct cause_key key;

	for (size_t i = 0; i < c->rules->causes; i++)
		if (match(i, &c->rules->cause[i].cause, host, line, &key))
			keep(c, &key, sequence);
}

bool
causes_find(const struct causes *c, const struct cause_key *key, uint64_t *sequence)
{
	for (size_t i = c->bucket[bucket_of(key->text)]; i != NOWHERE;
	     i = c->kept[i].next) {
		if (strcmp(c->kept[i].key, key->text) != 0)
			continue;
		*sequence = c->kept[i].sequence;
		return true;
	}
	return false;
}
