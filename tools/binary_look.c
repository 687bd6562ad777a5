#include "binary_look.h"

#include <stdio.h>
#include <string.h>

/* lastlog may begin with any number of users who never logged in. */
static bool
is_called_lastlog(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash != NULL ? slash + 1 : path, "lastlog", 7) == 0;
}

static enum binary_guess
guess(const struct lines *l, enum binary_format wish, struct binary_log *b)
{
	return binary_log_begin(b, wish, (const uint8_t *)l->buffer + l->from,
	    l->to - l->from, l->ended || l->to - l->from == LINES_BUFFER);
}

/* Where all that can be looked at does not tell, the name may. */
static int
look(struct lines *l, const char *name, enum binary_format wish, struct binary_log *b)
{
	enum binary_guess is = guess(l, wish, b);

	while (is == BINARY_MAY_BE) {
		int error = lines_look(l);

		if (error < 0)
			return error;
		is = guess(l, wish, b);
	}
	if (is == BINARY_IS_NOT && wish == BINARY_NONE && is_called_lastlog(name) &&
	    l->to - l->from == LINES_BUFFER && l->buffer[l->from] == 0)
		is = guess(l, BINARY_LASTLOG, b);
	return (int)is;
}

static void
refuse(const struct log_job *job, const struct binary_log *b, enum binary_format wish,
    char refusal[LOG_REFUSAL])
{
	if (b->format == BINARY_NONE)
		(void)snprintf(refusal, LOG_REFUSAL, "it does not begin as %s does",
		    binary_formats[wish].name);
	else if (b->format == BINARY_JOURNAL)
		(void)snprintf(refusal, LOG_REFUSAL,
		    "a file of the journal is read only where it lies on a disk, unpacked");
	else if (job->style != STYLE_SAME)
		(void)snprintf(refusal, LOG_REFUSAL,
		    "it is %s, whose stamps have one form only: --style same",
		    binary_formats[b->format].name);
}

int
binary_look(const struct log_job *job, struct lines *l, const char *name,
    struct binary_log *b, char refusal[LOG_REFUSAL])
{
	const struct recognition_wish *w = &job->corrector->wish;
	int is;

	refusal[0] = '\0';
	if (l->source.utf16.encoding != ENCODING_OCTETS ||
	    (w->format != log_format_count && w->binary == BINARY_NONE))
		return BINARY_IS_NOT;
	is = look(l, name, w->binary, b);
	if (is < 0)
		return is;
	/* lines of an export can have UTC before them, or in them, like others */
	if (job->style != STYLE_SAME &&
	    (b->format == BINARY_EXPORT || w->binary == BINARY_EXPORT))
		return BINARY_IS_NOT;
	if (is == BINARY_IS || w->binary != BINARY_NONE)
		refuse(job, b, w->binary, refusal);
	return refusal[0] != '\0' ? BINARY_IS : is;
}
