/*
 * The order in which files were written. Names and the host's clock only hint at it: a
 * clock may have been set back, or begin in 1970 at each boot.
 */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "records.h"
#include "records_file.h"
#include "text.h"

/* ---- files that ended before they said who they are */

/* Every line begins so; what follows is the walk's to judge. */
static bool
read_place(const struct records_source_line *l, uint64_t *seq, struct digest *prev)
{
	struct scan s = { l->text, l->text + l->n, false };

	scan_literal(&s, "{\"v\":1,\"seq\":");
	*seq = scan_uint(&s);
	scan_literal(&s, ",\"prev\":\"");
	scan_hex(&s, prev->byte, sizeof(prev->byte));
	return !s.failed;
}

/* Does the first line of f stand in this file, too, or is it the one after its last? */
static bool
leads_to(struct records_source *s, const struct records_file *f)
{
	struct records_source_line l;
	struct digest prev;
	uint64_t seq;

	while (records_source_next(s, &l)) {
		if (!read_place(&l, &seq, &prev))
			return false;
		if (seq == f->first_seq && digest_equal(&prev, &f->first_prev))
			return true;
		if (seq + 1 == f->first_seq) {
			struct digest own = digest_bytes(l.text, l.n);

			if (digest_equal(&own, &f->first_prev))
				return true;
		}
	}
	return false;
}

static bool
goes_on_from(const struct records_file *f, const struct records_file *before)
{
	int fd;
	struct records_source *s;
	bool good;

	if (!before->understood || before->first_seq > f->first_seq ||
	    before->raw.ns > f->raw.ns)
		return false;
	s = records_file_read(before, &fd);
	if (s == NULL)
		return false;
	good = leads_to(s, f);
	records_file_close(before, s, fd);
	return good;
}

static int
by_path(const void *a, const void *b)
{
	const struct records_file *x = a;
	const struct records_file *y = b;

	return strcmp(x->path, y->path);
}

static void
take_from(struct records_file *f, const struct records_file *before)
{
	f->understood = f->headless = f->repeats = true;
	memcpy(f->host, before->host, sizeof(f->host));
	memcpy(f->boot_id, before->boot_id, sizeof(f->boot_id));
	records_name(before, f->previous_file);
}

/* In order of names, so that the likeliest comes first: the one before it. */
static void
find_head(struct records *r, size_t i)
{
	struct records_file *f = &r->file[i];

	if (f->understood || !f->any)
		return;
	for (size_t k = i; k-- > 0 && !f->understood;)
		if (goes_on_from(f, &r->file[k]))
			take_from(f, &r->file[k]);
	for (size_t k = i + 1; k < r->files && !f->understood; k++)
		if (goes_on_from(f, &r->file[k]))
			take_from(f, &r->file[k]);
}

/* Nothing is known of a file without a record but its name. */
static void
place_by_name(struct records *r, size_t i)
{
	struct records_file *f = &r->file[i];

	for (size_t k = i; k-- > 0 && !f->understood;) {
		const struct records_file *o = &r->file[k];

		if (!o->understood || !records_same_directory(o, f))
			continue;
		memcpy(f->host, o->host, sizeof(f->host));
		memcpy(f->boot_id, o->boot_id, sizeof(f->boot_id));
		f->raw = o->raw;
		f->first_seq = UINT64_MAX;
		return;
	}
}

/* ---- boots */

struct boot {
	const struct records_file *file; /* the first of it that was met */
	struct system_time at;           /* the earliest reading of the host's clock */
	size_t place;
	bool placed;
};

/* A start record says that it found a file of another boot. */
struct found {
	size_t before, after;
};

struct boots {
	struct boot *boot;
	size_t count, room;
	struct found *found;
	size_t founds, found_room;
};

static bool
same_boot(const struct records_file *a, const struct records_file *b)
{
	return strcmp(a->boot_id, b->boot_id) == 0 &&
	       (a->boot_id[0] != '\0' || strcmp(a->host, b->host) == 0);
}

static size_t
boot_of(struct boots *all, const struct records_file *f)
{
	size_t i = all->count;

	while (i > 0 && !same_boot(all->boot[i - 1].file, f))
		i--;
	if (i > 0)
		return i - 1;
	all->boot =
	    memory_grow(all->boot, &all->room, all->count + 1, sizeof(*all->boot));
	all->boot[all->count] = (struct boot){ .file = f, .at = { INT64_MAX } };
	return all->count++;
}

static void
group(struct boots *all, struct records *r)
{
	for (size_t i = 0; i < r->files; i++) {
		struct records_file *f = &r->file[i];
		struct boot *b;

		f->boot = boot_of(all, f);
		b = &all->boot[f->boot];
		if (f->understood && f->at.ns < b->at.ns)
			b->at = f->at;
	}
}

static void
add_found(struct boots *all, const struct records *r, const struct records_file *f)
{
	for (size_t i = 0; i < r->files; i++) {
		const struct records_file *p = &r->file[i];

		if (p->boot == f->boot || !p->understood ||
		    !records_is_called(p, f->previous.file) ||
		    !records_same_directory(p, f))
			continue;
		all->found = memory_grow(
		    all->found, &all->found_room, all->founds + 1, sizeof(*all->found));
		all->found[all->founds++] = (struct found){ p->boot, f->boot };
	}
}

static bool
waits(const struct boots *all, size_t boot)
{
	for (size_t i = 0; i < all->founds; i++)
		if (all->found[i].after == boot &&
		    !all->boot[all->found[i].before].placed)
			return true;
	return false;
}

/* The earliest of those that wait for no other; were it a circle, which is forged, of all.
 */
static struct boot *
next_boot(struct boots *all)
{
	struct boot *best = NULL;
	bool best_waits = false;

	for (size_t i = 0; i < all->count; i++) {
		struct boot *b = &all->boot[i];
		bool late;

		if (b->placed)
			continue;
		late = waits(all, i);
		if (best == NULL || (best_waits && !late) ||
		    (best_waits == late && b->at.ns < best->at.ns)) {
			best = b;
			best_waits = late;
		}
	}
	return best;
}

static void
order_boots(struct records *r)
{
	struct boots all = { .count = 0 };
	struct boot *b;

	group(&all, r);
	for (size_t i = 0; i < r->files; i++)
		if (r->file[i].has_previous)
			add_found(&all, r, &r->file[i]);
	for (size_t n = 0; (b = next_boot(&all)) != NULL; n++) {
		b->place = n;
		b->placed = true;
	}
	for (size_t i = 0; i < r->files; i++)
		r->file[i].boot = all.boot[r->file[i].boot].place;
	free(all.boot);
	free(all.found);
}

static int
by_order_of_writing(const void *a, const void *b)
{
	const struct records_file *x = a;
	const struct records_file *y = b;

	if (x->boot != y->boot)
		return x->boot < y->boot ? -1 : 1;
	if (x->raw.ns != y->raw.ns)
		return x->raw.ns < y->raw.ns ? -1 : 1;
	if (x->first_seq != y->first_seq)
		return x->first_seq < y->first_seq ? -1 : 1;
	return strcmp(x->path, y->path);
}

void
records_order(struct records *r)
{
	if (r->files == 0)
		return;
	qsort(r->file, r->files, sizeof(*r->file), by_path);
	for (size_t i = 0; i < r->files; i++)
		find_head(r, i);
	for (size_t i = 0; i < r->files; i++)
		place_by_name(r, i);
	order_boots(r);
	qsort(r->file, r->files, sizeof(*r->file), by_order_of_writing);
}
