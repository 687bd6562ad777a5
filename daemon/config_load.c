#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "digest.h"

#define FILE_MAX ((size_t)1024 * 1024)

/* All of it at once, so that what is parsed is what has the digest. */
static bool
read_text(
    FILE *in, const char *path, char **text, size_t *n, char message[CONFIG_MESSAGE_SIZE])
{
	*text = malloc(FILE_MAX + 1);
	*n = *text != NULL ? fread(*text, 1, FILE_MAX + 1, in) : 0;
	if (*text == NULL || ferror(in) || *n > FILE_MAX) {
		(void)snprintf(message, CONFIG_MESSAGE_SIZE, "%s: %s", path,
		    *n > FILE_MAX ? "longer than 1 MiB" : strerror(errno));
		free(*text);
		return false;
	}
	return true;
}

bool
config_load(const char *path, struct config *out, char message[CONFIG_MESSAGE_SIZE])
{
	FILE *in = fopen(path, "re");
	char *text;
	size_t n;
	bool good;

	if (in == NULL) {
		(void)snprintf(
		    message, CONFIG_MESSAGE_SIZE, "%s: %s", path, strerror(errno));
		return false;
	}
	good = read_text(in, path, &text, &n, message);
	(void)fclose(in);
	if (!good)
		return false;
	good = config_read(text, n, path, out, message);
	record_copy_text(out->file, sizeof(out->file), path);
	out->digest = digest_bytes(text, n);
	free(text);
	return good;
}
