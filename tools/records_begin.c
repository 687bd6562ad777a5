/* What the first lines of a file say of it. */
#include <string.h>
#include <unistd.h>

#include "records.h"
#include "records_file.h"

/* Forged texts may hold what a terminal obeys; the daemon writes none. */
static void
take_start(struct records_file *f, const struct record_start *s)
{
	record_copy_text(f->host, sizeof(f->host), s->host);
	record_copy_text(f->boot_id, sizeof(f->boot_id), s->boot_id);
	f->previous = s->previous;
	record_copy_text(f->previous.file, sizeof(f->previous.file), s->previous.file);
	f->has_previous = s->has_previous;
	f->fingerprint = digest_bytes(&s->seal_key, sizeof(s->seal_key));
}

static void
take_continue(struct records_file *f, const struct record_continue *c)
{
	record_copy_text(f->host, sizeof(f->host), c->host);
	record_copy_text(f->boot_id, sizeof(f->boot_id), c->boot_id);
	record_copy_text(f->previous_file, sizeof(f->previous_file), c->previous_file);
}

/* So many octets of the file before a file may repeat, before it says who it is. */
#define REPEATED_MAX ((size_t)4 * RECORD_LINE_MAX)

static void
take_first(struct records_file *f, const struct record *r)
{
	f->any = true;
	f->first_seq = r->seq;
	f->first_prev = r->prev;
	f->at = r->at.real;
	f->raw = r->at.raw;
}

/* The first record, if it is a start; or the first continue record: lines of the file
 * before may stand before it. */
static bool
find_beginning(struct records_source *s, struct records_file *f, struct record *r)
{
	struct records_source_line l;
	size_t seen = 0;
	size_t column;

	for (; seen < REPEATED_MAX && records_source_next(s, &l); seen += l.n) {
		f->repeats = seen > 0;
		if (record_decode(l.text, l.n, r, &column) != RECORD_OK)
			return false;
		if (seen == 0)
			take_first(f, r);
		if (r->type == RECORD_START || r->type == RECORD_CONTINUE)
			return r->type == RECORD_CONTINUE || seen == 0;
	}
	return false;
}

bool
records_file_begin(struct records_file *f)
{
	static struct record r;
	int fd;
	struct records_source *s = records_file_read(f, &fd);

	if (s == NULL)
		return false;
	f->understood = find_beginning(s, f, &r);
	records_file_close(f, s, fd);
	if (!f->understood)
		return true;
	f->at = r.at.real;
	f->raw = r.at.raw;
	if (r.type == RECORD_START)
		take_start(f, &r.start);
	else
		take_continue(f, &r.go_on);
	return true;
}

static bool
same_line(const struct records_source_line *a, const struct records_source_line *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

static uint64_t
first_difference(struct records_source *a, struct records_source *b)
{
	struct records_source_line x;
	struct records_source_line y;
	uint64_t line = 1;

	for (;; line++) {
		bool more = records_source_next(a, &x);

		if (more != records_source_next(b, &y))
			return line;
		if (!more)
			break;
		if (!same_line(&x, &y))
			return line;
	}
	return records_source_torn(a) != records_source_torn(b) ||
		       records_source_trouble(b) != NULL
		   ? line
		   : 0;
}

uint64_t
records_file_differs(const struct records_file *f, const char *twin)
{
	int own;
	int fd = records_file_open(twin);
	struct records_source *a = records_file_read(f, &own);
	struct records_source *b = fd >= 0 ? records_source_open(fd) : NULL;
	uint64_t line = a != NULL && b != NULL ? first_difference(a, b) : 0;

	if (a != NULL)
		records_file_close(f, a, own);
	records_source_close(b);
	if (fd >= 0)
		close(fd);
	return line;
}
