#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

bool
manifest_open(struct manifest *m, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	*m = (struct manifest){ .file = NULL };
	if (fd < 0) {
		(void)say_errno("%s", path);
		return false;
	}
	m->file = fdopen(fd, "w");
	if (m->file == NULL)
		(void)say_errno("%s", path);
	return m->file != NULL;
}

bool
manifest_close(struct manifest *m, const char *path)
{
	bool good = fflush(m->file) == 0 && fsync(fileno(m->file)) == 0;

	good = fclose(m->file) == 0 && good;
	if (!good)
		(void)say_errno("%s", path);
	return good;
}

/* As JSON, octet for octet. */
static void
put_octets(FILE *f, const char *octets, size_t n)
{
	(void)fputc('"', f);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)octets[i];

		if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", c);
		else if (c >= 0x20 && c < 0x7f)
			(void)fputc(c, f);
		else
			(void)fprintf(f, "\\u00%02x", c);
	}
	(void)fputc('"', f);
}

void
manifest_begin(struct manifest *m, const char *log, enum encoding encoding)
{
	m->gap = m->original = m->corrected = 0;
	digest_begin(&m->original_digest);
	digest_begin(&m->corrected_digest);
	(void)fputs("{\"log\":", m->file);
	put_octets(m->file, log, strlen(log));
	(void)fprintf(m->file, ",\"encoding\":\"%s\"}\n", encoding_names[encoding]);
}

void
manifest_original(struct manifest *m, const char *octets, size_t n)
{
	digest_add(&m->original_digest, octets, n);
	m->original += n;
}

void
manifest_corrected(struct manifest *m, const char *octets, size_t n)
{
	digest_add(&m->corrected_digest, octets, n);
	m->corrected += n;
}

void
manifest_same(struct manifest *m, size_t n)
{
	m->gap += n;
}

void
manifest_change(struct manifest *m, const char *original, size_t n, size_t length)
{
	(void)fprintf(m->file, "[%" PRIu64 ",%zu,", m->gap, length);
	put_octets(m->file, original, n);
	(void)fputs("]\n", m->file);
	m->gap = 0;
}

static void
put_digest(FILE *f, const struct digest *d)
{
	for (size_t i = 0; i < sizeof(d->byte); i++)
		(void)fprintf(f, "%02x", d->byte[i]);
}

void
manifest_end(struct manifest *m, const char *summary)
{
	struct digest original = digest_end(&m->original_digest);
	struct digest corrected = digest_end(&m->corrected_digest);

	(void)fprintf(m->file, "{\"original_bytes\":%" PRIu64 ",\"original_sha256\":\"",
	    m->original);
	put_digest(m->file, &original);
	(void)fprintf(m->file,
	    "\",\"corrected_bytes\":%" PRIu64 ",\"corrected_sha256\":\"", m->corrected);
	put_digest(m->file, &corrected);
	(void)fputs("\"", m->file);
	if (summary != NULL)
		(void)fprintf(m->file, ",\"summary\":%s", summary);
	(void)fputs("}\n", m->file);
}
