/* What other time daemons have written down of this host's oscillator. */
#include <errno.h>
#include <string.h>

#include "context_parts.h"
#include "host_file.h"
#include "record.h"

struct place {
	enum drift_author author;
	const char *path;
};

static void
read_drift_file(struct record_context *c, const struct place *p)
{
	struct context_drift_file *d = &c->drift_file[c->drift_files];
	char text[256];
	struct host_file file;
	int error = host_file_read(p->path, text, sizeof(text), &file);

	if (error == -ENOENT || error == -ENOTDIR)
		return;
	if (error < 0) {
		context_failed(c, p->path, error);
		return;
	}
	for (size_t i = 0; i < c->drift_files; i++)
		if (strcmp(c->drift_file[i].file, p->path) == 0)
			return;
	if (c->drift_files == CONTEXT_DRIFT_FILES) {
		context_unread(c, "drift_files", "there are more than eight");
		return;
	}
	d->author = p->author;
	record_copy_text(d->file, sizeof(d->file), p->path);
	d->modified = file.modified;
	drift_file_read(p->author, text, file.length, &d->says);
	text[strcspn(text, "\n")] = '\0';
	record_copy_text(d->text, sizeof(d->text), text);
	c->drift_files++;
}

/* Where a configuration says that the drift file is. */
static void
read_configured(struct record_context *c, const struct place *configuration)
{
	static char text[65536];
	char path[CONTEXT_PATH_SIZE];
	struct host_file file;
	struct place p = { configuration->author, path };

	if (host_file_read(configuration->path, text, sizeof(text), &file) == 0 &&
	    drift_file_directive(text, file.length, path, sizeof(path)))
		read_drift_file(c, &p);
}

void
context_read_drift_files(struct record_context *c)
{
	static const struct place configurations[] = {
		{ DRIFT_CHRONY, "/etc/chrony/chrony.conf" },
		{ DRIFT_CHRONY, "/etc/chrony.conf" },
		{ DRIFT_NTPD, "/etc/ntp.conf" },
		{ DRIFT_NTPSEC, "/etc/ntpsec/ntp.conf" },
	};
	static const struct place usual[] = {
		{ DRIFT_CHRONY, "/var/lib/chrony/chrony.drift" },
		{ DRIFT_CHRONY, "/var/lib/chrony/drift" },
		{ DRIFT_NTPD, "/var/lib/ntp/ntp.drift" },
		{ DRIFT_NTPD, "/var/lib/ntp/drift" },
		{ DRIFT_NTPSEC, "/var/lib/ntpsec/ntp.drift" },
		{ DRIFT_OPENNTPD, "/var/lib/openntpd/db/ntpd.drift" },
		{ DRIFT_OPENNTPD, "/var/lib/openntpd/ntpd.drift" },
		{ DRIFT_OPENNTPD, "/var/db/ntpd.drift" },
		{ DRIFT_TIMESYNCD, "/var/lib/systemd/timesync/clock" },
	};

	for (size_t i = 0; i < sizeof(configurations) / sizeof(*configurations); i++)
		read_configured(c, &configurations[i]);
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		read_drift_file(c, &usual[i]);
}
