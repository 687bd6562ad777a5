#include "ini_lines.h"

#include <string.h>

#define LINE_MAX_OCTETS 197 /* of inih's 200, without newline and NUL */

const char *const ini_fault_words[INI_FAULTS] = {
	[INI_FINE] = "",
	[INI_LONG] = "line longer than 197 characters",
	[INI_NUL] = "a NUL byte in the line",
	[INI_INDENTED] = "a line that begins with a blank; there are no continued lines",
	[INI_HEADER] = "broken section header",
	[INI_LONG_SECTION] = "section name longer than 49 characters",
};

static const char *
skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
		s++;
	return s;
}

/* Nothing, or a comment. */
static bool
says_nothing(const char *s)
{
	return *s == '\0' || *s == ';' || *s == '#';
}

static enum ini_fault
begin_section(struct ini_lines *l, const char *header)
{
	char name[INI_SECTION_SIZE];
	const char *end = strchr(header, ']');
	size_t n;

	if (end == NULL || !says_nothing(skip_blanks(end + 1)))
		return INI_HEADER;
	n = (size_t)(end - header) - 1;
	if (n >= sizeof(name))
		return INI_LONG_SECTION;
	memcpy(name, header + 1, n);
	name[n] = '\0';
	l->in_section = true;
	l->ended = !l->section(l->arg, name);
	return INI_FINE;
}

static enum ini_fault
meet(struct ini_lines *l, const char *line)
{
	const char *begin = skip_blanks(line);

	if (says_nothing(begin))
		return INI_FINE;
	if (begin > line)
		return INI_INDENTED;
	return *line == '[' ? begin_section(l, line) : INI_FINE;
}

/* With its newline, if it has one. 0: it is too long. */
static size_t
take_line(struct ini_lines *l, char *out, size_t size)
{
	const char *newline = memchr(l->text, '\n', l->left);
	size_t n = newline != NULL ? (size_t)(newline - l->text) + 1 : l->left;

	l->line++;
	if (n - (newline != NULL) > LINE_MAX_OCTETS || n >= size)
		return 0;
	memcpy(out, l->text, n);
	out[n] = '\0';
	l->text += n;
	l->left -= n;
	return n;
}

char *
ini_lines_next(char *out, int size, void *lines)
{
	struct ini_lines *l = lines;
	size_t n;

	if (l->ended || l->left == 0)
		return NULL;
	n = take_line(l, out, (size_t)size);
	if (n == 0)
		l->fault = INI_LONG;
	else
		l->fault = strlen(out) != n ? INI_NUL : meet(l, out);
	l->ended |= l->fault != INI_FINE;
	return l->ended ? NULL : out;
}
